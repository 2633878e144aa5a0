"""Cohorts: what those acquired together do at each age, and nothing made up."""

import numpy as np

from .._check import fraction
from .._frames import native
from ..errors import NotEnoughDataError
from ..kernels import cohorts
from ..kernels.calendar import Grain
from ..kernels.intervals import normal_quantile, wilson
from ..rfm.log import Refunds
from ..rfm.window import Day
from ..typing import BoolArray, FloatArray, IntoFrameT
from .holdings import put_beside
from .periods import ActivePeriods, active_periods

__all__ = ["cohort_table", "retention_curve"]


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
        The level of the Wilson intervals.
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
      ``retention_upper``;
    - ``revenue``, ``revenue_per_customer`` and ``cumulative_revenue_per_customer``,
      per customer acquired: what the cohort has been worth until that age.

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
    columns, holes = _cells(seen, level)
    return native(put_beside(seen.log.frame, columns, holes=holes), transactions)


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
    columns, holes = _pooled(seen, level)
    return native(put_beside(seen.log.frame, columns, holes=holes), transactions)


def _triangles(seen: ActivePeriods) -> tuple[FloatArray, FloatArray, BoolArray]:
    sums = seen.cohorts
    active = cohorts.triangle(sums.first, sums.now, sums.customers, seen.count)
    revenue = cohorts.triangle(sums.first, sums.now, sums.amount, seen.count)
    return active, revenue, cohorts.observable(seen.count, seen.complete)


def _cells(
    seen: ActivePeriods, level: float
) -> tuple[dict[str, np.ndarray], list[str]]:
    active, revenue, lived = _triangles(seen)
    someone = active[:, 0] > 0
    active, revenue, lived = active[someone], revenue[someone], lived[someone]
    # Every cohort runs to the oldest age of all: what is not yet seen is shown.
    cohort, age = np.divmod(np.arange(active.size), seen.count)
    counted, known = active[cohort, age], lived[cohort, age]
    size = active[cohort, 0]
    lower, upper = wilson(counted, size, level=level)
    spent = revenue[cohort, age] / size
    so_far = np.cumsum(revenue, axis=1)[cohort, age] / size
    measured = {
        "active": counted,
        "retention": counted / size,
        "retention_lower": lower,
        "retention_upper": upper,
        "revenue": revenue[cohort, age],
        "revenue_per_customer": spent,
        "cumulative_revenue_per_customer": so_far,
    }
    state = np.select([~known, counted > 0], ["not yet", "value"], "zero")
    columns: dict[str, np.ndarray] = {
        "cohort": seen.starts[someone][cohort].astype("datetime64[D]"),
        "age": age,
        "customers": size.astype(np.int64),
        "state": state,
    }
    columns |= {name: np.where(known, v, np.nan) for name, v in measured.items()}
    return columns, list(measured)


def _pooled(
    seen: ActivePeriods, level: float
) -> tuple[dict[str, np.ndarray], list[str]]:
    active, _, lived = _triangles(seen)
    someone = active[:, 0] > 0
    active, lived = active[someone], lived[someone]
    ages = int(lived.any(axis=0).sum())
    if not ages:
        raise NotEnoughDataError(
            needed="at least 1 period that has ended",
            got="0",
            remedy="Wait for the end of the period, or take a finer grain.",
        )
    active, lived = active[:, :ages], lived[:, :ages]
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
