"""The marks of a chart, drawn by matplotlib: one function per kind."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from ..._chart import Kind, Layer
from ...typing import FloatArray
from .drawn_series import DrawnSeries
from .matplotlib_texts import inches, write_texts
from .palette import FEW_COLOURS, HEAT, INK, SERIES, TONES

__all__ = ["colour_of", "draw_layers"]

_ROOM = 0.8  # of the place of a category, for its bars
_LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue


def colour_of(each: Layer, series: int) -> str:
    """Return the colour of a layer; that of its first mark if they differ."""
    tone = each.tone if isinstance(each.tone, str) else each.tone[0]
    return SERIES[series % FEW_COLOURS] if tone == "series" else TONES[tone]


def draw_layers(axes: Axes, series: DrawnSeries) -> None:
    """Draw all layers, the first at the back."""
    for each, colour, place in zip(
        series.chart.layers, series.colours, series.places, strict=True
    ):
        _MARKS[each.kind](axes, each, _shades(each, colour), place)


def _shades(each: Layer, series: int) -> list[str]:
    tones = (each.tone,) if isinstance(each.tone, str) else each.tone
    return [
        SERIES[series % FEW_COLOURS] if tone == "series" else TONES[tone]
        for tone in tones
    ]


def _line(axes: Axes, each: Layer, shades: list[str], _: tuple[int, int]) -> None:
    behind = each.tone == "reference"
    axes.plot(
        each.x,
        each.y,
        color=shades[0],
        linewidth=1.1 if behind else 2,
        linestyle=(0, (4, 3)) if each.dash else "-",
        drawstyle="steps-post" if each.kind == "steps" else "default",
        marker="o" if each.dots else "",
        markersize=5,
        zorder=1.5 if behind else 2.5,
    )
    write_texts(axes, each)


def _band(axes: Axes, each: Layer, shades: list[str], _: tuple[int, int]) -> None:
    upper = each.y if each.y_end is None else each.y_end
    step: Literal["post"] | None = "post" if each.kind == "step_band" else None
    axes.fill_between(
        each.x, each.y, upper, color=shades[0], alpha=0.18, linewidth=0, step=step
    )


def _bars(axes: Axes, each: Layer, shades: list[str], place: tuple[int, int]) -> None:
    base = np.zeros_like(each.y) if each.y_end is None else each.y_end
    if each.x_end is not None:  # from edge to edge: a histogram
        left, wide = each.x, each.x_end - each.x
        alone = place[1] == 1
    else:
        left, wide = _side_by_side(each.x, place)
        alone = True
    drawn = axes.bar(
        left,
        each.y - base,
        wide,
        base,
        align="edge",
        color=shades,
        edgecolor="white",
        linewidth=0.6,
        alpha=1.0 if alone else 0.6,
        zorder=2,
    )
    for bar in drawn:
        # An axis may end where bars stand, at 0. One that hangs begins at its top,
        # and the text above it needs room.
        bar.sticky_edges.y[:] = [edge for edge in bar.sticky_edges.y if edge == 0]
    write_texts(axes, each, shift=left + wide / 2 - each.x, base=base)


def _barh(axes: Axes, each: Layer, shades: list[str], place: tuple[int, int]) -> None:
    base = np.zeros_like(each.x) if each.x_end is None else each.x_end
    low, high = _side_by_side(each.y, place)
    axes.barh(
        low,
        each.x - base,
        high,
        base,
        align="edge",
        color=shades,
        edgecolor="white",
        linewidth=0.6,
        zorder=2,
    )
    write_texts(axes, each, shift=low + high / 2 - each.y, base=base)


def _side_by_side(
    centre: FloatArray, place: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    at, count = place
    wide = np.full_like(centre, _ROOM / count)
    return centre - _ROOM / 2 + at * wide, wide


def _points(axes: Axes, each: Layer, shades: list[str], _: tuple[int, int]) -> None:
    axes.scatter(each.x, each.y, s=38, color=shades, zorder=3)
    write_texts(axes, each)


def _arms(axes: Axes, each: Layer, shades: list[str], _: tuple[int, int]) -> None:
    x_end = each.x if each.x_end is None else each.x_end
    y_end = each.y if each.y_end is None else each.y_end
    lines = np.stack(
        [np.column_stack([each.x, each.y]), np.column_stack([x_end, y_end])], axis=1
    )
    behind = each.tone == "reference"
    known = lines[np.isfinite(lines).all(axis=(1, 2))]
    # Versions of matplotlib differ in what a collection does to the ends of the axes.
    axes.update_datalim(known.reshape(-1, 2))
    axes.add_collection(
        LineCollection(
            list(known),
            colors=shades,
            linewidths=1.1 if behind else 1.8,
            linestyles=(0, (4, 3)) if each.dash else "-",
            zorder=1.5 if behind else 2.4,
        ),
        autolim=False,
    )


def _texts(axes: Axes, each: Layer, _: list[str], __: tuple[int, int]) -> None:
    axes.update_datalim(np.column_stack([each.x, each.y]))
    write_texts(axes, each)


def _corners(axes: Axes, each: Layer, _: list[str], __: tuple[int, int]) -> None:
    """Name the quarters of a map, each in its own corner."""
    axes.update_datalim(np.column_stack([each.x, each.y]))
    across, up = each.x.mean(), each.y.mean()
    for x, y, text in zip(each.x, each.y, each.texts, strict=True):
        axes.annotate(
            text,
            (x, y),
            xytext=(6 if x < across else -6, 6 if y < up else -6),
            textcoords="offset points",
            ha="left" if x < across else "right",
            va="bottom" if y < up else "top",
            fontsize=10,
            fontstyle="italic",
            color=TONES["reference"],
            zorder=1,
        )


def _cells(axes: Axes, each: Layer, _: list[str], __: tuple[int, int]) -> None:
    value = np.zeros_like(each.x) if each.value is None else each.value
    columns, rows = each.x.astype(np.int64), each.y.astype(np.int64)
    grid = np.full((rows.max() + 1, columns.max() + 1), np.nan)
    grid[rows, columns] = value
    known = value[np.isfinite(value)]
    least, most = known.min(initial=0.0), known.max(initial=0.0) or 1.0
    shades = LinearSegmentedColormap.from_list("heat", list(HEAT))
    axes.imshow(grid, cmap=shades, vmin=least, vmax=most, aspect="auto", zorder=1)
    height, width = grid.shape
    axes.set_xticks(np.arange(width + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(height + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    size = _text_size(axes, width, height, each.texts)
    for x, y, number, text in zip(columns, rows, value, each.texts, strict=False):
        if size is not None and text:
            ink = _ink(shades((number - least) / (most - least)))
            axes.text(
                x, y, text, ha="center", va="center", color=ink, fontsize=size,
                parse_math=False,
            )  # fmt: skip


def _text_size(
    axes: Axes, width: int, height: int, texts: tuple[str, ...]
) -> float | None:
    """Return the size that fits into a cell; None where it could not be read."""
    wide, high = inches(axes)
    room = 72 * wide / width, 72 * high / height
    longest = max((len(line) for text in texts for line in text.split("\n")), default=1)
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    size = min(9.0, room[0] / (0.62 * max(longest, 1)), room[1] / (1.25 * lines))
    return size if size >= 5 else None


def _ink(colour: tuple[float, float, float, float]) -> str:
    # Where white has as much contrast as ink, by the relative luminance of WCAG 2.2.
    linear = [((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return "white" if float(np.dot(_LUMINANCE, linear)) < 0.22 else INK


_MARKS: Final[
    Mapping[Kind, Callable[[Axes, Layer, list[str], tuple[int, int]], None]]
] = {
    "line": _line,
    "steps": _line,
    "band": _band,
    "step_band": _band,
    "bars": _bars,
    "barh": _barh,
    "points": _points,
    "arms": _arms,
    "texts": _texts,
    "cells": _cells,
    "corners": _corners,
}
