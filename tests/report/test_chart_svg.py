"""The charts of the page are described as plots are, and drawn the way of the page."""

import re
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from crmkit._chart import Chart, Scale, layer
from crmkit.plot import vega_lite
from crmkit.plot.drawing.matplotlib_axes import draw
from crmkit.report import Findings
from crmkit.report.page.chart_svg import chart_svg
from crmkit.report.page.page_charts import charts, described

mpl.use("agg")


def _numbers(svg: str, mark: str, name: str) -> list[float]:
    return [
        float(found) for found in re.findall(rf'<{mark}[^>]*? {name}="([\d.]+)', svg)
    ]


def test_matplotlib_and_vega_draw_the_charts_of_the_page(
    findings: Findings[Any],
) -> None:
    found = described(findings)
    assert set(found) == set(charts(findings))
    for chart in found.values():
        axes = draw(chart, title="finding", label=None, ax=None)
        assert vega_lite(ax=axes)["description"] == chart.finding
    plt.close("all")


def test_a_bar_is_as_high_as_its_value_and_says_its_hint() -> None:
    chart = Chart(
        layers=(layer("bars", [0, 1], [50.0, 100.0], hints=("half", "all")),),
        x=Scale(names=("a", "b")),
        y=Scale(unit="count"),
    )
    svg = chart_svg(chart)
    half, whole = _numbers(svg, "rect", "height")
    assert whole == pytest.approx(2 * half, abs=0.15)
    assert re.findall("<title>(.*?)</title>", svg) == ["half", "all"]


def test_bars_of_a_stack_stand_on_each_other() -> None:
    chart = Chart(
        layers=(
            layer("bars", 0, 30.0, name="a", stack="all"),
            layer("bars", 0, 100.0, y_end=30.0, name="b", stack="all"),
        ),
        x=Scale(names=("only",)),
        y=Scale(),
    )
    svg = chart_svg(chart)
    first, second = _numbers(svg, "rect", "y")
    assert second + _numbers(svg, "rect", "height")[1] == pytest.approx(first, abs=0.11)
    assert len(set(_numbers(svg, "rect", "x"))) == 1


def test_below_zero_an_axis_has_ticks_on_both_sides() -> None:
    chart = Chart(
        layers=(layer("bars", [0, 1], [-8000.0, 8000.0]),),
        x=Scale(names=("lost", "new")),
        y=Scale(unit="signed"),
    )
    svg = chart_svg(chart)
    assert [mark in svg for mark in (">\u22125,000<", ">0<", ">+5,000<")] == [True] * 3
    assert len(set(_numbers(svg, "rect", "height"))) == 1


def test_a_list_writes_each_text_beyond_its_bar() -> None:
    chart = Chart(
        layers=(layer("barh", [1.0, -1.0], [0, 1], texts=("up", "down")),),
        x=Scale(),
        y=Scale(names=("gain", "loss")),
    )
    svg = chart_svg(chart)
    assert _numbers(svg, "rect", "width") == [36.0, 36.0]
    up, down = (
        float(re.search(rf'x="([\d.]+)%"[^>]*>{word}<', svg)[1])  # type: ignore[index]
        for word in ("up", "down")
    )
    assert up > 72
    assert 36 < down < 37


def test_names_below_bars_are_as_many_as_fit() -> None:
    def shown(names: tuple[str, ...]) -> int:
        bars = layer("bars", range(len(names)), 1.0)
        svg = chart_svg(Chart(layers=(bars,), x=Scale(names=names), y=Scale()))
        return sum(f">{name}<" in svg for name in names)

    assert shown(tuple(f"n{at}" for at in range(10))) == 10
    assert shown(tuple(f"Month {at:02d}" for at in range(24))) < 7


def test_hostile_names_are_escaped() -> None:
    bars = layer("bars", 0, 1.0, hints=("<script>",))
    chart = Chart(
        layers=(bars,), x=Scale(names=("<b>",)), y=Scale(), finding='a "quote" <i>'
    )
    svg = chart_svg(chart)
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "<i>" not in svg
