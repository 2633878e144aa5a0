"""The charts of the page, each drawn from what the analysis found."""

from collections.abc import Callable, Sequence
from functools import partial
from math import exp

from ..findings.findings import Findings
from ..findings.found_values import Concentration, Holdout, Month, Retention, Tier
from ..findings.ledger_parts import LedgerParts
from ..question import Question
from .numbers_as_text import count, dollars, percent, plural, short
from .svg_drawing import Drawing, nice_ticks

__all__ = ["charts"]

_HEIGHT = 250
_TOP, _FOOT = 22.0, 24.0  # room for the highest label, and for the names below


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
        drawn["errors"] = _errors(findings)
    if findings.holdout is not None:
        drawn["weeks"] = _weeks(findings.holdout)
        drawn["deciles"] = _deciles(findings.holdout, question)
    if findings.ledger is not None and findings.ledger.refused is None:
        drawn["parts"] = _parts(findings.ledger, question)
    if findings.nps is not None:
        drawn["nps"] = _nps(findings)
    return drawn


def _up(largest: float, *, height: float = _HEIGHT) -> Callable[[float], float]:
    """Return the pixel of a value on an axis from 0 to the last round number."""
    bottom = height - _FOOT
    whole = largest if largest > 0 else 1.0
    return lambda value: bottom - value / whole * (bottom - _TOP)


def _concentration(found: Concentration) -> str:
    share = percent(found.expected_share_of_top_fifth)
    drawing = Drawing(
        height=_HEIGHT,
        label=f"The best 20% of customers hold {share} of the expected value",
    )
    up = _up(1.0)
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
        drawing.text(at, _HEIGHT - 6, percent(at), at="middle")
    drawing.text(1, _HEIGHT - 6, "all customers", at="end")
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
    middle = _TOP + (_HEIGHT - _TOP - _FOOT) * gained / max(gained + lost, 1)
    scale = (_HEIGHT - _TOP - _FOOT) / max(gained + lost, 1)
    drawing = Drawing(
        height=_HEIGHT,
        label=f"Customers gained and paused by {found.grain}",
    )
    tick = nice_ticks(largest, count=3)[1]
    drawing.grid(
        [
            at
            for at in (-tick, 0.0, tick)
            if _TOP - 10 < middle - at * scale < _HEIGHT - _FOOT + 4
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
            _HEIGHT - 6,
            names[at],
            kind="tick" if (at // every) % 2 == 0 else "tick wide",
            at="middle",
        )


def _months(months: Sequence[Month], question: Question) -> str:
    largest = max((at.first + at.repeat + at.expected for at in months), default=1.0)
    ticks = nice_ticks(largest)
    up = _up(ticks[-1])
    drawing = Drawing(height=_HEIGHT, label="Spending by month, past and expected")
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
    up = _up(ticks[-1])
    drawing = Drawing(
        height=_HEIGHT, label="Expected value from today, cumulative, with 95% ranges"
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
            _HEIGHT - 6,
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


def _errors(findings: Findings[object]) -> str:
    """Draw the relative error of the money of each past forecast."""
    errors = findings.past_errors.errors if findings.past_errors else ()
    known = [(each, each.value) for each in errors if each.value is not None]
    # The logarithm is of actual over forecast: a forecast too high is above 0 here.
    shares = [(each, exp(-value) - 1) for each, value in known]
    largest = max((abs(share) for _, share in shares), default=0.1)
    ticks = nice_ticks(max(largest, 0.05), count=2)
    height = 190
    middle = (height - _FOOT + _TOP) / 2
    scale = (height - _FOOT - _TOP) / 2 / ticks[-1]
    drawing = Drawing(height=height, label="Errors of forecasts made at past dates")
    drawing.grid(
        [*(-tick for tick in reversed(ticks[1:])), *ticks],
        lambda value: middle - value * scale,
        lambda value: f"{'+' if value > 0 else ''}{percent(value)}",
    )
    cutoffs = sorted({each.cutoff for each, _ in shares})
    leads = sorted({each.lead_days for each, _ in shares})
    width = 1 / max(len(cutoffs), 1)
    for each, share in shares:
        offset = (leads.index(each.lead_days) - (len(leads) - 1) / 2) * 0.18 * width
        drawing.dot(
            (cutoffs.index(each.cutoff) + 0.5) * width + offset,
            middle - share * scale,
            kind=f"point lead{leads.index(each.lead_days)}",
            title=f"Made on {each.cutoff} for {each.lead_days} days: "
            f"{percent(abs(share))} too {'high' if share > 0 else 'low'}",
            r=5,
        )
    for at, cutoff in enumerate(cutoffs):
        drawing.text((at + 0.5) * width, height - 6, cutoff[:7], at="middle")
    return drawing.svg()


def _alive(findings: Findings[object]) -> str:
    bins = findings.probability_bins
    ticks = nice_ticks(max((at.n_customers for at in bins), default=1))
    height = 210
    up = _up(ticks[-1], height=height)
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
        drawing.upright(share - 0.001, top=_TOP - 8, bottom=up(0), kind="mark")
    for at, words in ((0.1, "probably gone"), (0.5, "in doubt"), (0.9, "active")):
        drawing.text(at, 12, words, kind="strong", at="middle")
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        drawing.text(
            share,
            height - 6,
            percent(share),
            at="end" if share == 1 else "middle" if share else "start",
        )
    return drawing.svg()


def _weeks(holdout: Holdout) -> str:
    rows = holdout.by_week
    ticks = nice_ticks(max(max(at.predicted, at.actual) for at in rows))
    up = _up(ticks[-1])
    drawing = Drawing(
        height=_HEIGHT, label="Repeat purchases since the forecast, cumulative"
    )
    drawing.grid(ticks, up, count)
    last = max(rows[-1].week, 1)
    drawing.curve([(at.week / last, up(at.actual)) for at in rows], kind="line second")
    drawing.curve([(at.week / last, up(at.predicted)) for at in rows], kind="line")
    for week in sorted({0, last // 2, last}):
        drawing.text(
            week / last,
            _HEIGHT - 6,
            f"week {week}",
            at="end" if week == last else "middle" if week else "start",
        )
    return drawing.svg()


def _deciles(holdout: Holdout, question: Question) -> str:
    rows = holdout.by_decile
    ticks = nice_ticks(max(max(at.predicted_amount, at.actual_amount) for at in rows))
    up = _up(ticks[-1])
    drawing = Drawing(height=_HEIGHT, label="Predicted and actual spending by tenths")
    drawing.grid(ticks, up, partial(short, currency=question.currency))
    width = 1 / len(rows)
    for at, row in enumerate(rows):
        for part, (amount, kind, said) in enumerate(
            (
                (row.predicted_amount, "first", "predicted"),
                (row.actual_amount, "second", "actual"),
            )
        ):
            drawing.bar(
                (at + 0.42 * part) * width,
                0.4 * width,
                top=up(max(amount, 0.0)),
                bottom=up(0),
                kind=f"fill {kind}",
                title=f"Tenth {row.rank}, {said}: {dollars(amount, question.currency)}",
            )
        drawing.text((at + 0.42) * width, _HEIGHT - 6, str(row.rank), at="middle")
    return drawing.svg()


def _parts(found: LedgerParts, question: Question) -> str:
    """Draw the six parts of past and of expected value as bars from zero."""
    amounts = (*found.past, *found.expected)
    least, most = min(*amounts, 0.0), max(*amounts, 0.0)
    span = (most - least) or 1.0
    step = 54
    drawing = Drawing(
        height=step * len(found.meanings), label="The parts of value, past and expected"
    )
    zero = 0.72 * -least / span
    for at, meaning in enumerate(found.meanings):
        top = at * step
        name = f"CLV{at + 1}" if at < len(found.meanings) - 1 else "Value"
        drawing.text(0, top + 13, f"{name}: {meaning}", kind="strong")
        for row, (amount, kind) in enumerate(
            ((found.past[at], "second"), (found.expected[at], "first"))
        ):
            width = 0.72 * abs(amount) / span
            y = top + 18 + 15 * row
            drawing.bar(
                zero if amount >= 0 else zero - width,
                width,
                top=y,
                bottom=y + 12,
                kind=f"fill {kind}",
                title=dollars(amount, question.currency),
            )
            drawing.text(
                max(zero, zero + 0.72 * amount / span) + 0.008,
                y + 10.5,
                dollars(amount, question.currency),
            )
    return drawing.svg()


def _nps(findings: Findings[object]) -> str:
    found = findings.nps
    drawing = Drawing(height=64, label="Promoters, passives and detractors")
    if found is None:
        return ""
    x = 0.0
    for share, kind, name in (
        (found.promoter_share, "first", "promoters"),
        (found.passive_share, "soft", "passives"),
        (found.detractor_share, "second", "detractors"),
    ):
        drawing.bar(
            x,
            share,
            top=4,
            bottom=34,
            kind=f"fill {kind}",
            title=f"{percent(share)} {name}",
        )
        if share > 0.12:
            drawing.text(x, 54, f"{percent(share)} {name}", kind="tick")
        x += share
    return drawing.svg()
