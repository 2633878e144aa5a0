"""Write a chart, and its Vega-Lite document, as lines of text that can be compared."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from crmkit._chart import Chart, Layer

__all__ = ["chart_lines", "document_lines"]

_MOST = 16  # numbers of a layer that are written one by one
_ROWS = 3  # rows of data of a document
_PLAIN = {"name": "", "stack": "", "dash": False, "dots": False, "place": "auto"}


def chart_lines(chart: Chart) -> Iterator[str]:
    """Write what a chart says and how its axes are, then each layer."""
    yield f"finding: {chart.finding}"
    yield f"note: {chart.note}"
    yield f"height {_number(chart.height)} unnamed {chart.unnamed}"
    for name, scale in (("x", chart.x), ("y", chart.y)):
        kept = [(each.name, getattr(scale, each.name)) for each in fields(scale)]
        said = (f"{key}={_plain(value)}" for key, value in kept if _is_said(value))
        yield f"{name}: {' '.join(said)}"
    for row in chart.below:
        places = " ".join(_number(at) for at in row.x)
        yield f"below {row.title} | {row.name} | {places} | {' ; '.join(row.texts)}"
    for each in chart.layers:
        yield from _layer_lines(each)


def document_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Write a document: its settings, then each layer with its first rows of data."""
    for name, value in document.items():
        if name != "layer":
            yield f"{name}: {_json(value)}"
    for each in document.get("layer", ()):
        yield from (f"  {name}: {_json(value)}" for name, value in each.items())


def _layer_lines(layer: Layer) -> Iterator[str]:
    said = [
        f"{name}={getattr(layer, name)}"
        for name, usual in _PLAIN.items()
        if getattr(layer, name) != usual
    ]
    yield " ".join([f"- {layer.kind} {_tone(layer.tone)}", *said])
    for name in ("x", "y", "x_end", "y_end", "value"):
        numbers = getattr(layer, name)
        if numbers is not None:
            yield f"  {name} {_numbers(np.asarray(numbers, dtype=float))}"
    for name in ("texts", "hints"):
        texts = getattr(layer, name)
        if texts:
            more = f" ... of {len(texts)}" if len(texts) > _MOST else ""
            yield f"  {name} {' ; '.join(texts[:_MOST])}{more}".replace("\n", "\\n")


def _tone(tone: str | tuple[str, ...]) -> str:
    return tone if isinstance(tone, str) else ",".join(tone[:_MOST])


def _numbers(values: np.ndarray) -> str:
    """Write numbers; of many, some in even steps, how many there are and their sum."""
    values = values.ravel()
    if values.size <= _MOST:
        return " ".join(_number(each) for each in values)
    some = values[np.linspace(0, values.size - 1, _MOST - 2).round().astype(int)]
    total = _number(float(np.nansum(values)))
    return f"{' '.join(_number(each) for each in some)} of {values.size} sum {total}"


def _number(value: float) -> str:
    # Always with a point: a whole number may be the rounded end of a calculation.
    text = f"{0.0 if abs(value) < 1e-9 else value:.7g}"
    return text if {".", "e", "n"} & set(text) else f"{text}.0"


def _is_said(value: object) -> bool:
    return value not in (None, "", (), False)


def _plain(value: object) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _json(value: object) -> str:
    return json.dumps(_short(value), ensure_ascii=False)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    if isinstance(value, list):
        rows = value[:_ROWS] if value and isinstance(value[0], dict) else value
        if len(value) > _MOST:
            rows = value[:_ROWS]
        more = [f"... of {len(value)}"] if len(rows) < len(value) else []
        return [*(_short(each) for each in rows), *more]
    return float(f"{value:.7g}") if isinstance(value, float) else value
