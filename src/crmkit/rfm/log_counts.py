"""Count the rows of a log: in memory with NumPy, in an engine with a few queries."""

from dataclasses import dataclass

import numpy as np

from .._frames import (
    EagerFrame,
    Frame,
    Groups,
    collect,
    day_numbers,
    group_rows,
    instants,
    numbers,
    nw,
    period_start,
    row_count,
)
from ..kernels.log.cancelled_orders import cancel_orders
from ..kernels.log.occasions import distinct_rows, occasion_count
from .open_log import TransactionLog

__all__ = ["LogCounts", "count_in_memory", "count_log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """Counts of all rows, and of those in the observed period.

    ``cancelled`` and ``unmatched`` are None where refunds were not matched.
    """

    rows: int
    customers: int
    rows_inside: int
    customers_inside: int
    buyers: int
    occasions: int
    sales: int
    zeros: int
    refunds: int
    distinct_rows: int
    cancelled: int | None
    unmatched: int | None
    amount: float
    refunded: float
    first_day: float
    last_day: float


def count_log(log: TransactionLog) -> LogCounts:
    """Count a checked log where its rows are: in memory or in an engine."""
    if isinstance(log.frame, nw.DataFrame):
        groups = group_rows(log.frame, log.customer_id)
        return count_in_memory(log, log.frame, groups)
    return _count_in_engine(log)


def count_in_memory(
    log: TransactionLog, frame: EagerFrame, groups: Groups
) -> LogCounts:
    """Count a checked log in memory, whose customers are numbered already."""
    days, amounts = day_numbers(frame, log.date), numbers(frame, log.amount)
    inside = days <= log.window.end_day
    codes, day, amount = groups.codes, days, amounts
    if not inside.all():  # a large log is not copied for nothing
        codes, day, amount = codes[inside], day[inside], amount[inside]
    # An amount of 0 is a purchase: a free order is an order.
    sale = amount >= 0
    sold, sold_on = (codes, day) if sale.all() else (codes[sale], day[sale])
    when = instants(frame, log.date)
    matched = cancel_orders(codes, day, amount)
    return LogCounts(
        rows=len(frame),
        customers=groups.count,
        rows_inside=codes.size,
        customers_inside=_how_many(codes, groups.count),
        buyers=_how_many(sold, groups.count),
        occasions=occasion_count(sold, log.window.period(sold_on)),
        sales=int(np.count_nonzero(sale)),
        zeros=int(np.count_nonzero(amount == 0)),
        refunds=int(np.count_nonzero(~sale)),
        distinct_rows=distinct_rows(
            codes, day, when if inside.all() else when[inside], amount
        ),
        cancelled=matched.n_cancelled,
        unmatched=matched.n_unmatched,
        amount=float(amount.sum()),
        refunded=float(amount[~sale].sum()),
        first_day=float(day.min(initial=log.window.end_day)),
        last_day=float(day.max() if day.size else log.window.end_day),
    )


def _how_many(codes: np.ndarray, count: int) -> int:
    return int(np.count_nonzero(np.bincount(codes, minlength=count)))


def _count_in_engine(log: TransactionLog) -> LogCounts:
    rows = _flagged(log)
    sums = _sums(rows)
    return LogCounts(
        rows=int(sums["rows"]),
        customers=int(sums["customers"]),
        rows_inside=int(sums["inside"]),
        customers_inside=int(sums["seen"]),
        buyers=int(sums["bought"]),
        occasions=_distinct(rows.filter(nw.col("sale") == 1), ("id", "period")),
        sales=int(sums["sale"]),
        zeros=int(sums["zero"]),
        refunds=int(sums["refund"]),
        distinct_rows=_distinct(
            rows.filter(nw.col("inside") == 1), ("id", "date", "amount")
        ),
        # Refunds are matched to purchases row by row, which no query does in one pass.
        cancelled=None,
        unmatched=None,
        amount=sums["seen_amount"],
        refunded=sums["refunded"],
        first_day=sums["first"],
        last_day=sums["last"],
    )


def _flagged(log: TransactionLog) -> Frame:
    """Reduce the log to plain columns that any engine can add up."""
    amount = nw.col(log.amount).cast(nw.Float64)
    day = period_start(log.date, "day")
    inside = day <= log.window.end_day
    return log.frame.select(
        nw.col(log.customer_id).alias("id"),
        day.alias("day"),
        period_start(log.date, log.window.grain).alias("period"),
        nw.col(log.date).alias("date"),
        amount.alias("amount"),
        _flag(inside).alias("inside"),
        _flag(inside & (amount == 0)).alias("zero"),
        _flag(inside & (amount < 0)).alias("refund"),
        _flag(inside & (amount >= 0)).alias("sale"),
    )


def _flag(condition: nw.Expr) -> nw.Expr:
    # Engines disagree about sums of booleans; all of them add up numbers.
    return nw.when(condition).then(1).otherwise(0)


def _sums(rows: Frame) -> dict[str, float]:
    """Add up rows and customers in one pass; zeros if none is in the period."""
    inside, refund = nw.col("inside") == 1, nw.col("refund") == 1
    added = ("inside", "sale", "zero", "refund", "seen_amount", "refunded")
    each = (
        rows.with_columns(
            nw.when(inside).then(nw.col("amount")).otherwise(0.0).alias("seen_amount"),
            nw.when(refund).then(nw.col("amount")).otherwise(0.0).alias("refunded"),
            nw.when(inside).then(nw.col("day")).alias("day"),
        )
        .group_by("id")
        .agg(
            nw.len().alias("rows"),
            *(nw.col(name).sum() for name in added),
            nw.col("day").min().alias("first"),
            nw.col("day").max().alias("last"),
        )
    )
    row = collect(
        each.with_columns(
            _flag(nw.col("inside") > 0).alias("seen"),
            _flag(nw.col("sale") > 0).alias("bought"),
        ).select(
            nw.len().alias("customers"),
            *(nw.col(name).sum() for name in ("rows", "seen", "bought", *added)),
            nw.col("first").min(),
            nw.col("last").max(),
        )
    )
    # A sum over no rows is null in some engines and 0 in others.
    known = {name: row[name].drop_nulls() for name in row.columns}
    return {name: float(one.item()) if len(one) else 0.0 for name, one in known.items()}


def _distinct(rows: Frame, keys: tuple[str, ...]) -> int:
    return row_count(rows.select(*keys).unique())
