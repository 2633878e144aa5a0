"""The charts that check the forecast, and those of a ledger and a survey."""

from functools import partial
from math import exp

from ..findings.findings import Findings
from ..findings.found_values import Holdout
from ..findings.ledger_parts import LedgerParts
from ..question import Question
from .numbers_as_text import count, dollars, percent, short
from .svg_drawing import FOOT, HEIGHT, TOP, Drawing, nice_ticks, upward

__all__ = ["deciles_chart", "errors_chart", "nps_chart", "parts_chart", "weeks_chart"]


def errors_chart(findings: Findings[object]) -> str:
    """Draw the relative error of the money of each past forecast."""
    errors = findings.past_errors.errors if findings.past_errors else ()
    known = [(each, each.value) for each in errors if each.value is not None]
    # The logarithm is of actual over forecast: a forecast too high is above 0 here.
    shares = [(each, exp(-value) - 1) for each, value in known]
    largest = max((abs(share) for _, share in shares), default=0.1)
    ticks = nice_ticks(max(largest, 0.05), count=2)
    height = 190
    middle = (height - FOOT + TOP) / 2
    scale = (height - FOOT - TOP) / 2 / ticks[-1]
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


def weeks_chart(holdout: Holdout) -> str:
    """Draw predicted and actual repeat purchases since the forecast, added up."""
    rows = holdout.by_week
    ticks = nice_ticks(max(max(at.predicted, at.actual) for at in rows))
    up = upward(ticks[-1])
    drawing = Drawing(
        height=HEIGHT, label="Repeat purchases since the forecast, cumulative"
    )
    drawing.grid(ticks, up, count)
    last = max(rows[-1].week, 1)
    drawing.curve([(at.week / last, up(at.actual)) for at in rows], kind="line second")
    drawing.curve([(at.week / last, up(at.predicted)) for at in rows], kind="line")
    for week in sorted({0, last // 2, last}):
        drawing.text(
            week / last,
            HEIGHT - 6,
            f"week {week}",
            at="end" if week == last else "middle" if week else "start",
        )
    return drawing.svg()


def deciles_chart(holdout: Holdout, question: Question) -> str:
    """Draw predicted and actual spending of each tenth of the customers."""
    rows = holdout.by_decile
    ticks = nice_ticks(max(max(at.predicted_amount, at.actual_amount) for at in rows))
    up = upward(ticks[-1])
    drawing = Drawing(height=HEIGHT, label="Predicted and actual spending by tenths")
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
        drawing.text((at + 0.42) * width, HEIGHT - 6, str(row.rank), at="middle")
    return drawing.svg()


def parts_chart(found: LedgerParts, question: Question) -> str:
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


def nps_chart(findings: Findings[object]) -> str:
    """Draw the shares of promoters, passives and detractors."""
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
