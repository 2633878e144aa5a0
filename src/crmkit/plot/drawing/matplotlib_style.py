"""The house style of a plot: axes, ticks, title, and the names of its series."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from ..._chart import Chart, Layer, Scale
from .axes_record import Head
from .drawn_series import DrawnSeries
from .log_ticks import LogTicks
from .matplotlib_marks import colour_of
from .matplotlib_texts import SIZE, inches, spread
from .number_formats import tick_text
from .palette import GRID, INK, SOFT_INK

__all__ = ["dress", "headline", "undress"]

_MOST_DIRECT = 7  # names at the ends of lines; more of them are a legend
_NEAR_THE_END = 0.15
_MOST_TICKS = 14
_LONG_NAME = 34
_LINES = ("line", "steps")


def headline(chart: Chart, title: str | None) -> Head | None:
    """Return the title and its note; None where no title is asked for."""
    if title is None:
        return None
    return (chart.finding, chart.note) if title == "finding" else (title, "")


def undress(axes: Axes, chart: Chart, before: Sequence[Chart]) -> None:
    """Prepare the axes before marks are drawn; labels of the caller stay."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#9aa1a9")
    axes.tick_params(colors=SOFT_INK, labelsize=SIZE, length=0, pad=5)
    axes.set_axisbelow(True)
    cells = any(each.kind == "cells" for each in chart.layers)
    for axis, scale, old in (
        (axes.xaxis, chart.x, {each.x.title for each in before}),
        (axes.yaxis, chart.y, {each.y.title for each in before}),
    ):
        if axis.label.get_text() in {"", *old}:
            axis.set_label_text(
                scale.title, color=SOFT_INK, fontsize=SIZE + 0.5, parse_math=False
            )
        across = axis is axes.xaxis and not chart.y.names
        axis.set_visible(not scale.hidden)
        if scale.log:
            (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
        if not cells and not scale.names and not across:
            axis.grid(visible=True, color=GRID, linewidth=0.9)


def dress(axes: Axes, series: DrawnSeries, head: Head) -> None:
    """Finish the axes after marks are drawn: ends, ticks, names and title."""
    chart = series.chart
    _ends(axes, chart)
    _ticks(axes, axes.xaxis, chart.x)
    _ticks(axes, axes.yaxis, chart.y)
    _write_below(axes, chart)
    named = [] if chart.unnamed else _named(series)
    direct = _direct(axes, named)
    if direct:
        _name_lines(axes, named)
    elif named:
        _legend(axes, named)
    # The title begins where the axes do, beside the names of categories.
    names = max((min(len(name), _LONG_NAME) for name in chart.y.names), default=0)
    _title(axes, head, legend=bool(named) and not direct, beside=0.07 * names)


def _ends(axes: Axes, chart: Chart) -> None:
    # Across, marks end with a point or a text, which needs room; a line needs none.
    axes.margins(x=0.07 if chart.y.names else 0.01, y=0.08)
    axes.autoscale_view()
    for scale, change in ((chart.x, axes.set_xlim), (chart.y, axes.set_ylim)):
        if scale.log:
            continue
        if scale.names:
            ends = -0.6, len(scale.names) - 0.4
            if any(each.kind == "cells" for each in chart.layers):
                ends = -0.5, len(scale.names) - 0.5
            change(*(ends if scale is chart.x else ends[::-1]))
            continue
        low, high = axes.get_xlim() if scale is chart.x else axes.get_ylim()
        lower = low if scale.lower is None else scale.lower
        upper = high if scale.upper is None else scale.upper
        # A line that lies on an end is not cut in half.
        room = 0.015 * (upper - lower)
        change(
            lower - (room if scale.lower and scale.upper is not None else 0.0),
            upper + (room if scale.upper is not None else 0.0),
        )


def _ticks(axes: Axes, axis: Axis, scale: Scale) -> None:
    if scale.names:
        _name_ticks(axes, axis, scale.names)
    elif scale.unit == "date":
        locator = mdates.AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call] # of matplotlib
        axis.set_major_locator(locator)
        formatter = mdates.ConciseDateFormatter(locator)  # type: ignore[no-untyped-call] # of matplotlib
        axis.set_major_formatter(formatter)
    elif scale.log:
        axis.set_major_locator(LogTicks())
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.3g}"))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(
            MaxNLocator(6, integer=scale.unit == "count", steps=[1, 2, 2.5, 5, 10])
        )
        axis.set_major_formatter(FuncFormatter(lambda x, _: tick_text(scale, float(x))))


def _name_ticks(axes: Axes, axis: Axis, names: tuple[str, ...]) -> None:
    """Write the names of categories in full, wrapped; of many, some."""
    if axis is axes.yaxis:
        wrapped = [textwrap.fill(name, _LONG_NAME) for name in names]
        small = SIZE if len(names) <= 25 else SIZE - 1.5
        axis.set_ticks(
            np.arange(len(names)), wrapped, parse_math=False, fontsize=small,
            color=INK,
        )  # fmt: skip
        return
    step = -(-len(names) // _MOST_TICKS)
    shown = names[::step]
    wide, _ = inches(axes)
    letters = max(int(wide / len(shown) * 72 / (0.58 * SIZE)) - 1, 4)
    longest = max(max(map(len, name.split()), default=0) for name in shown)
    turned = longest > letters + 1
    axis.set_ticks(
        np.arange(0, len(names), step),
        [
            textwrap.fill(name, 24 if turned else max(letters, longest))
            for name in shown
        ],
        parse_math=False,
        rotation=35 if turned else 0,
        ha="right" if turned else "center",
        rotation_mode="anchor" if turned else "default",
    )


def _write_below(axes: Axes, chart: Chart) -> None:
    """Write rows of texts below the ticks, and move the label of the axis down."""
    if not chart.below:
        return
    high = 1.4 * SIZE
    axes.xaxis.labelpad = 10 + high * (len(chart.below) + 1)
    first, *_ = chart.below
    top = -22.0
    _below(axes, 0.0, first.title, up=top, across="axes fraction", ha="left")
    for at, row in enumerate(chart.below):
        up = top - high * (at + 1)
        for x, text in zip(row.x, row.texts, strict=True):
            _below(axes, x, text, up=up, across="data", ha="center")
        if row.name:
            _below(axes, 1.0, row.name, up=up, across="axes fraction", ha="left")


def _below(axes: Axes, x: float, text: str, *, up: float, across: str, ha: str) -> None:
    axes.annotate(
        text,
        (x, 0.0),
        xycoords=(across, "axes fraction"),
        xytext=(12 if x == 1 and across != "data" else 0, up),
        textcoords="offset points",
        ha=ha,
        va="top",
        fontsize=SIZE - 0.5,
        color=SOFT_INK,
        parse_math=False,
        annotation_clip=False,
    )


def _named(series: DrawnSeries) -> list[tuple[Layer, str]]:
    """Return one layer of each named series, with its colour."""
    found: dict[str, tuple[Layer, str]] = {}
    order = sorted(
        zip(series.chart.layers, series.colours, strict=True),
        key=lambda pair: pair[0].kind not in _LINES,
    )
    for each, colour in order:
        if each.name:
            found.setdefault(each.name, (each, colour_of(each, colour)))
    kept = list(found.values())
    first = {id(each): at for at, each in enumerate(series.chart.layers)}
    return sorted(kept, key=lambda pair: first[id(pair[0])])


def _direct(axes: Axes, named: list[tuple[Layer, str]]) -> bool:
    """Tell whether names fit at the ends of the lines.

    Only a figure that lays itself out makes room for them at the right.
    """
    lines = all(each.kind in _LINES for each, _ in named)
    laid_out = axes.figure.get_layout_engine() is not None
    if not (named and lines and laid_out and len(named) <= _MOST_DIRECT):
        return False
    ends = [float(np.nanmax(each.x)) for each, _ in named if each.x.size]
    low, high = axes.get_xlim()
    return min(ends) > high - _NEAR_THE_END * (high - low)


def _name_lines(axes: Axes, named: list[tuple[Layer, str]]) -> None:
    ends = []
    for each, _ in named:
        seen = np.flatnonzero(np.isfinite(each.x) & np.isfinite(each.y))
        last = seen[-1] if seen.size else 0
        ends.append((each.x[last], each.y[last]))
    places = axes.transData.transform(np.array(ends))[:, 1]
    scale = axes.figure.dpi / 72
    moved = spread(places, 1.25 * SIZE * scale)
    for (each, colour), end, up in zip(named, ends, moved - places, strict=True):
        axes.annotate(
            each.name,
            end,
            xytext=(7, up / scale),
            textcoords="offset points",
            va="center",
            fontsize=SIZE,
            color=colour,
            parse_math=False,
            annotation_clip=False,
        )


def _legend(axes: Axes, named: list[tuple[Layer, str]]) -> None:
    handles = [
        Line2D(
            [], [], color=colour, lw=2, ls=(0, (4, 2)) if each.dash else "-",
            label=each.name,
        )
        if each.kind in (*_LINES, "arms")
        else Line2D([], [], color=colour, lw=0, marker="o", label=each.name)
        if each.kind == "points"
        else Patch(color=colour, label=each.name)
        for each, colour in named
    ]  # fmt: skip
    letters = sum(len(each.name) + 6 for each, _ in named)
    wide, _ = inches(axes)
    columns = max(1, min(len(named), int(len(named) * wide * 14 / max(letters, 1))))
    legend = axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        borderaxespad=0.2,
        fontsize=SIZE,
        handlelength=1.3,
        columnspacing=1.4,
        labelcolor=INK,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _title(axes: Axes, head: Head, *, legend: bool, beside: float) -> None:
    title, note = head
    if not title:
        return
    wide, _ = inches(axes)
    above = 6 + (19 if legend else 0)
    if note:
        axes.annotate(
            note,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, above),
            textcoords="offset points",
            fontsize=SIZE,
            color=SOFT_INK,
            parse_math=False,
        )
    axes.set_title(
        textwrap.fill(title, max(int((wide - beside) * 10.6), 20)),
        loc="left",
        fontsize=12,
        fontweight="bold",
        color=INK,
        pad=above + (16 if note else 0),
        parse_math=False,
    )
