"""What the charts of the page share: colours, axes, and the finished document.

Colours are the page's CSS variables, so the charts follow light, dark and print.
"""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

__all__ = [
    "ACCENT",
    "FAINT",
    "HEIGHT",
    "SECOND",
    "Spec",
    "colours",
    "data",
    "document",
    "line",
    "money_axis",
]

Spec = dict[str, Any]

ACCENT, SECOND, FAINT = "var(--accent)", "var(--second)", "var(--faint)"
HEIGHT = 260

_INK, _SOFT, _GRID = "var(--ink)", "var(--soft)", "var(--grid)"


def line(points: list[Spec]) -> "alt.Chart":
    """Begin a chart of points ``x`` and ``y``."""
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    return alt.Chart(data(points), height=HEIGHT).encode(x="x:Q", y="y:Q")


def data(rows: list[Spec]) -> "alt.InlineData":
    """Carry rows inside the chart, to six digits: a pixel needs no more."""
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    return alt.InlineData(values=[_rounded(row) for row in rows])


def _rounded(row: Spec) -> Spec:
    return {
        key: float(f"{value:.6g}") if isinstance(value, float) else value
        for key, value in row.items()
    }


def colours(field: str, colours: dict[str, str]) -> "alt.Color":
    """Colour a field by name, without a key: the page has it."""
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def money_axis(currency: str) -> "alt.Axis":
    """Mark amounts shortly: $1.5M."""
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    # Short, 1.5M, only from a thousand on: below one, "m" would say milli.
    said = "format(datum.value, datum.value < 1000 ? ',' : '~s')"
    return alt.Axis(labelExpr=f"{json.dumps(currency)} + {said}", tickCount=5)


def document(chart: "alt.TopLevelMixin") -> Spec:
    """Return the finished document: as wide as its place, in the page's colours."""
    finished: Spec = chart.to_dict()
    finished.pop("$schema")  # an address, and nothing on the page is one
    finished["width"] = "container"
    finished["background"] = "transparent"
    finished["autosize"] = {"type": "fit-x", "contains": "padding"}
    finished["config"] = _CONFIG
    return finished


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
        # Lying above the numbers, a title needs no width: a phone has none to give.
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "start",
        "titleX": 0,
        "titleY": -12,
    },
    "axisYBand": {"labelColor": _INK, "labelFontSize": 13, "labelFontWeight": 600},
}
