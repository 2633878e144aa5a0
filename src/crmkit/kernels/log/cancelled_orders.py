"""Refunds that undo purchases: each is matched with the purchase it most likely undoes.

A log rarely names the order that a refund belongs to. The rule here is the one an
accountant would try first: the same amount, and of several the latest; otherwise the
latest purchase that is large enough.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["CancelledOrders", "cancel_orders"]

# Amounts are sums of cents as floats: 0.3 - 0.1 has to equal 0.2.
_ROUNDING = 1e-9
_GONE = -1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CancelledOrders:
    """What is left of each row, and how the refunds were matched.

    Attributes
    ----------
    kept
        The rows that stay: purchases that no refund undid. No refund stays.
    amount
        What is left of the amount of each row that stays.
    n_cancelled
        Purchases that were undone in full.
    n_unmatched
        Refunds larger than what is left of any purchase of the customer up to that day.
    """

    kept: BoolArray
    amount: FloatArray
    n_cancelled: int
    n_unmatched: int


def cancel_orders(
    customer: IntArray, day: IntArray, amount: FloatArray
) -> CancelledOrders:
    """Match each refund with a purchase of its customer on the same day or before.

    Refunds are taken in the order of their days, the largest of one day first. Each
    removes the latest purchase of its exact amount; else it is taken off the latest
    purchase of which more than it is left; else it is unmatched.
    """
    if not (amount < 0).any():
        everything = np.ones(amount.size, dtype=np.bool_)
        return CancelledOrders(
            kept=everything, amount=amount, n_cancelled=0, n_unmatched=0
        )
    # On one day purchases come before refunds, and equal rows are interchangeable, so
    # that the result does not depend on the order of the rows.
    order = np.lexsort((amount, amount < 0, day, customer))
    owner, left = customer[order], amount[order]
    refunds = np.flatnonzero(left < 0)
    starts = np.searchsorted(owner, owner[refunds])
    n_cancelled = n_unmatched = 0
    # A loop over refunds: what each may undo depends on those before it.
    for at, start in zip(refunds.tolist(), starts.tolist(), strict=True):
        back, before = -float(left[at]), left[start:at]
        left[at] = _GONE
        same = np.flatnonzero(np.abs(before - back) <= _ROUNDING * back)
        more = same if same.size else np.flatnonzero(before > back)
        if same.size:
            left[start + same[-1]] = _GONE
            n_cancelled += 1
        elif more.size:
            left[start + more[-1]] -= back
        else:
            n_unmatched += 1
    result = np.empty_like(left)
    result[order] = left
    return CancelledOrders(
        kept=result >= 0,
        amount=result,
        n_cancelled=n_cancelled,
        n_unmatched=n_unmatched,
    )
