"""Summarise a log as one query, for data that stay in their engine."""

from .._frames import (
    SUMMARY_COLUMNS,
    Frame,
    LazyFrame,
    Totals,
    collect,
    id_rules,
    nw,
    period_start,
    run_once,
    total_groups,
    with_calendar_dates,
)
from ..errors import InvalidValueError
from ..typing import Refunds
from .open_log import TransactionLog

__all__ = ["merged_occasions", "summarise", "totals_after"]

_ID = "_crmkit_customer"
_DAY = "_crmkit_day"
_AMOUNT = "_crmkit_amount"
_SALE = "_crmkit_sale"
_BLOCK = "_crmkit_block"
_COUNT = "_crmkit_count"
_FIRST = "_crmkit_first_day"
_LAST = "_crmkit_last_day"
_REPEAT = "_crmkit_repeat"

# Below this share of the first amount, the rest of a total has lost digits to it.
_SMALL = 1e-5


def summarise(log: TransactionLog, refunds: Refunds) -> LazyFrame:
    """Summarise every customer seen in the period, and check the log: in one pass.

    A row that cannot be summarised makes the total of its customer a NaN. So the log
    is not read for its checks: the kept summary tells whether anything is wrong, and
    only then is the log asked what, row by row.
    """
    occasions = _occasions(log, refunds)
    history = _totals(occasions, refunds)
    if history is None:
        history = _exact_totals(occasions, refunds)
    kept = run_once(_measured(log, history))
    if _refuse(log, kept, refunds):
        kept = run_once(_measured(log, _exact_totals(occasions, refunds)))
    return kept.select(nw.col(_ID).alias(log.customer_id), *SUMMARY_COLUMNS)


def merged_occasions(log: TransactionLog, refunds: Refunds) -> LazyFrame:
    """Merge the rows inside the window: customer, first day of period, amount."""
    rows = _occasions(log, refunds)
    if refunds == "net":
        _refuse_without_purchase(log, rows)
    return rows.select(
        nw.col(_ID).alias("customer"),
        nw.col(_DAY).alias("day"),
        nw.col(_AMOUNT).alias("amount"),
    )


def totals_after(log: TransactionLog, refunds: Refunds, *, after: int) -> LazyFrame:
    """Count and add up each customer's occasions after a day, checked as they are."""
    occasions = _occasions(log, refunds, after=after)
    bought = nw.when(nw.col(_SALE) > 0).then(1).otherwise(0) if refunds == "net" else 1
    counted = occasions.with_columns(
        (bought if isinstance(bought, nw.Expr) else nw.lit(bought)).alias("bought")
    )
    sums = counted.group_by(_ID).agg(
        nw.col("bought").sum().alias("holdout_frequency"),
        nw.col(_AMOUNT).sum().alias("holdout_total_amount"),
    )
    kept = run_once(sums)
    if _any(kept, _broken(kept, "holdout_total_amount")):
        log.refuse(refunds)
    return kept.rename({_ID: log.customer_id})


def _occasions(
    log: TransactionLog, refunds: Refunds, *, after: int | None = None
) -> LazyFrame:
    """Merge the rows inside the window (and after a day) into occasions.

    Rows that no window can place, or no sum hold, are inside it, with a NaN.
    """
    if refunds == "cancel":
        raise InvalidValueError(
            subject="argument 'refunds'",
            found="'cancel' for a lazy frame",
            remedy="Collect the frame first: each refund is matched row by row.",
        )
    amount = nw.col(log.amount).cast(nw.Float64)
    known = ~nw.col(log.date).is_null() & ~amount.is_null()
    fine = known & (amount >= 0) if refunds == "error" else known
    exact, period = (
        period_start(log.date, "day"),
        period_start(log.date, log.window.grain),
    )
    rows = _lazy(log.frame)
    dates_fine = exact <= log.window.end_day
    if after is not None:
        dates_fine = dates_fine & (exact > after)
    rows = rows.filter(dates_fine | nw.col(log.date).is_null())
    if refunds == "drop":
        odd = amount.is_null() | (amount == float("-inf"))
        rows = rows.filter((amount >= 0) | odd)
    columns = [
        nw.col(log.customer_id).alias(_ID),
        period.alias(_DAY),
        nw.when(fine).then(amount).otherwise(nw.lit(float("nan"))).alias(_AMOUNT),
    ]
    if refunds != "net":
        return rows.select(*columns).group_by(_ID, _DAY).agg(nw.col(_AMOUNT).sum())
    sale = nw.when(amount < 0).then(0).otherwise(1).alias(_SALE)
    merged = rows.select(*columns, sale).group_by(_ID, _DAY)
    return _netted(merged.agg(nw.col(_AMOUNT).sum(), nw.col(_SALE).sum()))


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


def _totals(occasions: LazyFrame, refunds: Refunds) -> LazyFrame | None:
    """Count and add up each customer's occasions, in one aggregate."""
    sums = {"total_amount": _AMOUNT}
    if refunds == "net":
        sums[_SALE] = _SALE
    asked = Totals(
        by=_ID,
        order=_DAY,
        count=_COUNT,
        least=_FIRST,
        most=_LAST,
        first=("first_amount", _AMOUNT),
        sums=sums,
    )
    totals = total_groups(occasions, asked)
    if totals is None:
        return None
    repeat = nw.col("total_amount") - nw.col("first_amount")
    return totals.with_columns(repeat.alias(_REPEAT))


def _exact_totals(occasions: LazyFrame, refunds: Refunds) -> LazyFrame:
    """Add the amounts of the repeat occasions apart from the first, for its price."""
    dated = occasions.with_columns(nw.col(_DAY).min().over(_ID).alias(_FIRST))
    first = nw.col(_DAY) == nw.col(_FIRST)
    split = dated.with_columns(
        nw.when(first).then(nw.col(_AMOUNT)).otherwise(0.0).alias("first_amount"),
        nw.when(first).then(0.0).otherwise(nw.col(_AMOUNT)).alias(_REPEAT),
    ).drop(_FIRST)
    totals = split.group_by(_ID).agg(
        nw.len().alias(_COUNT),
        nw.col(_DAY).min().alias(_FIRST),
        nw.col(_DAY).max().alias(_LAST),
        nw.col("first_amount").sum(),
        nw.col(_REPEAT).sum(),
        *([nw.col(_SALE).sum()] if refunds == "net" else []),
    )
    total = nw.col("first_amount") + nw.col(_REPEAT)
    return totals.with_columns(total.alias("total_amount"))


def _measured(log: TransactionLog, history: LazyFrame) -> LazyFrame:
    window = log.window
    first = nw.col(_FIRST).cast(nw.Float64)
    last = nw.col(_LAST).cast(nw.Float64)
    repeats = nw.col(_COUNT).cast(nw.Int64) - 1
    spent = nw.col(_REPEAT) / repeats.cast(nw.Float64)
    mean = nw.when(repeats > 0).then(spent).otherwise(0.0)
    dated = with_calendar_dates(history, {"first_date": _FIRST, "last_date": _LAST})
    measured = dated.with_columns(
        repeats.alias("frequency"),
        ((last - first) / window.unit_days).alias("recency"),
        ((window.end_period - first) / window.unit_days).alias("T"),
        mean.alias("monetary_value"),
    )
    sale = [_SALE] if _SALE in measured.collect_schema().names() else []
    return measured.select(_ID, *SUMMARY_COLUMNS, *sale)


def _refuse(log: TransactionLog, kept: LazyFrame, refunds: Refunds) -> bool:
    """Refuse a log by its summary: in detail only where something is wrong.

    Return whether a mean is the small rest of a large total, and not exact.
    """
    repeat = (nw.col("monetary_value") * nw.col("frequency")).abs()
    lossy = (repeat > 0) & (repeat < nw.col("first_amount").abs() * _SMALL)
    flags = {
        "broken": _broken(kept, "total_amount").any(),
        "rows": nw.len(),
        "lossy": lossy.any(),
    }
    if refunds == "net":
        flags["lost"] = (nw.col(_SALE) == 0).any()
    seen = collect(kept.select(**flags))
    if seen["broken"].item():
        log.refuse(refunds)
    if not seen["rows"].item():
        _refuse_late_log(log)
    if refunds == "net" and seen["lost"].item():
        _refuse_without_purchase(log, kept)
    return bool(seen["lossy"].item())


def _broken(kept: LazyFrame, total: str) -> nw.Expr:
    """Return where a total is no finite number, or an id no id."""
    value = nw.col(total)
    broken = ~value.is_finite() | value.is_null()
    for rule in id_rules(kept, _ID):
        broken = broken | rule.broken
    return broken


def _any(kept: LazyFrame, broken: nw.Expr) -> bool:
    return bool(collect(kept.select(broken=broken.any()))["broken"].item())


def _refuse_late_log(log: TransactionLog) -> None:
    day = period_start(log.date, "day").alias("day")
    earliest = collect(_lazy(log.frame).select(day).select(nw.col("day").min()))
    first_day = earliest["day"].item()
    if first_day is not None and int(first_day) > log.window.end_day:
        raise log.nothing_seen(int(first_day))


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
