"""Retention by age over all cohorts, pooled over those observed at each age."""

import numpy as np

from ..._check import fraction
from ..._frames import native, result_table
from ...kernels.base.intervals import normal_quantile, wilson
from ...kernels.groups import cohorts
from ...rfm.open_log import LogColumns
from ...typing import Day, Grain, IntoFrameT, Refunds
from .active_periods import active_periods
from .cohort_cells import CohortCells, cohort_cells, observed_ages

__all__ = ["retained_by_age", "retention_curve"]


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
    """Pool all cohorts into one curve of retention by age.

    At each age, the active customers are divided by all customers of the cohorts that
    have been observed to the end of that age: a ratio of sums, not an average of
    rates, and a young cohort never counts as zero.

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
      and ``active`` of these cohorts;
    - ``retention`` with the Wilson interval ``retention_lower``, ``retention_upper``;
    - ``period_retention``: active at this age over active one period younger, in the
      same cohorts; it can exceed 1 if customers come back, and is missing after an age
      at which no customer was active;
    - ``chained_retention``: the product of the period retentions, which uses young
      cohorts fully, with ``chained_retention_lower`` and ``chained_retention_upper``
      by Greenwood's formula (missing if a rate exceeds 1).

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window, or no period has ended.

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
    >>> curve[["age", "cohorts", "n_customers", "active", "retention"]]
       age  cohorts  n_customers  active  retention
    0    0        2            3       3   1.000000
    1    1        2            3       1   0.333333
    2    2        1            2       1   0.500000
    """
    fraction("level", level)
    named = LogColumns(customer_id_col, date_col, amount_col)
    seen = active_periods(transactions, named, observation_period_end, grain, refunds)
    columns, holes = retained_by_age(cohort_cells(seen), level)
    return native(result_table(seen.log.frame, columns, holes=holes), transactions)


def retained_by_age(
    cells: CohortCells, level: float
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns of the curve, and those that hold gaps."""
    ages = observed_ages(cells)
    active, lived = cells.active[:, :ages], cells.lived[:, :ages]
    counted, of = cohorts.pooled(active, lived)
    lower, upper = wilson(counted, of, level=level)
    rate, curve, error = cohorts.chained(active, lived)
    width = normal_quantile(level) * error
    columns: dict[str, np.ndarray] = {
        "age": np.arange(ages),
        "cohorts": lived.sum(axis=0),
        "n_customers": of.astype(np.int64),
        "active": counted.astype(np.int64),
        "retention": counted / of,
        "retention_lower": lower,
        "retention_upper": upper,
        "period_retention": rate,
        "chained_retention": curve,
        "chained_retention_lower": np.maximum(curve - width, 0.0),
        "chained_retention_upper": np.minimum(curve + width, 1.0),
    }
    chained = [name for name in columns if "chained" in name]
    return columns, ["period_retention", *chained]
