"""Cohorts by age: retention and revenue of the customers acquired together."""

import numpy as np

from ..._check import fraction
from ..._frames import native, result_table
from ...kernels.base.intervals import wilson
from ...rfm.open_log import LogColumns
from ...typing import Day, Grain, IntoFrameT, Refunds
from .active_periods import active_periods
from .cohort_cells import CohortCells, cohort_cells, per_customer

__all__ = ["cells_by_age", "cohort_table"]


def cohort_table(
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
    """Tabulate retention and revenue by cohort of first purchase and age.

    Each cell has one of three states: with purchases (``"value"``), without
    (``"zero"``), or not yet observed to its end (``"not yet"``), which is missing and
    never 0. A period still in progress is not yet observed.

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
    A row per cohort and age in the caller's library, with

    - ``cohort``: first day of the period of the first purchase; ``age`` in periods,
      where 0 is that period;
    - ``n_customers``: number of customers acquired; ``state``;
    - ``active``: number of customers who buy; ``retention``: active over acquired,
      with the Wilson interval ``retention_lower``, ``retention_upper``;
    - ``revenue``, ``revenue_per_customer`` and ``cumulative_revenue_per_customer``,
      the last two per customer acquired, including those who spend nothing, and with
      ``_lower`` and ``_upper``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window.

    Notes
    -----
    The limits of revenue per customer are Student's, with n - 1 degrees of freedom,
    for the logarithm of the mean; with ``refunds="net"``, where a mean can be negative,
    for the mean itself. They rest on the spread between the customers observed. They
    are missing for a single customer, or if all customers spent the same, and rough
    for few customers if some spend far more than most. With log-normal amounts of
    sigma 1 and 30% of 100 customers buying, 95% limits contain the mean 93 times in
    100; with 5% buying, 88 times.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "cyd"],
    ...     "date": pd.to_datetime(
    ...         ["2024-01-05", "2024-01-20", "2024-03-11", "2024-02-02"]
    ...     ),
    ...     "amount": [10.0, 20.0, 15.0, 30.0],
    ... })
    >>> cells = ck.segments.cohort_table(log, observation_period_end="2024-03-31")
    >>> cells[["age", "n_customers", "state", "retention"]].head(4)
       age  n_customers  state  retention
    0    0            2  value        1.0
    1    1            2   zero        0.0
    2    2            2  value        0.5
    3    0            1  value        1.0
    """
    fraction("level", level)
    named = LogColumns(customer_id_col, date_col, amount_col)
    seen = active_periods(transactions, named, observation_period_end, grain, refunds)
    columns, holes = cells_by_age(cohort_cells(seen), level, signed=refunds == "net")
    return native(result_table(seen.log.frame, columns, holes=holes), transactions)


def cells_by_age(
    cells: CohortCells, level: float, *, signed: bool
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns of the table, and those that hold gaps."""
    # Every cohort runs to the oldest age of all, so that missing cells are shown.
    cohort, age = (at.ravel() for at in np.indices(cells.active.shape))
    counted, known = cells.active.ravel(), cells.lived.ravel()
    size = cells.active[cohort, 0]
    lower, upper = wilson(counted, size, level=level)
    measured = {
        "active": counted,
        "retention": counted / size,
        "retention_lower": lower,
        "retention_upper": upper,
        "revenue": cells.revenue.ravel(),
    }
    for name, total, squares in (
        ("revenue_per_customer", cells.revenue, cells.squares),
        (
            "cumulative_revenue_per_customer",
            cells.revenue_so_far,
            cells.squares_so_far,
        ),
    ):
        measured |= per_customer(
            name, total.ravel(), squares.ravel(), size, level=level, signed=signed
        )
    state = np.select([~known, counted > 0], ["not yet", "value"], "zero")
    columns: dict[str, np.ndarray] = {
        "cohort": cells.starts[cohort].astype("datetime64[D]"),
        "age": age,
        "n_customers": size.astype(np.int64),
        "state": state,
    }
    columns |= {name: np.where(known, v, np.nan) for name, v in measured.items()}
    return columns, list(measured)
