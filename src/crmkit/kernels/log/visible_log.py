"""What a log says of each customer before a cut-off, and what came after it.

Rows are sorted by customer and day once; at a cut-off those visible are taken out, and
every feature is a sum over the rows between one customer's first and last.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "Past",
    "SortedLog",
    "breadth",
    "event_past",
    "first_seen_pairs",
    "future",
    "past",
    "sort_log",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SortedLog:
    """Rows in order of customer and day; ``seen`` is the first day a row is known."""

    customer: IntArray
    day: IntArray
    seen: IntArray
    amount: FloatArray
    discount: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """One row per customer with a visible purchase; columns in the order of writing."""

    customer: IntArray
    columns: dict[str, FloatArray]
    first_day: IntArray
    last_day: IntArray


def sort_log(
    customer: IntArray,
    day: IntArray,
    seen: IntArray,
    amount: FloatArray,
    discount: FloatArray | None,
) -> SortedLog:
    """Put the rows in order, unless they are already."""
    low = int(day.min(initial=0))
    key = customer * (int(day.max(initial=0)) - low + 1) + day
    if np.all(key[1:] >= key[:-1]):
        order: IntArray | slice = slice(None)
    else:
        order = np.argsort(key, kind="stable")
    return SortedLog(
        customer=customer[order],
        day=day[order],
        seen=seen[order],
        amount=amount[order],
        discount=None if discount is None else discount[order],
    )


def past(log: SortedLog, *, cutoff: int, window: int) -> Past:
    """Return the features of all rows known before ``cutoff``.

    Purchases are days with an amount of 0 or more; negative amounts are returns.
    """
    visible = log.seen < cutoff
    customer, day = log.customer[visible], log.day[visible]
    amount = log.amount[visible]
    bought = amount >= 0
    # A first row per customer and day is an occasion; returns alone make none.
    b_customer, b_day = customer[bought], day[bought]
    fresh = _changes(b_customer, b_day)
    o_customer, o_day = b_customer[fresh], b_day[fresh]
    heads = np.flatnonzero(np.diff(o_customer, prepend=-1))
    who = o_customer[heads]
    # From the customer's number to the row of the result; -1 where nothing was bought.
    place = np.full(int(customer.max(initial=-1)) + 1, -1, dtype=np.int64)
    place[who] = np.arange(who.size)
    n = np.diff(np.append(heads, o_customer.size)).astype(np.float64)
    first, last = o_day[heads], o_day[np.append(heads, o_day.size)[1:] - 1]
    own = place[customer]
    inside = own >= 0
    recent_days = o_day >= cutoff - window
    before_days = (o_day >= cutoff - 2 * window) & ~recent_days
    recent = _sums(recent_days, heads)
    before = _sums(before_days, heads)
    gap = np.diff(o_day, prepend=0).astype(np.float64)
    gap[heads] = 0.0
    spent = np.maximum(amount, 0.0)
    returned = np.maximum(-amount, 0.0)
    total = _totals(own, inside, spent, who.size)
    back = _totals(own, inside, returned, who.size)
    spent_recent = np.where(day >= cutoff - window, spent, 0.0)
    columns = {
        "inactivity": (cutoff - last).astype(np.float64),
        "tenure": (cutoff - first).astype(np.float64),
        "purchases": n,
        "purchases_recent": recent,
        "purchases_trend": _balance(recent, before),
        "amount_total": total,
        "amount_mean": total / n,
        "amount_recent": _totals(own, inside, spent_recent, who.size),
        "gap_mean": _share((last - first).astype(np.float64), n - 1),
        "gap_variation": _variation(_sums(gap, heads), _sums(gap**2, heads), n - 1),
        "returns_share": _share(back, total),
    }
    if log.discount is not None:
        given = _totals(own, inside, log.discount[visible], who.size)
        columns["discount_share"] = _share(given, total + given)
    return Past(customer=who, columns=columns, first_day=first, last_day=last)


def future(
    log: SortedLog, *, start: int, end: int, customers: int
) -> tuple[FloatArray, FloatArray]:
    """Return each customer's purchase days and net amount with start <= day < end."""
    inside = (log.day >= start) & (log.day < end)
    customer, day, amount = log.customer[inside], log.day[inside], log.amount[inside]
    bought = amount >= 0
    b_customer, b_day = customer[bought], day[bought]
    fresh = b_customer[_changes(b_customer, b_day)]
    days = np.bincount(fresh, minlength=customers).astype(np.float64)
    money = np.bincount(customer, amount, minlength=customers)
    return days, np.asarray(money, dtype=np.float64)


def first_seen_pairs(
    customer: IntArray, kind: IntArray, seen: IntArray
) -> tuple[IntArray, IntArray]:
    """Return, for each customer and kind met, the customer and the first day known."""
    key = customer * (int(kind.max(initial=0)) + 1) + kind
    order = np.lexsort((seen, key))
    heads = np.flatnonzero(np.diff(key[order], prepend=-1))
    at = order[heads]
    return customer[at], seen[at]


def breadth(
    pairs: tuple[IntArray, IntArray], *, cutoff: int, who: IntArray
) -> FloatArray:
    """Count the kinds each of ``who`` had met before the cut-off."""
    customer, seen = pairs
    known = customer[seen < cutoff]
    size = int(max(who.max(initial=0), known.max(initial=0))) + 1
    return np.bincount(known, minlength=size)[who].astype(np.float64)


def event_past(
    customer: IntArray,
    day: IntArray,
    seen: IntArray,
    value: FloatArray | None,
    *,
    cutoff: int,
    window: int,
    who: IntArray,
) -> dict[str, FloatArray]:
    """Summarise events known before the cut-off; NaN where a customer has none."""
    visible = seen < cutoff
    own = customer[visible]
    when = day[visible]
    size = int(max(who.max(initial=0), own.max(initial=0))) + 1
    count = np.bincount(own, minlength=size).astype(np.float64)
    recent = np.bincount(own[when >= cutoff - window], minlength=size)
    last = np.full(size, -1, dtype=np.int64)
    order = np.argsort(when, kind="stable")
    last[own[order]] = order
    some = last[who] >= 0
    at = np.where(some, last[who], 0)
    columns = {"count": count[who], "recent": recent[who].astype(np.float64)}
    latest = when[at] if when.size else np.zeros(who.size, np.int64)
    columns["inactivity"] = np.where(some, cutoff - latest, np.nan)
    if value is not None:
        known = value[visible]
        total = np.bincount(own, known, minlength=size)[who]
        columns["mean"] = np.where(some, total / np.maximum(count[who], 1), np.nan)
        newest = known[at] if known.size else np.zeros(who.size)
        columns["last"] = np.where(some, newest, np.nan)
    return columns


def _changes(customer: IntArray, day: IntArray) -> BoolArray:
    """Return the rows where a new customer or a new day begins."""
    fresh = np.ones(customer.size, dtype=np.bool_)
    fresh[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    return fresh


def _sums(values: FloatArray | BoolArray, heads: IntArray) -> FloatArray:
    if not heads.size:
        return np.zeros(0)
    return np.add.reduceat(values.astype(np.float64), heads)


def _totals(
    place: IntArray, inside: BoolArray, values: FloatArray, size: int
) -> FloatArray:
    if inside.all():
        return np.bincount(place, values, minlength=size).astype(np.float64)
    return np.bincount(place[inside], values[inside], minlength=size).astype(np.float64)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _balance(recent: FloatArray, before: FloatArray) -> FloatArray:
    """Return a trend from -1 (stopped) over 0 (steady) to 1 (started)."""
    return _share(recent - before, recent + before)


def _variation(total: FloatArray, squares: FloatArray, gaps: FloatArray) -> FloatArray:
    """Return the standard deviation of the gaps over their mean; 0 with one or none."""
    mean = _share(total, gaps)
    spread = np.maximum(_share(squares, gaps) - mean**2, 0.0)
    return _share(np.sqrt(spread), mean)
