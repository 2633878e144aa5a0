"""Several charts on one pair of axes: their series, colours, places and categories."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..._chart import Chart, Layer, Scale
from ...typing import FloatArray

__all__ = ["DrawnSeries", "together"]

_APART = 0.22  # of the place of a category


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnSeries:
    """Charts as one: what is drawn on axes that one or more plots share.

    Attributes
    ----------
    chart
        All layers, on scales that hold the categories of all charts.
    colours
        Of each layer, which series colour it has.
    places
        Of each layer of bars, its place among bars side by side, and their number.
    """

    chart: Chart
    colours: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def together(charts: Sequence[Chart]) -> DrawnSeries:
    """Return charts as one: shared lines once, and every series with its own colour."""
    x = _scale([chart.x for chart in charts])
    y = _scale([chart.y for chart in charts])
    kept: list[tuple[int, Layer]] = []
    for at, chart in enumerate(charts):
        for each in chart.layers:
            moved = replace(
                each,
                x=_moved(each.x, chart.x, x),
                y=_moved(each.y, chart.y, y),
                x_end=None if each.x_end is None else _moved(each.x_end, chart.x, x),
                y_end=None if each.y_end is None else _moved(each.y_end, chart.y, y),
            )
            moved = _beside(moved, at, len(charts)) if y.names else moved
            earlier = [other for call, other in kept if call < at]
            if not any(_drawn_before(moved, other) for other in earlier):
                kept.append((at, moved))
    layers = tuple(each for _, each in kept)
    return DrawnSeries(
        chart=replace(
            charts[-1],
            layers=layers,
            x=x,
            y=y,
            below=tuple(row for chart in charts for row in chart.below),
        ),
        colours=_colours(kept),
        places=_places(kept),
    )


def _scale(scales: Sequence[Scale]) -> Scale:
    names = dict.fromkeys(name for scale in scales for name in scale.names)
    lowest = [scale.lower for scale in scales if scale.lower is not None]
    highest = [scale.upper for scale in scales if scale.upper is not None]
    return replace(
        scales[0],
        names=tuple(names),
        lower=min(lowest) if len(lowest) == len(scales) else None,
        upper=max(highest) if len(highest) == len(scales) else None,
    )


def _moved(values: FloatArray, old: Scale, new: Scale) -> FloatArray:
    """Move the marks of categories to their places among the categories of all."""
    if not old.names or old.names == new.names:
        return values
    place = np.array([new.names.index(name) for name in old.names], dtype=np.float64)
    nearest = np.clip(np.rint(values), 0, place.size - 1).astype(np.int64)
    return place[nearest] + (values - nearest)


def _beside(each: Layer, call: int, calls: int) -> Layer:
    """Move points and intervals of several calls apart, around their category."""
    if each.kind not in ("points", "arms") or each.tone != "series":
        return each
    shift = _APART * (call - (calls - 1) / 2)
    end = None if each.y_end is None else each.y_end + shift
    return replace(each, y=each.y + shift, y_end=end)


def _drawn_before(first: Layer, second: Layer) -> bool:
    """Tell what all charts share, such as a diagonal or the actual figures."""
    return (
        first.tone == second.tone != "series"
        and (first.kind, first.name) == (second.kind, second.name)
        and np.array_equal(first.x, second.x)
        and np.array_equal(first.y, second.y)
    )


def _colours(layers: Sequence[tuple[int, Layer]]) -> tuple[int, ...]:
    order: dict[tuple[int, str], int] = {}
    return tuple(
        order.setdefault((at, each.name), len(order)) if each.tone == "series" else 0
        for at, each in layers
    )


def _places(layers: Sequence[tuple[int, Layer]]) -> tuple[tuple[int, int], ...]:
    order: dict[tuple[int, str], int] = {}
    found = [
        order.setdefault((at, each.stack), len(order))
        if each.kind in ("bars", "barh")
        else 0
        for at, each in layers
    ]
    return tuple((place, max(len(order), 1)) for place in found)
