"""Revenue per customer by age over all cohorts, pooled over those observed."""

import numpy as np

from ..._check import fraction
from ..._frames import native, result_table
from ...kernels.groups import cohorts
from ...rfm.open_log import LogColumns
from ...typing import Day, Grain, IntoFrameT, Refunds
from .active_periods import active_periods
from .cohort_cells import CohortCells, cohort_cells, observed_ages, per_customer

__all__ = ["revenue_curve"]


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
    """Pool all cohorts into one curve of revenue per customer by age.

    At each age, what is spent is divided by all customers of the cohorts that have
    been observed to the end of that age, whether they spent or not: a ratio of sums.
    The cumulative column shows how much a customer has brought in by that age, and so
    when the cost of acquiring one is earned back.

    Parameters
    ----------
    transactions
        One row per purchase, in any order. A lazy frame is summed in its engine.
    observation_period_end
        The last day of observation, inclusive: a date, a datetime or ISO-8601 text.
    grain
        The period of acquisition and of age.
    level
        The level of the intervals.
    refunds
        What to do with negative amounts: ``"error"`` refuses them, ``"drop"`` ignores
        them, ``"net"`` subtracts them, as in :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per age in the caller's library, with

    - ``age``, ``cohorts`` (how many have been observed at it), and the ``n_customers``
      and ``revenue`` of these cohorts at that age;
    - ``revenue_per_customer`` and ``cumulative_revenue_per_customer``, each with
      ``_lower`` and ``_upper``, as in :func:`cohort_table`; the customers of all these
      cohorts are one sample.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window, or no period has ended.

    Notes
    -----
    All numbers in one row are of the same cohorts, and older ages have fewer cohorts.
    If the older cohorts brought in less, the cumulative column can fall.

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
    >>> curve[["age", "n_customers", "revenue", "cumulative_revenue_per_customer"]]
       age  n_customers  revenue  cumulative_revenue_per_customer
    0    0            3     60.0                             20.0
    1    1            3     15.0                             25.0
    2    2            2      5.0                             25.0
    """
    fraction("level", level)
    named = LogColumns(customer_id_col, date_col, amount_col)
    seen = active_periods(transactions, named, observation_period_end, grain, refunds)
    columns, holes = _earned(cohort_cells(seen), level, signed=refunds == "net")
    return native(result_table(seen.log.frame, columns, holes=holes), transactions)


def _earned(
    cells: CohortCells, level: float, *, signed: bool
) -> tuple[dict[str, np.ndarray], list[str]]:
    ages = observed_ages(cells)
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
        "n_customers": of.astype(np.int64),
        "revenue": revenue,
        **means,
    }
    return columns, list(means)
