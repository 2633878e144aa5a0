"""Draw a chart as SVG for the page: the same description that plots are drawn from.

Places, sizes and words follow the page: see ``svg_drawing``. Colours are classes, and
what a mark says when it is pointed at is the chart's ``hints``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from ..._chart import Chart, Layer, Scale, Tone
from ...typing import FloatArray
from .numbers_as_text import count, percent, short
from .svg_drawing import FOOT, HEIGHT, TOP, Drawing, nice_ticks

__all__ = ["chart_svg"]

Place = Callable[[float], float]

_FILLS: Final[Mapping[Tone, str]] = {
    "series": "first",
    "good": "first",
    "reference": "second",
    "bad": "second",
    "total": "second",
    "soft": "soft",
}
_LETTERS = 56  # of names below the bars; half of them on a phone
_WIDE = 0.72  # of the width, for the longest bar of a list; its text follows
_HEAD, _ROW, _APART = 20.0, 17.0, 8.0  # pixels of a list: name, bar, gap
_CLEAR = 28.0  # further down, clear of a second curve below the point
_FITS = 0.12  # of the width: a shorter part of a stack has no text


def chart_svg(
    chart: Chart,
    *,
    marks: Sequence[tuple[float, str]] = (),
    write: Callable[[float], str] | None = None,
) -> str:
    """Return the SVG of a chart.

    ``marks`` are the places that are named below the horizontal axis, where it has no
    categories; ``write`` writes the numbers of the upward axis, if not by their unit.
    """
    if chart.y.names:
        return _list(chart)
    height = HEIGHT * chart.height / 4
    drawing = Drawing(height=height, label=chart.finding)
    ticks, (lowest, highest) = _upward(chart)
    bottom = height - FOOT
    span = (highest - lowest) or 1.0

    def up(value: float) -> float:
        return bottom - (value - lowest) / span * (bottom - TOP)

    drawing.grid(ticks, up, write or _writer(chart.y))
    across = _across(chart)
    slots = _Slots(chart)
    for each in chart.layers:
        _draw(drawing, each, across, up, slots)
    if lowest < 0:
        drawing.rule(up(0.0), kind="base")
    if chart.x.names:
        _write_names(drawing, chart.x.names, height)
    for part, (at, words) in enumerate(marks):
        x = across(at)
        anchor = "end" if x > 0.99 else "middle" if x > 0.01 else "start"
        # Every second name is left out on a phone, the last one never.
        kept = (len(marks) - 1 - part) % 2 == 0 or len(marks) < 6
        kind = "tick" if kept else "tick wide"
        drawing.text(x, height - 6, words, kind=kind, at=anchor)
    return drawing.svg()


class _Slots:
    """The places of bars: one for each stack, side by side within a category."""

    def __init__(self, chart: Chart) -> None:
        stacks = [each.stack for each in chart.layers if each.kind == "bars"]
        self._order = list(dict.fromkeys(stacks))
        self.n = max(len(chart.x.names), 1)
        points = [each.name for each in chart.layers if each.kind == "points"]
        self.series = list(dict.fromkeys(points))

    def of(self, each: Layer, at: float) -> tuple[float, float]:
        """Return where a bar begins, and how wide it is."""
        part = 0.84 / len(self._order)
        begin = at + part * self._order.index(each.stack)
        return begin / self.n, 0.97 * part / self.n


def _draw(
    drawing: Drawing, each: Layer, across: Place, up: Place, slots: _Slots
) -> None:
    """Draw one layer of a chart with an upward axis."""
    if each.kind == "bars":
        base = np.zeros_like(each.y) if each.y_end is None else each.y_end
        for at, (x, y, floor) in enumerate(zip(each.x, each.y, base, strict=True)):
            if each.x_end is None:
                begin, width = slots.of(each, float(x))
            else:  # from edge to edge: a histogram
                begin = across(float(x))
                width = 0.9 * (across(float(each.x_end[at])) - begin)
            top, bottom = sorted((up(float(y)), up(float(floor))))
            if top < bottom:
                drawing.bar(
                    begin,
                    width,
                    top=top,
                    bottom=bottom,
                    kind=_fill(each, at),
                    title=_hint(each, at),
                )
    elif each.kind == "band":
        ends = each.y if each.y_end is None else each.y_end
        upper = _path(each.x, each.y, across, up)
        drawing.area(upper, _path(each.x, ends, across, up), kind="wash")
    elif each.kind == "line":
        kind = "line second" if each.tone == "reference" else "line"
        drawing.curve(_path(each.x, each.y, across, up), kind=kind)
    elif each.kind == "arms":
        ends = each.y if each.y_end is None else each.y_end
        for x, y, end in zip(each.x, each.y, ends, strict=True):
            top, bottom = sorted((up(float(y)), up(float(end))))
            drawing.upright(across(float(x)), top=top, bottom=bottom, kind="mark")
    else:
        _draw_points(drawing, each, across, up, slots)


def _draw_points(
    drawing: Drawing, each: Layer, across: Place, up: Place, slots: _Slots
) -> None:
    """Draw points with their texts, or texts alone."""
    several = len(slots.series) > 1
    kind = f"point lead{slots.series.index(each.name)}" if several else "point"
    if each.tone == "reference":
        kind = "point other"
    size = 5 if several or each.x.size == 1 else 4
    for at, (x, y) in enumerate(zip(each.x, each.y, strict=True)):
        here, there = across(float(x)), up(float(y))
        if each.kind == "points":
            drawing.dot(here, there, kind=kind, title=_hint(each, at), r=size)
        if at < len(each.texts):
            strong = "tick" if each.tone == "soft" else "strong"
            if each.place == "above":
                drawing.text(here, there - 10, each.texts[at], kind=strong, at="middle")
            elif each.place == "left":
                drawing.text(here - 0.03, there + 4, each.texts[at], at="end")
            else:
                aside, down = (0.015, 18.0) if each.kind == "points" else (0.025, 4.0)
                down += _CLEAR if each.place == "below" else 0.0
                drawing.text(here + aside, there + down, each.texts[at], kind=strong)


def _list(chart: Chart) -> str:
    """Draw bars that lie: each name above its bars, each text beyond its bar."""
    layers = [each for each in chart.layers if each.kind == "barh"]
    stacked = len({each.stack for each in layers}) == 1 and len(layers) > 1
    rows = 1 if stacked else len(layers)
    head = _HEAD if any(chart.y.names) else 4.0
    step = head + _ROW * rows + _APART + (30.0 if stacked else 0.0)
    drawing = Drawing(height=step * len(chart.y.names), label=chart.finding)
    ends = np.concatenate([each.x for each in layers])
    least = min(float(ends.min()), chart.x.lower or 0.0)
    most = max(float(ends.max()), chart.x.upper or 0.0)
    wide = 1.0 if stacked else _WIDE

    def across(value: float) -> float:
        return wide * (value - least) / ((most - least) or 1.0)

    for at, name in enumerate(chart.y.names):
        drawing.text(0, at * step + 14, name, kind="strong") if name else None
        for row, each in enumerate(layers):
            start = 0.0 if each.x_end is None else float(each.x_end[at])
            left, right = sorted((across(start), across(float(each.x[at]))))
            top = at * step + head + (0 if stacked else _ROW * row)
            bottom = top + (30 if stacked else 14)
            drawing.bar(
                left,
                right - left,
                top=top,
                bottom=bottom,
                kind=_fill(each, at),
                title=_hint(each, at),
            )
            if stacked and right - left > _FITS:
                drawing.text(left, bottom + 20, each.texts[at])
            elif not stacked:
                beyond = max(right, across(0.0)) + 0.008
                drawing.text(beyond, top + 11.5, each.texts[at])
    return drawing.svg()


def _upward(chart: Chart) -> tuple[list[float], tuple[float, float]]:
    """Return the ticks of the upward axis, and the ends of what it shows."""
    parts = [part for each in chart.layers for part in (each.y, each.y_end)]
    values = np.concatenate([part for part in parts if part is not None])
    values = values[np.isfinite(values)]
    highest = float(max(values.max(initial=0.0), chart.y.upper or 0.0))
    lowest = float(min(values.min(initial=0.0), chart.y.lower or 0.0))
    if lowest >= 0:
        ticks = nice_ticks(highest) if chart.y.upper is None else [0.0, 0.5, 1.0]
        return ticks, (0.0, ticks[-1])
    tick = nice_ticks(max(highest, -lowest), count=3)[1]
    first, last = math.ceil(lowest / tick), math.floor(highest / tick)
    return [tick * at for at in range(first, last + 1)], (lowest, highest)


def _across(chart: Chart) -> Place:
    if chart.x.names:
        return lambda value: value / len(chart.x.names)
    values = np.concatenate([each.x for each in chart.layers])
    lower = float(values.min()) if chart.x.lower is None else chart.x.lower
    upper = float(values.max()) if chart.x.upper is None else chart.x.upper
    return lambda value: (value - lower) / ((upper - lower) or 1.0)


def _write_names(drawing: Drawing, names: Sequence[str], height: float) -> None:
    most = max(_LETTERS // (max(map(len, names)) + 1), 1)
    every = -(-len(names) // most)
    for at in range(0, len(names), every):
        kind = "tick" if (at // every) % 2 == 0 or len(names) == every else "tick wide"
        drawing.text(
            (at + 0.42) / len(names), height - 6, names[at], kind=kind, at="middle"
        )


def _writer(scale: Scale) -> Callable[[float], str]:
    if scale.unit == "share":
        return percent
    if scale.unit == "money":
        return lambda value: short(value, currency=scale.currency)
    if scale.unit == "signed":
        return lambda value: f"{'+' if value > 0 else ''}{count(value)}"
    return count


def _path(
    x: FloatArray, y: FloatArray, across: Place, up: Place
) -> list[tuple[float, float]]:
    places = zip(x.tolist(), y.tolist(), strict=True)
    return [(across(at), up(value)) for at, value in places]


def _fill(each: Layer, at: int) -> str:
    if each.dash:
        return "fill ahead"
    tone = each.tone if isinstance(each.tone, str) else each.tone[at]
    return f"fill {_FILLS[tone]}"


def _hint(each: Layer, at: int) -> str:
    return each.hints[at] if at < len(each.hints) else ""
