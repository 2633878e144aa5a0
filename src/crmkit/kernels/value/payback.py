"""The day on which cumulated profit first covers a cost."""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["payback_days"]


def payback_days(
    customer: IntArray, day: IntArray, money: FloatArray, cost: FloatArray
) -> FloatArray:
    """Return that day for each customer (one row of ``cost``), NaN where it never came.

    What is booked on one day comes together.
    """
    reached = np.full(cost.size, np.nan)
    if not customer.size:
        return reached
    order = np.lexsort((day, customer))
    who, when = customer[order], day[order]
    ends = np.flatnonzero(
        (np.diff(who, append=-1) != 0) | (np.diff(when, append=-1) != 0)
    )
    running = np.cumsum(money[order])
    begins = np.flatnonzero(np.diff(who, prepend=-1) != 0)
    before = np.zeros(cost.size)
    before[who[begins]] = running[begins] - money[order][begins]
    there, on = who[ends], when[ends]
    # Rounding of a running sum must not keep a cent from closing the account.
    slack = 1e-9 * np.abs(money).max(initial=0)
    covered = running[ends] - before[there] >= cost[there] - slack
    # Walk backwards, so that the earliest day is written last.
    at = np.flatnonzero(covered)[::-1]
    reached[there[at]] = on[at]
    return reached
