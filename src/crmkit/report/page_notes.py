"""What the figures rest on, said on the page itself."""

from itertools import accumulate

from .findings import Findings, LeftOut
from .number_format import day, dollars, percent, plural
from .question import Question

__all__ = ["assumptions", "left_out", "tier_words", "value_range_words"]

_STEADY = (
    "Customers go on as they did: the same assortment, prices and care. What a plan "
    "would change is not in the figures."
)
_UNRELATED = (
    "How often a customer buys and how much they spend are taken as unrelated, and a "
    "customer's typical amount as steady."
)
_AVERAGE = (
    "Each figure is an expectation: right on average over many customers, rough for a "
    "single one."
)
_FIRST_SEEN = (
    "The first purchase in the log counts as the first ever. Where customers are older "
    "than the log, they have a longer history than it shows."
)
_GIVEN_BACK = (
    "given back more than the repeat purchases had brought: left out of the fit of the "
    "spending model, and valued as if these had brought nothing."
)
_REFUNDS = {
    "error": "The log has no negative amounts.",
    "net": "Refunds were taken off the purchases they follow.",
    "drop": "Refunds were left out: amounts are before refunds.",
}


def assumptions(findings: Findings[object]) -> tuple[str, ...]:
    """Say the assumptions, the excluded and the choices, one sentence or two each."""
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
    """Say how the tiers were cut, from what each one holds."""
    value = findings.base.value
    if not value or len(findings.tiers) == 1:
        return "All customers fell into one tier."
    held = accumulate(tier.value / value for tier in findings.tiers[:-1])
    parts = [
        f"tier {tier.name} reaches down to {percent(share)} of the value"
        for tier, share in zip(findings.tiers[:-1], held, strict=True)
    ]
    last = findings.tiers[-1].name
    return f"From the top, {', '.join(parts)}; tier {last} is everybody else."


def value_range_words(findings: Findings[object]) -> str:
    """Say the range of the value for its tile; nothing where it is not known."""
    if findings.value_range is None:
        return ""
    low, high = (dollars(at, findings.question.currency) for at in findings.value_range)
    return f"; 95 of 100 futures drawn: {low} to {high}"


def _range(findings: Findings[object]) -> list[str]:
    if findings.value_range is None:
        return []
    low, high = (dollars(at, findings.question.currency) for at in findings.value_range)
    said = (
        f"In 95 of 100 futures drawn from the models the value lay between {low} and "
        f"{high}: that is chance, and what is unsure about the parameters. What the "
        "models get wrong is not in it, so look at the forecast check too."
    )
    return [said]


def _value(findings: Findings[object]) -> str:
    margin = findings.question.margin
    if margin == 1:
        return (
            "Amounts are what customers paid. No costs are known, so value here is "
            "revenue, not profit."
        )
    return f"Value is {percent(margin)} of the amounts: the margin that was given."


def _horizon(question: Question) -> str:
    return (
        f"Value is counted {question.horizon_weeks:g} weeks ahead and discounted at "
        f"{percent(question.annual_discount_rate)} a year, continuously, to "
        f"{day(question.observation_period_end)}."
    )


def left_out(found: LeftOut) -> list[str]:
    """Say what was left out on request, or valued by a rule of its own."""
    said = (
        (
            found.rows_without_id,
            "row without an id",
            "rows without an id",
            "left out of everything: nobody can be valued by them.",
        ),
        (
            found.customers_refunded_only,
            "customer with refunds and no purchase",
            "customers with refunds and no purchase",
            "left out: what they bought is not in the log.",
        ),
        (
            found.customers_below_zero,
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
    below = findings.left_out.customers_below_zero
    omitted = sum(fit.excluded for fit in findings.fits) - below
    verbs = "was left out" if omitted == 1 else "were left out"
    again = "is" if omitted == 1 else "are"
    sentence = (
        f"{plural(omitted, 'repeat customer')} with a mean spend of zero {verbs} when "
        f"the spending model was fitted, and {again} valued like everybody else."
    )
    return [sentence] if omitted else []


def _hardly_known(findings: Findings[object]) -> list[str]:
    return [
        f"{fit.name}: the data leave {', '.join(fit.free)} all but free, so read the "
        "figures of single customers with care."
        for fit in findings.fits
        if fit.free
    ]


def _penalised(findings: Findings[object]) -> list[str]:
    return [
        f"{fit.name}: this log alone does not settle the model, so it was held by a "
        "light penalty. Take the figures as a first idea."
        for fit in findings.fits
        if fit.penalty
    ]
