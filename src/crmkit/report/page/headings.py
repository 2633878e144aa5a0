"""The sentences of the page that say what was found: one for each section and chart."""

import math
from collections import Counter
from collections.abc import Sequence

from ..findings.action_list import ActionList
from ..findings.campaign_results import CampaignResult
from ..findings.findings import Findings
from ..findings.found_values import Holdout
from ..question import Question
from .numbers_as_text import (
    both,
    count,
    day,
    dollars,
    off,
    percent,
    plural,
    signed,
    span,
)

__all__ = ["headings", "list_words", "money_word", "typical_error"]


def money_word(question: Question) -> str:
    """Name what a customer brings: revenue, or margin where one was given."""
    return "revenue" if question.margin == 1 else "margin"


def headings(findings: Findings[object]) -> dict[str, str]:
    """Return the sentence of each section and chart, by name."""
    found = {
        "title": _title(findings),
        "range": _range(findings),
        "missed": _missed(findings),
        "concentration": _concentration(findings),
        "tiers": _tiers(findings),
        "retention": _retention(findings),
        "changed": _changed(findings),
        "groups": _groups(findings),
        "risk": _risk(findings),
        "alive": _alive(findings),
        "outlook": _outlook(findings),
        "models": _models(findings),
        "holdout": "The forecast could not be checked on this log",
        "data": _data(findings),
    }
    if findings.campaigns:
        found["campaigns"] = _campaigns(findings.campaigns)
    if findings.holdout is not None:
        found |= {
            "holdout": _holdout(findings.holdout),
            "holdout_weeks": _holdout_chart(findings.holdout),
            "holdout_deciles": _deciles(findings.holdout),
        }
    return found


def list_words(found: ActionList[object], findings: Findings[object]) -> dict[str, str]:
    """Return the title, the rule and the reason of a list, and what it may cost."""
    question = findings.question
    currency, money = question.currency, money_word(question)
    n, many = found.n_customers, plural(found.n_customers, "customer")
    ahead, tier = span(question.horizon_weeks), findings.tiers[0].name
    a_head = found.value_at_risk / n if n else 0.0
    if found.name == "win_back":
        return {
            "name": "Win back",
            "file": "win-back",
            "figure": dollars(found.value_at_risk, currency),
            "unit": "more, if all came back",
            "title": f"Win back {many} who {'has' if n == 1 else 'have'} probably left",
            "why": f"They have spent {dollars(found.past_amount, currency)} so "
            "far. One "
            f"who comes back is worth {dollars(a_head, currency)} more in the next "
            f"{ahead}, on average: an offer to each must cost less than that, "
            f"times the "
            "share that it brings back.",
            "rule": "Bought at least twice, last within a year, less than 50% "
            "likely to be "
            f"active, and worth {dollars(found.limit, currency)} or more if active, as "
            f"tier {tier} is. "
            "Those with the most to win come first.",
            "none": "No repeat customer of that value has probably left.",
        }
    if found.name == "protect":
        return {
            "name": "Protect",
            "file": "protect",
            "figure": dollars(found.value, currency),
            "unit": f"expected {money}, in doubt",
            "title": f"Keep {many} of tier {tier} who {'is' if n == 1 else 'are'} "
            "getting quiet",
            "why": f"They are still likely to be active, but "
            f"{dollars(found.value_at_risk, currency)} is at risk. Contact them before "
            "they leave: a call, a service check, an early look at what is new.",
            "rule": f"Tier {tier}, at least two purchases, 50% to 80% likely to be "
            "active. The highest value at risk comes first.",
            "none": f"No customer of tier {tier} is in doubt.",
        }
    limit = (
        f"bought once, at most {count(found.limit)} days ago: by then, 90% of repeat "
        "customers buy again"
        if math.isfinite(found.limit)
        else "bought once, too long ago to be usual; those with the highest expected "
        f"{money} among them"
    )
    return {
        "name": "Second order",
        "file": "second-order",
        "figure": dollars(found.value, currency),
        "unit": f"expected {money}",
        "title": f"Lead {many} to a second order",
        "why": f"They have spent {dollars(found.past_amount, currency)} on one order "
        "each. A second order is the step after which customers stay: thank them, show "
        "what goes with their purchase, remind them once.",
        "rule": f"{limit[0].upper()}{limit[1:]}. The highest expected {money} comes "
        "first.",
        "none": "No customer has bought just once.",
    }


def typical_error(findings: Findings[object]) -> tuple[float, int, int] | None:
    """Return the typical error of money at the longest span, how many, and the span."""
    errors = findings.past_errors.errors if findings.past_errors else ()
    known = [(each.lead_days, each.value) for each in errors if each.value is not None]
    if not known:
        return None
    # The span with the most forecasts says more than one forecast of the longest span.
    counts = Counter(lead for lead, _ in known)
    longest_first = sorted(counts, reverse=True)
    used = next((lead for lead in longest_first if counts[lead] >= 3), longest_first[0])
    same = [math.expm1(-value) for lead, value in known if lead == used]
    typical = math.sqrt(sum(each**2 for each in same) / len(same))
    return typical, len(same), used


def _title(findings: Findings[object]) -> str:
    base, question = findings.base, findings.question
    who = plural(base.n_customers, "customer")
    verb = "is" if base.n_customers == 1 else "are"
    worth = dollars(base.value, question.currency)
    return (
        f"{who} {verb} expected to bring {worth} in the next "
        f"{span(question.horizon_weeks)}"
    )


def _range(findings: Findings[object]) -> str:
    last, currency = findings.outlook.fan[-1:], findings.question.currency
    if not last or last[0].lower is None or last[0].upper is None:
        return "no range: the log does not determine the model well enough"
    lower, upper = dollars(last[0].lower, currency), dollars(last[0].upper, currency)
    return f"95% range: {lower} to {upper}"


def _missed(findings: Findings[object]) -> str:
    typical = typical_error(findings)
    if typical is None:
        return "no past forecast could be made on this log"
    _, n, days = typical
    return f"typical miss of {plural(n, 'forecast')} made at past dates, {days} days on"


def _concentration(findings: Findings[object]) -> str:
    share = percent(findings.concentration.expected_share_of_top_fifth)
    return f"The top 20% of customers hold {share} of expected " + money_word(
        findings.question
    )


def _tiers(findings: Findings[object]) -> str:
    best, base = findings.tiers[0], findings.base
    share = percent(best.n_customers / base.n_customers)
    held = percent(best.value / base.value) if base.value else "none"
    money = money_word(findings.question)
    return f"Tier {best.name}: {share} of customers, {held} of expected {money}"


def _retention(findings: Findings[object]) -> str:
    found = findings.retention
    if len(found.average) < 2:
        return "The log is too short to see customers come back"
    age = min(
        len(found.average) - 1, {"month": 6, "quarter": 4, "year": 2}[found.grain]
    )
    one = f"{found.grain}s" if age > 1 else found.grain
    return (
        f"{percent(found.average[age])} of new customers buy {age} {one} after the "
        f"{found.grain} of their first purchase"
    )


def _changed(findings: Findings[object]) -> str:
    growth, grain = findings.retention.growth, findings.retention.grain
    if not growth:
        return ""
    last = growth[-1]
    name = (
        f"{last.start:%B %Y}" if grain == "month" else f"the {grain} from {last.start}"
    )
    return (
        f"In {name}: {count(last.new)} new, {count(last.returned)} back after a pause, "
        f"{count(last.lost)} paused"
    )


def _groups(findings: Findings[object]) -> str:
    groups = [each for each in findings.segments if each.value > 0]
    if not groups or not findings.base.value:
        return "Customers by how recently, how often and how much they bought"
    best = max(groups, key=lambda each: each.value)
    return (
        f"{plural(best.n_customers, 'customer')} of the segment '{best.name}' "
        f"{'holds' if best.n_customers == 1 else 'hold'} "
        f"{percent(best.value / findings.base.value)} of expected "
        f"{money_word(findings.question)}"
    )


def _risk(findings: Findings[object]) -> str:
    doubt = [each for each in findings.risk if each.state == "Uncertain"]
    at_risk = sum(each.value_at_risk for each in doubt)
    people = sum(each.n_customers for each in doubt)
    currency = findings.question.currency
    if not people:
        return "No repeat customer is in doubt"
    return (
        f"{plural(people, 'repeat customer')} in doubt "
        f"{'puts' if people == 1 else 'put'} "
        f"{dollars(at_risk, currency)} at risk"
    )


def _alive(findings: Findings[object]) -> str:
    if not findings.base.n_repeat_customers:
        return "No customer has bought a second time"
    share = findings.mean_probability_alive
    tenths = round(10 * share)
    if tenths in (0, 10):
        said = percent(share)
        about = f"About {said}" if said[0].isdigit() else said.capitalize()
        return f"{about} of repeat customers are active"
    return f"About {tenths} in 10 repeat customers are active"


def _outlook(findings: Findings[object]) -> str:
    outlook = findings.outlook
    currency, ahead = findings.question.currency, span(outlook.weeks)
    expected = dollars(outlook.next_amount, currency)
    if not outlook.last_amount:
        return f"These customers are expected to spend {expected} in {ahead}"
    change = outlook.next_amount / outlook.last_amount - 1
    return (
        f"Expected in the next {ahead}, not discounted: {expected}, {signed(change)} "
        f"the repeat purchases of the {ahead} before"
    )


def _models(findings: Findings[object]) -> str:
    models = findings.models
    if models.reason == "asked":
        return f"{models.chosen}: the model you asked for"
    if models.reason == "only":
        return (
            f"{models.chosen}: no part of the log could be held back to compare models"
        )
    best = f"{models.chosen} forecast the weeks held back best"
    gaps = [line.gap for line in models.compared if line.gap is not None]
    near = [gap.model for gap in gaps if gap.difference is not None and not gap.clear]
    if near:
        return f"{best}; {both(near)} did as well within chance"
    return f"{best}, by more than chance"


def _campaigns(campaigns: Sequence[CampaignResult]) -> str:
    known = [each.added for each in campaigns if each.added]
    if not known:
        return "What the campaigns added is not known"
    if len(known) == 1:
        verb = "added" if known[0].interval(of="profit").lower > 0 else "added no"
        return f"The one campaign with a control group {verb} profit beyond chance"
    paid = sum(added.interval(of="profit").lower > 0 for added in known)
    return (
        f"{paid or 'None'} of {count(len(known))} campaigns with a control group "
        "added profit beyond chance"
    )


def _data(findings: Findings[object]) -> str:
    log, left = findings.log, findings.left_out
    first = "" if log.first_date is None else day(log.first_date)
    last = "" if log.last_date is None else day(log.last_date)
    without = left.n_rows_without_id + left.n_placeholder_rows + left.n_total_rows
    rows = findings.question.source_rows or log.n_rows + without
    # Rows that a filter removed, or that could not be read, are counted in the notes.
    lost = max(rows - log.n_rows, without)
    out = f"; {plural(lost, 'row')} left out" if lost else ""
    return (
        f"{count(log.n_rows_used)} of {count(rows)} rows used, {first} to {last}{out}"
    )


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
