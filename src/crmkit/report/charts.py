"""The page's charts as Vega-Lite documents: aggregated data in, no customer inside.

The finding stands in the caption, the key in HTML beside it: a chart has neither.
"""

from .chart_parts import (
    ACCENT,
    FAINT,
    HEIGHT,
    SECOND,
    Spec,
    colours,
    data,
    document,
    line,
    money_axis,
)
from .findings import Concentration, Findings, Holdout
from .number_format import count, day, dollars, exact, percent
from .sentences import headings

__all__ = ["chart_documents"]

# Which sentence describes a chart to who cannot see it, where the names differ.
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
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    curves = {"ahead": found.ahead, "past": found.past}
    rows = [
        {"curve": name, "x": x, "y": y, "said": f"{percent(y)} from {percent(x)}"}
        for name, points in curves.items()
        for x, y in points
    ]
    shares = alt.Axis(format=".0%", tickCount=5)
    base = alt.Chart(data(rows)).encode(
        x=alt.X("x:Q", axis=shares, title="Share of customers, the best first"),
        y=alt.Y("y:Q", axis=shares, title="Share of the amount they hold"),
        tooltip=[alt.Tooltip("said:N", title="Share")],
    )
    ahead = base.transform_filter("datum.curve == 'ahead'")
    return document(
        alt.layer(
            line([{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]).mark_line(
                color=FAINT, strokeDash=[3, 3], strokeWidth=1.5
            ),
            ahead.mark_area(color=ACCENT, opacity=0.13),
            base.transform_filter("datum.curve == 'past'").mark_line(
                color=SECOND, strokeWidth=2, strokeDash=[6, 3]
            ),
            ahead.mark_line(color=ACCENT, strokeWidth=2.5),
            line([{"x": 0.2, "y": found.ahead_of_best_fifth}]).mark_point(
                color=ACCENT, filled=True, size=70, opacity=1
            ),
        )
    )


def _tiers(findings: Findings[object]) -> Spec:
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    customers, value = findings.base.customers, findings.base.value
    rows = [
        {"tier": tier.name, "what": what, "share": share, "said": percent(share)}
        for tier in findings.tiers
        for what, share in (
            ("customers", tier.customers / customers),
            ("value", tier.value / value if value else 0.0),
        )
    ]
    order = [tier.name for tier in findings.tiers]
    return document(
        alt.Chart(data(rows), height=60 * len(order))
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y("tier:N", sort=order, title=None),
            yOffset=alt.YOffset("what:N", sort=["customers", "value"]),
            x=alt.X(
                "share:Q",
                axis=alt.Axis(format=".0%", tickCount=5),
                title="Share of all",
            ),
            color=colours("what", {"customers": FAINT, "value": ACCENT}),
            tooltip=[
                alt.Tooltip("tier:N", title="Tier"),
                alt.Tooltip("what:N", title="Share of"),
                alt.Tooltip("said:N", title="is"),
            ],
        )
    )


def _alive(findings: Findings[object]) -> Spec:
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    rows = [
        {
            "low": bin_.low,
            "high": bin_.high,
            "customers": bin_.customers,
            "said": f"{count(bin_.customers)}, {percent(bin_.low)} to "
            f"{percent(bin_.high)}",
        }
        for bin_ in findings.alive
    ]
    return document(
        alt.Chart(data(rows), height=HEIGHT - 40)
        .mark_bar(color=ACCENT, stroke="var(--card)", strokeWidth=1.5)
        .encode(
            x=alt.X(
                "low:Q",
                axis=alt.Axis(format=".0%", tickCount=5),
                title="Probability to be still buying",
            ),
            x2="high:Q",
            y=alt.Y(
                "customers:Q", title="Repeat customers", axis=alt.Axis(tickCount=5)
            ),
            y2=alt.datum(0),
            tooltip=[alt.Tooltip("said:N", title="Customers")],
        )
    )


def _holdout_weeks(holdout: Holdout) -> Spec:
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    rows = [
        {
            "week": at.week,
            "predicted": at.predicted,
            "actual": at.actual,
            "said": f"predicted {count(at.predicted)}, actual {count(at.actual)}",
        }
        for at in holdout.by_week
    ]
    since = f"Weeks since {day(holdout.calibration_period_end)}"
    base = alt.Chart(data(rows), height=HEIGHT).encode(
        x=alt.X("week:Q", title=since, axis=alt.Axis(tickMinStep=1)),
        tooltip=[
            alt.Tooltip("week:Q", title="Week"),
            alt.Tooltip("said:N", title="Purchases"),
        ],
    )
    actual = alt.Y(
        "actual:Q", title="Repeat purchases, added up", axis=alt.Axis(tickCount=5)
    )
    return document(
        alt.layer(
            base.mark_area(color=ACCENT, opacity=0.13).encode(y=actual),
            base.mark_line(color=ACCENT, strokeWidth=2.5).encode(y=actual),
            base.mark_line(color=SECOND, strokeWidth=2.5, strokeDash=[6, 3]).encode(
                y=alt.Y("predicted:Q")
            ),
        )
    )


def _holdout_deciles(holdout: Holdout, currency: str) -> Spec:
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    rows = [
        {
            "rank": at.rank,
            "what": what,
            "mean": amount / at.customers,
            "said": exact(amount / at.customers, currency),
        }
        for at in holdout.by_decile
        if at.customers
        for what, amount in (
            ("predicted", at.predicted_amount),
            ("actual", at.actual_amount),
        )
    ]
    return document(
        alt.Chart(data(rows), height=HEIGHT)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "rank:O",
                title="Tenths of the customers, by predicted spending",
                axis=alt.Axis(labelAngle=0),
            ),
            xOffset=alt.XOffset("what:N", sort=["predicted", "actual"]),
            y=alt.Y("mean:Q", title="Spent per customer", axis=money_axis(currency)),
            color=colours("what", {"predicted": SECOND, "actual": ACCENT}),
            tooltip=[
                alt.Tooltip("rank:O", title="Tenth"),
                alt.Tooltip("what:N", title="Spending"),
                alt.Tooltip("said:N", title="per customer"),
            ],
        )
    )


def _outlook(findings: Findings[object]) -> Spec:
    import altair as alt  # noqa: PLC0415 - only who draws the page loads altair

    currency = findings.question.currency
    kinds = {"first": FAINT, "repeat": ACCENT, "expected": SECOND}
    rows = [
        {
            "start": period.start.isoformat(),
            "kind": kind,
            "order": -at,
            "amount": amount,
            "said": dollars(amount, currency),
            "from": day(period.start),
        }
        for period in findings.outlook.periods
        for at, (kind, amount) in enumerate(
            (
                ("first", period.first),
                ("repeat", period.repeat),
                ("expected", period.expected),
            )
        )
        if amount
    ]
    starts = sorted({str(row["start"]) for row in rows})
    every = max(1, round(len(starts) / 8))
    return document(
        alt.Chart(data(rows), height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(
                "start:O",
                title="Four weeks from",
                axis=alt.Axis(
                    values=starts[::every],
                    labelAngle=0,
                    labelExpr="timeFormat(toDate(datum.value), '%b %Y')",
                    labelOverlap="greedy",
                ),
                scale=alt.Scale(paddingInner=0.18),
            ),
            y=alt.Y("amount:Q", title="Spent in four weeks", axis=money_axis(currency)),
            color=colours("kind", kinds),
            order="order:Q",
            tooltip=[
                alt.Tooltip("from:N", title="Four weeks from"),
                alt.Tooltip("kind:N", title="Purchases"),
                alt.Tooltip("said:N", title="Amount"),
            ],
        )
    )
