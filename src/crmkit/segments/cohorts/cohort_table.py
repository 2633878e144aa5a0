"""Cohorts: what those acquired together do at each age, and nothing made up."""

import numpy as np

from ..._check import fraction
from ..._frames import native
from ...kernels.base.intervals import wilson
from ...typing import Day, Grain, IntoFrameT, Refunds
from ..concentration.holdings import put_beside
from .active_periods import active_periods
from .cohort_cells import CohortCells, cohort_cells, per_customer

__all__ = ["cohort_table"]


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
    """Follow the customers of each first period: who is active, and what they bring.

    A cell is in one of three states: something (``"value"``), nothing (``"zero"``),
    or not yet lived through (``"not yet"``), which is missing and never 0. A period
    in progress is not yet lived through.

    Parameters
    ----------
    transactions
        One row per purchase, in any order; of a lazy frame, only sums leave the
        engine.
    observation_period_end
        The last day seen, inclusive.
    grain
        The period of acquisition and of age.
    level
        The level of the intervals.
    refunds
        As for :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per cohort and age in the caller's library, with

    - ``cohort``: first day of the period of the first purchase; ``age`` in periods,
      0 being that period;
    - ``customers``: how many were acquired; ``state``;
    - ``active``, ``retention`` (active over acquired), ``retention_lower``,
      ``retention_upper``: Wilson;
    - ``revenue``, ``revenue_per_customer`` and ``cumulative_revenue_per_customer``,
      per customer acquired, those who spent nothing among them: what the cohort has
      been worth until that age; both with ``_lower`` and ``_upper``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window.

    Notes
    -----
    The limits of revenue per customer are Student's, n - 1 degrees of freedom, for the
    logarithm of the mean; with ``refunds="net"``, where a mean can be negative, for the
    mean itself. Both look only at how far the customers seen lie apart: they are
    missing where that is one customer, or customers who all brought the same (as
    nothing), and rough for few customers if some spend far more than most. At
    log-normal amounts with sigma 1 and 30 % of 100 customers buying, 95 % limits hold
    the mean 93 times in 100; with 5 % buying, 88 times.

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
    >>> cells[["age", "customers", "state", "retention"]].head(4)
       age  customers  state  retention
    0    0          2  value        1.0
    1    1          2   zero        0.0
    2    2          2  value        0.5
    3    0          1  value        1.0
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
    columns, holes = _cells(cohort_cells(seen), level, signed=refunds == "net")
    return native(put_beside(seen.log.frame, columns, holes=holes), transactions)


def _cells(
    cells: CohortCells, level: float, *, signed: bool
) -> tuple[dict[str, np.ndarray], list[str]]:
    # Every cohort runs to the oldest age of all: what is not yet seen is shown.
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
        "customers": size.astype(np.int64),
        "state": state,
    }
    columns |= {name: np.where(known, v, np.nan) for name, v in measured.items()}
    return columns, list(measured)
