"""What makes a log, or what was asked of it, doubtful: said before any figure."""

import datetime as dt
import shlex

import numpy as np

from ...typing import IntArray
from ..intake.dated_amounts import DatedAmounts
from ..intake.prepare import PreparedLog
from ..page.numbers_as_text import count, day, percent, plural
from ..question import Question
from .found_values import Models

__all__ = ["flat_base_doubt", "log_doubts"]

_DOMINANT = 0.1
_FEW = 20  # in a base this small, one large customer is no surprise
_LONGEST_NAME = 60
_MANY_AFTER = 0.05
_SILENT_DAYS = 14
_MONTH = 30
_MONTHS = 6
_IF_EARLIER = "If the log ends earlier, pass that day as the end."


def log_doubts(
    log: PreparedLog, rows: DatedAmounts, *, question: Question
) -> tuple[str, ...]:
    """Name each sign that the log, its end or the rate is not what it seems."""
    return (
        *_discount(question),
        *_silence(rows, question),
        *_after_the_end(log, question),
        *_dominant(log, question),
        *_mid_life(rows),
    )


def flat_base_doubt(models: Models) -> tuple[str, ...]:
    """Say that no difference between customers was found, where none was."""
    if models.differ:
        return ()
    doubt = (
        "No difference between customers was found: their numbers of purchases vary "
        "as chance alone would make them. The order of the lists and the tiers is then "
        "mostly chance."
    )
    return (doubt,)


def _discount(question: Question) -> list[str]:
    rate = question.annual_discount_rate
    if rate < 1:
        return []
    return [
        (
            f"The discount rate is {percent(rate)} a year, which leaves little of the "
            f"value. If you meant {rate:g}%, pass {rate / 100:g}."
        )
    ]


def _silence(rows: DatedAmounts, question: Question) -> list[str]:
    """Doubt an end that lies further after the last row than the log ever paused."""
    first = int(rows.day.min(initial=question.end_day))
    days = np.flatnonzero(np.bincount(rows.day - first)) + first
    if not days.size:
        return []
    silent = question.end_day - int(days[-1])
    longest = int(np.diff(days).max(initial=1))
    if silent <= max(2 * longest, _SILENT_DAYS):
        return []
    last = day(dt.date.fromordinal(_ordinal(int(days[-1]))))
    return [
        (
            f"The last row is dated {last}, {plural(silent, 'day')} before the end of "
            f"observation, {day(question.observation_period_end)}; before it, the log "
            f"never paused for more than {plural(longest, 'day')}. Every customer "
            f"seems inactive since. {_IF_EARLIER}"
        )
    ]


def _ordinal(day_number: int) -> int:
    return dt.date(1970, 1, 1).toordinal() + day_number


def _after_the_end(log: PreparedLog, question: Question) -> list[str]:
    facts = log.facts
    if facts.n_rows_after_end <= _MANY_AFTER * facts.n_rows:
        return []
    end = day(question.observation_period_end)
    rows = f"{count(facts.n_rows_after_end)} of {count(facts.n_rows)} rows"
    return [f"{rows} are dated after the end of observation, {end}: not used."]


def _dominant(log: PreparedLog, question: Question) -> list[str]:
    """Doubt one customer with more than a tenth of the rows or of the money."""
    if log.groups.count < _FEW:
        return []
    rows = np.bincount(log.groups.codes, minlength=log.groups.count)
    paid = np.bincount(log.groups.codes, log.amount, minlength=log.groups.count)
    shares = (
        (rows / max(rows.sum(), 1), "rows"),
        (paid / max(float(paid.sum()), 1e-300), "money"),
    )
    for share, what in shares:
        top = int(np.argmax(share))
        if share[top] > _DOMINANT:
            name = str(log.groups.ids[[top]].to_list()[0])
            where = shlex.quote(f"{question.customer_id_col}!={name}")
            # A longer name is cut, and a part of it matches no customer.
            how = f": --where {where}" if len(name) <= _LONGEST_NAME else ""
            return [
                (
                    f"One customer, {name[:_LONGEST_NAME]!r}, holds "
                    f"{percent(float(share[top]))} of the {what}. If this is a guest "
                    f"account, a reseller, a test or a total, leave it out{how}."
                )
            ]
    return []


def _mid_life(rows: DatedAmounts) -> list[str]:
    """Doubt a log that begins amid the life of its customers.

    New customers then crowd its first month, since all who come are new to it, and
    keep coming after it. A cohort, of which none comes later, is left alone.
    """
    new = _new_by_month(rows)
    if new.size < _MONTHS:
        return []
    later = new[1:]
    usual = float(np.median(later))
    if usual < 1 or new[0] <= 2.5 * usual or np.mean(later > 0) < 0.8:
        return []
    return [
        (
            f"{count(int(new[0]))} customers are new in the first month of the log, "
            f"{count(usual)} in a usual month after it: the log seems to begin amid "
            "the lives of its customers. Those who bought before count as new, so "
            "their "
            "histories look shorter than they are."
        )
    ]


def _new_by_month(rows: DatedAmounts) -> IntArray:
    known = rows.first_day[rows.first_day < np.iinfo(np.int64).max]
    if not known.size:
        return np.zeros(0, dtype=np.int64)
    month = (known - known.min()) // _MONTH
    last = (int(rows.day.max()) - int(known.min())) // _MONTH
    return np.bincount(month, minlength=last)[: max(last, 1)]
