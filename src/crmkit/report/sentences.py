"""The findings in one sentence each: the headings and captions of the page."""

from .findings import Findings, Holdout
from .number_format import count, day, dollars, exact, off, percent, plural, signed

__all__ = ["headings"]


def headings(findings: Findings[object]) -> dict[str, str]:
    """Say what each section found, each figure from the findings."""
    said = {
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
        said |= {
            "holdout": _holdout(findings.holdout),
            "holdout_weeks": _holdout_chart(findings.holdout),
            "holdout_deciles": _deciles(findings.holdout),
        }
    return said


def _title(findings: Findings[object]) -> str:
    base, question = findings.base, findings.question
    who = plural(base.customers, "customer")
    worth = dollars(base.value, question.currency)
    ahead = f"over the next {_weeks(question.horizon_weeks)}"
    return f"{who}, worth {worth} {ahead}"


def _concentration(findings: Findings[object]) -> str:
    found = findings.concentration
    return (
        f"One customer in five holds {percent(found.ahead_of_best_fifth)} of the "
        "value ahead"
    )


def _tiers(findings: Findings[object]) -> str:
    best, base = findings.tiers[0], findings.base
    share = percent(best.customers / base.customers)
    held = percent(best.value / base.value) if base.value else "none"
    return f"Tier {best.name}: {share} of customers, {held} of the value ahead"


def _alive(findings: Findings[object]) -> str:
    if not findings.base.repeat_customers:
        return "Nobody has bought a second time"
    return f"About {_in_ten(findings.mean_alive)} repeat customers are still buying"


def _in_ten(share: float) -> str:
    tenths = round(10 * share)
    if tenths in (0, 10):
        return f"{percent(share)} of"
    return f"{tenths} in 10"


def _outlook(findings: Findings[object]) -> str:
    ahead = findings.outlook
    currency, span = findings.question.currency, _weeks(ahead.weeks)
    expected = dollars(ahead.next_amount, currency)
    if not ahead.last_amount:
        return f"These customers are expected to spend {expected} in {span}"
    change = ahead.next_amount / ahead.last_amount - 1
    return (
        f"Expected in the next {span}: {expected}, {signed(change)} the repeat "
        f"purchases of the {span} before"
    )


def _outlook_chart(findings: Findings[object]) -> str:
    periods, currency = findings.outlook.periods, findings.question.currency
    last = [at.repeat for at in periods if at.repeat is not None][-1:]
    ahead = [at.expected for at in periods if at.expected is not None]
    mean = dollars(sum(ahead) / len(ahead), currency)
    before = f"{dollars(last[0], currency)} in the last four weeks; " if last else ""
    return f"Repeat purchases: {before}{mean} per four weeks expected"


def _tiers_chart(findings: Findings[object]) -> str:
    currency, tiers = findings.question.currency, findings.tiers
    best, last = (
        exact(at.value / at.customers, currency) for at in (tiers[0], tiers[-1])
    )
    if len(tiers) == 1:
        return f"Value ahead per customer: {best}"
    return (
        f"Value ahead per customer: {best} in tier {tiers[0].name}, {last} in tier "
        f"{tiers[-1].name}"
    )


def _alive_chart(findings: Findings[object]) -> str:
    counted = [f"{count(at.customers)} {at.name.lower()}" for at in findings.activity]
    return f"Of the repeat customers: {', '.join(counted[:3])}"


def _holdout_chart(holdout: Holdout) -> str:
    return (
        f"{count(holdout.predicted_purchases)} repeat purchases predicted, "
        f"{count(holdout.actual_purchases)} came"
    )


def _holdout(holdout: Holdout) -> str:
    error = holdout.amount_error
    made = day(holdout.calibration_period_end)
    if not holdout.actual_purchases:
        return f"Nobody known on {made} bought again"
    if error is None:
        return f"Nobody known on {made} spent anything again"
    if abs(error) < 0.0005:
        return f"The forecast of {made} met the amount then spent"
    return f"The forecast of {made} was {off(error)}, in money"


def _deciles(holdout: Holdout) -> str:
    if not holdout.actual_amount:
        return "Nothing was spent in the weeks held back"
    share = holdout.amount_of_best_fifth / holdout.actual_amount
    return f"The fifth ranked first brought {percent(share)} of the spending that came"


def _weeks(weeks: float) -> str:
    return f"{weeks:g} weeks" if weeks != round(weeks) else f"{count(weeks)} weeks"
