"""What the figures assume and leave out, as sentences of the page."""

from itertools import accumulate

from ...fits import Interval
from ..findings.findings import Findings, LeftOut
from ..question import Question
from .numbers_as_text import day, dollars, percent, plural

__all__ = ["assumptions", "left_out", "tier_words", "value_range_words"]

_STEADY = (
    "Customers continue as before: the same assortment, prices and service. The "
    "figures do not include the effect of any plan."
)
_UNRELATED = (
    "The models assume that how often a customer buys is unrelated to how much they "
    "spend, and that a customer's typical amount is constant."
)
_AVERAGE = (
    "Each figure is an expectation: reliable on average over many customers, rough "
    "for a single customer."
)
_FIRST_SEEN = (
    "The first purchase in the log counts as the customer's first ever. Customers who "
    "bought before the log began have a longer history than it shows."
)
_GIVEN_BACK = (
    "refunded more than the repeat purchases brought: left out of the fit of the "
    "spending model, and valued as if these purchases had brought nothing."
)
_REFUNDS = {
    "error": "The log has no negative amounts.",
    "net": "Refunds were subtracted from the purchases they follow.",
    "drop": "Refunds were left out, so amounts are before refunds.",
}


def assumptions(findings: Findings[object]) -> tuple[str, ...]:
    """List the assumptions, the choices and what was left out."""
    return (
        _STEADY,
        _value(findings),
        _horizon(findings.question),
        *_range(findings),
        _UNRELATED,
        _AVERAGE,
        _FIRST_SEEN,
        *left_out(findings.left_out),
        *_excluded(findings),
        *_penalised(findings),
        *_hardly_known(findings),
        _REFUNDS[findings.question.refunds],
    )


def tier_words(findings: Findings[object]) -> str:
    """Describe how the tiers were cut, from what each one holds."""
    value = findings.base.value
    if not value or len(findings.tiers) == 1:
        return "All customers are in one tier."
    held = accumulate(tier.value / value for tier in findings.tiers[:-1])
    parts = [
        f"tier {tier.name} ends where {percent(share)} of the value is reached"
        for tier, share in zip(findings.tiers[:-1], held, strict=True)
    ]
    last = findings.tiers[-1].name
    return f"From the top, {', '.join(parts)}; tier {last} holds all others."


def value_range_words(findings: Findings[object]) -> str:
    """Give the range of the value beside its figure; nothing if it is unknown."""
    if findings.value_range is None:
        return ""
    lower, upper, level = _range_words(findings.value_range, findings.question)
    return f"; {level} range: {lower} to {upper}"


def _range(findings: Findings[object]) -> list[str]:
    if findings.value_range is None:
        return []
    lower, upper, level = _range_words(findings.value_range, findings.question)
    return [
        (
            f"The {level} range of the total, {lower} to {upper}, holds the total of "
            f"{level} of simulated futures. It covers chance and uncertain parameters, "
            "not errors of the models: compare it with the forecast check."
        )
    ]


def _range_words(interval: Interval, question: Question) -> tuple[str, str, str]:
    lower, upper = (dollars(at, question.currency) for at in interval)
    return lower, upper, f"{100 * interval.level:g}%"


def _value(findings: Findings[object]) -> str:
    margin = findings.question.margin
    if margin == 1:
        return (
            "Amounts are what customers paid. Costs are unknown, so the figures are "
            "revenue, not profit."
        )
    return f"Expected margin is {percent(margin)} of the amounts: the margin you gave."


def _horizon(question: Question) -> str:
    return (
        f"The figures cover the next {question.horizon_weeks:g} weeks, discounted at "
        f"{percent(question.annual_discount_rate)} a year, continuously, to "
        f"{day(question.observation_period_end)}."
    )


def left_out(found: LeftOut) -> list[str]:
    """List what was left out on request, or valued by a special rule."""
    said = (
        (
            found.n_rows_without_id,
            "row without an id",
            "rows without an id",
            "left out, since they cannot be assigned to a customer.",
        ),
        (
            found.n_customers_refunded_only,
            "customer with refunds and no purchase",
            "customers with refunds and no purchase",
            "left out, since what they bought is not in the log.",
        ),
        (
            found.n_customers_below_zero,
            "repeat customer",
            "repeat customers",
            _GIVEN_BACK,
        ),
    )
    return [
        f"{plural(n, one, many)} {'was' if n == 1 else 'were'} {what}"
        for n, one, many, what in said
        if n
    ]


def _excluded(findings: Findings[object]) -> list[str]:
    below = findings.left_out.n_customers_below_zero
    omitted = sum(fit.n_excluded for fit in findings.fits) - below
    verbs = "was left out" if omitted == 1 else "were left out"
    again = "is" if omitted == 1 else "are"
    sentence = (
        f"{plural(omitted, 'repeat customer')} with a mean spend of zero {verbs} when "
        f"the spending model was fitted, and {again} valued like all others."
    )
    return [sentence] if omitted else []


def _hardly_known(findings: Findings[object]) -> list[str]:
    return [
        f"{fit.name}: the data hardly determine {', '.join(fit.free)}, so figures of "
        "single customers are less certain than usual."
        for fit in findings.fits
        if fit.free
    ]


def _penalised(findings: Findings[object]) -> list[str]:
    return [
        f"{fit.name}: this log alone does not determine the model, so a light penalty "
        "was added. Treat the figures as a first estimate."
        for fit in findings.fits
        if fit.penalty
    ]
