"""The amounts of a prepared log by day, for the sums over time that the page shows."""

from dataclasses import dataclass

import numpy as np

from ...kernels.base.distinct_numbers import distinct_numbers
from ...kernels.log.cancelled_orders import cancel_orders
from ...typing import BoolArray, FloatArray, IntArray
from .prepare import PreparedLog

__all__ = ["DatedAmounts", "dated_amounts"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedAmounts:
    """Each row up to the end of observation: whose, on which day, how much.

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
        later = self.day[rows] - day
        span = int(later.max(initial=0)) + 1
        # Customer and day in one number: all rows of a day are one purchase.
        occasions = distinct_numbers(self.customer[rows] * span + later)
        return np.asarray(occasions % span + day, dtype=np.int64)

    def is_first(self) -> BoolArray:
        """Mark each row on its customer's first day."""
        return np.asarray(self.day == self.first_day[self.customer])


def dated_amounts(log: PreparedLog) -> DatedAmounts:
    """Keep the rows up to the end of observation, without refunds that are dropped."""
    used = log.day <= log.log.window.end_day
    if log.refunds == "drop":
        used &= log.amount >= 0
    codes, day, amount = log.groups.codes, log.day, log.amount
    if not used.all():  # a large log is not copied for nothing
        codes, day, amount = codes[used], day[used], amount[used]
    if log.refunds == "cancel":
        left = cancel_orders(codes, day, amount)
        codes, day, amount = codes[left.kept], day[left.kept], left.amount[left.kept]
    # Customers without a row that is left have no number.
    seen = np.bincount(codes, minlength=1) > 0
    customer = codes if seen.all() and codes.size else (np.cumsum(seen) - 1)[codes]
    bought = amount >= 0
    first = np.full(int(customer.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    rows = slice(None) if bought.all() else bought
    np.minimum.at(first, customer[rows], day[rows])
    return DatedAmounts(customer=customer, day=day, amount=amount, first_day=first)
