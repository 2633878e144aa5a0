"""The numbers that a life-cycle stage is read from, one row per customer."""

from ..._check import day_count
from ..._frames import (
    EagerFrame,
    Frame,
    Groups,
    collect,
    native,
    nw,
    sorted_rows,
    table,
)
from ...kernels.log.latest_occasions import latest_occasions
from ...kernels.log.occasions import Occasions
from ...rfm import summary_in_engine
from ...rfm.open_log import LogColumns, TransactionLog, open_log
from ...typing import Day, Grain, IntoFrameT, Refunds
from ..occasions import occasions_in_memory

__all__ = ["lifecycle_summary", "summarised_in_memory"]

CUSTOMER, DAY, AMOUNT = "customer", "day", "amount"  # the columns of an engine


def lifecycle_summary(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    window_days: int,
    grain: Grain = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Summarise the numbers that a life-cycle stage is read from, per customer.

    Parameters
    ----------
    transactions
        One row per purchase. A lazy frame stays lazy.
    observation_period_end
        The last day of observation, inclusive.
    window_days
        Length of the recent window in days. It ends with the last day of observation;
        the previous window, of equal length, ends where it begins.
    grain
        The calendar period whose purchases count as one occasion.
    refunds
        What to do with negative amounts: ``"error"`` refuses them, ``"drop"`` ignores
        them, ``"net"`` subtracts them, as in :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per customer, sorted by the id (a lazy frame is not sorted), with
    ``tenure_days`` (days since the first purchase), ``inactivity`` (days since the
    last purchase, the column that :class:`crmkit.churn.LapseWindow` reads),
    ``latest_gap_days`` (days between the last two purchases; 0 if there is only one),
    ``recent_amount`` and ``previous_amount``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-05-20", "2024-06-11"]),
    ...     "amount": [10.0, 20.0, 15.0],
    ... })
    >>> ck.segments.lifecycle_summary(
    ...     log, observation_period_end="2024-06-30", window_days=90
    ... )[["customer_id", "inactivity", "latest_gap_days", "recent_amount"]]
      customer_id  inactivity  latest_gap_days  recent_amount
    0         ann          41              136           20.0
    1         bob          19                0           15.0
    """
    length = day_count("window_days", window_days, at_least=1)
    named = LogColumns(customer_id_col, date_col, amount_col)
    log = open_log(transactions, named, observation_period_end, grain, refunds=refunds)
    if not isinstance(log.frame, nw.LazyFrame):
        merged, groups = occasions_in_memory(log, refunds)
        return native(
            summarised_in_memory(log, merged, groups, window_days=length), transactions
        )
    rows = summary_in_engine.merged_occasions(log, refunds)
    found = _summarised(rows, end=log.window.end_day, length=length)
    found = found.rename({CUSTOMER: customer_id_col})
    return native(sorted_rows(found, customer_id_col), transactions)


def summarised_in_memory(
    log: TransactionLog, merged: Occasions, groups: Groups, *, window_days: int
) -> EagerFrame:
    """Return the summary of occasions in memory, in the order of the ids."""
    end = log.window.end_day
    found = latest_occasions(merged, end_day=end, length=window_days)
    return table(
        collect(log.frame),
        {
            log.customer_id: groups.ids[found.customer],
            "tenure_days": end - found.first_day,
            "inactivity": end - found.last_day,
            "latest_gap_days": found.gap,
            "recent_amount": found.recent,
            "previous_amount": found.previous,
        },
    )


def _summarised(rows: Frame, *, end: int, length: int) -> Frame:
    day, amount = nw.col(DAY), nw.col(AMOUNT)
    zero = nw.lit(0.0)
    is_recent = day > end - length
    is_previous = (day > end - 2 * length) & ~is_recent
    last = rows.with_columns(day.max().over(CUSTOMER).alias("last"))
    split = last.with_columns(
        nw.when(day < nw.col("last")).then(day).alias("before_last"),
        nw.when(is_recent).then(amount).otherwise(zero).alias("recent_amount"),
        nw.when(is_previous).then(amount).otherwise(zero).alias("previous_amount"),
    ).with_columns(day.alias("first"))
    found = split.group_by(CUSTOMER).agg(
        nw.col("first").min(),
        nw.col("last").max(),
        nw.col("before_last").max(),
        nw.col("recent_amount").sum(),
        nw.col("previous_amount").sum(),
    )
    gap = (nw.col("last") - nw.col("before_last")).fill_null(0)
    return found.select(
        CUSTOMER,
        (end - nw.col("first")).cast(nw.Int64).alias("tenure_days"),
        (end - nw.col("last")).cast(nw.Int64).alias("inactivity"),
        gap.cast(nw.Int64).alias("latest_gap_days"),
        "recent_amount",
        "previous_amount",
    )
