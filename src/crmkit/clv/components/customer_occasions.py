"""The days on which each customer bought, as the purchase models count them."""

from dataclasses import dataclass

import numpy as np

from ..._check import ProvenHistory, known_history
from ...kernels.value.component_identity import NEVER, totals
from ...ledger import Book
from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["History", "Occasions", "history_of", "occasions_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occasions:
    """One row per customer and day with an order, ascending; returns are taken off.

    ``line`` is the occasion of each line of the book.
    """

    line: IntArray
    customer: IntArray
    day: IntArray
    orders: FloatArray
    listed: FloatArray
    paid: FloatArray
    service: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """What a purchase model reads of each customer; ``bought`` says who has one."""

    bought: BoolArray
    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    monetary_value: FloatArray

    def of_buyers(self) -> ProvenHistory:
        """Return the histories of those who bought: flawless, as they were counted."""
        there = self.bought
        return known_history(self.frequency[there], self.recency[there], self.T[there])


def occasions_of(book: Book) -> Occasions:
    """Merge the orders of a customer on a day; service goes to the day it follows."""
    lines, table = book.lines, book.order_table()
    placed = np.flatnonzero(table.day < NEVER)
    origin = int(table.day[placed].min(initial=NEVER))
    width = int(table.day[placed].max(initial=origin)) - origin + 1
    of_order = np.zeros(book.orders, dtype=np.int64)
    of_order[placed] = table.customer[placed] * width + table.day[placed] - origin
    keys, order = np.unique(of_order[placed], return_inverse=True)
    at = np.zeros(book.orders, dtype=np.int64)
    at[placed] = order
    line = at[lines.order]
    return Occasions(
        line=line,
        customer=keys // width,
        day=keys % width + origin,
        orders=np.bincount(order, minlength=keys.size).astype(np.float64),
        listed=totals(line, lines.listed, keys.size),
        paid=totals(line, lines.paid, keys.size),
        service=_service(book, keys, origin, width),
    )


def history_of(book: Book, occasions: Occasions, day: int, unit: float) -> History:
    """Count repeat occasions and measure recency, age and mean net receipts."""
    count, who = book.customers, occasions.customer
    number = np.bincount(who, minlength=count)
    bought = number > 0
    first = np.full(count, day)
    last = np.full(count, day)
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    first[who[starts]] = occasions.day[starts]
    last[who] = occasions.day
    repeat = np.ones(who.size, dtype=bool)
    repeat[starts] = False
    spent = totals(who[repeat], occasions.paid[repeat], count)
    frequency = np.maximum(number - 1, 0)
    return History(
        bought=bought,
        frequency=frequency.astype(np.float64),
        recency=(last - first) / unit,
        T=(day - first) / unit,
        monetary_value=spent / np.maximum(frequency, 1),
    )


def _service(book: Book, keys: IntArray, origin: int, width: int) -> FloatArray:
    """Give each service cost to the latest occasion before it, else to the first."""
    service = book.service
    if not keys.size or not service.day.size:
        return np.zeros(keys.size)
    reach = np.clip(service.day - origin, -1, width - 1)
    at = np.searchsorted(keys, service.customer * width + reach, side="right") - 1
    early = (at < 0) | (keys[np.maximum(at, 0)] // width != service.customer)
    at = np.minimum(at + early, keys.size - 1)
    known = keys[at] // width == service.customer
    return totals(at[known], service.amount[known], keys.size)
