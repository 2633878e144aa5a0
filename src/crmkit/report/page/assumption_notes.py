"""What the figures assume and leave out, as sentences of the page."""

from itertools import accumulate

from ...clv import ErrorScale
from ..findings.findings import Findings
from ..findings.found_values import LeftOut, Models
from ..findings.purchase_models import MOST_REFITTED
from ..question import Question
from .numbers_as_text import count, day, percent, plural

__all__ = ["assumptions", "left_out", "references", "tier_words"]

_STEADY = (
    "Customers continue as before: the same assortment, prices and service. The "
    "figures do not include the effect of any plan."
)
_FIRM = 0.1  # a rank correlation that hardly matters
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
    "spending model, and valued at 0."
)
_REFUNDS = {
    "error": "The log has no negative amounts.",
    "net": "Refunds were subtracted from the purchases they follow.",
    "cancel": "A refund removed the purchase that it undoes.",
    "drop": "Refunds were left out, so amounts are before refunds.",
}


def assumptions(findings: Findings[object]) -> tuple[str, ...]:
    """List the assumptions, the choices and what was left out."""
    return (
        _STEADY,
        _value(findings),
        _horizon(findings.question),
        *_range(findings),
        _spend(findings.models),
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


def references(findings: Findings[object]) -> tuple[str, ...]:
    """Name the papers behind the models."""
    of_model = {
        "BG/NBD": "Fader, Hardie and Lee (2005), Counting your customers the easy way, "
        "Marketing Science 24(2).",
        "MBG/NBD": "Batislam, Denizel and Filiztekin (2007), Empirical validation and "
        "comparison of models for customer base analysis, IJRM 24(3).",
        "Pareto/NBD": "Schmittlein, Morrison and Colombo (1987), Counting your "
        "customers, Management Science 33(1).",
    }
    spend = (
        "Fader and Hardie (2013), The Gamma-Gamma model of monetary value, "
        "brucehardie.com/notes/025."
    )
    return tuple(each for each in (of_model.get(findings.models.chosen), spend) if each)


def _spend(models: Models) -> str:
    """Say whether spend goes with frequency, which the models take it not to."""
    start = (
        "The models take how often a customer buys as unrelated to how much they spend"
    )
    found, p_value = models.spend_correlation, models.spend_p_value
    if found is None or p_value is None:
        return f"{start}; too few customers came back to test it here."
    here = f"here the rank correlation is {found:+.2f}"
    if abs(found) < _FIRM:
        return f"{start}; {here}, as good as none."
    if p_value > 0.05:
        return f"{start}; {here}, which may be chance."
    more = "more" if found > 0 else "less"
    low = "too low" if found > 0 else "too high"
    return (
        f"{start}. Here they are related: those who buy often spend {more} (rank "
        f"correlation {found:+.2f}), so values of frequent buyers may be {low}."
    )


def _range(findings: Findings[object]) -> list[str]:
    ahead = findings.ahead
    if ahead is None or ahead.value_error is None:
        return []
    sample = (
        f", drawn for a sample of {count(ahead.n_customers)} customers and scaled "
        f"to all"
        if ahead.n_customers
        < findings.base.n_customers - findings.left_out.n_customers_below_zero - 100
        else ""
    )
    return [
        (
            f"The 95% range of the total comes from {count(ahead.n_draws)} simulated "
            f"futures{sample}, each times an error of the model: a scale of "
            f"{percent(ahead.value_error.scale)}, {_learnt(ahead.value_error)}."
        ),
        *_refitted(findings),
    ]


def _learnt(error: ErrorScale) -> str:
    """Say where the scale of the error comes from."""
    if not error.n_cutoffs:
        return "as is usual, since no past forecast was made"
    return (
        f"from {plural(error.n_cutoffs, 'past date')} "
        f"({plural(error.n_windows, 'span')} apart)"
    )


def _refitted(findings: Findings[object]) -> list[str]:
    """Say that past forecasts were made for some customers, where it was so."""
    few = findings.models.n_compared
    if not few or findings.base.n_customers <= MOST_REFITTED:
        return []
    return [
        (
            f"Models were compared, and forecasts at past dates made, for "
            f"{count(MOST_REFITTED)} of the {count(findings.base.n_customers)} "
            "customers, drawn at random. What chance adds for so few is known, and "
            "taken off the error of the model. Other figures come from all customers."
        )
    ]


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
            "left out, since nothing says whose purchase it is.",
        ),
        (
            found.n_placeholder_rows,
            "row of a placeholder",
            "rows of a placeholder",
            "left out, since a placeholder is not a customer.",
        ),
        (found.n_total_rows, "total line", "total lines", "left out."),
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
        f"the spending model was fitted, and {again} valued at 0."
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
