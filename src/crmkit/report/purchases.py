"""The log as arrays, for the few sums over time that the page shows."""

from dataclasses import dataclass

import numpy as np

from .._frames import (
    collect,
    day_numbers,
    group_rows,
    numbers,
    read_eager,
    require_dates,
)
from ..typing import BoolArray, FloatArray, IntArray
from .question import Question

__all__ = ["PurchaseLog", "open_purchases"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchaseLog:
    """Each row of the window: whose, on which day, how much; and first days.

    ``customer`` counts customers from 0; ``first_day`` has one entry for each. Days
    are numbered from 1970-01-01. A refund is a row, but never a purchase.
    """

    customer: IntArray
    day: IntArray
    amount: FloatArray
    first_day: IntArray

    def purchases_after(self, day: int) -> IntArray:
        """Return the days of repeat purchases after ``day`` of customers known then."""
        bought = self.amount >= 0
        known = self.first_day[self.customer] <= day
        rows = bought & known & (self.day > day)
        span = int(self.day.max(initial=0)) + 1
        occasions = np.unique(self.customer[rows] * span + self.day[rows])
        return np.asarray(occasions % span, dtype=np.int64)

    def is_first(self) -> BoolArray:
        """Say of each row whether it belongs to its customer's first day."""
        return np.asarray(self.day == self.first_day[self.customer])


def open_purchases(transactions: object, *, question: Question) -> PurchaseLog:
    """Read who, when and how much of the rows up to the end of observation."""
    frame = read_eager(transactions, question.columns).select(*question.columns)
    days = day_numbers(
        collect(require_dates(frame, question.date_col)[0]), question.date_col
    )
    amounts = numbers(frame, question.amount_col)
    used = days <= question.end_day
    if question.refunds == "drop":
        used &= amounts >= 0
    codes = group_rows(frame, question.customer_id_col).codes[used]
    customer = np.unique(codes, return_inverse=True)[1]
    bought = amounts[used] >= 0
    first = np.full(int(customer.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, customer[bought], days[used][bought])
    return PurchaseLog(
        customer=customer, day=days[used], amount=amounts[used], first_day=first
    )
