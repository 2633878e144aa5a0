"""The marks of a chart as layers of a Vega-Lite document: one function per kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from ..._chart import Chart, Kind, Layer, Scale
from ...typing import FloatArray
from .palette import FEW_COLOURS, HEAT, INK, SERIES, TONES

__all__ = ["Spec", "encoded", "marks_of"]

Spec: TypeAlias = dict[str, Any]
_DAY = 86_400_000  # milliseconds
_STEPS: Final = ("steps", "step_band")


def marks_of(chart: Chart, each: Layer, series: int, place: tuple[int, int]) -> Spec:
    """Return a layer: its rows of data, its mark, and what its channels show."""
    mark, channels = _MARKS[each.kind](each)
    rows = _rows(chart, each, series, place)
    encoding: Spec = {
        name: encoded(chart.x if name[0] == "x" else chart.y, name) for name in channels
    }
    encoding["color"] = {"field": "colour", "type": "nominal", "scale": None}
    if each.kind == "cells":
        encoding["color"] = {
            "field": "value",
            "type": "quantitative",
            "scale": {"range": list(HEAT)},
            "legend": None,
        }
    if mark["type"] == "text":
        encoding["text"] = {"field": "text"}
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def encoded(scale: Scale, channel: str) -> Spec:
    """Encode a channel: numbers and dates by their value, categories by their place."""
    kind = "temporal" if scale.unit == "date" else "quantitative"
    if channel.endswith("2"):
        return {"field": channel}
    return {"field": channel, "type": kind}


def _rows(
    chart: Chart, each: Layer, series: int, place: tuple[int, int]
) -> Sequence[Spec]:
    x, y, x_end, y_end = _ends(each, place)
    tones = (each.tone,) * x.size if isinstance(each.tone, str) else each.tone
    rows = []
    for at in range(x.size):
        tone = tones[min(at, len(tones) - 1)]
        row: Spec = {
            "x": _value(chart.x, x[at]),
            "y": _value(chart.y, y[at]),
            "x2": _value(chart.x, x_end[at]),
            "y2": _value(chart.y, y_end[at]),
            "colour": SERIES[series % FEW_COLOURS] if tone == "series" else TONES[tone],
            "name": each.name,
            "order": at,
        }
        if each.kind in ("texts", "corners"):
            row["colour"] = INK
        if each.texts:
            row["text"] = each.texts[at]
        if each.value is not None:
            row["value"] = _value(Scale(), each.value[at])
        rows.append(row)
    return rows


def _ends(
    each: Layer, place: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return both ends of each mark; bars side by side have their own places."""
    x_end = np.zeros_like(each.x) if each.x_end is None else each.x_end
    y_end = np.zeros_like(each.y) if each.y_end is None else each.y_end
    if each.kind == "cells":
        return each.x - 0.5, each.y - 0.5, each.x + 0.5, each.y + 0.5
    at, count = place
    low, high = -0.4 + 0.8 * at / count, -0.4 + 0.8 * (at + 1) / count
    if each.kind == "bars" and each.x_end is None:
        return each.x + low, each.y, each.x + high, y_end
    if each.kind == "barh":
        return each.x, each.y + low, x_end, each.y + high
    if each.kind == "arms":
        x_end = each.x if each.x_end is None else each.x_end
        y_end = each.y if each.y_end is None else each.y_end
    return each.x, each.y, x_end, y_end


def _value(scale: Scale, value: float) -> float | None:
    """Return a number to six digits: a pixel needs no more; JSON has no NaN."""
    if not np.isfinite(value):
        return None
    return value * _DAY if scale.unit == "date" else float(f"{value:.6g}")


def _line(each: Layer) -> tuple[Spec, tuple[str, ...]]:
    mark: Spec = {
        "type": "line",
        "strokeWidth": 1.2 if each.tone == "reference" else 2.2,
        "interpolate": "step-after" if each.kind in _STEPS else "linear",
        "point": {"filled": True, "size": 40} if each.dots else False,
    }
    return mark | ({"strokeDash": [4, 3]} if each.dash else {}), ("x", "y")


def _band(each: Layer) -> tuple[Spec, tuple[str, ...]]:
    way = "step-after" if each.kind in _STEPS else "linear"
    return {"type": "area", "opacity": 0.18, "interpolate": way}, ("x", "y", "y2")


def _rect(_: Layer) -> tuple[Spec, tuple[str, ...]]:
    return {"type": "rect", "stroke": "white"}, ("x", "x2", "y", "y2")


def _points(_: Layer) -> tuple[Spec, tuple[str, ...]]:
    return {"type": "point", "filled": True, "opacity": 1, "size": 60}, ("x", "y")


def _arms(each: Layer) -> tuple[Spec, tuple[str, ...]]:
    mark: Spec = {"type": "rule", "strokeWidth": 1.8}
    if each.dash:
        mark["strokeDash"] = [4, 3]
    return mark, ("x", "x2", "y", "y2")


def _texts(_: Layer) -> tuple[Spec, tuple[str, ...]]:
    return {"type": "text", "dy": -6}, ("x", "y")


_MARKS: Final[Mapping[Kind, Callable[[Layer], tuple[Spec, tuple[str, ...]]]]] = {
    "line": _line,
    "steps": _line,
    "band": _band,
    "step_band": _band,
    "bars": _rect,
    "barh": _rect,
    "cells": _rect,
    "points": _points,
    "arms": _arms,
    "texts": _texts,
    "corners": _texts,
}
