"""Spending by month: past, and expected of the same customers."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from ..._dates import EPOCH
from ...typing import BoolArray, FloatArray, IntArray
from ..intake.dated_amounts import DatedAmounts
from ..question import Question
from .found_values import FanPoint, Month, Outlook
from .scored_customers import ScoredCustomers

__all__ = ["PastMonths", "past_months", "spending_months"]

_MOST_PAST, _MOST_AHEAD = 24, 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastMonths:
    """What customers spent in past months, from the oldest whole one.

    Attributes
    ----------
    starts
        The months, numbered from January 1970.
    first, repeat
        The amount of each customer's first day, and of the days after it.
    repeat_of_horizon
        The latter in the last weeks, as many as the horizon has; 0 if the log is
        shorter.
    """

    starts: tuple[int, ...]
    first: FloatArray
    repeat: FloatArray
    repeat_of_horizon: float


def past_months(rows: DatedAmounts, *, question: Question) -> PastMonths:
    """Add up the rows of each month."""
    end, horizon = question.end_day, question.horizon_weeks
    now = _month_of(end)
    first_day = int(rows.day.min(initial=end))
    # A month that the log begins in the middle of is not a whole one.
    oldest = _month_of(first_day)
    oldest += _first_day(oldest) < first_day
    starts = range(max(oldest, now - _MOST_PAST + 1), now + 1)
    # Rows are added up by day first: a log has many, and its span few.
    new = rows.is_first()
    first = _by_day(rows, new, start=first_day)
    repeat = _by_day(rows, ~new, start=first_day)
    day = np.arange(first_day, first_day + first.size)
    month = _months(day)
    covered = first_day <= end - 7 * horizon
    return PastMonths(
        starts=tuple(starts),
        first=_sums(month, first, starts),
        repeat=_sums(month, repeat, starts),
        repeat_of_horizon=float(repeat[day > end - 7 * horizon].sum())
        if covered
        else 0.0,
    )


def spending_months(
    past: PastMonths,
    scores: ScoredCustomers,
    *,
    fan: tuple[FanPoint, ...],
    question: Question,
) -> Outlook:
    """Put past and expected months in a row, from the oldest whole one."""
    end, horizon = question.end_day, question.horizon_weeks
    now = _month_of(end)
    # A part of the last day may be all that lies in its month.
    last = _month_of(math.ceil(end + 7 * horizon))
    ahead = list(range(now, min(last, now + _MOST_AHEAD) + 1))
    *expected, next_amount = _expected(scores, ahead, end=end, horizon=horizon)
    known = dict(zip(ahead, expected, strict=True))
    months = [
        Month(
            start=_start(at),
            first=float(new),
            repeat=float(again),
            expected=float(known.get(at, 0.0)),
        )
        for at, new, again in zip(past.starts, past.first, past.repeat, strict=True)
    ]
    months += [
        Month(start=_start(at), first=0.0, repeat=0.0, expected=float(amount))
        for at, amount in zip(ahead, expected, strict=True)
        if at > now and amount > 0
    ]
    return Outlook(
        months=tuple(months),
        last_amount=past.repeat_of_horizon,
        next_amount=float(next_amount),
        weeks=horizon,
        fan=fan,
    )


def _expected(
    scores: ScoredCustomers,
    months: list[int],
    *,
    end: int,
    horizon: float,
) -> FloatArray:
    """Return what is expected of each month inside the horizon, and in all."""
    edges = [_first_day(at + 1) - 1 - end for at in months]
    weeks = [min(max(edge, 0) / 7, horizon) for edge in edges]
    until = scores.amounts_until([*weeks, horizon])
    return np.append(np.diff(until[:-1], prepend=0.0), until[-1])


def _by_day(rows: DatedAmounts, own: BoolArray, *, start: int) -> FloatArray:
    size = int(rows.day.max(initial=start)) - start + 1
    sums = np.bincount(rows.day[own] - start, rows.amount[own], minlength=size)
    return np.asarray(sums, dtype=np.float64)


def _sums(month: IntArray, amount: FloatArray, starts: range) -> FloatArray:
    if not starts:
        return np.zeros(0)
    at = month - starts[0]
    chosen = (at >= 0) & (at < len(starts))
    sums = np.bincount(at[chosen], amount[chosen], minlength=len(starts))
    return np.asarray(sums, dtype=np.float64)


def _months(days: IntArray) -> IntArray:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _month_of(day: float) -> int:
    date = EPOCH + dt.timedelta(days=int(day))
    return (date.year - 1970) * 12 + date.month - 1


def _start(month: int) -> dt.date:
    return dt.date(1970 + month // 12, month % 12 + 1, 1)


def _first_day(month: int) -> int:
    return (_start(month) - EPOCH).days
