"""Fit the references to a ledger, each period from the rows before it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._arguments import instance, one_of
from ..._check import nonnegative
from ..._dates import day_number
from ...errors import NotEnoughDataError
from ...kernels.log.calendar import last_day_of_period, period_start
from ...kernels.value.component_identity import NEVER, first_days
from ...kernels.value.reference_ratios import (
    alone,
    known_before,
    shrunk,
    sums_by_period,
)
from ...ledger import Book, Ledger
from ...typing import BoolArray, Day, FloatArray, Grain, IntArray, IntoDataFrameT
from .references import References

__all__ = ["fit_references"]

_GRAINS = ("day", "week", "month", "quarter", "year")


def fit_references(
    ledger: Ledger[IntoDataFrameT],
    *,
    as_of: Day,
    grain: Grain = "month",
    parent_weight: float = 20.0,
    basis: Literal["new", "all"] = "new",
) -> References:
    """Fit the standards of new customers, discount and costs, period by period.

    The standards of a period come from rows dated before it, so that no customer is
    compared with the future. The first period has no rows before it; it is estimated
    from its own rows and marked in ``from_itself``. One more period follows ``as_of``,
    with the standards for the time ahead.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.
    grain
        The length of a period.
    parent_weight
        The discount depth of a category is shrunk to the depth over all categories, as
        if the latter were this many more customers. 0 does not shrink; a category
        without new buyers before the period has the overall depth.
    basis
        ``"new"``: the first day of each customer sets the standard (of customers whose
        relationship is not older than the log); ``"all"``: every sale does. Where the
        start of the relationship is unknown, "new" means first seen.

    Returns
    -------
    The references
        Depth, cost to serve an order, cost to win a customer who was not referred.

    Raises
    ------
    NotEnoughDataError
        If nothing was sold up to ``as_of``.

    Notes
    -----
    Depth of category g before period p: 1 - sum of paid / sum of list over the first
    day's lines. Service cost: what was spent on new customers before the day of their
    second order, over the number of their first orders. Acquisition cost: what was
    spent to win customers without a referrer, over their number. All earlier periods
    count alike; only categories are shrunk.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> from crmkit.clv import fit_references
    >>> ledger = Ledger(lines=pd.DataFrame({
    ...     "customer_id": ["ada", "bob", "ada"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-03"]),
    ...     "list_amount": [100.0, 100.0, 50.0],
    ...     "paid_amount": [90.0, 80.0, 50.0],
    ... }))
    >>> references = fit_references(ledger, as_of="2024-02-29")
    >>> references.periods
    ('2024-01-01', '2024-02-01', '2024-03-01')
    >>> references.overall_depth, references.from_itself
    ((0.15, 0.15, 0.15), (True, False, False))
    """
    day = day_number("as_of", as_of)
    one_of("grain", grain, _GRAINS)
    weight = nonnegative("parent_weight", parent_weight)
    one_of("basis", basis, ("new", "all"))
    book = instance("ledger", ledger, Ledger).book.until(day)
    evidence = _evidence(book, basis)
    if not evidence.line_day.size:
        raise NotEnoughDataError(
            needed="a sale to a new customer up to 'as_of'",
            got="none",
            remedy="Pass a later 'as_of', or state the references yourself.",
        )
    starts = np.unique(period_start(book.lines.day, grain))
    starts = np.append(starts, last_day_of_period(day, grain) + 1)
    depth, overall, itself = _depths(book, evidence, starts, weight)
    service = _rate(
        starts, evidence.order_day, evidence.service_day, evidence.service_amount
    )
    acquisition = _rate(
        starts, evidence.won_day, evidence.paid_day, evidence.paid_amount
    )
    sold = np.unique(book.lines.category)
    return References(
        periods=tuple(str(start) for start in starts.astype("datetime64[D]")),
        categories=tuple(str(book.categories[code]) for code in sold),
        discount_depth=tuple(tuple(row) for row in depth[:, sold].tolist()),
        overall_depth=tuple(overall.tolist()),
        service_cost=tuple(service.tolist()),
        acquisition_cost=tuple(acquisition.tolist()),
        from_itself=tuple(itself.tolist()),
        basis=basis,
        parent_weight=weight,
        grain=grain,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Evidence:
    """The rows that the standards are estimated from."""

    line: IntArray
    line_day: IntArray
    order_day: IntArray
    service_day: IntArray
    service_amount: FloatArray
    won_day: IntArray
    paid_day: IntArray
    paid_amount: FloatArray


def _evidence(book: Book, basis: str) -> _Evidence:
    lines, orders = book.lines, book.order_table()
    first_day = book.first_purchase_days()
    new = (first_day < NEVER) & ~book.began_before(first_day)
    placed = orders.day < NEVER
    if basis == "all":
        chosen = placed
        served = np.ones(book.service.day.size, dtype=bool)
    else:
        chosen = placed & new[orders.customer]
        chosen &= orders.day == first_day[orders.customer]
        served = _first_services(book, first_day, new)
    used = np.flatnonzero(chosen[lines.order] & ~lines.returned)
    won = new & ~_referred(book)
    won = won if won.any() else new
    costs = book.acquisition
    kept = won[costs.customer]
    # Money spent before the first sale is known once the customer is won.
    paid_day = np.maximum(costs.day, first_day[costs.customer])[kept]
    return _Evidence(
        line=used,
        line_day=lines.day[used],
        order_day=orders.day[chosen],
        service_day=np.maximum(
            book.service.day, np.minimum(first_day, NEVER)[book.service.customer]
        )[served],
        service_amount=book.service.amount[served],
        won_day=first_day[won],
        paid_day=paid_day,
        paid_amount=costs.amount[kept],
    )


def _first_services(book: Book, first_day: IntArray, new: BoolArray) -> BoolArray:
    lines = book.lines
    later = ~lines.returned & (lines.day > first_day[lines.customer])
    second_day = first_days(lines.customer[later], lines.day[later], book.customers)
    customer = book.service.customer
    return new[customer] & (book.service.day < second_day[customer])


def _referred(book: Book) -> BoolArray:
    referred = np.zeros(book.customers, dtype=bool)
    referred[book.referrals.referee] = True
    return referred


def _depths(
    book: Book, evidence: _Evidence, starts: IntArray, weight: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    lines, used = book.lines, evidence.line
    day, category, width = evidence.line_day, lines.category[used], len(book.categories)
    listed = sums_by_period(day, starts, category, width, lines.listed[used])
    paid = sums_by_period(day, starts, category, width, lines.paid[used])
    pairs, pair = np.unique(
        lines.customer[used] * width + category, return_inverse=True
    )
    pair_day = first_days(pair, day, pairs.size)
    once = np.ones(pairs.size)
    buyers = sums_by_period(pair_day, starts, pairs % width, width, once)
    there = buyers.sum(axis=1)
    listed, paid, buyers = (known_before(x, there) for x in (listed, paid, buyers))
    overall = _depth(paid.sum(axis=1), listed.sum(axis=1))
    depth = shrunk(_depth(paid, listed), buyers, overall[:, None], weight)
    return depth, overall, alone(there)


def _depth(paid: FloatArray, listed: FloatArray) -> FloatArray:
    ratio = np.divide(paid, listed, out=np.ones_like(paid), where=listed > 0)
    return 1 - ratio


def _rate(
    starts: IntArray, count_day: IntArray, day: IntArray, amount: FloatArray
) -> FloatArray:
    def by_period(days: IntArray, values: FloatArray) -> FloatArray:
        return sums_by_period(days, starts, np.zeros_like(days), 1, values)

    counts = by_period(count_day, np.ones(count_day.size))
    sums = by_period(day, amount)
    there = counts[:, 0]
    counts, sums = known_before(counts, there), known_before(sums, there)
    return np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)[:, 0]
