"""A plot as a Vega-Lite document: the same chart, drawn on a page."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._chart import Chart, Layer, Scale
from ..errors import NotEnoughDataError
from .drawing.drawn_series import together
from .drawing.matplotlib_axes import charts_on
from .drawing.palette import GRID, INK, SERIES, SOFT_INK, TONES
from .drawing.vega_marks import Spec, encoded, marks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["document_of", "vega_lite"]


def vega_lite(*, ax: "Axes") -> dict[str, Any]:
    """Return the plots on axes as one Vega-Lite document.

    It holds the data, and can be drawn by vl-convert as SVG, by Altair, or by any page.

    Parameters
    ----------
    ax
        The axes that plots of this namespace were drawn on.

    Returns
    -------
    dict
        The document, of plain values.

    Raises
    ------
    NotEnoughDataError
        If no plot of this namespace was drawn on the axes.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> ax = ck.plot.pareto_curve(ck.segments.pareto_curve(base), title="finding")
    >>> ck.plot.vega_lite(ax=ax)["title"]["text"]
    'The top 20% of customers hold 60% of value'
    """
    charts = charts_on(ax)
    if not charts:
        raise NotEnoughDataError(
            needed="axes with a plot of crmkit",
            got="axes without one",
            remedy="Draw a plot on them first.",
        )
    return document_of(charts)


def document_of(charts: Sequence[Chart]) -> Spec:
    """Return charts as one Vega-Lite document, as wide as its place."""
    series = together(charts)
    chart = series.chart
    layers = [
        part
        for each, colour, place in zip(
            chart.layers, series.colours, series.places, strict=True
        )
        for part in _with_texts(chart, each, colour, place)
    ]
    # The axes belong to all layers, so that the first one describes them.
    if layers:
        for name, scale in (("x", chart.x), ("y", chart.y)):
            channel = {**encoded(scale, name), **_axis(scale, name)}
            layers[0]["encoding"][name] = channel
    found: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 560,
        "height": round(70 * chart.height),
        "background": "transparent",
        "description": chart.finding,
        "layer": layers,
        "config": _CONFIG,
    }
    if chart.finding:
        found["title"] = {"text": chart.finding, "subtitle": chart.note}
    return found


def _with_texts(
    chart: Chart, each: Layer, colour: int, place: tuple[int, int]
) -> list[Spec]:
    """Return the layer, and the layers of its texts and of the name of its line."""
    parts = [marks_of(chart, each, colour, place)]
    if each.texts and each.kind not in ("texts", "corners"):
        parts.append(marks_of(chart, replace(each, kind="texts"), colour, place))
    if each.name and each.kind in ("line", "steps") and not chart.unnamed:
        last = replace(
            each, kind="texts", x=each.x[-1:], y=each.y[-1:], texts=(each.name,)
        )
        named = marks_of(chart, last, colour, place)
        named["mark"] = {"type": "text", "align": "left", "dx": 6}
        shade = SERIES[colour % len(SERIES)]
        tone = each.tone if isinstance(each.tone, str) else each.tone[0]
        named["data"]["values"][0]["colour"] = (
            shade if tone == "series" else TONES[tone]
        )
        parts.append(named)
    return parts


def _axis(scale: Scale, channel: str) -> Spec:
    axis: Spec = {"title": scale.title or None}
    limits: Spec = {"zero": False, "nice": not scale.names}
    if scale.hidden:
        return {"axis": None, "scale": limits}
    if scale.names:
        names = json.dumps(list(scale.names))
        axis |= {
            "values": list(range(len(scale.names))),
            "labelExpr": f"{names}[datum.value]",
            "grid": False,
        }
        limits["domain"] = [-0.6, len(scale.names) - 0.4]
        limits["reverse"] = channel == "y"
    elif scale.unit == "share":
        axis["format"] = ".0%"
    elif scale.unit == "money":
        sign = json.dumps(scale.currency)
        axis["labelExpr"] = f"{sign} + format(datum.value, '~s')"
    elif scale.unit == "signed":
        axis["format"] = "+~g"
    if scale.log:
        # To where its marks end, not to the next power of ten.
        limits = {"type": "log", "nice": False, "padding": 8}
    if scale.lower is not None:
        limits["domainMin"] = scale.lower
    if scale.upper is not None:
        limits["domainMax"] = scale.upper
    return {"axis": axis, "scale": limits}


_CONFIG: Spec = {
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT_INK,
        "titleColor": SOFT_INK,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
    },
    "text": {"fontSize": 11},
    "title": {"anchor": "start", "color": INK, "subtitleColor": SOFT_INK},
}
