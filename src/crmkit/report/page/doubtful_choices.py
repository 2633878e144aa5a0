"""Choices that look like a mistake and put the whole page in doubt."""

from ..findings.findings import Findings
from .numbers_as_text import count, day, percent, plural

__all__ = ["doubtful_choices"]

_YEAR = 366
_MANY = 0.05
_IF_EARLIER = "If the log ends earlier, pass that day as the end."


def doubtful_choices(findings: Findings[object]) -> tuple[str, ...]:
    """Name each choice that looks like a mistake, and its effect on the figures."""
    return (*_discount(findings), *_silence(findings), *_after_the_end(findings))


def _discount(findings: Findings[object]) -> list[str]:
    rate = findings.question.annual_discount_rate
    if rate < 1:
        return []
    return [
        (
            f"The discount rate is {percent(rate)} a year, which leaves little of the "
            f"value. If you meant {rate:g}%, pass {rate / 100:g}."
        )
    ]


def _silence(findings: Findings[object]) -> list[str]:
    log, end = findings.log, findings.question.observation_period_end
    silent = 0 if log.last_date is None else (end - log.last_date).days
    if log.last_date is None or silent <= _YEAR:
        return []
    last, seen = day(log.last_date), day(end)
    doubt = (
        f"The last row is dated {last}, {plural(silent, 'day')} before the end of "
        f"observation, {seen}, so every customer seems inactive since. {_IF_EARLIER}"
    )
    return [doubt]


def _after_the_end(findings: Findings[object]) -> list[str]:
    log, end = findings.log, findings.question.observation_period_end
    if log.n_rows_after_end <= _MANY * log.n_rows:
        return []
    rows = f"{count(log.n_rows_after_end)} of {count(log.n_rows)} rows"
    doubt = f"{rows} are dated after the end of observation, {day(end)}: not used."
    return [doubt]
