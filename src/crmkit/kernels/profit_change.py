"""The change of a product of averages, split by midpoints: exact, and odd in time.

For numbers a and b, the change of a b is the change of a at the mean b plus the change
of b at the mean a (Bennet 1920): nothing is left over, and going back in time turns
every sign.
"""

from dataclasses import dataclass

import numpy as np

from ..typing import FloatArray

__all__ = ["BaseChange", "BaseYear", "change_of_base"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaseYear:
    """What existing customers brought in one period; arrays are by category.

    ``idle_service`` was spent on those who bought nothing.
    """

    active: float
    listed: FloatArray
    paid: FloatArray
    cost: FloatArray
    service: float
    idle_service: float

    @property
    def profit(self) -> float:
        """Receipts less goods and service."""
        margin = float(self.paid.sum() - self.cost.sum())
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
class _Rates:
    """Per active customer: list, service and what no list explains; by list: mix."""

    listed: float
    share: FloatArray
    depth: FloatArray
    cost: FloatArray
    loose: float
    service: float

    @property
    def margin(self) -> FloatArray:
        return 1 - self.depth - self.cost

    @property
    def profit(self) -> float:
        margin = float(self.share @ self.margin)
        return self.listed * margin + self.loose - self.service


def change_of_base(before: BaseYear, after: BaseYear) -> BaseChange:
    """Split the change of profit from existing customers; the parts sum to it."""
    first, second = _rates(before, after), _rates(after, before)
    active = (before.active + after.active) / 2
    listed = (first.listed + second.listed) / 2
    share = (first.share + second.share) / 2
    margin = (first.margin + second.margin) / 2
    typical = (
        float(first.share @ first.margin) + float(second.share @ second.margin)
    ) / 2
    return BaseChange(
        keeping=(after.active - before.active) * (first.profit + second.profit) / 2,
        volume=active * (second.listed - first.listed) * typical,
        mix=active * listed * float((second.share - first.share) @ margin),
        price=-active * listed * float(share @ (second.depth - first.depth)),
        goods_cost=active
        * (
            second.loose
            - first.loose
            - listed * float(share @ (second.cost - first.cost))
        ),
        service_cost=-active * (second.service - first.service)
        - (after.idle_service - before.idle_service),
    )


def _rates(year: BaseYear, other: BaseYear) -> _Rates:
    """Return the rates of a year; what it does not know, it takes from the other."""
    if year.active == 0:
        if other.active == 0:
            nothing = np.zeros_like(year.listed)
            return _Rates(
                listed=0.0,
                share=nothing,
                depth=nothing,
                cost=nothing,
                loose=0.0,
                service=0.0,
            )
        return _rates(other, year)
    sold = year.listed > 0
    total = float(year.listed[sold].sum())
    return _Rates(
        listed=total / year.active,
        share=np.where(sold, year.listed, 0.0) / (total if total > 0 else 1.0),
        depth=_ratio(year, other, year.listed - year.paid, other.listed - other.paid),
        cost=_ratio(year, other, year.cost, other.cost),
        loose=float((year.paid - year.cost)[~sold].sum()) / year.active,
        service=year.service / year.active,
    )


def _ratio(
    year: BaseYear, other: BaseYear, own: FloatArray, others: FloatArray
) -> FloatArray:
    known, elsewhere = year.listed > 0, other.listed > 0
    ratio = np.where(elsewhere, others / np.where(elsewhere, other.listed, 1.0), 0.0)
    return np.where(known, own / np.where(known, year.listed, 1.0), ratio)
