"""What the charts of the page share: colours, axes, and the finished document.

A chart is a Vega-Lite document, a plain dictionary. Colours are the CSS variables of
the page, so the charts follow light, dark and print.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "ACCENT",
    "FAINT",
    "HEIGHT",
    "SECOND",
    "Spec",
    "axis",
    "colours",
    "data",
    "document",
    "money_axis",
    "tooltips",
]

Spec = dict[str, Any]

ACCENT, SECOND, FAINT = "var(--accent)", "var(--second)", "var(--faint)"
HEIGHT = 260

_INK, _SOFT, _GRID = "var(--ink)", "var(--soft)", "var(--grid)"


def data(rows: Sequence[Mapping[str, object]]) -> Spec:
    """Carry rows inside the chart, to six digits: a pixel needs no more."""
    return {"values": [_rounded(row) for row in rows]}


def _rounded(row: Mapping[str, object]) -> Spec:
    return {
        key: float(f"{value:.6g}") if isinstance(value, float) else value
        for key, value in row.items()
    }


def axis(field: str, kind: str, title: str | None, **axis_options: object) -> Spec:
    """Encode a field of one kind along an axis with a title."""
    encoded: Spec = {"field": field, "type": kind, "title": title}
    return encoded | ({"axis": axis_options} if axis_options else {})


def colours(field: str, colours: Mapping[str, str]) -> Spec:
    """Colour a field by name, without a legend: the page has it."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def tooltips(**titles: str) -> list[Spec]:
    """Show each field under its title when a mark is pointed at."""
    return [
        {"field": field, "type": "nominal", "title": title}
        for field, title in titles.items()
    ]


def money_axis(currency: str) -> Spec:
    """Write amounts in short: $1.5M."""
    # Short, 1.5M, only from a thousand on: below one, "m" would mean milli.
    text = "format(datum.value, datum.value < 1000 ? ',' : '~s')"
    return {"labelExpr": f"{json.dumps(currency)} + {text}", "tickCount": 5}


def document(chart: Spec) -> Spec:
    """Return the finished document: as wide as its place, in the page's colours."""
    return {
        "width": "container",
        "height": HEIGHT,
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _CONFIG,
        **chart,
    }


_CONFIG: Spec = {
    # The fonts of the page, named: text is measured before it is placed.
    "font": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "view": {"stroke": None},
    "axis": {
        "labelColor": _SOFT,
        "titleColor": _SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "titlePadding": 10,
        "gridColor": _GRID,
        "domainColor": FAINT,
        "tickColor": FAINT,
    },
    "axisX": {"grid": False},
    "axisY": {
        "domain": False,
        "ticks": False,
        # Above the numbers, a title needs no width, which a phone lacks.
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "start",
        "titleX": 0,
        "titleY": -12,
    },
    "axisYBand": {"labelColor": _INK, "labelFontSize": 13, "labelFontWeight": 600},
}
