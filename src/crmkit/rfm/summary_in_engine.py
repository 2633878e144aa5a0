"""Summarise a log as one query, for data that stay in their engine."""

import numpy as np

from .._frames import Frame, LazyFrame, beside, collect, nw, period_start
from ..errors import InvalidValueError
from ..typing import Refunds
from .open_log import TransactionLog

__all__ = ["merged_occasions", "summarise", "totals_after"]

_ID = "_crmkit_customer"
_DAY = "_crmkit_day"
_AMOUNT = "_crmkit_amount"
_SALE = "_crmkit_sale"
_BLOCK = "_crmkit_block"


def summarise(log: TransactionLog, refunds: Refunds) -> LazyFrame:
    """Summarise every customer seen in the period, without fetching one."""
    occasions = _occasions(log, refunds)
    history = _histories(occasions)
    _refuse_without_purchase(log, history)
    return _named(log, _with_calendar_dates(log, _measured(log, history)))


def merged_occasions(log: TransactionLog, refunds: Refunds) -> LazyFrame:
    """Merge the rows inside the window: customer, first day of period, amount."""
    rows = _occasions(log, refunds)
    _refuse_without_purchase(log, rows)
    return rows.select(
        nw.col(_ID).alias("customer"),
        nw.col(_DAY).alias("day"),
        nw.col(_AMOUNT).alias("amount"),
    )


def totals_after(log: TransactionLog, refunds: Refunds, *, after: int) -> LazyFrame:
    """Count and add up each customer's occasions after a day."""
    occasions = _occasions(log, refunds, after=after).with_columns(
        nw.when(nw.col(_SALE) > 0).then(1).otherwise(0).alias("holdout_frequency")
    )
    sums = occasions.group_by(_ID).agg(
        nw.col("holdout_frequency").sum(),
        nw.col(_AMOUNT).sum().alias("holdout_total_amount"),
    )
    return sums.rename({_ID: log.customer_id})


def _occasions(
    log: TransactionLog, refunds: Refunds, *, after: int | None = None
) -> LazyFrame:
    """Merge the rows inside the window (and after a day) into occasions."""
    if refunds == "cancel":
        raise InvalidValueError(
            subject="argument 'refunds'",
            found="'cancel' for a lazy frame",
            remedy="Collect the frame first: each refund is matched row by row.",
        )
    amount = nw.col(log.amount).cast(nw.Float64)
    rows = (
        _lazy(log.frame)
        .select(
            nw.col(log.customer_id).alias(_ID),
            period_start(log.date, "day").alias("_crmkit_exact_day"),
            period_start(log.date, log.window.grain).alias(_DAY),
            amount.alias(_AMOUNT),
            nw.when(amount >= 0).then(1).otherwise(0).alias(_SALE),
        )
        .filter(nw.col("_crmkit_exact_day") <= log.window.end_day)
    )
    if after is not None:
        rows = rows.filter(nw.col("_crmkit_exact_day") > after)
    if refunds == "drop":
        rows = rows.filter(nw.col(_AMOUNT) >= 0)
    sums = (nw.col(_AMOUNT).sum(), nw.col(_SALE).sum())
    merged = rows.group_by(_ID, _DAY).agg(*sums)
    return _netted(merged) if refunds == "net" else merged


def _lazy(frame: Frame) -> LazyFrame:
    return frame if isinstance(frame, nw.LazyFrame) else frame.lazy()


def _netted(merged: LazyFrame) -> LazyFrame:
    """Move refund-only periods to the latest purchase before them."""
    sold = nw.col(_SALE) > 0
    numbered = merged.with_columns(
        nw.when(sold).then(1).otherwise(0).alias(_BLOCK)
    ).with_columns(nw.col(_BLOCK).cum_sum().over(_ID, order_by=_DAY))
    blocks = numbered.with_columns(
        nw.when(nw.col(_BLOCK) == 0).then(1).otherwise(nw.col(_BLOCK)).alias(_BLOCK),
        nw.when(sold).then(nw.col(_DAY)).alias(_DAY),
    )
    sums = (nw.col(_DAY).min(), nw.col(_AMOUNT).sum(), nw.col(_SALE).sum())
    return blocks.group_by(_ID, _BLOCK).agg(*sums).drop(_BLOCK)


def _histories(occasions: LazyFrame) -> LazyFrame:
    dated = occasions.with_columns(nw.col(_DAY).min().over(_ID).alias("_crmkit_first"))
    first = nw.col(_DAY) == nw.col("_crmkit_first")
    split = dated.with_columns(
        nw.when(first).then(nw.col(_AMOUNT)).otherwise(0.0).alias("first_amount"),
        nw.when(first).then(0.0).otherwise(nw.col(_AMOUNT)).alias("_crmkit_repeat"),
    )
    return split.group_by(_ID).agg(
        nw.len().alias("_crmkit_count"),
        nw.col(_DAY).min().alias("_crmkit_first_day"),
        nw.col(_DAY).max().alias("_crmkit_last_day"),
        nw.col("first_amount").sum(),
        nw.col("_crmkit_repeat").sum(),
        nw.col(_SALE).sum(),
    )


def _measured(log: TransactionLog, history: LazyFrame) -> LazyFrame:
    window = log.window
    first = nw.col("_crmkit_first_day").cast(nw.Float64)
    last = nw.col("_crmkit_last_day").cast(nw.Float64)
    repeats = nw.col("_crmkit_count").cast(nw.Int64) - 1
    spent = nw.col("_crmkit_repeat")
    mean = nw.when(repeats > 0).then(spent / repeats.cast(nw.Float64)).otherwise(0.0)
    return history.with_columns(
        repeats.alias("frequency"),
        ((last - first) / window.unit_days).alias("recency"),
        ((window.end_period - first) / window.unit_days).alias("T"),
        mean.alias("monetary_value"),
        (nw.col("first_amount") + spent).alias("total_amount"),
    )


def _with_calendar_dates(log: TransactionLog, history: LazyFrame) -> LazyFrame:
    """Join the dates of the day numbers: no engine-neutral expression makes them."""
    first = collect(history.select(nw.col("_crmkit_first_day").min()))
    value = first["_crmkit_first_day"].item()
    if value is None:
        _refuse_late_log(log)
    start = log.window.end_period if value is None else int(value)
    days = np.arange(start, log.window.end_period + 1)
    dates = days.astype("datetime64[D]")
    for name in ("first", "last"):
        day = f"_crmkit_{name}_day"
        lookup = beside(log.frame, {day: days, f"{name}_date": dates})
        history = history.join(lookup, on=day, how="left")
    return history


def _refuse_late_log(log: TransactionLog) -> None:
    day = period_start(log.date, "day").alias("day")
    earliest = collect(_lazy(log.frame).select(day).select(nw.col("day").min()))
    first_day = earliest["day"].item()
    if first_day is not None and int(first_day) > log.window.end_day:
        raise log.nothing_seen(int(first_day))


def _named(log: TransactionLog, history: LazyFrame) -> LazyFrame:
    return history.select(
        nw.col(_ID).alias(log.customer_id),
        "frequency",
        "recency",
        "T",
        "monetary_value",
        "first_date",
        "last_date",
        "first_amount",
        "total_amount",
    )


def _refuse_without_purchase(log: TransactionLog, history: LazyFrame) -> None:
    lost = collect(history.filter(nw.col(_SALE) == 0).select(_ID))
    if len(lost):
        raise InvalidValueError(
            subject=f"column {log.amount!r}",
            found="customer with refunds and no purchase",
            count=len(lost),
            first=f"customer {lost[_ID].to_list()[0]!r}",
            remedy="Add the purchases these refunds reverse, or leave them out.",
        )
