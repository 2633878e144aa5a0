"""The house style: where axes end, which ticks they have, and where names are."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

from crmkit._chart import Below, Chart, Layer, Scale, layer
from crmkit.plot.drawing.matplotlib_axes import draw

PLAIN = layer("line", [0.0, 10.0], [0.0, 5.0])


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def shown(
    *layers: Layer,
    x: Scale | None = None,
    y: Scale | None = None,
    title: str | None = None,
    ax: Any = None,
    **rest: Any,
) -> Any:
    chart = Chart(layers=layers, x=x or Scale(), y=y or Scale(), **rest)
    return draw(chart, title=title, label=None, ax=ax)


def named(count: int) -> list[Layer]:
    return [
        layer("line", [0.0, 10.0], [0.0, 1.0 + at], name=f"s{at}")
        for at in range(count)
    ]


def names(count: int) -> tuple[str, ...]:
    return tuple(f"n{at}" for at in range(count))


def test_marks_have_a_little_room_at_the_ends() -> None:
    axes = shown(PLAIN)
    assert axes.get_xlim() == pytest.approx((-0.1, 10.1), rel=1e-12)
    assert axes.get_ylim() == pytest.approx((-0.4, 5.4), rel=1e-12)
    # Texts at the ends of bars that lie need more of it.
    bars = layer("barh", [-2.0, 8.0], [0.0, 1.0])
    axes = shown(bars, y=Scale(names=("a", "b")))
    assert axes.get_xlim() == pytest.approx((-2.7, 8.7), rel=1e-12)
    assert axes.get_ylim() == pytest.approx((1.6, -0.6), rel=1e-12)


def test_places_of_names_end_beside_them() -> None:
    axes = shown(layer("bars", range(3), [1.0, 2, 3]), x=Scale(names=names(3)))
    assert axes.get_xlim() == pytest.approx((-0.6, 2.6), rel=1e-12)
    cells = layer("cells", [0, 1, 2], [0, 1, 1], value=[1.0, 2, 3])
    axes = shown(cells, x=Scale(names=names(3)), y=Scale(names=names(2)))
    assert axes.get_xlim() == (-0.5, 2.5)
    assert axes.get_ylim() == (1.5, -0.5)


@pytest.mark.parametrize(
    ("lower", "upper", "ends"),
    [
        (0.0, None, (0.0, 5.4)),
        (2.0, None, (2.0, 5.4)),
        (None, 9.0, (-0.4, 9.0 + 0.015 * 9.4)),
        (0.0, 9.0, (0.0, 9.0 + 0.015 * 9.0)),
        (1.0, 9.0, (1.0 - 0.015 * 8.0, 9.0 + 0.015 * 8.0)),
    ],
)
def test_ends_that_hold_whatever_the_data_are_leave_a_line_uncut(
    lower: float | None, upper: float | None, ends: tuple[float, float]
) -> None:
    axes = shown(PLAIN, y=Scale(lower=lower, upper=upper))
    assert axes.get_ylim() == pytest.approx(ends, rel=1e-12, abs=1e-12)
    across = layer("line", [0.0, 5.0], [0.0, 1.0])
    axes = shown(across, x=Scale(lower=lower, upper=upper))
    known = (lower is not None, upper is not None)
    for end, expected, given in zip(axes.get_xlim(), ends, known, strict=True):
        if all(known) and given:
            assert end == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_logarithmic_axis_keeps_its_own_ends_and_names_1_2_and_5() -> None:
    x = Scale(log=True, lower=0.0, upper=900.0)
    axes = shown(layer("line", [0.5, 200.0], [0.0, 1.0]), x=x)
    low, high = axes.get_xlim()
    assert 0.4 < low < 0.5
    assert 200 < high < 240
    ticks = axes.xaxis.get_major_locator()()
    expected = [0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    np.testing.assert_allclose(ticks, expected, rtol=1e-9)
    said = axes.xaxis.get_major_formatter()
    assert [said(at, 0) for at in (0.5, 1, 2000, 1234)] == [
        "0.5",
        "1",
        "2e+03",
        "1.23e+03",
    ]


def test_ticks_are_round_and_at_most_seven() -> None:
    for most, step in ((1.0, 0.2), (5.0, 1.0), (9.0, 2.0), (12.0, 2.0), (14.0, 2.5)):
        axes = shown(layer("line", [0.0, 1.0], [0.0, most]), y=Scale(lower=0.0))
        ticks = axes.yaxis.get_major_locator().tick_values(0, most)
        np.testing.assert_allclose(np.diff(ticks), step, rtol=1e-9)


@pytest.mark.parametrize(("unit", "step"), [("count", 1.0), ("number", 0.5)])
def test_counts_have_ticks_at_whole_numbers(unit: Any, step: float) -> None:
    axes = shown(layer("line", [0.0, 1.0], [0.0, 3.0]), y=Scale(lower=0.0, unit=unit))
    ticks = axes.yaxis.get_major_locator().tick_values(0, 3)
    np.testing.assert_allclose(np.diff(ticks), step, rtol=1e-9)


@pytest.mark.parametrize(("count", "step"), [(14, 1), (15, 2), (28, 2), (29, 3)])
def test_of_many_names_below_every_second_or_third_is_shown(
    count: int, step: int
) -> None:
    bars = layer("bars", range(count), np.ones(count))
    axes = shown(bars, x=Scale(names=names(count)))
    said = [label.get_text() for label in axes.get_xticklabels()]
    assert said == list(names(count)[::step])
    assert axes.get_xticks().tolist() == list(range(0, count, step))


@pytest.mark.parametrize(("count", "size"), [(25, 9.0), (26, 7.5)])
def test_many_names_beside_bars_are_smaller(count: int, size: float) -> None:
    bars = layer("barh", np.ones(count), range(count))
    axes = shown(bars, y=Scale(names=names(count)))
    assert {label.get_fontsize() for label in axes.get_yticklabels()} == {size}


def test_a_long_name_beside_bars_is_wrapped_at_34_letters() -> None:
    long, longer = "a" * 17 + " " + "b" * 16, "a" * 17 + " " + "b" * 17
    bars = layer("barh", [1.0, 2.0], [0.0, 1.0])
    axes = shown(bars, y=Scale(names=(long, longer)))
    lines = [label.get_text().count("\n") for label in axes.get_yticklabels()]
    assert lines == [0, 1]


@pytest.mark.parametrize("count", [2, 5, 9])
def test_names_below_are_turned_where_a_word_would_touch_the_next(count: int) -> None:
    figure, mine = plt.subplots(figsize=(8, 4), dpi=100)
    wide = mine.bbox.width / 100 * 72  # in points
    # A letter is 0.58 of the size of the text wide, and names stay one apart.
    letters = int(wide / count / (0.58 * 9.0)) - 1
    bars = layer("bars", range(count), np.ones(count))
    for more, turned in ((0, False), (1, False), (2, True)):
        words = tuple(f"{at}" + "x" * (letters + more - 1) for at in range(count))
        axes = shown(bars, x=Scale(names=words), ax=mine)
        found = axes.get_xticklabels()[0]
        assert (found.get_rotation(), found.get_ha()) == (
            (35.0, "right") if turned else (0.0, "center")
        )
        mine.clear()
    assert figure is mine.figure


def test_names_of_several_words_are_wrapped_to_their_place() -> None:
    mine = plt.subplots(figsize=(8, 4), dpi=100)[1]
    count = 8
    letters = int(mine.bbox.width / 100 * 72 / count / (0.58 * 9.0)) - 1
    name = " ".join(["ab"] * letters)
    bars = layer("bars", range(count), np.ones(count))
    each = tuple(f"{at}{name[1:]}" for at in range(count))
    axes = shown(bars, x=Scale(names=each), ax=mine)
    lines = axes.get_xticklabels()[0].get_text().split("\n")
    assert len(lines) > 1
    assert letters - 3 < max(map(len, lines)) <= letters
    mine.clear()
    # A word too long for its place turns them all, and they are wrapped at 24 letters.
    turned = ("y" * 20 + " abc", *names(count - 1))
    axes = shown(bars, x=Scale(names=turned), ax=mine)
    assert axes.get_xticklabels()[0].get_text() == turned[0]


def test_names_of_lines_stand_at_their_ends_in_order_without_touching() -> None:
    axes = shown(*named(7))
    assert axes.get_legend() is None
    texts = {text.get_text(): text for text in axes.texts}
    places = []
    for at in range(7):
        text = texts[f"s{at}"]
        assert text.xy == (10.0, 1.0 + at)
        assert text.xyann[0] == 7
        up = axes.transData.transform((0, 1.0 + at))[1] * 72 / axes.figure.dpi
        places.append(up + text.xyann[1])
    assert (np.diff(places) > 1.25 * 9.0 - 1e-9).all()


def test_names_of_lines_that_end_alike_are_a_line_of_text_apart() -> None:
    axes = shown(*(layer("line", [0.0, 1.0], [0.0, 1.0], name=name) for name in "abc"))
    up = [text.xyann[1] for text in axes.texts]
    assert up == pytest.approx([-11.25, 0.0, 11.25], abs=1e-9)


def test_the_name_of_a_line_is_at_its_last_known_point() -> None:
    broken = layer("line", [0.0, 9.5, 10.0], [1.0, 4.0, np.nan], name="broken")
    axes = shown(broken)
    assert [text.xy for text in axes.texts] == [(9.5, 4.0)]


def test_a_line_of_one_point_that_is_not_known_is_named_where_it_would_be() -> None:
    axes = shown(layer("line", [10.0], [np.nan], name="unknown"), *named(1))
    places = {text.get_text(): text.xy for text in axes.texts}
    assert places["unknown"][0] == 10.0
    assert np.isnan(places["unknown"][1])


@pytest.mark.parametrize(("count", "legend"), [(7, False), (8, True)])
def test_more_than_seven_names_are_a_legend(count: int, *, legend: bool) -> None:
    axes = shown(*named(count))
    assert (axes.get_legend() is not None) == legend


@pytest.mark.parametrize(("end", "legend"), [(8.6, False), (8.3, True)])
def test_a_line_that_ends_far_from_the_edge_is_named_in_a_legend(
    end: float, *, legend: bool
) -> None:
    # The axis is from -0.1 to 10.1: its last 15 in a hundred begin at 8.57.
    short = layer("line", [0.0, end], [0.0, 1.0], name="short")
    axes = shown(layer("line", [0.0, 10.0], [0.0, 2.0], name="long"), short)
    assert (axes.get_legend() is not None) == legend


def test_bars_are_named_in_a_legend_in_the_order_they_are_drawn() -> None:
    layers = [
        layer("bars", range(2), [1.0, 2], name="bars"),
        layer("points", range(2), [1.0, 2], name="points"),
        layer("line", range(2), [1.0, 2], name="line", tone="reference", dash=True),
    ]
    axes = shown(*layers, x=Scale(names=names(2)))
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "bars",
        "points",
        "line",
    ]
    patch, point, line = legend.legend_handles
    assert patch.get_facecolor() == axes.patches[0].get_facecolor()
    assert (point.get_marker(), point.get_linewidth()) == ("o", 0)
    assert (line.get_linewidth(), line.is_dashed()) == (2, True)


@pytest.mark.parametrize("letters", [1, 20, 34, 37, 38, 60])
def test_a_legend_has_as_many_columns_as_fit(letters: int) -> None:
    mine = plt.subplots(figsize=(8, 4), dpi=100)[1]
    bars = [layer("bars", [0.0], [1.0], name=str(at) * letters) for at in range(1, 6)]
    axes = shown(*bars, x=Scale(names=("x",)), ax=mine)
    # Fourteen letters are an inch, and the mark before a name is as wide as six.
    fit = mine.bbox.width / 100 * 14 / (letters + 6)
    assert axes.get_legend()._ncols == max(1, min(5, int(fit)))


def above(names_of_series: int, note: str) -> float:
    """Return how many points a title is above the axes, with what is below it."""
    axes = shown(
        *(named(names_of_series) or [PLAIN]),
        title="finding",
        finding="Found",
        note=note,
        ax=plt.subplots(figsize=(6, 3))[1],
    )
    figure = axes.figure
    figure.canvas.draw()
    bottom = axes._left_title.get_window_extent().y0
    legend = axes.get_legend()
    for text in axes.texts:
        if text.get_text() == note:
            box = text.get_window_extent()
            assert box.y1 < bottom
            assert text.xyann == (0, 25 if legend else 6)
            assert not legend or legend.get_window_extent().y1 < box.y0 + 2
    return float((bottom - axes.bbox.y1) * 72 / figure.dpi)


def test_a_title_is_above_its_note_and_its_legend() -> None:
    plain = above(0, "")
    assert above(0, "of 9 customers") - plain == pytest.approx(16, abs=0.5)
    assert above(8, "") - plain == pytest.approx(19, abs=0.5)
    assert above(8, "of 9 customers") - plain == pytest.approx(35, abs=0.5)


def test_a_title_is_wrapped_to_the_width_of_the_axes() -> None:
    words = " ".join(["finding"] * 40)
    mine = plt.subplots(figsize=(8, 4), dpi=100)[1]
    wide = mine.bbox.width / 100
    axes = shown(PLAIN, title=words, ax=mine)
    lines = axes.get_title(loc="left").split("\n")
    most = int(wide * 10.6)
    assert most - 8 < len(lines[0]) <= most
    # A tenth of a letter more than an odd number of them, which words of one fill.
    inches = 65.1 / 10.6 * 8 / wide
    mine = plt.subplots(figsize=(inches, 4), dpi=100)[1]
    axes = shown(PLAIN, title=" ".join(["a"] * 99), ax=mine)
    assert len(axes.get_title(loc="left").split("\n")[0]) == 65
    # It never shrinks below twenty letters.
    small = plt.subplots(figsize=(1, 1), dpi=100)[1]
    lines = shown(PLAIN, title=words, ax=small).get_title(loc="left").split("\n")
    assert len(lines[0]) == len("finding finding")


def test_a_title_begins_beside_the_names_of_bars_that_lie() -> None:
    words = " ".join(["ab"] * 100)
    mine = plt.subplots(figsize=(8, 4), dpi=100)[1]
    wide = mine.bbox.width / 100
    bars = layer("barh", [1.0, 2.0], [0.0, 1.0])
    for letters, counted in ((10, 10), (34, 34), (60, 34)):
        y = Scale(names=("x" * letters, "y"))
        axes = shown(bars, y=y, title=words, ax=mine)
        most = int((wide - 0.07 * counted) * 10.6)
        first = axes.get_title(loc="left").split("\n")[0]
        assert most - 3 < len(first) <= most
        mine.clear()


def test_rows_below_the_axis_are_a_line_of_text_apart() -> None:
    rows = [
        Below(title="At risk", name=name, x=(0.0, 1.0), texts=(f"{name}0", f"{name}1"))
        for name in "ab"
    ]
    axes = shown(PLAIN, below=tuple(rows))
    texts = {text.get_text(): text for text in axes.texts}
    high = 1.4 * 9.0
    assert texts["At risk"].xyann == (0, -22.0)
    for at, name in enumerate("ab"):
        up = -22.0 - high * (at + 1)
        assert texts[f"{name}0"].xy == (0.0, 0.0)
        assert texts[f"{name}1"].xy == (1.0, 0.0)
        assert texts[f"{name}0"].xyann == pytest.approx((0, up), rel=1e-12)
        assert texts[f"{name}1"].xyann == pytest.approx((0, up), rel=1e-12)
        # The name of a row is beyond the right end of the axes.
        assert texts[name].xy == (1.0, 0.0)
        assert texts[name].xyann == pytest.approx((12, up), rel=1e-12)
    assert axes.xaxis.labelpad == pytest.approx(10 + 3 * high, rel=1e-12)


def test_a_grid_goes_along_numbers_and_not_along_names() -> None:
    def lines(axis: Any) -> bool:
        return any(line.get_visible() for line in axis.get_gridlines())

    upward = shown(layer("bars", range(2), [1.0, 2]), x=Scale(names=names(2)))
    lying = shown(layer("barh", [1.0, 2], range(2)), y=Scale(names=names(2)))
    curve = shown(PLAIN)
    assert [lines(axes.xaxis) for axes in (upward, lying, curve)] == [
        False, True, False,
    ]  # fmt: skip
    assert [lines(axes.yaxis) for axes in (upward, lying, curve)] == [
        True, False, True,
    ]  # fmt: skip


def test_ticks_have_no_stroke_and_stand_off_five_points() -> None:
    axes = shown(PLAIN)
    for axis in (axes.xaxis, axes.yaxis):
        assert axis.get_tick_params()["length"] == 0
        assert axis.get_tick_params()["pad"] == 5
