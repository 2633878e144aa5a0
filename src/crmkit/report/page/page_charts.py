"""The charts of the page as Vega-Lite documents, without a customer in them.

The page writes the finding in the caption and the legend in HTML.
"""

from ..findings.findings import Concentration, Findings, Holdout
from .chart_style import (
    ACCENT,
    FAINT,
    HEIGHT,
    SECOND,
    Spec,
    axis,
    colours,
    data,
    document,
    money_axis,
    tooltips,
)
from .headings import headings
from .numbers_as_text import count, day, dollars, exact, percent

__all__ = ["chart_documents"]

# The sentence that describes a chart to a screen reader, if the names differ.
_SAID = {"tiers": "tiers_chart", "alive": "alive_chart", "outlook": "outlook_chart"}


def chart_documents(findings: Findings[object]) -> dict[str, Spec]:
    """Return one Vega-Lite document per chart of the page, by name."""
    charts = {
        "concentration": _concentration(findings.concentration),
        "tiers": _tiers(findings),
        "alive": _alive(findings),
        "outlook": _outlook(findings),
    }
    if findings.holdout is not None:
        currency = findings.question.currency
        charts["holdout_weeks"] = _holdout_weeks(findings.holdout)
        charts["holdout_deciles"] = _holdout_deciles(findings.holdout, currency)
    said = headings(findings)
    return {
        name: {"description": said[_SAID.get(name, name)], **chart}
        for name, chart in charts.items()
    }


def _concentration(found: Concentration) -> Spec:
    curves = {"expected": found.expected, "past": found.past}
    rows = [
        {"curve": name, "x": x, "y": y, "text": f"{percent(y)} from {percent(x)}"}
        for name, points in curves.items()
        for x, y in points
    ]
    expected = [{"filter": "datum.curve == 'expected'"}]
    corner = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    top = [{"x": 0.2, "y": found.expected_share_of_top_fifth}]
    return document(
        {
            "data": data(rows),
            "encoding": {
                "x": axis(
                    "x", "quantitative", "Share of customers, best first", **_SHARES
                ),
                "y": axis("y", "quantitative", "Share of the amount", **_SHARES),
                "tooltip": tooltips(text="Share"),
            },
            "layer": [
                {"data": data(corner), "mark": _line(FAINT, width=1.5, dash=(3, 3))},
                {"transform": expected, "mark": _AREA},
                {
                    "transform": [{"filter": "datum.curve == 'past'"}],
                    "mark": _line(SECOND, width=2, dash=(6, 3)),
                },
                {"transform": expected, "mark": _line(ACCENT)},
                {"data": data(top), "mark": _POINT},
            ],
        }
    )


def _tiers(findings: Findings[object]) -> Spec:
    customers, value = findings.base.n_customers, findings.base.value
    rows = [
        {"tier": tier.name, "what": what, "share": share, "text": percent(share)}
        for tier in findings.tiers
        for what, share in (
            ("customers", tier.n_customers / customers),
            ("value", tier.value / value if value else 0.0),
        )
    ]
    order = [tier.name for tier in findings.tiers]
    return document(
        {
            "data": data(rows),
            "height": 60 * len(order),
            "mark": {"type": "bar", "cornerRadiusEnd": 3},
            "encoding": {
                "y": {"field": "tier", "type": "nominal", "sort": order, "title": None},
                "yOffset": {"field": "what", "sort": ["customers", "value"]},
                "x": axis("share", "quantitative", "Share of all", **_SHARES),
                "color": colours("what", {"customers": FAINT, "value": ACCENT}),
                "tooltip": tooltips(tier="Tier", what="Share of", text="is"),
            },
        }
    )


def _alive(findings: Findings[object]) -> Spec:
    rows = [
        {
            "lower": bin_.lower,
            "upper": bin_.upper,
            "customers": bin_.n_customers,
            "text": f"{count(bin_.n_customers)}, {percent(bin_.lower)} to "
            f"{percent(bin_.upper)}",
        }
        for bin_ in findings.probability_bins
    ]
    active = "Probability to be still active"
    return document(
        {
            "data": data(rows),
            "height": HEIGHT - 40,
            "mark": {
                "type": "bar",
                "color": ACCENT,
                "stroke": "var(--card)",
                "strokeWidth": 1.5,
            },
            "encoding": {
                "x": axis("lower", "quantitative", active, **_SHARES),
                "x2": {"field": "upper"},
                "y": axis("customers", "quantitative", "Repeat customers", tickCount=5),
                "y2": {"datum": 0},
                "tooltip": tooltips(text="Customers"),
            },
        }
    )


def _holdout_weeks(holdout: Holdout) -> Spec:
    rows = [
        {
            "week": at.week,
            "predicted": at.predicted,
            "actual": at.actual,
            "text": f"predicted {count(at.predicted)}, actual {count(at.actual)}",
        }
        for at in holdout.by_week
    ]
    since = f"Weeks since {day(holdout.calibration_period_end)}"
    bought = "Repeat purchases, cumulative"
    actual = {"y": axis("actual", "quantitative", bought, tickCount=5)}
    predicted = {"y": {"field": "predicted", "type": "quantitative"}}
    return document(
        {
            "data": data(rows),
            "encoding": {
                "x": axis("week", "quantitative", since, tickMinStep=1),
                "tooltip": tooltips(week="Week", text="Purchases"),
            },
            "layer": [
                {"mark": _AREA, "encoding": actual},
                {"mark": _line(ACCENT), "encoding": actual},
                {"mark": _line(SECOND, dash=(6, 3)), "encoding": predicted},
            ],
        }
    )


def _holdout_deciles(holdout: Holdout, currency: str) -> Spec:
    rows = [
        {
            "rank": at.rank,
            "what": what,
            "mean": amount / at.n_customers,
            "text": exact(amount / at.n_customers, currency),
        }
        for at in holdout.by_decile
        if at.n_customers
        for what, amount in (
            ("predicted", at.predicted_amount),
            ("actual", at.actual_amount),
        )
    ]
    tenths = "Tenths of the customers, by predicted spending"
    return document(
        {
            "data": data(rows),
            "mark": {"type": "bar", "cornerRadiusEnd": 2},
            "encoding": {
                "x": axis("rank", "ordinal", tenths, labelAngle=0),
                "xOffset": {"field": "what", "sort": ["predicted", "actual"]},
                "y": axis(
                    "mean", "quantitative", "Spent per customer", **money_axis(currency)
                ),
                "color": colours("what", {"predicted": SECOND, "actual": ACCENT}),
                "tooltip": tooltips(rank="Tenth", what="Spending", text="per customer"),
            },
        }
    )


def _outlook(findings: Findings[object]) -> Spec:
    currency = findings.question.currency
    kinds = {"first": FAINT, "repeat": ACCENT, "expected": SECOND}
    rows = [
        {
            "start": period.start.isoformat(),
            "kind": kind,
            "order": -at,
            "amount": amount,
            "text": dollars(amount, currency),
            "from": day(period.start),
        }
        for period in findings.outlook.periods
        for at, kind in enumerate(kinds)
        if (amount := getattr(period, kind))
    ]
    starts = sorted({str(row["start"]) for row in rows})
    months = {
        "values": starts[:: max(1, round(len(starts) / 8))],
        "labelAngle": 0,
        "labelExpr": "timeFormat(toDate(datum.value), '%b %Y')",
        "labelOverlap": "greedy",
    }
    return document(
        {
            "data": data(rows),
            "mark": "bar",
            "encoding": {
                "x": {
                    **axis("start", "ordinal", "Four weeks from", **months),
                    "scale": {"paddingInner": 0.18},
                },
                "y": axis(
                    "amount",
                    "quantitative",
                    "Spent in four weeks",
                    **money_axis(currency),
                ),
                "color": colours("kind", kinds),
                "order": {"field": "order", "type": "quantitative"},
                "tooltip": tooltips(
                    **{"from": "Four weeks from", "kind": "Purchases", "text": "Amount"}
                ),
            },
        }
    )


# An axis of shares, and the marks that several charts draw.
_SHARES: Spec = {"format": ".0%", "tickCount": 5}
_AREA: Spec = {"type": "area", "color": ACCENT, "opacity": 0.13}
_POINT: Spec = {
    "type": "point",
    "color": ACCENT,
    "filled": True,
    "size": 70,
    "opacity": 1,
}


def _line(colour: str, *, width: float = 2.5, dash: tuple[int, ...] = ()) -> Spec:
    drawn: Spec = {"type": "line", "color": colour, "strokeWidth": width}
    return drawn | ({"strokeDash": list(dash)} if dash else {})
