"""The text of a point goes where it covers least."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

from crmkit._chart import Chart, Scale, layer
from crmkit.plot.drawing.drawn_series import together
from crmkit.plot.drawing.matplotlib_marks import draw_layers
from crmkit.plot.drawing.matplotlib_texts import _box, _overlap
from crmkit.plot.drawing.palette import INK

OFFSETS = {"above": (0, 5), "right": (5, 0), "left": (-5, 0), "below": (0, -5)}
ALIGNED = {
    "above": ("center", "bottom"),
    "right": ("left", "center"),
    "left": ("right", "center"),
    "below": ("center", "top"),
}


@pytest.fixture(params=[72, 144])
def axes(request: pytest.FixtureRequest) -> Iterator[Any]:
    figure, made = plt.subplots(figsize=(8, 5), dpi=request.param)
    made.set_xlim(0, 1)
    made.set_ylim(0, 1)
    yield made
    plt.close(figure)


def sides(axes: Any, x: list[float], y: list[float], *texts: str) -> list[str]:
    """Return the side of its point that each text was written on."""
    axes.set_autoscale_on(False)
    points = layer("points", x, y, texts=texts, place="auto")
    draw_layers(axes, together([Chart(layers=(points,), x=Scale(), y=Scale())]))
    names = {offset: side for side, offset in OFFSETS.items()}
    written = {text.get_text(): text.xyann for text in axes.texts}
    return [names[written[text]] for text in texts]


@pytest.mark.parametrize("side", OFFSETS)
def test_the_room_of_a_text_is_about_what_it_covers_when_drawn(
    axes: Any, side: str
) -> None:
    scale = axes.figure.dpi / 72
    at = axes.transData.transform((0.4, 0.6))
    ha, va = ALIGNED[side]
    text = axes.annotate(
        "gold Pqr",
        (0.4, 0.6),
        xytext=OFFSETS[side],
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=9.0,
    )
    axes.figure.canvas.draw()
    drawn = text.get_window_extent().extents
    box = np.array(_box(at[0], at[1], "gold Pqr", side, scale))
    wide, high = drawn[2] - drawn[0], drawn[3] - drawn[1]
    allowed = 0.25 * np.array([wide, high, wide, high])
    assert (np.abs(box - drawn) < allowed).all()
    # Towards its point it begins where the text does, to the pixel.
    near = {"above": 1, "right": 0, "left": 2, "below": 3}[side]
    assert box[near] == pytest.approx(drawn[near], abs=0.5)


def test_what_a_box_covers_is_the_area_of_each_other_box_in_it(axes: Any) -> None:
    left, low = axes.bbox.x0 + 50.0, axes.bbox.y0 + 50.0

    def box(x: float, y: float, right: float, up: float) -> Any:
        return left + x, low + y, left + right, low + up

    mine = box(0, 0, 10, 4)
    corner, inside, across = box(7, 3, 20, 9), box(2, 1, 4, 2), box(-5, -1, 15, 2)
    assert _overlap(mine, [corner], axes) == pytest.approx(3 * 1, rel=1e-9)
    assert _overlap(mine, [inside], axes) == pytest.approx(2 * 1, rel=1e-9)
    assert _overlap(mine, [across], axes) == pytest.approx(10 * 2, rel=1e-9)
    assert _overlap(mine, [corner, across], axes) == pytest.approx(23, rel=1e-9)
    beside = [box(10, 0, 12, 4), box(0, 4, 10, 8), box(30, 1, 40, 2), box(1, 9, 2, 12)]
    assert _overlap(mine, beside, axes) == 0


@pytest.mark.parametrize(("end", "beyond"), [(0, -6), (1, 8)])
def test_what_a_box_covers_beyond_the_axes_counts_as_taken(
    axes: Any, end: int, beyond: int
) -> None:
    frame = axes.bbox
    edge = (frame.x0, frame.x1)[end] + beyond
    low, high = (edge, edge + 20) if end == 0 else (edge - 20, edge)
    box = low, frame.y0 + 10, high, frame.y0 + 14
    assert _overlap(box, [], axes) == pytest.approx(abs(beyond) * 4, rel=1e-9)


def test_the_first_free_side_is_above_then_right_left_and_below(axes: Any) -> None:
    assert sides(axes, [0.5], [0.5], "alone") == ["above"]
    axes.clear()
    assert sides(axes, [0.3, 0.7], [0.5, 0.5], "one", "other") == ["above", "above"]


def test_a_text_gives_way_to_the_points_and_texts_that_are_there(axes: Any) -> None:
    x, y = axes.transData.transform((0.5, 0.5))
    scale = axes.figure.dpi / 72
    back = axes.transData.inverted()
    _, near = back.transform((x, y + 9 * scale))
    # The other point lies where the text above would be, and its own text above it.
    assert sides(axes, [0.5, 0.5], [0.5, near], "low", "high") == ["right", "above"]


def test_a_long_text_at_an_edge_of_the_axes_is_written_to_the_middle(axes: Any) -> None:
    texts = "a long name of a group", "another long name of one"
    assert sides(axes, [0.01, 0.99], [0.5, 0.5], *texts) == ["right", "left"]


@pytest.mark.parametrize(
    ("kind", "place", "tone", "said"),
    [
        ("bars", "centre", "series", ((0, 0), "white")),
        ("bars", "centre", "soft", ((0, 0), INK)),
        ("bars", "auto", "series", ((0, 5), INK)),
        ("bars", "auto", "soft", ((0, 5), INK)),
        ("points", "above", "series", ((0, 5), INK)),
        ("points", "below", "series", ((0, -5), INK)),
        ("points", "left", "series", ((-5, 0), INK)),
        ("points", "right", "series", ((5, 0), INK)),
        ("points", "centre", "good", ((0, 0), "white")),
    ],
)
def test_a_text_is_white_inside_a_dark_mark_and_five_points_beside_any_other(
    axes: Any, kind: Any, place: Any, tone: Any, said: tuple[tuple[int, int], str]
) -> None:
    mark = layer(kind, [0.5], [0.5], texts=("x",), place=place, tone=tone)
    draw_layers(axes, together([Chart(layers=(mark,), x=Scale(), y=Scale())]))
    (text,) = axes.texts
    assert (text.xyann, text.get_color()) == said
    assert text.get_fontsize() == 9.0
    aligned = {OFFSETS[side]: ALIGNED[side] for side in OFFSETS}
    expected = aligned.get(said[0], ("center", "center"))
    assert (text.get_ha(), text.get_va()) == expected


@pytest.mark.parametrize(("count", "written"), [(60, 60), (61, 0)])
def test_more_than_sixty_texts_are_not_written(
    axes: Any, count: int, written: int
) -> None:
    at = np.arange(count) / count
    marks = layer("points", at, at, texts=tuple(map(str, range(count))), place="above")
    draw_layers(axes, together([Chart(layers=(marks,), x=Scale(), y=Scale())]))
    assert len(axes.texts) == written
