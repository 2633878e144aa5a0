"""Spending in periods of four weeks: past, and expected of the same customers."""

import datetime as dt

import numpy as np

from ...typing import BoolArray, FloatArray, PurchaseModel
from ..intake.dated_amounts import DatedAmounts
from ..question import Question
from .findings import Outlook, Period
from .scored_customers import ScoredCustomers

__all__ = ["spending_periods"]

_WEEKS = 4
_MOST_SHOWN = 26


def spending_periods(
    rows: DatedAmounts,
    scores: ScoredCustomers,
    purchases: PurchaseModel,
    *,
    question: Question,
) -> Outlook:
    """Put past and expected four-week periods in a row, from the oldest whole one."""
    end, horizon = question.observation_period_end, question.horizon_weeks
    steps = min(max(1, int(horizon // _WEEKS)), _MOST_SHOWN)
    length = min(float(_WEEKS), horizon)
    ahead = scores.amounts_ahead(purchases, steps=steps, length=length)
    first, repeat = _past(rows, question.end_day)
    return Outlook(
        periods=(
            *(
                Period(start=start, first=float(new), repeat=float(again))
                for start, new, again in zip(
                    _starts(end, -first.size, first.size), first, repeat, strict=True
                )
            ),
            *(
                Period(start=start, expected=float(amount))
                for start, amount in zip(_starts(end, 0, steps), ahead, strict=True)
            ),
        ),
        last_amount=float(repeat[-steps:].sum()) if repeat.size >= steps else 0.0,
        next_amount=float(ahead.sum()),
        weeks=steps * length,
    )


def _past(rows: DatedAmounts, end_day: int) -> tuple[FloatArray, FloatArray]:
    """Add up whole four-week periods back from the end, the oldest first."""
    days = 7 * _WEEKS
    whole = (end_day - int(rows.day.min(initial=end_day)) + 1) // days
    shown = min(whole, _MOST_SHOWN)
    back = (end_day - rows.day) // days
    first = rows.is_first()

    def added(own: BoolArray) -> FloatArray:
        chosen = own & (back < shown)
        sums = np.bincount(back[chosen], rows.amount[chosen], minlength=shown)
        return np.asarray(sums[::-1], dtype=np.float64)

    return added(first), added(~first)


def _starts(end: dt.date, first: int, count: int) -> list[dt.date]:
    """Return the first days of periods; number 0 begins the day after the end."""
    days = 7 * _WEEKS
    return [end + dt.timedelta(days=1 + days * (first + at)) for at in range(count)]
