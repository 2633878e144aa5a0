"""A summary up to one day, with the purchases of the same customers after it."""

from collections.abc import Mapping

import numpy as np

from .._check import one_of
from .._dates import date_of
from .._frames import (
    SUMMARY_COLUMNS,
    EagerFrame,
    Groups,
    LazyFrame,
    group_rows,
    native,
    nw,
    table,
)
from ..errors import InvalidValueError
from ..kernels.log.occasions import Histories, Occasions, histories
from ..typing import Day, Grain, IntoFrameT, Refunds, TimeUnit
from . import summary_in_engine, summary_in_memory
from .observation_window import Window
from .open_log import (
    REFUNDS,
    LogColumns,
    TransactionLog,
    read_log,
)

__all__ = [
    "calibration_holdout_summary",
    "calibration_log",
    "split_columns",
    "split_in_memory",
]

_HOLDOUT = (
    "holdout_frequency",
    "holdout_T",
    "holdout_monetary_value",
    "holdout_total_amount",
)


def calibration_holdout_summary(
    transactions: IntoFrameT,
    *,
    calibration_period_end: Day,
    observation_period_end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Summarise a log up to one day, and count what its customers bought after it.

    The columns of :func:`rfm_summary` are computed from rows up to
    ``calibration_period_end`` alone; the holdout columns from the rows after it. Both
    count and average *occasions*, so calibration and holdout spend are comparable.
    Customers whose first purchase is in the holdout are left out.

    Parameters
    ----------
    transactions
        One row per purchase, line or refund. A lazy frame stays lazy: it is read
        twice, and what is counted is kept as :func:`rfm_summary` keeps it.
    calibration_period_end
        The last day that a model may learn from, inclusive. With a ``grain`` longer
        than a day, the last day of a period, so that no occasion lies on both sides.
    observation_period_end
        The last day observed, inclusive.
    grain, time_unit, refunds, customer_id_col, date_col, amount_col
        As in :func:`rfm_summary`. A refund in the holdout never changes the
        calibration; with ``refunds="cancel"``, one that undoes a purchase of the
        calibration does not change the holdout either.

    Returns
    -------
    The columns of :func:`rfm_summary`, and

    - ``holdout_frequency``: occasions in the holdout;
    - ``holdout_T``: length of the holdout;
    - ``holdout_monetary_value``: mean amount of a holdout occasion, 0 without one;
    - ``holdout_total_amount``: all amounts in the holdout.

    Raises
    ------
    InvalidValueError
        As :func:`rfm_summary`; also if the calibration does not end before the
        observation, or splits a period of the grain.
    NotEnoughDataError
        If the log begins after ``calibration_period_end``.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "ann"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-15", "2024-01-20",
    ...                             "2024-02-12"]),
    ...     "amount": [10.0, 20.0, 15.0, 40.0],
    ... })
    >>> customers = ck.calibration_holdout_summary(
    ...     log,
    ...     calibration_period_end="2024-01-31",
    ...     observation_period_end="2024-03-31",
    ... )
    >>> customers[["customer_id", "frequency", "holdout_frequency", "holdout_T"]]
      customer_id  frequency  holdout_frequency  holdout_T
    0         ann          1                  1       60.0
    1         bob          0                  0       60.0
    """
    one_of("refunds", refunds, REFUNDS)
    columns = LogColumns(customer_id_col, date_col, amount_col)
    columns.refuse_summary_names((*SUMMARY_COLUMNS, *_HOLDOUT))
    log = read_log(transactions, columns, observation_period_end, grain, time_unit)
    if isinstance(log.frame, nw.LazyFrame):
        early = calibration_log(log, calibration_period_end)
        return native(_in_engine(early, log, refunds), transactions)
    log.refuse(refunds)
    early = calibration_log(log, calibration_period_end)
    groups = group_rows(log.frame, log.customer_id)
    split = split_in_memory(early, log, log.frame, groups, refunds)
    return native(split, transactions)


def calibration_log(log: TransactionLog, calibration_period_end: Day) -> TransactionLog:
    """See a checked log up to the end of calibration, which must leave a holdout."""
    early = log.until(calibration_period_end, "calibration_period_end")
    _refuse_split(early.window, log.window)
    return early


def split_in_memory(
    early: TransactionLog,
    log: TransactionLog,
    frame: EagerFrame,
    groups: Groups,
    refunds: Refunds,
) -> EagerFrame:
    """Summarise a log up to an early end, with the holdout up to its own end."""
    before = summary_in_memory.occasions_between(early, frame, groups, refunds)
    summary_in_memory.refuse_without_purchase(early, before, groups)
    after = summary_in_memory.occasions_between(
        log, frame, groups, refunds, after=early.window.end_day
    )
    known = histories(before)
    return table(
        frame,
        {
            early.customer_id: groups.ids[known.customer],
            **split_columns(known, after, groups, early, log),
        },
    )


def split_columns(
    known: Histories,
    after: Occasions,
    groups: Groups,
    early: TransactionLog,
    log: TransactionLog,
) -> Mapping[str, np.ndarray]:
    """Name the numbers of a split summary, from the two parts of a log."""
    columns = summary_in_memory.history_columns(known, early.window)
    return {**columns, **_holdout(known, after, groups, early, log)}


def _holdout(
    known: Histories,
    after: Occasions,
    groups: Groups,
    early: TransactionLog,
    log: TransactionLog,
) -> dict[str, np.ndarray]:
    """Add up each known customer's holdout, from the cells of all customers."""
    bought = (after.sales > 0).astype(np.float64)
    count = np.bincount(after.customer, bought, groups.count)[known.customer]
    total = np.bincount(after.customer, after.amount, groups.count)[known.customer]
    length = _holdout_length(early, log)
    return {
        "holdout_frequency": count.astype(np.int64),
        "holdout_T": np.full(count.size, length),
        "holdout_monetary_value": np.where(count > 0, total / np.maximum(count, 1), 0),
        "holdout_total_amount": total,
    }


def _in_engine(
    early: TransactionLog, log: TransactionLog, refunds: Refunds
) -> LazyFrame:
    after = summary_in_engine.totals_after(log, refunds, after=early.window.end_day)
    summary = summary_in_engine.summarise(early, refunds)
    joined = summary.join(after, on=log.customer_id, how="left")
    count = nw.col("holdout_frequency").fill_null(0)
    total = nw.col("holdout_total_amount").fill_null(0.0)
    mean = nw.when(count > 0).then(total / count.cast(nw.Float64)).otherwise(0.0)
    # Added to a column of floats: PostgreSQL reads a bare 6.43 as a decimal.
    length = nw.col("T") * 0.0 + _holdout_length(early, log)
    return joined.select(
        *summary.collect_schema().names(),
        count.cast(nw.Int64).alias("holdout_frequency"),
        length.alias("holdout_T"),
        mean.alias("holdout_monetary_value"),
        total.alias("holdout_total_amount"),
    )


def _holdout_length(early: TransactionLog, log: TransactionLog) -> float:
    return (log.window.end_period - early.window.end_period) / log.window.unit_days


def _refuse_split(early: Window, whole: Window) -> None:
    last = date_of(early.end_day)
    if early.end_day >= whole.end_day:
        raise InvalidValueError(
            subject="argument 'calibration_period_end'",
            found=f"{last} is not before the observation period end",
            remedy="Pass an earlier day, so that something is left to hold out.",
        )
    if not early.ends_its_period:
        raise InvalidValueError(
            subject="argument 'calibration_period_end'",
            found=f"{last} is not the last day of its {early.grain}",
            remedy=f"Pass the last day of a {early.grain}, or use grain='day'.",
        )
