"""Growth accounting: who came, stayed, came back and left, per period, in exact sums.

Periods are whole numbers from 0. An entry of ``Arrivals`` is a customer (or so many
alike) active in ``now`` whose last active period before was ``previous``, -1 for none;
an entry of ``Departures`` is active in ``now`` and next in ``following``, the number of
periods for never again.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "Accounts",
    "Arrivals",
    "Departures",
    "accounts",
    "inactive_between",
    "spells",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrivals:
    """Activity and the activity before it; sums over ``customers`` alike."""

    previous: IntArray
    now: IntArray
    customers: FloatArray
    amount: FloatArray
    expansion: FloatArray
    contraction: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Departures:
    """Activity and the activity after it; sums over ``customers`` alike."""

    now: IntArray
    following: IntArray
    customers: FloatArray
    amount: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accounts:
    """One number per period: customers, then money."""

    active: FloatArray
    new: FloatArray
    retained: FloatArray
    resurrected: FloatArray
    lost: FloatArray
    amount: FloatArray
    new_amount: FloatArray
    resurrected_amount: FloatArray
    expansion: FloatArray
    contraction: FloatArray
    lost_amount: FloatArray


def spells(
    customer: IntArray, period: IntArray, amount: FloatArray, periods: int
) -> tuple[Arrivals, Departures]:
    """Set each activity beside the one before and after; sorted by customer, period."""
    same = customer[1:] == customer[:-1]
    previous = np.full(period.size, -1, dtype=np.int64)
    previous[1:][same] = period[:-1][same]
    following = np.full(period.size, periods, dtype=np.int64)
    following[:-1][same] = period[1:][same]
    step = np.zeros(period.size)
    step[1:] = np.where(same, amount[1:] - amount[:-1], 0.0)
    ones = np.ones(period.size)
    arrivals = Arrivals(
        previous=previous,
        now=period,
        customers=ones,
        amount=amount,
        expansion=np.maximum(step, 0.0),
        contraction=np.maximum(-step, 0.0),
    )
    departures = Departures(
        now=period, following=following, customers=ones, amount=amount
    )
    return arrivals, departures


def accounts(arrivals: Arrivals, departures: Departures, periods: int) -> Accounts:
    """Add up each period: active = active before + new + resurrected - lost."""
    a, d = arrivals, departures
    new = a.previous < 0
    retained = a.previous == a.now - 1
    # In period 0, the -1 of a first purchase would look like the period before.
    retained &= ~new
    resurrected = ~new & ~retained
    # After the last period the log ends: its customers are not lost.
    gone = d.following > d.now + 1

    def arrived(which: BoolArray, weight: FloatArray) -> FloatArray:
        return _summed(a.now[which], weight[which], periods)

    def left(weight: FloatArray) -> FloatArray:
        return _summed(d.now[gone] + 1, weight[gone], periods)

    everyone = np.ones(a.now.size, dtype=np.bool_)
    return Accounts(
        active=arrived(everyone, a.customers),
        new=arrived(new, a.customers),
        retained=arrived(retained, a.customers),
        resurrected=arrived(resurrected, a.customers),
        lost=left(d.customers),
        amount=arrived(everyone, a.amount),
        new_amount=arrived(new, a.amount),
        resurrected_amount=arrived(resurrected, a.amount),
        expansion=arrived(retained, a.expansion),
        contraction=arrived(retained, a.contraction),
        lost_amount=left(d.amount),
    )


def inactive_between(
    departures: Departures, periods: int, *, shortest: int, longest: int
) -> FloatArray:
    """Count, per period, who has been inactive for so many periods (both included)."""
    d = departures
    first = d.now + shortest
    beyond = np.minimum(d.now + longest + 1, d.following)
    spans = (first < beyond) & (first < periods)
    # Each silence adds 1 where it starts and takes it back where it ends.
    starts = _summed(first[spans], d.customers[spans], periods + 1)
    ends = _summed(np.minimum(beyond[spans], periods), d.customers[spans], periods + 1)
    return np.cumsum(starts - ends)[:periods]


def _summed(place: IntArray, weight: FloatArray, periods: int) -> FloatArray:
    return np.asarray(np.bincount(place, weight, minlength=periods), dtype=np.float64)
