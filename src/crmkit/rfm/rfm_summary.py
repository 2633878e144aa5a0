"""From a transaction log to one row per customer."""

from .._check import one_of
from .._frames import Frame, group_rows, native, nw
from ..typing import Day, Grain, IntoFrameT, Refunds, TimeUnit
from . import summary_in_engine, summary_in_memory
from .open_log import REFUNDS, LogColumns, TransactionLog, read_log

__all__ = ["rfm_summary", "summary_of_log"]


def rfm_summary(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Summarise a transaction log: one row per customer, as value models read it.

    All rows of a customer in one period of the ``grain`` are one purchase *occasion*,
    dated by the first day of the period; their amounts add up. Times are measured in
    ``time_unit``, a fixed number of days. Grain and unit are independent: the published
    fits of CDNOW merge by day and count in weeks.

    Rows after ``observation_period_end`` are left out without a warning:
    :func:`transaction_report` counts them, and everything else that is unusual.

    Parameters
    ----------
    transactions
        One row per purchase (or line, or refund), in any order. A lazy frame stays
        lazy: it is read once, and its summary kept where it is, as the notes say.
    observation_period_end
        The last day observed, inclusive: a date, a datetime or an ISO-8601 text.
    grain
        What makes one occasion: ``"day"``, ISO ``"week"``, ``"month"``, ``"quarter"``
        or ``"year"``.
    time_unit
        The unit of ``recency`` and ``T``: a day, 7 days, or the mean Gregorian month
        (30.436875 days), quarter or year (365.2425 days).
    refunds
        What to do with negative amounts. ``"error"`` refuses them. ``"cancel"`` lets
        each undo a purchase of its customer on the same day or before: the latest of
        exactly that amount, which disappears from the history; or else it is taken
        off the latest purchase that is larger. A refund larger than any purchase is
        left out, so no amount falls below zero (:func:`transaction_report` counts
        both). Data in memory only. ``"net"`` takes a refund off the occasion of its
        period, or else off the latest one before it, even below zero; the purchase
        still counts as an occasion. ``"drop"`` leaves refunds out.
    customer_id_col, date_col, amount_col
        The columns to read. Dates with a time zone count as days of that zone.

    Returns
    -------
    The same library's frame, sorted by customer (a lazy frame is not sorted), with

    - the id column, unchanged;
    - ``frequency``: repeat occasions, 0 for a customer who bought once;
    - ``recency``: time from first to *last* occasion (not since it);
    - ``T``: time from first occasion to the period of the end;
    - ``monetary_value``: mean amount of a repeat occasion, 0 without one;
    - ``first_date``, ``last_date``, ``first_amount``, ``total_amount``.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InvalidTypeError
        If dates, amounts or ids are of a type that crmkit would have to guess.
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``; or if
        ``refunds="cancel"`` is asked of a lazy frame.
    NotEnoughDataError
        If the log begins after ``observation_period_end``.

    Notes
    -----
    A lazy frame is checked and summarised in one pass. The summary is kept, so that
    what follows does not read the log again: by Polars in memory, by Spark in local
    checkpoints of its executors and by Ibis in a temporary table, each until no frame
    reads it. DuckDB keeps up to a million customers in memory, until no relation reads
    them; more of them in a temporary table of the connection, ``crmkit_kept_1`` and so
    on, until the connection is closed or the table is dropped.

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
    >>> customers = ck.rfm_summary(
    ...     log, observation_period_end="2024-03-31", time_unit="week"
    ... )
    >>> customers[["customer_id", "frequency", "recency", "monetary_value"]]
      customer_id  frequency  recency  monetary_value
    0         ann          2      6.0            30.0
    1         bob          0      0.0             0.0
    """
    one_of("refunds", refunds, REFUNDS)
    columns = LogColumns(customer_id_col, date_col, amount_col)
    columns.refuse_summary_names()
    log = read_log(transactions, columns, observation_period_end, grain, time_unit)
    return native(summary_of_log(log, refunds), transactions)


def summary_of_log(log: TransactionLog, refunds: Refunds) -> Frame:
    """Summarise a log whose columns were checked, in memory or in its engine."""
    if isinstance(log.frame, nw.LazyFrame):
        return summary_in_engine.summarise(log, refunds)
    log.refuse(refunds)
    # Not bound to a name here, so that the wide numbers of the groups can be freed.
    return summary_in_memory.summarise(
        log, log.frame, group_rows(log.frame, log.customer_id), refunds
    )
