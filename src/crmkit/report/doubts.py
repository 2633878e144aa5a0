"""What makes a whole page doubtful: said loudly, since no figure would show it."""

from .findings import Findings
from .number_format import count, day, percent, plural

__all__ = ["doubts"]

_YEAR = 366
_MANY = 0.05


def doubts(findings: Findings[object]) -> tuple[str, ...]:
    """Say which choices look like a slip, and what they do to the figures."""
    return (*_discount(findings), *_silence(findings), *_after_the_end(findings))


def _discount(findings: Findings[object]) -> list[str]:
    rate = findings.question.annual_discount_rate
    if rate < 1:
        return []
    said = (
        f"Value is discounted at {percent(rate)} a year, which leaves little of it. "
        f"If {rate:g} per cent was meant, the rate is {rate / 100:g}."
    )
    return [said]


def _silence(findings: Findings[object]) -> list[str]:
    log, end = findings.log, findings.question.observation_period_end
    silent = 0 if log.last_date is None else (end - log.last_date).days
    if log.last_date is None or silent <= _YEAR:
        return []
    said = (
        f"The last row is dated {day(log.last_date)}, {plural(silent, 'day')} before "
        f"the end of observation, {day(end)}: everybody counts as silent since. If the "
        "log ends earlier, so does the observation."
    )
    return [said]


def _after_the_end(findings: Findings[object]) -> list[str]:
    log, end = findings.log, findings.question.observation_period_end
    if log.n_rows_after_end <= _MANY * log.n_rows:
        return []
    said = (
        f"{count(log.n_rows_after_end)} of {count(log.n_rows)} rows are dated after "
        f"the end of observation, {day(end)}, and were not looked at."
    )
    return [said]
