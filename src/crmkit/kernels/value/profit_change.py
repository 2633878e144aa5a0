"""The change of a product of averages, split by midpoints: exact, and odd in time.

For numbers a and b, the change of a b is the change of a at the mean b plus the change
of b at the mean a (Bennet 1920): nothing is left over, and going back in time turns
every sign.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...typing import FloatArray

__all__ = ["BaseChange", "BaseYear", "Flows", "change_of_base"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Amounts by category."""

    listed: FloatArray
    paid: FloatArray
    cost: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaseYear:
    """What existing customers brought in one period.

    ``sold`` is before returns and says what was usual; ``net`` is after them, and
    negative where more came back than was sold. ``idle_service`` was spent on those who
    bought nothing.
    """

    active: float
    sold: Flows
    net: Flows
    service: float
    idle_service: float

    @property
    def profit(self) -> float:
        """Receipts less goods and service."""
        margin = float(self.net.paid.sum() - self.net.cost.sum())
        return margin - self.service - self.idle_service


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChange:
    """The parts of the change of what existing customers brought."""

    keeping: float
    volume: float
    mix: float
    price: float
    goods_cost: float
    service_cost: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Amount:
    """List amount by category, and what it brought and cost beyond the usual."""

    listed: FloatArray
    paid: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rates:
    """Usual rates by list amount: of active customers, and of periods without any.

    ``loose`` is what came back in a period without active customers.
    """

    paid: FloatArray
    cost: FloatArray
    typical: float
    each: _Amount
    loose: _Amount
    service: float

    @property
    def margin(self) -> FloatArray:
        return self.paid - self.cost

    @property
    def profit(self) -> float:
        margin = float(self.each.listed @ self.margin)
        return margin + self.each.paid - self.each.cost - self.service


def change_of_base(before: BaseYear, after: BaseYear) -> BaseChange:
    """Split the change of profit from existing customers; the parts sum to it."""
    first, second = _rates(before, after), _rates(after, before)
    active = (before.active + after.active) / 2
    listed = (first.each.listed + second.each.listed) / 2
    margin = (first.margin + second.margin) / 2
    typical = (first.typical + second.typical) / 2
    more = active * (second.each.listed - first.each.listed)
    more = more + second.loose.listed - first.loose.listed
    paid = active * (second.each.paid - first.each.paid)
    cost = active * (second.each.cost - first.each.cost)
    return BaseChange(
        keeping=(after.active - before.active) * (first.profit + second.profit) / 2,
        volume=float(more.sum()) * typical,
        mix=float(more @ (margin - typical)),
        price=active * float(listed @ (second.paid - first.paid))
        + paid
        + second.loose.paid
        - first.loose.paid,
        goods_cost=-active * float(listed @ (second.cost - first.cost))
        - cost
        - second.loose.cost
        + first.loose.cost,
        service_cost=-active * (second.service - first.service)
        - (after.idle_service - before.idle_service),
    )


def _rates(year: BaseYear, other: BaseYear) -> _Rates:
    """Return the rates of a year; what it does not know, it takes from the other."""
    paid = _usual(year, other, "paid")
    cost = _usual(year, other, "cost")
    weight = _weight(year, other)
    # A period without active customers borrows those of the other year.
    seen = year if year.active else other
    per = 1 / seen.active if seen.active else 0.0
    return _Rates(
        paid=paid,
        cost=cost,
        typical=float(weight @ (paid - cost)),
        each=_beyond(seen.net, paid, cost, per),
        loose=_beyond(year.net, paid, cost, 0.0 if year.active else 1.0),
        service=seen.service * per,
    )


def _beyond(flows: Flows, paid: FloatArray, cost: FloatArray, per: float) -> _Amount:
    return _Amount(
        listed=per * flows.listed,
        paid=per * float((flows.paid - flows.listed * paid).sum()),
        cost=per * float((flows.cost - flows.listed * cost).sum()),
    )


def _usual(
    year: BaseYear, other: BaseYear, name: Literal["paid", "cost"]
) -> FloatArray:
    """Return an amount per list amount: as sold, else sold elsewhere, else returned."""
    back = year.net.listed + other.net.listed
    came_back = getattr(year.net, name) + getattr(other.net, name)
    ratio: FloatArray = np.divide(
        came_back, back, out=np.zeros_like(back), where=back < 0
    )
    for each in (other.sold, year.sold):
        sold = each.listed > 0
        ratio = np.where(
            sold, getattr(each, name) / np.where(sold, each.listed, 1.0), ratio
        )
    return ratio


def _weight(year: BaseYear, other: BaseYear) -> FloatArray:
    """Return the share of each category in list: as sold, elsewhere, or returned."""
    back = np.maximum(-(year.net.listed + other.net.listed), 0.0)
    for amount in (year.sold.listed, other.sold.listed, back):
        total = float(amount.sum())
        if total > 0:
            share: FloatArray = amount / total
            return share
    return np.zeros_like(back)
