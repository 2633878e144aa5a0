"""Curves over all cohorts: pooled by age, of those who have lived through it."""

import numpy as np

from ..._check import fraction
from ..._frames import native
from ...errors import NotEnoughDataError
from ...kernels.base.intervals import normal_quantile, wilson
from ...kernels.groups import cohorts
from ...typing import Day, Grain, IntoFrameT, Refunds
from ..concentration.holdings import put_beside
from .active_periods import active_periods
from .cohort_cells import CohortCells, cohort_cells, per_customer

__all__ = ["retention_curve", "revenue_curve"]


def retention_curve(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    grain: Grain = "month",
    level: float = 0.95,
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Pool the cohorts into one curve of retention by age, over a common set.

    At each age, the customers active are set against all customers of the same
    cohorts, those that have lived through that age: a ratio of sums, never an
    average of rates, and no cohort counts as zero because it is young.

    Parameters
    ----------
    transactions, observation_period_end, grain, refunds
        As for :func:`cohort_table`.
    level
        The level of the intervals.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per age in the caller's library, with

    - ``age``, ``cohorts`` (how many have lived through it), ``customers`` and
      ``active`` of these cohorts;
    - ``retention``, ``retention_lower``, ``retention_upper``: Wilson;
    - ``period_retention``: active at this age over active one period younger, of the
      same cohorts; where customers come back it can pass 1;
    - ``chained_retention``: their product, which uses young cohorts to the full,
      with ``chained_lower``, ``chained_upper`` from Greenwood's formula (missing
      where a rate passes 1).

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "cyd", "ann"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-11",
    ...                             "2024-02-02", "2024-03-02"]),
    ...     "amount": [10.0, 20.0, 15.0, 30.0, 5.0],
    ... })
    >>> curve = ck.segments.retention_curve(log, observation_period_end="2024-03-31")
    >>> curve[["age", "cohorts", "customers", "active", "retention"]]
       age  cohorts  customers  active  retention
    0    0        2          3       3   1.000000
    1    1        2          3       1   0.333333
    2    2        1          2       1   0.500000
    """
    fraction("level", level)
    seen = active_periods(
        transactions,
        end=observation_period_end,
        grain=grain,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    columns, holes = _retained(cohort_cells(seen), level)
    return native(put_beside(seen.log.frame, columns, holes=holes), transactions)


def revenue_curve(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    grain: Grain = "month",
    level: float = 0.95,
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Pool the cohorts into one curve of revenue per customer, over a common set.

    At each age, what is spent is set against all customers of the same cohorts, those
    that have lived through that age, whether they spent or not: a ratio of sums. The
    cumulative column answers how much a customer has brought by that age, and so when
    the cost of winning one is earned back.

    Parameters
    ----------
    transactions, observation_period_end, grain, refunds
        As for :func:`cohort_table`.
    level
        The level of the intervals.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per age in the caller's library, with

    - ``age``, ``cohorts`` (how many have lived through it), ``customers`` and
      ``revenue`` of these cohorts at that age;
    - ``revenue_per_customer``, ``cumulative_revenue_per_customer``, each with
      ``_lower`` and ``_upper``, as :func:`cohort_table` takes them; here the customers
      of all these cohorts are one sample.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window, or no period has ended.

    Notes
    -----
    The set of cohorts is common to the numbers of one row, and shrinks from row to
    row: where the older cohorts were poorer, the cumulative column can fall.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "cyd", "ann"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-11",
    ...                             "2024-02-02", "2024-03-02"]),
    ...     "amount": [10.0, 20.0, 15.0, 30.0, 5.0],
    ... })
    >>> curve = ck.segments.revenue_curve(log, observation_period_end="2024-03-31")
    >>> curve[["age", "customers", "revenue", "cumulative_revenue_per_customer"]]
       age  customers  revenue  cumulative_revenue_per_customer
    0    0          3     60.0                             20.0
    1    1          3     15.0                             25.0
    2    2          2      5.0                             25.0
    """
    fraction("level", level)
    seen = active_periods(
        transactions,
        end=observation_period_end,
        grain=grain,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    columns, holes = _earned(cohort_cells(seen), level, signed=refunds == "net")
    return native(put_beside(seen.log.frame, columns, holes=holes), transactions)


def _retained(
    cells: CohortCells, level: float
) -> tuple[dict[str, np.ndarray], list[str]]:
    ages = _ages(cells)
    active, lived = cells.active[:, :ages], cells.lived[:, :ages]
    counted, of = cohorts.pooled(active, lived)
    lower, upper = wilson(counted, of, level=level)
    rate, curve, error = cohorts.chained(active, lived)
    width = normal_quantile(level) * error
    columns: dict[str, np.ndarray] = {
        "age": np.arange(ages),
        "cohorts": lived.sum(axis=0),
        "customers": of.astype(np.int64),
        "active": counted.astype(np.int64),
        "retention": counted / of,
        "retention_lower": lower,
        "retention_upper": upper,
        "period_retention": rate,
        "chained_retention": curve,
        "chained_lower": np.maximum(curve - width, 0.0),
        "chained_upper": np.minimum(curve + width, 1.0),
    }
    chained = [name for name in columns if "chained" in name]
    return columns, ["period_retention", *chained]


def _earned(
    cells: CohortCells, level: float, *, signed: bool
) -> tuple[dict[str, np.ndarray], list[str]]:
    ages = _ages(cells)
    lived = cells.lived[:, :ages]
    _, of = cohorts.pooled(cells.active[:, :ages], lived)
    revenue, squares, so_far, squares_so_far = (
        cohorts.pooled_sums(sums[:, :ages], lived)
        for sums in (
            cells.revenue,
            cells.squares,
            cells.revenue_so_far,
            cells.squares_so_far,
        )
    )
    means = {
        **per_customer(
            "revenue_per_customer", revenue, squares, of, level=level, signed=signed
        ),
        **per_customer(
            "cumulative_revenue_per_customer",
            so_far,
            squares_so_far,
            of,
            level=level,
            signed=signed,
        ),
    }
    columns: dict[str, np.ndarray] = {
        "age": np.arange(ages),
        "cohorts": lived.sum(axis=0),
        "customers": of.astype(np.int64),
        "revenue": revenue,
        **means,
    }
    return columns, list(means)


def _ages(cells: CohortCells) -> int:
    """Count the ages that at least one cohort has lived through."""
    ages = int(cells.lived.any(axis=0).sum())
    if not ages:
        raise NotEnoughDataError(
            needed="at least 1 period that has ended",
            got="0",
            remedy="Wait for the end of the period, or take a finer grain.",
        )
    return ages
