"""Transactions become purchase occasions, and occasions one history per customer.

Everything is one sort of whole numbers and sums over its runs, and the result does not
depend on the order of the rows.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "Histories",
    "Occasions",
    "coarser",
    "distinct_rows",
    "histories",
    "merge",
    "net_refunds",
    "occasion_count",
    "order_of",
    "shortened",
]

_BITS = 63  # of a whole number above 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occasions:
    """One row per customer and period with at least one row, in that order."""

    customer: IntArray
    day: IntArray
    amount: FloatArray
    sales: IntArray

    def where(self, kept: BoolArray) -> "Occasions":
        """Keep the marked rows."""
        return Occasions(
            customer=self.customer[kept],
            day=self.day[kept],
            amount=self.amount[kept],
            sales=self.sales[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histories:
    """One row per customer with at least one occasion."""

    customer: IntArray
    count: IntArray
    first_day: IntArray
    last_day: IntArray
    first_amount: FloatArray
    repeat_amount: FloatArray


def shortened(values: IntArray) -> IntArray:
    """Store whole numbers in 32 bits where they fit: half the memory of a long log.

    ``merge``, ``net_refunds`` and ``histories`` take numbers of either width.
    """
    bounds = np.iinfo(np.int32)
    if values.size and bounds.min <= values.min() and values.max() <= bounds.max:
        # The alias says 64 bits, which is what all other numbers of a log have.
        return cast("IntArray", values.astype(np.int32))
    return values


def merge(customer: IntArray, day: IntArray, amount: FloatArray) -> Occasions:
    """Merge the rows of one customer in one period: amounts add up.

    ``sales`` counts the rows that are no refund. Amounts are added in ascending order
    wherever the order could matter, so that shuffled rows give the same bits.
    """
    if not customer.size:
        return Occasions(customer=customer, day=day, amount=amount, sales=customer)
    if _is_ordered(customer, day):
        starts, sorted_amount = _starts(customer, day), amount.copy()
        who, when = customer[starts], day[starts]
    else:
        order, starts = _sorted_runs(customer, day)
        sorted_amount, first = amount[order], order[starts]
        del order  # of columns as long as the log, only as many as are still needed
        who, when = customer[first], day[first]
        del first
    sizes = _sizes(starts, customer)
    _sort_within(sorted_amount, starts, sizes)
    return Occasions(
        customer=who,
        day=when,
        amount=np.add.reduceat(sorted_amount, starts),
        sales=_sales(sorted_amount, starts, sizes),
    )


def coarser(occasions: Occasions, period: IntArray) -> Occasions:
    """Merge days into the longer periods that they lie in, named by ``period``."""
    if not period.size:
        return occasions
    starts = _starts(occasions.customer, period)
    sales = occasions.sales
    return Occasions(
        customer=occasions.customer[starts],
        day=period[starts],
        amount=np.add.reduceat(occasions.amount, starts),
        sales=np.add.reduceat(sales, starts, dtype=sales.dtype),
    )


def occasion_count(customer: IntArray, day: IntArray) -> int:
    """Count the distinct pairs of customer and period, without merging their rows."""
    if _is_ordered(customer, day):
        return int(np.count_nonzero(_changes(customer, day)))
    return _sorted_runs(customer, day)[1].size


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
    repeat_amount = np.add.reduceat(repeats, starts)
    del repeats  # as long as the log, before the columns of the customers are made
    return Histories(
        customer=occasions.customer[starts].astype(np.int64),
        count=count,
        first_day=occasions.day[starts].astype(np.int64),
        last_day=occasions.day[starts + count - 1].astype(np.int64),
        first_amount=occasions.amount[starts],
        repeat_amount=repeat_amount,
    )


def distinct_rows(
    customer: IntArray, day: IntArray, instant: IntArray, amount: FloatArray
) -> int:
    """Count the rows that differ in customer, instant or amount.

    Equal rows share a day, so only days with more than one row are compared.
    """
    if not customer.size:
        return 0
    if _is_ordered(customer, day):
        starts = _starts(customer, day)
        sizes = np.diff(starts, append=customer.size)
        several = np.flatnonzero(np.repeat(sizes > 1, sizes))
    else:
        order, starts = _sorted_runs(customer, day)
        sizes = np.diff(starts, append=customer.size)
        several = order[np.repeat(sizes > 1, sizes)]
    keys = (amount[several], instant[several], customer[several])
    rows = several[np.lexsort(keys)]
    different = np.zeros(rows.size, dtype=bool)
    different[:1] = True
    for key in (customer, instant, amount):
        different[1:] |= key[rows][1:] != key[rows][:-1]
    return int(np.count_nonzero(sizes == 1) + np.count_nonzero(different))


def order_of(customer: IntArray, day: IntArray) -> IntArray:
    """Sort by customer, then day, then row."""
    return _sorted_runs(customer, day)[0]


def _is_ordered(customer: IntArray, day: IntArray) -> bool:
    """Tell whether rows are sorted already: a large log is not copied for nothing."""
    same, later = customer[1:] == customer[:-1], day[1:] >= day[:-1]
    return bool(np.all((customer[1:] > customer[:-1]) | (same & later)))


def _sorted_runs(customer: IntArray, day: IntArray) -> tuple[IntArray, IntArray]:
    """Sort by customer, day and row; find where each customer and day begins.

    NumPy sorts numbers several times as fast as it sorts places, and in place. So all
    three become one whole number, unless they are too large together.
    """
    n_rows = customer.size
    if not n_rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    low = int(day.min())
    n_days = int(day.max()) - low + 1
    row_bits = n_rows.bit_length()
    if (int(customer.max()) + 1) * n_days >= 1 << (_BITS - row_bits):
        order = np.lexsort((day, customer))
        return order, _starts(customer[order], day[order])
    packed = np.multiply(customer, n_days, dtype=np.int64)
    packed += day  # added as it is: a column of 32 bits is not copied
    packed -= low
    packed <<= row_bits
    packed |= np.arange(n_rows, dtype=np.int64)
    packed.sort()
    order = packed & ((1 << row_bits) - 1)
    packed >>= row_bits
    return order, _starts(packed)


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


def _sizes(starts: IntArray, customer: IntArray) -> IntArray:
    """Count the rows of each run, as wide as the customers' numbers."""
    sizes = np.empty(starts.size, dtype=customer.dtype)
    sizes[:-1] = starts[1:]
    sizes[:-1] -= starts[:-1].astype(customer.dtype, copy=False)
    sizes[-1] = customer.size - starts[-1]
    return sizes


def _sort_within(amount: FloatArray, starts: IntArray, sizes: IntArray) -> None:
    """Sort the amounts inside groups of three or more; of two, the order is free."""
    several = np.flatnonzero(sizes > 2)
    if not several.size:
        return
    count = sizes[several]
    group = np.repeat(np.arange(several.size), count)
    within = np.arange(group.size) - np.repeat(np.cumsum(count) - count, count)
    rows = np.repeat(starts[several], count) + within
    amount[rows] = amount[rows][np.lexsort((amount[rows], group))]


def _sales(amount: FloatArray, starts: IntArray, sizes: IntArray) -> IntArray:
    refunds = amount < 0
    if not refunds.any():
        return sizes
    return sizes - np.add.reduceat(refunds, starts, dtype=sizes.dtype)


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
