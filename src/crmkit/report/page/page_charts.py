"""The charts of the page, each drawn from what the analysis found."""

from collections.abc import Sequence
from functools import partial

from ..findings.findings import Findings
from ..findings.found_values import Concentration, Month, Retention, Tier
from ..question import Question
from .check_charts import (
    deciles_chart,
    errors_chart,
    nps_chart,
    parts_chart,
    weeks_chart,
)
from .numbers_as_text import count, dollars, percent, plural, short
from .svg_drawing import FOOT, HEIGHT, TOP, Drawing, nice_ticks, upward

__all__ = ["charts"]


def charts(findings: Findings[object]) -> dict[str, str]:
    """Return every chart that the findings allow, by name."""
    question = findings.question
    drawn = {
        "concentration": _concentration(findings.concentration),
        "tiers": _tiers(findings.tiers, question),
        "months": _months(findings.outlook.months, question),
        "alive": _alive(findings),
    }
    if findings.retention.growth:
        drawn["growth"] = _growth(findings.retention)
    if len(findings.outlook.fan) > 1:
        drawn["fan"] = _fan(findings)
    if findings.past_errors is not None:
        drawn["errors"] = errors_chart(findings)
    if findings.holdout is not None:
        drawn["weeks"] = weeks_chart(findings.holdout)
        drawn["deciles"] = deciles_chart(findings.holdout, question)
    if findings.ledger is not None and findings.ledger.refused is None:
        drawn["parts"] = parts_chart(findings.ledger, question)
    if findings.nps is not None:
        drawn["nps"] = nps_chart(findings)
    return drawn


def _concentration(found: Concentration) -> str:
    share = percent(found.expected_share_of_top_fifth)
    drawing = Drawing(
        height=HEIGHT,
        label=f"The best 20% of customers hold {share} of the expected value",
    )
    up = upward(1.0)
    drawing.grid([0.0, 0.5, 1.0], up, percent)
    curve = [(x, up(y)) for x, y in found.expected]
    drawing.area(curve, [(0, up(0)), (1, up(0))], kind="wash")
    drawing.curve([(x, up(y)) for x, y in found.past], kind="line second")
    drawing.curve(curve, kind="line")
    drawing.upright(0.2, top=up(1), bottom=up(0), kind="mark")
    drawing.dot(
        0.2,
        up(found.expected_share_of_top_fifth),
        kind="point",
        title=f"The best 20% hold {share}",
        r=5,
    )
    words = f"best 20%: {share}"
    drawing.text(
        0.215, up(found.expected_share_of_top_fifth) + 18, words, kind="strong"
    )
    for at in (0.2, 0.4, 0.6):
        drawing.text(at, HEIGHT - 6, percent(at), at="middle")
    drawing.text(1, HEIGHT - 6, "all customers", at="end")
    return drawing.svg()


def _tiers(tiers: Sequence[Tier], question: Question) -> str:
    step = 62
    height = step * len(tiers) + 8
    people = sum(tier.n_customers for tier in tiers) or 1
    value = sum(tier.value for tier in tiers) or 1.0
    drawing = Drawing(
        height=height, label="Share of customers and of expected value by tier"
    )
    for at, tier in enumerate(tiers):
        top = at * step + 4.0
        drawing.text(0, top + 14, f"Tier {tier.name}", kind="strong")
        for row, (share, kind, said) in enumerate(
            (
                (
                    tier.n_customers / people,
                    "second",
                    plural(tier.n_customers, "customer"),
                ),
                (tier.value / value, "first", dollars(tier.value, question.currency)),
            )
        ):
            y = top + 20 + 17 * row
            drawing.bar(
                0, 0.72 * share, top=y, bottom=y + 14, kind=f"fill {kind}", title=said
            )
            drawing.text(
                0.72 * share + 0.008, y + 11.5, f"{percent(share)}  {said}", kind="tick"
            )
    return drawing.svg()


def _growth(found: Retention) -> str:
    rows = found.growth
    gained = max(at.new + at.returned for at in rows)
    lost = max(at.lost for at in rows)
    largest = max(gained, lost, 1)
    middle = TOP + (HEIGHT - TOP - FOOT) * gained / max(gained + lost, 1)
    scale = (HEIGHT - TOP - FOOT) / max(gained + lost, 1)
    drawing = Drawing(
        height=HEIGHT,
        label=f"Customers gained and paused by {found.grain}",
    )
    tick = nice_ticks(largest, count=3)[1]
    drawing.grid(
        [
            at
            for at in (-tick, 0.0, tick)
            if TOP - 10 < middle - at * scale < HEIGHT - FOOT + 4
        ],
        lambda value: middle - value * scale,
        lambda value: f"{'+' if value > 0 else ''}{count(value)}",
    )
    width = 1 / len(rows)
    for at, row in enumerate(rows):
        x = at * width
        top = middle - row.new * scale
        name = f"{row.start:%b %Y}"
        drawing.bar(
            x,
            0.8 * width,
            top=top,
            bottom=middle,
            kind="fill first",
            title=f"{name}: {count(row.new)} new",
        )
        drawing.bar(
            x,
            0.8 * width,
            top=top - row.returned * scale,
            bottom=top,
            kind="fill soft",
            title=f"{name}: {count(row.returned)} came back after a pause",
        )
        drawing.bar(
            x,
            0.8 * width,
            top=middle,
            bottom=middle + row.lost * scale,
            kind="fill second",
            title=f"{name}: {count(row.lost)} paused",
        )
    drawing.rule(middle, kind="base")
    _names(drawing, [f"{row.start:%b %y}" for row in rows], width=width)
    return drawing.svg()


def _names(drawing: Drawing, names: Sequence[str], *, width: float) -> None:
    """Write at most eight names below bars; half of them on a phone."""
    every = max(1, -(-len(names) // 8))
    for at in range(0, len(names), every):
        drawing.text(
            (at + 0.4) * width,
            HEIGHT - 6,
            names[at],
            kind="tick" if (at // every) % 2 == 0 else "tick wide",
            at="middle",
        )


def _months(months: Sequence[Month], question: Question) -> str:
    largest = max((at.first + at.repeat + at.expected for at in months), default=1.0)
    ticks = nice_ticks(largest)
    up = upward(ticks[-1])
    drawing = Drawing(height=HEIGHT, label="Spending by month, past and expected")
    drawing.grid(ticks, up, partial(short, currency=question.currency))
    width = 1 / max(len(months), 1)
    for at, month in enumerate(months):
        floor = 0.0
        for amount, kind, said in (
            (month.repeat, "fill first", "repeat purchases"),
            (month.first, "fill soft", "first purchases"),
            (month.expected, "fill ahead", "expected"),
        ):
            if amount <= 0:
                continue
            drawing.bar(
                at * width,
                0.82 * width,
                top=up(floor + amount),
                bottom=up(floor),
                kind=kind,
                title=f"{month.start:%B %Y}: {dollars(amount, question.currency)} "
                f"{said}",
            )
            floor += amount
    _names(drawing, [f"{at.start:%b %y}" for at in months], width=width)
    return drawing.svg()


def _fan(findings: Findings[object]) -> str:
    fan, currency = findings.outlook.fan, findings.question.currency
    ends = [at.upper for at in fan if at.upper is not None]
    last = findings.outlook.last_amount * findings.question.margin
    ticks = nice_ticks(max([*ends, fan[-1].expected, last]))
    up = upward(ticks[-1])
    drawing = Drawing(
        height=HEIGHT, label="Expected value from today, cumulative, with 95% ranges"
    )
    drawing.grid(ticks, up, partial(short, currency=currency))
    x = {at.weeks: 0.82 * at.weeks / fan[-1].weeks for at in fan}
    if all(at.upper is not None for at in fan):
        drawing.area(
            [(x[at.weeks], up(at.upper or 0.0)) for at in fan],
            [(x[at.weeks], up(at.lower or 0.0)) for at in fan],
            kind="wash",
        )
    drawing.curve([(x[at.weeks], up(at.expected)) for at in fan], kind="line")
    for part, at in enumerate(fan[1:]):
        held = (
            f", 95% range {dollars(at.lower, currency)} to "
            f"{dollars(at.upper, currency)}"
            if at.lower is not None and at.upper is not None
            else ""
        )
        drawing.dot(
            x[at.weeks],
            up(at.expected),
            kind="point",
            title=f"{at.weeks:g} weeks: {dollars(at.expected, currency)}{held}",
        )
        drawing.text(
            x[at.weeks],
            HEIGHT - 6,
            f"{at.weeks:g} weeks",
            kind="tick" if part % 2 else "tick wide",
            at="middle",
        )
    end = fan[-1]
    placed = [(up(end.expected), short(end.expected, currency), "strong")]
    if end.lower is not None and end.upper is not None:
        placed += [
            (up(end.upper), short(end.upper, currency), "tick"),
            (up(end.lower), short(end.lower, currency), "tick"),
        ]
    for y, words, kind in placed:
        drawing.text(0.845, y + 4, words, kind=kind)
    if last > 0:
        drawing.upright(0.82, top=up(last) - 5, bottom=up(last) + 5, kind="mark")
        drawing.dot(
            0.82,
            up(last),
            kind="point other",
            title=f"The same span before: {dollars(last, currency)}",
        )
    return drawing.svg()


def _alive(findings: Findings[object]) -> str:
    bins = findings.probability_bins
    ticks = nice_ticks(max((at.n_customers for at in bins), default=1))
    height = 210
    up = upward(ticks[-1], height=height)
    drawing = Drawing(
        height=height, label="Repeat customers by their chance to be active"
    )
    drawing.grid(ticks, up, count)
    width = 1 / max(len(bins), 1)
    for at, each in enumerate(bins):
        kind = "second" if each.upper <= 0.2 + 1e-9 else "first"
        kind = "soft" if each.lower >= 0.2 - 1e-9 and each.upper <= 0.8 + 1e-9 else kind
        drawing.bar(
            at * width,
            0.9 * width,
            top=up(each.n_customers),
            bottom=up(0),
            kind=f"fill {kind}",
            title=f"{percent(each.lower)} to {percent(each.upper)}: "
            f"{plural(each.n_customers, 'customer')}",
        )
    for share in (0.2, 0.8):
        drawing.upright(share - 0.001, top=TOP - 8, bottom=up(0), kind="mark")
    for middle, words in ((0.1, "probably gone"), (0.5, "in doubt"), (0.9, "active")):
        drawing.text(middle, 12, words, kind="strong", at="middle")
    for part in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        drawing.text(
            part,
            height - 6,
            percent(part),
            at="end" if part == 1 else "middle" if part else "start",
        )
    return drawing.svg()
