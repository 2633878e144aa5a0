"""Each kind of mark is where its numbers say, and its text is beside it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from crmkit._chart import Chart, Kind, Layer, Scale, layer
from crmkit.plot.drawing.drawn_series import together
from crmkit.plot.drawing.matplotlib_marks import draw_layers
from crmkit.plot.drawing.matplotlib_texts import inches, spread
from crmkit.plot.drawing.palette import INK

PLACE, SIZE = np.arange(3.0), np.array([4.0, 2.0, -1.0])
FIRST, SECOND = ("a0", "a1", "a2"), ("b0", "b1", "b2")


@pytest.fixture
def axes() -> Iterator[Any]:
    figure, made = plt.subplots(figsize=(8, 5))
    yield made
    plt.close(figure)


def draw(axes: Any, *layers: Layer) -> dict[str, Any]:
    """Draw layers; return their texts by what they say."""
    draw_layers(axes, together([Chart(layers=layers, x=Scale(), y=Scale())]))
    return {text.get_text(): text for text in axes.texts}


def bars(kind: Kind, name: str, texts: tuple[str, ...], size: Any = SIZE) -> Layer:
    at = (size, PLACE) if kind == "barh" else (PLACE, size)
    return layer(kind, *at, name=name, texts=texts)


@pytest.mark.parametrize("kind", ["bars", "barh"])
def test_bars_of_two_series_fill_the_place_of_their_category(
    axes: Any, kind: Kind
) -> None:
    draw(axes, bars(kind, "a", FIRST), bars(kind, "b", SECOND))
    boxes = [bar.get_bbox() for bar in axes.patches]
    along, out = ("intervaly", "intervalx")[:: 1 if kind == "barh" else -1]
    edges = np.array([getattr(box, along) for box in boxes])
    # Four fifths of the place of a category are bars, around its middle.
    np.testing.assert_allclose(edges[:3, 0], PLACE - 0.4)
    np.testing.assert_allclose(edges[:3, 1], PLACE)
    np.testing.assert_allclose(edges[3:], np.stack([PLACE, PLACE + 0.4], axis=1))
    ends = np.array([getattr(box, out) for box in boxes])
    np.testing.assert_allclose(ends.max(axis=1), np.tile(np.maximum(SIZE, 0), 2))
    np.testing.assert_allclose(ends.min(axis=1), np.tile(np.minimum(SIZE, 0), 2))


@pytest.mark.parametrize("kind", ["bars", "barh"])
def test_a_text_is_at_the_middle_of_its_bar_beyond_its_end(
    axes: Any, kind: Kind
) -> None:
    said = draw(axes, bars(kind, "a", FIRST), bars(kind, "b", SECOND))
    for texts, shift in ((FIRST, -0.2), (SECOND, 0.2)):
        for at, text in enumerate(texts):
            middle = (PLACE[at] + shift, SIZE[at])
            where = middle[::-1] if kind == "barh" else middle
            assert said[text].xy == pytest.approx(where)
            beyond = 5 if SIZE[at] >= 0 else -5
            offset = (beyond, 0) if kind == "barh" else (0, beyond)
            assert said[text].xyann == offset
    out, back = ("left", "right") if kind == "barh" else ("bottom", "top")
    side = "get_ha" if kind == "barh" else "get_va"
    assert [getattr(said[text], side)() for text in FIRST] == [out, out, back]


@pytest.mark.parametrize("kind", ["bars", "barh"])
def test_a_bar_begins_at_its_base_and_the_text_of_an_empty_one_is_beyond(
    axes: Any, kind: Kind
) -> None:
    ends, base = np.array([4.0, 2.0, 3.0]), np.array([1.0, 5.0, 3.0])
    at = (ends, PLACE) if kind == "barh" else (PLACE, ends)
    other = {"x_end" if kind == "barh" else "y_end": base}
    said = draw(axes, layer(kind, *at, texts=FIRST, **other))  # type: ignore[arg-type]
    out = "intervalx" if kind == "barh" else "intervaly"
    drawn = np.sort([getattr(bar.get_bbox(), out) for bar in axes.patches], axis=1)
    np.testing.assert_allclose(drawn, [[1, 4], [2, 5], [3, 3]])
    beyond = [said[text].xyann[0 if kind == "barh" else 1] for text in FIRST]
    assert beyond == [5, -5, 5]


def test_bars_of_a_histogram_reach_from_edge_to_edge_and_name_their_middle(
    axes: Any,
) -> None:
    low, high = np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, 7.0])
    said = draw(axes, layer("bars", low, [2.0, 5.0, 1.0], x_end=high, texts=FIRST))
    found = [bar.get_bbox().intervalx.tolist() for bar in axes.patches]
    np.testing.assert_allclose(found, np.stack([low, high], axis=1))
    assert [said[text].xy[0] for text in FIRST] == [0.5, 2.0, 5.0]
    assert {bar.get_alpha() for bar in axes.patches} == {1.0}


def test_histograms_of_two_series_let_each_other_through(axes: Any) -> None:
    one, two = (layer("bars", 0.0, 2.0, x_end=1.0, name=name) for name in "ab")
    draw(axes, one, two)
    assert {bar.get_alpha() for bar in axes.patches} == {0.6}


def test_only_the_base_at_0_is_an_end_of_the_axis(axes: Any) -> None:
    draw(axes, layer("bars", PLACE, [1.0, 2.0, 3.0], y_end=[0.0, 1.0, 2.0]))
    assert [bar.sticky_edges.y for bar in axes.patches] == [[0], [], []]


@pytest.mark.parametrize(("kind", "sharp"), [("band", False), ("step_band", True)])
def test_a_band_lies_between_its_ends(*, axes: Any, kind: Kind, sharp: bool) -> None:
    draw(axes, layer(kind, PLACE, [1.0, 2, 3], y_end=[2.0, 4, 6]))
    corners = {tuple(at) for at in axes.collections[0].get_paths()[0].vertices}
    assert {(0.0, 1.0), (0.0, 2.0), (2.0, 3.0), (2.0, 6.0)} <= corners
    assert ((1.0, 1.0) in corners) == sharp


def test_arms_reach_from_end_to_end_where_both_are_known(axes: Any) -> None:
    draw(axes, layer("arms", [1.0, 2.0], [0.0, 1.0], x_end=[3.0, np.nan], y_end=2.0))
    drawn = axes.collections[0].get_segments()
    assert [each.tolist() for each in drawn] == [[[1.0, 0.0], [3.0, 2.0]]]


def test_each_corner_has_its_name_turned_to_the_middle(axes: Any) -> None:
    x, y = [0.0, 10.0, 0.0, 10.0], [0.0, 0.0, 4.0, 4.0]
    said = draw(axes, layer("corners", x, y, texts=("sw", "se", "nw", "ne")))
    offsets = {name: text.xyann for name, text in said.items()}
    assert offsets == {"sw": (6, 6), "se": (-6, 6), "nw": (6, -6), "ne": (-6, -6)}
    sides = {name: (text.get_ha(), text.get_va()) for name, text in said.items()}
    assert sides["sw"] == ("left", "bottom")
    assert sides["ne"] == ("right", "top")


def test_a_cell_is_shaded_between_0_and_the_largest(axes: Any) -> None:
    x, y = np.array([0, 1, 0]), np.array([0, 0, 1])
    value = np.array([2.0, 6.0, np.nan])
    said = draw(axes, layer("cells", x, y, value=value, texts=("2", "6", "")))
    image = axes.images[0]
    assert image.get_clim() == (0.0, 6.0)
    grid = image.get_array()
    assert grid.filled(np.nan).tolist()[0] == [2.0, 6.0]
    assert np.isnan(grid.filled(np.nan)[1]).all()
    assert said["6"].get_position() == (1, 0)
    assert set(said) == {"2", "6"}


def test_cells_below_0_are_shaded_from_the_least(axes: Any) -> None:
    draw(axes, layer("cells", [0, 1], [0, 0], value=[-3.0, 2.0], texts=("", "")))
    assert axes.images[0].get_clim() == (-3.0, 2.0)


def test_cells_that_are_all_0_have_a_scale_all_the_same(axes: Any) -> None:
    draw(axes, layer("cells", [0, 1], [0, 0], value=[0.0, 0.0], texts=("0", "0")))
    assert axes.images[0].get_clim() == (0.0, 1.0)


def contrast(ink: str, ground: Any) -> float:
    """Return the contrast of WCAG 2.2, from the true curve of sRGB."""

    def luminance(colour: Any) -> float:
        parts = np.asarray(to_rgb(colour))
        low, high = parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4
        return float(np.where(parts <= 0.04045, low, high) @ [0.2126, 0.7152, 0.0722])

    lit = sorted([luminance(ink), luminance(ground)])
    return (lit[1] + 0.05) / (lit[0] + 0.05)


def test_the_ink_on_a_cell_is_hardly_ever_the_worse_of_the_two(axes: Any) -> None:
    count = 24
    value = np.arange(1.0, count + 1)
    names = tuple(f"{number:.0f}" for number in value)
    where = np.arange(count)
    said = draw(axes, layer("cells", where % 6, where // 6, value=value, texts=names))
    shades = axes.images[0].get_cmap()
    for number, name in zip(value, names, strict=True):
        ground, ink = shades(number / count), said[name].get_color()
        best = max(contrast("white", ground), contrast(INK, ground))
        assert contrast(ink, ground) > 0.9 * best


@pytest.mark.parametrize(
    ("width", "text"), [(4, "12"), (16, "1234"), (20, "1\n2"), (100, "1")]
)
def test_the_numbers_of_a_heat_map_fit_into_their_cells(
    axes: Any, width: int, text: str
) -> None:
    x = np.arange(width)
    each = layer("cells", x, np.zeros(width), value=x + 1.0, texts=(text,) * width)
    draw(axes, each)
    size = axes.texts[0].get_fontsize()
    wide, _ = inches(axes)
    longest = max(len(line) for line in text.split("\n"))
    assert size == pytest.approx(min(9.0, 72 * wide / width / (0.62 * longest)))


def test_the_lines_of_a_number_fit_into_the_height_of_its_cell(axes: Any) -> None:
    rows = np.arange(20)
    each = layer("cells", np.zeros(20), rows, value=rows + 1.0, texts=("1\n2",) * 20)
    draw(axes, each)
    _, high = inches(axes)
    assert axes.texts[0].get_fontsize() == pytest.approx(72 * high / 20 / (1.25 * 2))


def test_lines_between_cells_are_at_their_edges(axes: Any) -> None:
    draw(axes, layer("cells", [0, 1, 2], [0, 1, 0], value=[1.0, 2, 3]))
    assert axes.xaxis.get_minor_locator()().tolist() == [-0.5, 0.5, 1.5, 2.5]
    assert axes.yaxis.get_minor_locator()().tolist() == [-0.5, 0.5, 1.5]


def test_what_is_compared_with_lies_behind_the_series(axes: Any) -> None:
    reference = layer("line", PLACE, SIZE, tone="reference")
    draw(axes, layer("line", PLACE, SIZE, dash=True, dots=True), reference)
    series, behind = axes.get_lines()
    assert behind.get_zorder() < series.get_zorder()
    assert behind.get_linewidth() < series.get_linewidth()
    assert (series.is_dashed(), behind.is_dashed()) == (True, False)
    assert (series.get_marker(), behind.get_marker()) == ("o", "")
    axes.clear()
    arms = [layer("arms", 0.0, 0.0, x_end=1.0, y_end=1.0, tone=tone)
            for tone in ("series", "reference")]  # fmt: skip
    draw(axes, *arms)
    series, behind = axes.collections
    assert behind.get_zorder() < series.get_zorder()
    assert behind.get_linewidth()[0] < series.get_linewidth()[0]


def test_kinds_of_marks_lie_above_one_another_in_an_order_of_their_own(
    axes: Any,
) -> None:
    points = layer("points", PLACE, SIZE, texts=FIRST, place="above")
    said = draw(
        axes,
        points,
        layer("line", PLACE, SIZE),
        layer("arms", PLACE, SIZE, y_end=0.0),
        layer("bars", PLACE, SIZE),
        layer("line", PLACE, SIZE, tone="reference"),
        layer("corners", [0.0, 2.0], [0.0, 4.0], texts=("low", "high")),
    )
    dots, arms = axes.collections
    line, behind = axes.get_lines()
    order = [said["low"], behind, axes.patches[0], arms, line, dots, said["a0"]]
    assert [each.get_zorder() for each in order] == [1, 1.5, 2, 2.4, 2.5, 3, 4]
    assert {said[name].get_fontsize() for name in ("low", "high")} == {10}
    assert {said[name].get_fontsize() for name in FIRST} == {9}
    # A line is as wide as it was approved, and a bar has a thin white edge.
    widths = [line.get_linewidth(), behind.get_linewidth(), *arms.get_linewidth()]
    assert widths == [2, 1.1, 1.8]
    assert {bar.get_linewidth() for bar in axes.patches} == {0.6}
    assert dots.get_sizes().tolist() == [38]


def test_a_dashed_line_is_dashed_alike_as_a_curve_and_as_an_arm(axes: Any) -> None:
    dashed = layer("line", PLACE, SIZE, dash=True, dots=True)
    draw(axes, dashed, layer("arms", PLACE, SIZE, y_end=0.0, dash=True))
    line, arms = axes.get_lines()[0], axes.collections[0]
    assert line.get_markersize() == 5
    assert line.is_dashed()
    _, pattern = arms.get_linestyle()[0]  # in line widths, of which an arm has 1.8
    assert tuple(pattern) == pytest.approx((4 * 1.8, 3 * 1.8), rel=1e-9)


def test_bands_let_what_is_behind_them_through(axes: Any) -> None:
    draw(axes, layer("band", PLACE, [1.0, 2, 3], y_end=[2.0, 4, 6]))
    assert axes.collections[0].get_alpha() == 0.18
    assert axes.collections[0].get_linewidth().tolist() == [0]


def test_numbers_too_small_to_read_are_left_out(axes: Any) -> None:
    x = np.arange(60)
    each = layer("cells", x, np.zeros(60), value=x + 1.0, texts=("12345",) * 60)
    assert draw(axes, each) == {}


def test_more_than_sixty_texts_are_left_out(axes: Any) -> None:
    names = tuple(map(str, range(61)))
    where = np.arange(61.0)
    assert len(draw(axes, layer("line", where[1:], where[1:], texts=names[1:]))) == 60
    axes.clear()
    assert draw(axes, layer("line", where, where, texts=names)) == {}


def test_a_text_without_a_place_is_left_out(axes: Any) -> None:
    each = layer("texts", [0.0, np.nan, 2.0], [1.0, 1.0, np.nan], texts=FIRST)
    assert set(draw(axes, each)) == {"a0"}


@pytest.mark.parametrize("seed", range(5))
def test_texts_are_spread_as_little_as_possible(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, gap = rng.uniform(0, 10, 12), 0.7
    moved = spread(places, gap)
    order = np.argsort(places)
    assert (np.diff(moved[order]) > gap * (1 - 1e-9)).all()
    # The least squares under the order is isotonic: texts that touch keep their mean,
    # and no text of such a group could be nearer without another moving away.
    touching = np.split(order, np.flatnonzero(np.diff(moved[order]) > gap + 1e-9) + 1)
    for group in touching:
        assert moved[group].mean() == pytest.approx(places[group].mean())
        ahead = np.cumsum(places[group] - moved[group])[:-1]
        assert (ahead > -1e-9).all()


def test_places_far_enough_apart_stay() -> None:
    places = np.array([3.0, 0.0, 1.5])
    assert spread(places, 1.5).tolist() == places.tolist()


@pytest.mark.parametrize(
    ("places", "moved"),
    [([0.0, 1.0], [-1.0, 2.0]), ([9.0, 1.0, 0.0], [9.0, 2.0, -1.0]), ([5.0], [5.0])],
)
def test_the_lowest_two_texts_are_moved_apart_alone(
    places: list[float], moved: list[float]
) -> None:
    assert spread(np.array(places), 3.0).tolist() == moved
