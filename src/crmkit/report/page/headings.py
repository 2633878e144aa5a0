"""The headings and captions of the page: one sentence for each finding."""

from ..findings.findings import Findings, Holdout
from ..question import Question
from .numbers_as_text import count, day, dollars, exact, off, percent, plural, signed

__all__ = ["headings", "money_word"]


def money_word(question: Question) -> str:
    """Name what a customer brings: revenue, or margin where one was given."""
    return "revenue" if question.margin == 1 else "margin"


def headings(findings: Findings[object]) -> dict[str, str]:
    """Return the sentence of each section and chart, by name."""
    found = {
        "title": _title(findings),
        "concentration": _concentration(findings),
        "tiers": _tiers(findings),
        "alive": _alive(findings),
        "tiers_chart": _tiers_chart(findings),
        "alive_chart": _alive_chart(findings),
        "outlook": _outlook(findings),
        "outlook_chart": _outlook_chart(findings),
        "holdout": "The forecast could not be checked on this log",
    }
    if findings.holdout is not None:
        found |= {
            "holdout": _holdout(findings.holdout),
            "holdout_weeks": _holdout_chart(findings.holdout),
            "holdout_deciles": _deciles(findings.holdout),
        }
    return found


def _title(findings: Findings[object]) -> str:
    base, question = findings.base, findings.question
    who = plural(base.n_customers, "customer")
    verb = "is" if base.n_customers == 1 else "are"
    worth = dollars(base.value, question.currency)
    return (
        f"{who} {verb} expected to bring {worth} in the next "
        f"{_weeks(question.horizon_weeks)}"
    )


def _concentration(findings: Findings[object]) -> str:
    share = percent(findings.concentration.expected_share_of_top_fifth)
    money = money_word(findings.question)
    return f"The top 20% of customers hold {share} of expected {money}"


def _tiers(findings: Findings[object]) -> str:
    best, base = findings.tiers[0], findings.base
    share = percent(best.n_customers / base.n_customers)
    held = percent(best.value / base.value) if base.value else "none"
    money = money_word(findings.question)
    return f"Tier {best.name}: {share} of customers, {held} of expected {money}"


def _alive(findings: Findings[object]) -> str:
    if not findings.base.n_repeat_customers:
        return "No customer has bought a second time"
    share = _in_ten(findings.mean_probability_alive)
    return f"About {share} repeat customers are still active"


def _in_ten(share: float) -> str:
    tenths = round(10 * share)
    if tenths in (0, 10):
        return f"{percent(share)} of"
    return f"{tenths} in 10"


def _outlook(findings: Findings[object]) -> str:
    outlook = findings.outlook
    currency, span = findings.question.currency, _weeks(outlook.weeks)
    expected = dollars(outlook.next_amount, currency)
    if not outlook.last_amount:
        return f"These customers are expected to spend {expected} in {span}"
    change = outlook.next_amount / outlook.last_amount - 1
    return (
        f"Expected in the next {span}: {expected}, {signed(change)} the repeat "
        f"purchases of the {span} before"
    )


def _outlook_chart(findings: Findings[object]) -> str:
    periods, currency = findings.outlook.periods, findings.question.currency
    last = [at.repeat for at in periods if at.repeat is not None][-1:]
    expected = [at.expected for at in periods if at.expected is not None]
    mean = dollars(sum(expected) / len(expected), currency)
    before = f"{dollars(last[0], currency)} in the last four weeks; " if last else ""
    return f"Repeat purchases: {before}{mean} per four weeks expected"


def _tiers_chart(findings: Findings[object]) -> str:
    currency, tiers = findings.question.currency, findings.tiers
    best, last = (
        exact(at.value / at.n_customers, currency) for at in (tiers[0], tiers[-1])
    )
    what = f"Expected {money_word(findings.question)} per customer"
    if len(tiers) == 1:
        return f"{what}: {best}"
    return f"{what}: {best} in tier {tiers[0].name}, {last} in tier {tiers[-1].name}"


def _alive_chart(findings: Findings[object]) -> str:
    counted = [f"{count(at.n_customers)} {at.name.lower()}" for at in findings.activity]
    return f"Of the repeat customers: {', '.join(counted[:3])}"


def _holdout_chart(holdout: Holdout) -> str:
    return (
        f"{count(holdout.predicted_purchases)} repeat purchases predicted, "
        f"{count(holdout.actual_purchases)} made"
    )


def _holdout(holdout: Holdout) -> str:
    error = holdout.amount_error
    made = day(holdout.calibration_period_end)
    if not holdout.actual_purchases:
        return f"No customer known on {made} bought again"
    if error is None:
        return f"No customer known on {made} spent anything again"
    if abs(error) < 0.0005:
        return f"The forecast of {made} was exact in money"
    return f"The forecast of {made} was {off(error)} in money"


def _deciles(holdout: Holdout) -> str:
    if not holdout.actual_amount:
        return "Nothing was spent in the weeks held back"
    share = holdout.actual_amount_of_top_fifth / holdout.actual_amount
    return f"The top 20% by forecast made {percent(share)} of the later spending"


def _weeks(weeks: float) -> str:
    return f"{weeks:g} weeks" if weeks != round(weeks) else f"{count(weeks)} weeks"
