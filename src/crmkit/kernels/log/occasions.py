"""Transactions become purchase occasions, and occasions one history per customer.

Everything is a counting sort over whole numbers, so the cost grows with the rows and
with nothing else, and the result does not depend on the order of the rows.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "Histories",
    "Occasions",
    "distinct_rows",
    "histories",
    "merge",
    "net_refunds",
    "occasion_count",
    "order_of",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occasions:
    """One row per customer and period with at least one row, in that order."""

    customer: IntArray
    day: IntArray
    amount: FloatArray
    sales: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histories:
    """One row per customer with at least one occasion."""

    customer: IntArray
    count: IntArray
    first_day: IntArray
    last_day: IntArray
    first_amount: FloatArray
    repeat_amount: FloatArray


def merge(customer: IntArray, day: IntArray, amount: FloatArray) -> Occasions:
    """Merge the rows of one customer in one period: amounts add up.

    ``sales`` counts the rows that are no refund. Amounts are added in ascending order
    wherever the order could matter, so that shuffled rows give the same bits.
    """
    if not customer.size:
        return Occasions(customer=customer, day=day, amount=amount, sales=customer)
    if not _is_ordered(customer, day):  # a large log is not copied for nothing
        order = order_of(customer, day)
        customer, day, amount = customer[order], day[order], amount[order]
    starts = _starts(customer, day)
    sizes = np.diff(starts, append=customer.size)
    amount = _ascending_within(amount, sizes)
    sale = amount >= 0
    return Occasions(
        customer=customer[starts],
        day=day[starts],
        amount=np.add.reduceat(amount, starts),
        sales=sizes if sale.all() else np.add.reduceat(sale, starts, dtype=np.int64),
    )


def occasion_count(customer: IntArray, day: IntArray) -> int:
    """Count the distinct pairs of customer and period, without merging their rows."""
    if not _is_ordered(customer, day):
        order = order_of(customer, day)
        customer, day = customer[order], day[order]
    return int(np.count_nonzero(_changes(customer, day)))


def net_refunds(occasions: Occasions) -> Occasions:
    """Move the amount of each refund-only period to the latest purchase before it.

    A refund before the first purchase seen goes to that purchase. Customers with
    refunds and no purchase keep their rows, with ``sales`` of zero: the caller refuses.
    """
    sale = occasions.sales > 0
    if sale.all():
        return occasions
    block = _blocks(occasions.customer, sale)
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    kept = starts.copy()
    kept[block[sale]] = np.flatnonzero(sale)
    return Occasions(
        customer=occasions.customer[kept],
        day=occasions.day[kept],
        amount=np.add.reduceat(occasions.amount, starts),
        sales=occasions.sales[kept],
    )


def histories(occasions: Occasions) -> Histories:
    """Summarise each customer's occasions."""
    starts = _starts(occasions.customer)
    if not starts.size:
        empty = occasions.amount
        return Histories(
            customer=starts,
            count=starts,
            first_day=starts,
            last_day=starts,
            first_amount=empty,
            repeat_amount=empty,
        )
    count = np.diff(starts, append=occasions.customer.size)
    repeats = occasions.amount.copy()
    repeats[starts] = 0.0
    return Histories(
        customer=occasions.customer[starts],
        count=count,
        first_day=occasions.day[starts],
        last_day=occasions.day[starts + count - 1],
        first_amount=occasions.amount[starts],
        repeat_amount=np.add.reduceat(repeats, starts),
    )


def distinct_rows(
    customer: IntArray, day: IntArray, instant: IntArray, amount: FloatArray
) -> int:
    """Count the rows that differ in customer, instant or amount.

    Equal rows share a day, so only days with more than one row are compared.
    """
    if not customer.size:
        return 0
    if not _is_ordered(customer, day):
        order = order_of(customer, day)
        customer, day = customer[order], day[order]
        instant, amount = instant[order], amount[order]
    starts = _starts(customer, day)
    sizes = np.diff(starts, append=customer.size)
    several = np.flatnonzero(np.repeat(sizes > 1, sizes))
    keys = (amount[several], instant[several], customer[several])
    rows = several[np.lexsort(keys)]
    different = np.zeros(rows.size, dtype=bool)
    different[:1] = True
    for key in (customer, instant, amount):
        different[1:] |= key[rows][1:] != key[rows][:-1]
    return int(np.count_nonzero(sizes == 1) + np.count_nonzero(different))


def order_of(customer: IntArray, day: IntArray) -> IntArray:
    """Sort by customer, then day: two stable counting sorts, the last key first."""
    if _is_ordered(customer, day):
        return np.arange(customer.size)
    if np.all(day[1:] >= day[:-1]):
        return _counting_sort(customer)
    by_day = _counting_sort(day - day.min())
    return by_day[_counting_sort(customer[by_day])]


def _is_ordered(customer: IntArray, day: IntArray) -> bool:
    same, later = customer[1:] == customer[:-1], day[1:] >= day[:-1]
    return bool(np.all((customer[1:] > customer[:-1]) | (same & later)))


def _counting_sort(keys: IntArray) -> IntArray:
    """Order small whole numbers stably: SciPy's column-to-row conversion is that sort.

    A matrix with one entry per column, in row ``key``, lists its columns row by row
    once it is stored by rows.
    """
    from scipy.sparse import csc_array  # noqa: PLC0415 - a tenth of a second at import

    pointers = np.arange(keys.size + 1)
    ones = np.ones(keys.size, dtype=np.int8)
    columns = csc_array((ones, keys, pointers), shape=(keys.max() + 1, keys.size))
    return np.asarray(columns.tocsr().indices, dtype=np.int64)


def _starts(*keys: IntArray) -> IntArray:
    """Find the rows where a run of equal keys begins."""
    return np.flatnonzero(_changes(*keys))


def _changes(*keys: IntArray) -> BoolArray:
    """Mark the rows where a run of equal keys begins."""
    new = np.zeros(keys[0].size, dtype=np.bool_)
    new[:1] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return new


def _ascending_within(amount: FloatArray, sizes: IntArray) -> FloatArray:
    """Sort the amounts inside groups of three or more; of two, the order is free."""
    large = sizes > 2
    if not large.any():
        return amount
    group = np.repeat(np.flatnonzero(large), sizes[large])
    rows = np.flatnonzero(np.repeat(large, sizes))
    result = amount.copy()
    result[rows] = amount[rows][np.lexsort((amount[rows], group))]
    return result


def _blocks(customer: IntArray, sale: np.ndarray) -> IntArray:
    """Give each row the number of its run: runs begin at a purchase."""
    starts = _starts(customer)
    earlier = np.cumsum(sale)
    before = earlier[starts] - sale[starts]
    own = earlier - np.repeat(before, np.diff(starts, append=customer.size))
    return _run_numbers(customer, np.maximum(own, 1))


def _run_numbers(customer: IntArray, own: IntArray) -> IntArray:
    new = np.zeros(customer.size, dtype=np.int64)
    new[_starts(customer, own)] = 1
    return np.cumsum(new) - 1
