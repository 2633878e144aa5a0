"""The ledger as whole numbers and money: what the formulas read."""

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np

from .._frames import nw
from ..kernels.value.component_identity import NEVER, first_days
from ..typing import BoolArray, FloatArray, IntArray

__all__ = ["Book", "Costs", "LeftOut", "Lines", "Orders", "Referrals"]

_Table = TypeVar("_Table", "Lines", "Costs", "Referrals")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Sales and returns; a return has the order, category and sale day it reverses.

    Attributes
    ----------
    row
        The row of the line in the frame of the caller.
    customer, order, category
        Codes from 0.
    day, sale_day
        When the line was booked, and when what it concerns was sold.
    returned
        Whether it is a return.
    listed, paid, cost
        Line totals; negative in a return.
    """

    row: IntArray
    customer: IntArray
    order: IntArray
    category: IntArray
    day: IntArray
    sale_day: IntArray
    returned: BoolArray
    listed: FloatArray
    paid: FloatArray
    cost: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Costs:
    """Money spent on a customer on a day."""

    customer: IntArray
    day: IntArray
    amount: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Referrals:
    """Who brought whom; ``share`` is 0 where the referral only hastened a customer."""

    referrer: IntArray
    referee: IntArray
    day: IntArray
    share: FloatArray
    weight: FloatArray
    reward: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orders:
    """Every order code: whose it is, and when; ``NEVER`` for one not yet placed."""

    customer: IntArray
    day: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a ledger was given and does not contain: rows, and their amount."""

    count: int = 0
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Book:
    """All tables of a ledger in codes that mean the same in each.

    Attributes
    ----------
    ids
        The id of each customer code, ascending.
    listed
        Whether the caller's own table of customers names the customer.
    categories
        The name of each category code.
    orders
        How many order codes there are.
    start
        ``"known"``: the first line seen is the customer's first ever; ``"unknown"``: it
        need not be; ``"given"``: ``start_day`` tells when the relationship began.
    measured
        Which of ``list_amount`` and ``cost_amount`` the lines have.
    unmatched_returns
        Returns that are in no part, because they name no sale and none was found.
    early_service
        Costs of serving someone who was not yet a customer: booked as acquisition, or
        kept apart and then in no part, as ``early_service_kept`` tells.
    """

    ids: nw.Series[Any]
    listed: BoolArray
    categories: tuple[str | int, ...]
    orders: int
    lines: Lines
    service: Costs
    acquisition: Costs
    referrals: Referrals
    start: Literal["known", "unknown", "given"]
    start_day: IntArray
    measured: frozenset[str]
    unmatched_returns: LeftOut = LeftOut()
    early_service: LeftOut = LeftOut()
    early_service_kept: Literal["acquisition", "apart"] = "acquisition"

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.ids)

    def until(self, day: int) -> "Book":
        """Return what was booked up to and with ``day``."""
        return self.between(None, day)

    def between(self, first: int | None, last: int) -> "Book":
        """Return what was booked from ``first`` to ``last``, both inclusive."""
        return replace(
            self,
            lines=_kept(self.lines, first, last),
            service=_kept(self.service, first, last),
            acquisition=_kept(self.acquisition, first, last),
            referrals=_kept(self.referrals, first, last),
        )

    def order_table(self) -> Orders:
        """Return the customer and the first day of each order that has a sale."""
        # A return belongs to its order and does not date it.
        sold = ~self.lines.returned
        order = self.lines.order[sold]
        customer = np.zeros(self.orders, dtype=np.int64)
        customer[order] = self.lines.customer[sold]
        day = first_days(order, self.lines.day[sold], self.orders)
        return Orders(customer=customer, day=day)

    def seen(self) -> BoolArray:
        """Return which customers have a booking, or are in the table of customers."""
        there = self.listed.copy()
        there[self.lines.customer] = True
        there[self.service.customer] = True
        there[self.acquisition.customer] = True
        there[self.referrals.referrer] = True
        there[self.referrals.referee] = True
        return there

    def first_purchase_days(self) -> IntArray:
        """Return the day of each customer's first sale seen; ``NEVER`` without one."""
        sold = ~self.lines.returned
        return first_days(
            self.lines.customer[sold], self.lines.day[sold], self.customers
        )

    def began_before(self, first_day: IntArray) -> BoolArray:
        """Return which customers are known to be older than their first sale seen."""
        older: BoolArray = (self.start_day < first_day) & (first_day < NEVER)
        return older


def _kept(table: _Table, first: int | None, last: int) -> _Table:
    inside = table.day <= last
    if first is not None:
        inside &= table.day >= first
    # Where nothing is outside the days asked for, nothing is copied.
    if inside.all():
        return table
    columns = {name: getattr(table, name)[inside] for name in table.__slots__}
    return replace(table, **columns)
