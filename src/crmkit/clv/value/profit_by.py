"""Profit in three steps, by customer, product or any columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import instance
from ..._dates import day_number
from ..._frames import nw
from ...errors import InvalidValueError
from ...kernels.value.component_identity import totals
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import BoolArray, Day, FloatArray, IntArray, IntoDataFrameT
from ..components.ledger_flows import Statement, draw_up
from ..components.reference_arrays import standards_of
from ..components.references import References
from ..components.result_rows import (
    Spread,
    Units,
    grouping,
    labelled,
    units_by,
    units_of_customers,
)

__all__ = ["profit_by"]


def profit_by(
    ledger: Ledger[IntoDataFrameT],
    *,
    as_of: Day,
    start: Day | None = None,
    by: str | Sequence[str] | None = None,
) -> IntoDataFrameT:
    """Return the profit of each customer, product or group, in three steps.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day counted, inclusive.
    start
        The first day counted; None counts everything up to ``as_of``.
    by
        Columns of the lines or of the ledger's customers; None gives every customer a
        row. Cost to serve and rewards are spread over all lines of a customer, the cost
        of acquisition over the lines of the first orders, by list amount.

    Returns
    -------
    DataFrame
        For each row:

        - ``list_amount``, ``discount`` and ``revenue``, the amount paid;
        - ``goods_cost`` and ``marginal_profit`` = ``revenue`` - ``goods_cost``;
        - ``service_cost`` and ``total_profit`` = ``marginal_profit`` -
          ``service_cost``;
        - ``acquisition_cost``, ``reward_cost`` and ``profit`` = ``total_profit`` -
          ``acquisition_cost`` - ``reward_cost``.

        Amounts are cash, not discounted. The rows sum to the company.

    Raises
    ------
    MissingColumnError
        If a column of ``by`` is neither in the lines nor in the customers.
    InvalidValueError
        If ``start`` is after ``as_of``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> from crmkit.clv.value.profit_by import profit_by
    >>> ledger = Ledger(lines=pd.DataFrame({
    ...     "customer_id": ["ada", "ada", "bob"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-03-01", "2024-02-10"]),
    ...     "category": ["tea", "cups", "tea"],
    ...     "paid_amount": [20.0, 30.0, 12.0],
    ...     "cost_amount": [8.0, 21.0, 6.0],
    ... }))
    >>> profit = profit_by(ledger, as_of="2024-12-31", by="category")
    >>> profit[["category", "revenue", "marginal_profit", "profit"]]
      category  revenue  marginal_profit  profit
    0     cups     30.0              9.0     9.0
    1      tea     32.0             18.0    18.0
    """
    last = day_number("as_of", as_of)
    first = None if start is None else day_number("start", start)
    if first is not None and first > last:
        raise InvalidValueError(
            subject="argument 'start'",
            found=f"{start!r} after 'as_of' {as_of!r}",
            remedy="Pass a first day on or before the last.",
        )
    book = instance("ledger", ledger, Ledger).book
    statement = draw_up(
        book,
        standards_of(References.from_standards(), book),
        day=last,
        rate=0.0,
        unit_days=1.0,
        cross_sell="persistent",
    )
    units = (
        units_of_customers(statement, ledger.customer_id_col)
        if by is None
        else units_by(ledger, statement, grouping(by))
    )
    sums = _sums(statement, units, first)
    rows = (
        np.flatnonzero(statement.book.seen()) if by is None else np.arange(units.count)
    )
    labels: dict[str, np.ndarray | nw.Series[Any]] = {
        name: label[rows] for name, label in units.labels.items()
    }
    columns = labelled(labels, {name: values[rows] for name, values in sums.items()})
    return frame_of(ledger, columns)


def _sums(
    statement: Statement, units: Units, first: int | None
) -> dict[str, FloatArray]:
    book, count = statement.book, units.count

    def inside(day: IntArray) -> BoolArray:
        return np.ones(day.size, dtype=bool) if first is None else day >= first

    def of_lines(amount: FloatArray) -> FloatArray:
        kept = inside(book.lines.day)
        return totals(units.line[kept], amount[kept], count)

    def of_customers(
        spread: Spread, customer: IntArray, day: IntArray, amount: FloatArray
    ) -> FloatArray:
        kept = inside(day)
        own = totals(customer[kept], amount[kept], book.customers)
        return totals(spread.unit, own[spread.source] * spread.share, count)

    listed, revenue = of_lines(statement.listed), of_lines(statement.revenue)
    goods = of_lines(statement.goods)
    service, won, referrals = book.service, book.acquisition, book.referrals
    serving = of_customers(
        units.customers, service.customer, service.day, service.amount
    )
    winning = of_customers(units.won, won.customer, won.day, won.amount)
    rewards = of_customers(
        units.customers, referrals.referrer, referrals.day, referrals.reward
    )
    marginal = revenue - goods
    return {
        "list_amount": listed,
        "discount": listed - revenue,
        "revenue": revenue,
        "goods_cost": goods,
        "marginal_profit": marginal,
        "service_cost": serving,
        "total_profit": marginal - serving,
        "acquisition_cost": winning,
        "reward_cost": rewards,
        "profit": marginal - serving - winning - rewards,
    }
