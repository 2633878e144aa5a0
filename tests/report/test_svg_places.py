"""What the charts of the page draw is at the height and the width of its numbers."""

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from crmkit._chart import Chart, Layer, Scale, layer
from crmkit.report.page.chart_svg import chart_svg
from crmkit.report.page.svg_drawing import nice_ticks


def drawn(
    *layers: Layer, x: Scale | None = None, y: Scale | None = None, **how: Any
) -> Any:
    chart = Chart(layers=layers, x=x or Scale(), y=y or Scale(unit="count"))
    return ET.fromstring(chart_svg(chart, **how))  # noqa: S314 - made by the line itself


def numbers(element: Any, *names: str) -> list[float]:
    return [float(element.get(name).rstrip("%")) for name in names]


def heights(svg: Any) -> dict[str, float]:
    """Return the height in pixels of each value of the axis, by its text."""
    axis = [each for each in svg.iter("text") if each.get("x") == "-8"]
    # The text of a value sits four pixels below its line.
    return {each.text: float(each.get("y")) - 4 for each in axis}


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("largest", [1.0, 1.7, 2.01, 4.0, 7.3, 8.0, 9.99, 10.0])
@pytest.mark.parametrize("count", [3, 4])
def test_ticks_are_the_closest_round_numbers_that_are_few_enough(
    largest: float, scale: float, count: int
) -> None:
    ticks = nice_ticks(largest * scale, count=count)
    round_steps = [m * 10.0**k for k in range(-2, 3) for m in (1, 2, 2.5, 5)]
    step = min(each for each in round_steps if largest <= count * each * (1 + 1e-9))
    last = int(np.ceil(largest / step - 1e-9))
    expected = step * scale * np.arange(last + 1)
    np.testing.assert_allclose(ticks, expected, rtol=1e-9)


def test_there_are_four_steps_unless_asked_and_one_for_nothing() -> None:
    assert nice_ticks(100.0) == [0.0, 25.0, 50.0, 75.0, 100.0]
    for nothing in (0.0, -1.0, float("nan"), float("inf")):
        assert nice_ticks(nothing) == [0.0, 1.0]


def test_bars_stand_between_the_heights_of_their_values() -> None:
    base, end = [0.0, 25.0, 100.0], [50.0, 75.0, 25.0]
    svg = drawn(
        layer("bars", range(3), end, y_end=base), x=Scale(names=("a", "b", "c"))
    )
    up = heights(svg)
    assert list(up) == ["0", "25", "50", "75", "100"]
    # The highest value is a label's height from the top, 0 above the names.
    assert (up["100"], up["0"]) == (22.0, 250 - 24.0)
    for bar, first, last in zip(svg.iter("rect"), base, end, strict=True):
        top, high = numbers(bar, "y", "height")
        assert top == pytest.approx(up[f"{max(first, last):.0f}"], abs=0.051)
        assert top + high == pytest.approx(up[f"{min(first, last):.0f}"], abs=0.11)


def test_bars_of_two_series_are_side_by_side_in_their_category() -> None:
    layers = [layer("bars", range(2), [1.0, 2.0], name=name) for name in "ab"]
    svg = drawn(*layers, x=Scale(names=("x", "y")))
    found = [numbers(bar, "x", "width") for bar in svg.iter("rect")]
    # 84% of a category is for bars, of which each leaves 3% to the next.
    np.testing.assert_allclose([x for x, _ in found], [0, 50, 21, 71])
    np.testing.assert_allclose([w for _, w in found], 0.97 * 21, atol=0.006)
    names = [t for t in svg.iter("text") if t.text in ("x", "y")]
    np.testing.assert_allclose([numbers(t, "x") for t in names], [[21], [71]])


def test_a_bar_of_a_histogram_leaves_a_tenth_to_the_next() -> None:
    bars = layer("bars", [0.0, 0.25], [1.0, 2.0], x_end=[0.25, 1.0])
    svg = drawn(bars, x=Scale(lower=0, upper=1))
    found = [numbers(bar, "x", "width") for bar in svg.iter("rect")]
    np.testing.assert_allclose(found, [[0, 22.5], [25, 67.5]])


def test_a_bar_without_height_is_not_drawn() -> None:
    svg = drawn(layer("bars", range(2), [0.0, 2.0]), x=Scale(names=("x", "y")))
    assert len(list(svg.iter("rect"))) == 1


def test_points_and_their_texts_are_at_their_numbers() -> None:
    at = {"x": Scale(lower=0, upper=10)}
    point = layer("points", 2.0, 50.0, texts=("here",), hints=("told",))
    svg = drawn(layer("line", [0.0, 10], [0.0, 100]), point, **at)
    up = heights(svg)
    (dot,) = svg.iter("circle")
    assert numbers(dot, "cx", "cy") == [20.0, up["50"]]
    assert dot.find("title").text == "told"
    text = next(each for each in svg.iter("text") if each.text == "here")
    assert numbers(text, "x", "y") == [21.5, up["50"] + 18]
    for place, x, y in (("above", 20.0, -10), ("left", 17.0, 4), ("below", 21.5, 46)):
        said = layer("points", 2.0, 50.0, texts=("here",), place=place)  # type: ignore[arg-type]
        svg = drawn(layer("line", [0.0, 10], [0.0, 100]), said, **at)
        text = next(each for each in svg.iter("text") if each.text == "here")
        assert numbers(text, "x", "y") == [x, heights(svg)["50"] + y]
    words = layer("texts", 2.0, 50.0, texts=("here",), place="right")
    svg = drawn(layer("line", [0.0, 10], [0.0, 100]), words, **at)
    text = next(each for each in svg.iter("text") if each.text == "here")
    assert numbers(text, "x", "y") == [22.5, heights(svg)["50"] + 4]


def test_lines_and_bands_pass_through_their_numbers() -> None:
    line = layer("line", [0.0, 5, 10], [0.0, 100, 50])
    band = layer("band", [0.0, 10], [100.0, 100], y_end=[0.0, 50])
    svg = drawn(line, band)
    up = heights(svg)
    one, two = (path.get("d") for path in svg.iter("path"))
    assert one == f"M0 {up['0']:.1f}L500 {up['100']:.1f}L1000 {up['50']:.1f}"
    assert two == (
        f"M0 {up['100']:.1f}L1000 {up['100']:.1f}L1000 {up['50']:.1f}L0 {up['0']:.1f}Z"
    )


def test_a_scale_from_below_0_has_round_numbers_within_its_ends() -> None:
    svg = drawn(
        layer("bars", range(2), [-40.0, 100.0]), x=Scale(names=("x", "y")),
        y=Scale(unit="signed"),
    )  # fmt: skip
    up = heights(svg)
    assert list(up) == ["0", "+50", "+100"]
    lost, won = (numbers(bar, "y", "height") for bar in svg.iter("rect"))
    assert lost[0] == pytest.approx(up["0"], abs=0.051)
    assert sum(lost) == pytest.approx(250 - 24, abs=0.11)
    assert won[1] == pytest.approx(2.5 * lost[1], abs=0.3)


@pytest.mark.parametrize("largest", [0.3, 0.03])
def test_a_scale_of_small_numbers_ends_with_them(largest: float) -> None:
    svg = drawn(layer("line", [0.0, 1], [0.0, largest]), write=str)
    up = heights(svg)
    assert len(up) > 2
    assert max(float(text) for text in up) < 1.5 * largest
    low = drawn(layer("bars", range(2), [-0.4, -0.1]), x=Scale(names=("x", "y")))
    deep, flat = (numbers(bar, "height")[0] for bar in low.iter("rect"))
    # The longest bar goes from 0, which is the upper end, to the lower one.
    assert deep == pytest.approx(226 - 22, abs=0.11)
    assert flat == pytest.approx(deep / 4, abs=0.11)


def test_a_scale_reaches_the_ends_that_it_was_given() -> None:
    names = Scale(names=("x", "y"))
    given = Scale(unit="share", lower=-0.5, upper=1.0)
    svg = drawn(layer("bars", range(2), [-0.25, 0.5]), x=names, y=given)
    lost, won = (numbers(bar, "height")[0] for bar in svg.iter("rect"))
    # From -0.5 to 1: a quarter is a sixth of the height, and a half is a third.
    assert lost == pytest.approx(204 / 6, abs=0.11)
    assert won == pytest.approx(204 / 3, abs=0.11)
    down = drawn(layer("bars", range(2), [0.25, 0.5]), x=names, y=given)
    flat, high = (numbers(bar, "height")[0] for bar in down.iter("rect"))
    assert (flat, high) == pytest.approx((204 / 6, 204 / 3), abs=0.11)


def test_shares_have_three_marks() -> None:
    svg = drawn(layer("line", [0.0, 1], [0.0, 0.3]), y=Scale(unit="share", upper=1))
    assert list(heights(svg)) == ["0%", "50%", "100%"]


def test_marks_at_the_ends_are_written_inwards() -> None:
    marks = [(at / 5, f"m{at}") for at in range(6)]
    svg = drawn(layer("line", [0.0, 1], [0.0, 2]), marks=marks)
    said = {each.text: each for each in svg.iter("text")}
    anchors = [said[f"m{at}"].get("text-anchor") for at in range(6)]
    assert anchors == ["start", *["middle"] * 4, "end"]
    assert [numbers(said[f"m{at}"], "x", "y") for at in (1, 5)] == [
        [20.0, 244.0], [100.0, 244.0],
    ]  # fmt: skip
    # Of six, every second is left out on a phone, the last one never.
    kinds = [said[f"m{at}"].get("class") for at in range(6)]
    assert kinds == ["tick wide", "tick"] * 3
    few = drawn(layer("line", [0.0, 1], [0.0, 2]), marks=marks[:5])
    assert {e.get("class") for e in few.iter("text") if e.text[0] == "m"} == {"tick"}


def test_bars_of_a_list_have_the_length_of_their_numbers() -> None:
    layers = [
        layer("barh", values, range(2), name=name, texts=(name + "0", name + "1"))
        for name, values in (("a", [100.0, 50.0]), ("b", [25.0, -25.0]))
    ]
    svg = drawn(*layers, y=Scale(names=("up", "down")))
    found = [numbers(bar, "x", "width", "y", "height") for bar in svg.iter("rect")]
    # From -25 to 100 the bars have 72% of the width: a unit is 0.576%.
    unit = 72 / 125
    expected = [
        [25 * unit, 100 * unit, 20, 14], [25 * unit, 25 * unit, 37, 14],
        [25 * unit, 50 * unit, 82, 14], [0, 25 * unit, 99, 14],
    ]  # fmt: skip
    np.testing.assert_allclose(found, expected, atol=0.006)
    said = {each.text: numbers(each, "x", "y") for each in svg.iter("text")}
    assert said["up"] == [0, 14]
    assert said["down"] == [0, 62 + 14]
    for text, (left, width, top, _) in zip(
        ("a0", "b0", "a1", "b1"), expected, strict=True
    ):
        end = max(left + width, 25 * unit)
        assert said[text] == pytest.approx([end + 0.8, top + 11.5], abs=0.051)
    assert svg.get("height") == "124"


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_bars_of_a_list_begin_at_0_in_any_unit(unit: float) -> None:
    bars = layer("barh", [0.5 * unit, 0.25 * unit], range(2), texts=("a", "b"))
    svg = drawn(bars, y=Scale(names=("up", "down")))
    found = [numbers(bar, "x", "width") for bar in svg.iter("rect")]
    np.testing.assert_allclose(found, [[0, 72], [0, 36]], atol=0.006)


def test_a_stack_fills_the_width_and_names_what_is_wide_enough() -> None:
    start, layers = 0.0, []
    for name, part in (("large", 0.7), ("just", 0.19), ("small", 0.11)):
        layers.append(layer("barh", start + part, 0, x_end=start, name=name,
                            stack="all", texts=(name,)))  # fmt: skip
        start += part
    svg = drawn(*layers, x=Scale(lower=0, upper=1), y=Scale(names=("",)))
    found = [numbers(bar, "x", "width", "y", "height") for bar in svg.iter("rect")]
    np.testing.assert_allclose(
        found, [[0, 70, 4, 30], [70, 19, 4, 30], [89, 11, 4, 30]], atol=0.006
    )
    texts = {each.text: numbers(each, "x", "y") for each in svg.iter("text")}
    assert texts == {"large": [0, 54], "just": [70, 54]}
    assert svg.get("height") == "59"


def test_a_place_across_is_its_share_of_the_way_between_both_ends() -> None:
    points = layer("points", [10.0, 20.0, 40.0], [1.0, 2.0, 3.0])
    found = [numbers(each, "cx")[0] for each in drawn(points).iter("circle")]
    assert found == pytest.approx([0.0, 100 / 3, 100.0], abs=0.01)


@pytest.mark.parametrize(("least", "bases"), [(0.0, 1), (5.0, 1), (-5.0, 2)])
def test_the_line_at_0_is_drawn_again_above_bars_that_cross_it(
    least: float, bases: int
) -> None:
    bars = layer("bars", range(2), [least, 10.0])
    svg = drawn(bars, x=Scale(names=("x", "y")), y=Scale(unit="signed"))
    zero = heights(svg)["0"]
    found = [
        numbers(each, "y1") for each in svg.iter("line") if each.get("class") == "base"
    ]
    assert found == [[pytest.approx(zero, abs=0.051)]] * bases


def test_every_second_name_is_left_out_on_a_phone_from_the_second_on() -> None:
    svg = drawn(layer("bars", range(4), [1.0] * 4), x=Scale(names=tuple("wxyz")))
    kinds = {each.text: each.get("class") for each in svg.iter("text")}
    assert [kinds[name] for name in "wxyz"] == ["tick", "tick wide"] * 2


def test_a_change_of_one_has_its_sign() -> None:
    svg = drawn(
        layer("bars", range(2), [-2.0, 3.0]), x=Scale(names=("x", "y")),
        y=Scale(unit="signed"),
    )  # fmt: skip
    minus = "\N{MINUS SIGN}"
    assert list(heights(svg)) == [f"{minus}2", f"{minus}1", "0", "+1", "+2", "+3"]


def test_a_low_bar_is_as_low_as_its_number() -> None:
    svg = drawn(layer("bars", range(2), [100.0, 0.2]), x=Scale(names=("x", "y")))
    high, low = (numbers(bar, "height")[0] for bar in svg.iter("rect"))
    assert (high, low) == (204.0, 0.4)
