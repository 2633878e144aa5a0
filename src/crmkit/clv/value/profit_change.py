"""Why profit changed: acquiring, a larger base, keeping, growing the existing."""

from dataclasses import dataclass

import numpy as np

from ..._check import instance
from ..._dates import day_number
from ...errors import InvalidTypeError, InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.value.component_identity import NEVER, totals
from ...kernels.value.profit_change import (
    BaseYear,
    Flows,
    change_of_active,
    change_of_base,
)
from ...ledger import Book, Ledger
from ...typing import BoolArray, Day, FloatArray, IntArray, IntoDataFrameT

__all__ = ["ProfitChange", "profit_change"]

_LONG_AGO = 10**9  # days: no date, but a relationship older than the log


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ProfitChange(JsonResult):
    """The change of profit between two periods, in parts that sum to it.

    Attributes
    ----------
    profit_before, profit_after
        Receipts less goods, service, acquisition and rewards of each period.
    acquiring
        More (or less) from customers won within the period, after what winning them
        and all rewards cost.
    larger_base
        More customers existed, because more had been acquired before the period, each
        at the average profit of both periods. A young company grows by this alone.
    keeping
        A larger share of the existing customers bought, at equal age.
    volume, mix, price, goods_cost, service_cost
        Growing the existing: list amount per customer, less returns; dearer
        categories; smaller discounts; cheaper goods; cheaper service.
    active_before, active_after
        Existing customers who bought in each period.
    existing_before, existing_after
        Customers won before each period, whether they bought in it or not.
    won_before, won_after
        Customers won in each period.

    Examples
    --------
    >>> change = ProfitChange(
    ...     profit_before=100.0, profit_after=130.0, acquiring=5.0, larger_base=4.0,
    ...     keeping=6.0, volume=8.0, mix=1.0, price=-2.0, goods_cost=5.0,
    ...     service_cost=3.0,
    ...     active_before=40, active_after=44, existing_before=90, existing_after=99,
    ...     won_before=10, won_after=12,
    ... )
    >>> change.growing, change.change
    (15.0, 30.0)
    """

    profit_before: float
    profit_after: float
    acquiring: float
    larger_base: float
    keeping: float
    volume: float
    mix: float
    price: float
    goods_cost: float
    service_cost: float
    active_before: int
    active_after: int
    existing_before: int
    existing_after: int
    won_before: int
    won_after: int

    @property
    def growing(self) -> float:
        """More profit per existing customer, at the average number of them."""
        prices = self.mix + self.price
        return self.volume + prices + self.goods_cost + self.service_cost

    @property
    def change(self) -> float:
        """The sum of the parts: profit after less profit before."""
        return self.acquiring + self.larger_base + self.keeping + self.growing


def profit_change(
    ledger: Ledger[IntoDataFrameT],
    *,
    before: tuple[Day, Day],
    after: tuple[Day, Day],
) -> ProfitChange:
    """Split the change of profit between two periods exactly.

    Exchanging the periods turns the sign of every part.

    Parameters
    ----------
    ledger
        The company's ledger. Where the relationship may be older than the log, early
        customers look new: compare periods well inside it.
    before, after
        First and last day of each period, inclusive.

    Returns
    -------
    ProfitChange
        The parts; cash, not discounted.

    Raises
    ------
    InvalidValueError
        If a period ends before it begins.

    Notes
    -----
    A customer is won in the period of the first purchase and existing after it. The
    change of N below is split by age, in periods since the customer was won: more
    customers of an age are a larger base, a larger share of them who bought is keeping.
    So a company whose customers stay as they always did has no part in keeping, however
    many more there are; an age that only one period knows is a larger base. With N
    existing customers who bought, list amount l per customer less returns, depth d and
    cost c of what was sold, by category, and service s: their profit is N (sum of
    l (1 - d - c) - s), and every product is split at midpoints (Bennet 1920). The
    change of l is volume at the mean margin, and mix as far as margins differ from it.
    A category sold in one period only has that period's depth and cost in both; what
    returns gave back at another depth or cost is price and goods cost.

    References
    ----------
    Bennet, T. L. (1920), The theory of measurement of changes in cost of living,
    Journal of the Royal Statistical Society 83(3), 455-462.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv.value.profit_change import profit_change
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=300, rng=np.random.default_rng(1))
    >>> change = profit_change(
    ...     ledger, before=("2022-01-01", "2022-12-31"),
    ...     after=("2023-01-01", "2023-12-31"),
    ... )
    >>> bool(np.isclose(change.change, change.profit_after - change.profit_before))
    True
    """
    first, second = _span("before", before), _span("after", after)
    book = instance("ledger", ledger, Ledger).book
    first_day = book.first_purchase_days()
    older = book.began_before(first_day)
    one = _period(book, first, np.where(older, -NEVER, first_day))
    two = _period(book, second, np.where(older, -NEVER, first_day))
    base = change_of_base(one.base, two.base)
    ages = max(one.existing.size, two.existing.size)
    larger, stayed = change_of_active(
        (_padded(one.existing, ages), _padded(two.existing, ages)),
        (_padded(one.active, ages), _padded(two.active, ages)),
    )
    return ProfitChange(
        profit_before=one.base.profit + one.won_profit,
        profit_after=two.base.profit + two.won_profit,
        acquiring=two.won_profit - one.won_profit,
        larger_base=larger * base.each,
        keeping=stayed * base.each,
        volume=base.volume,
        mix=base.mix,
        price=base.price,
        goods_cost=base.goods_cost,
        service_cost=base.service_cost,
        active_before=int(one.base.active),
        active_after=int(two.base.active),
        existing_before=int(one.existing.sum()),
        existing_after=int(two.existing.sum()),
        won_before=one.won,
        won_after=two.won,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Period:
    """What happened in one period.

    ``existing`` and ``active`` count customers by age, in periods; the last count is
    that of relationships older than the log.
    """

    base: BaseYear
    existing: FloatArray
    active: FloatArray
    won: int
    won_profit: float


def _padded(counts: FloatArray, ages: int) -> FloatArray:
    """Fill in the ages that a period does not know, before the one of unknown age."""
    padded = np.zeros(ages)
    padded[: counts.size - 1], padded[-1] = counts[:-1], counts[-1]
    return padded


def _by_age(
    chosen: BoolArray, first_day: IntArray, span: tuple[int, int]
) -> FloatArray:
    length = span[1] - span[0] + 1
    unknown = chosen & (first_day < -_LONG_AGO)
    known = chosen & ~unknown
    age = (span[0] - 1 - first_day[known]) // length
    counts = np.bincount(age).astype(np.float64)
    return np.append(counts, float(np.count_nonzero(unknown)))


def _span(argument: str, period: object) -> tuple[int, int]:
    if not isinstance(period, tuple | list) or len(period) != 2:
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="the first and the last day of a period",
            got=repr(period),
            remedy="Pass two days, such as ('2024-01-01', '2024-12-31').",
        )
    start, end = (day_number(argument, day) for day in period)
    if end < start:
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"a period {period!r} that ends before it begins",
            remedy="Pass its first and its last day.",
        )
    return start, end


def _period(book: Book, span: tuple[int, int], first_day: np.ndarray) -> _Period:
    part = book.between(*span)
    lines, width = part.lines, len(book.categories)
    existing: BoolArray = first_day < span[0]
    of_base = existing[lines.customer]
    sold = of_base & ~lines.returned
    margin = lines.paid - lines.cost
    bought = np.zeros(book.customers, dtype=bool)
    bought[lines.customer[sold]] = True
    service = totals(part.service.customer, part.service.amount, book.customers)
    winning = part.acquisition.amount.sum() + part.referrals.reward.sum()

    def flows(kept: BoolArray) -> Flows:
        code = lines.category[kept]
        return Flows(
            listed=totals(code, lines.listed[kept], width),
            paid=totals(code, lines.paid[kept], width),
            cost=totals(code, lines.cost[kept], width),
        )

    return _Period(
        base=BaseYear(
            active=float(np.count_nonzero(bought)),
            sold=flows(sold),
            net=flows(of_base),
            service=float(service[bought].sum()),
            idle_service=float(service[existing & ~bought].sum()),
        ),
        existing=_by_age(existing, first_day, span),
        active=_by_age(existing & bought, first_day, span),
        won=int(np.count_nonzero((first_day >= span[0]) & (first_day <= span[1]))),
        won_profit=float(margin[~of_base].sum() - service[~existing].sum() - winning),
    )
