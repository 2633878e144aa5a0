"""Summarise a log in memory: three columns go to NumPy, and one sort groups them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .._frames import EagerFrame, Groups, day_numbers, numbers, table
from ..errors import InvalidValueError
from ..kernels.log.cancelled_orders import cancel_orders
from ..kernels.log.occasions import (
    Histories,
    Occasions,
    histories,
    merge,
    net_refunds,
    shortened,
)
from ..typing import FloatArray, IntArray, Refunds
from .observation_window import Window
from .open_log import TransactionLog

__all__ = [
    "occasions_between",
    "refuse_without_purchase",
    "summarise",
    "summary_columns",
]


def summarise(
    log: TransactionLog, frame: EagerFrame, groups: Groups, refunds: Refunds
) -> EagerFrame:
    """Summarise every customer seen inside the window."""
    if refunds != "cancel":  # whose arithmetic needs 64 bits
        groups = replace(groups, codes=shortened(groups.codes))
    merged = occasions_between(log, frame, groups, refunds)
    refuse_without_purchase(log, merged, groups)
    history = histories(merged)
    del merged  # of a large log, as much memory as the log itself
    return table(frame, summary_columns(log, history, groups))


def occasions_between(
    log: TransactionLog,
    frame: EagerFrame,
    groups: Groups,
    refunds: Refunds,
    *,
    after: int | None = None,
) -> Occasions:
    """Merge the rows inside the window (and after a day) into occasions."""
    days = day_numbers(frame, log.date)
    amounts = numbers(frame, log.amount)
    seen = days <= log.window.end_day
    if days.size and not seen.any():
        raise log.nothing_seen(int(days.min()))
    codes = groups.codes
    if refunds == "cancel":
        # Before the rows up to ``after`` go: a refund may undo a purchase among them.
        codes, days, amounts = _without_cancelled(
            codes[seen], days[seen], amounts[seen]
        )
        seen = np.ones(days.size, dtype=np.bool_)
    if after is not None:
        seen &= days > after
    if refunds == "drop":
        seen &= amounts >= 0
    if not seen.all():
        codes, days, amounts = codes[seen], days[seen], amounts[seen]
    periods = log.window.period(days)
    del days, seen
    if codes.dtype.itemsize < np.dtype(np.int64).itemsize:
        periods = shortened(periods)
    merged = merge(codes, periods, amounts)
    return net_refunds(merged) if refunds == "net" else merged


def _without_cancelled(
    codes: IntArray, days: IntArray, amounts: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    left = cancel_orders(codes, days, amounts)
    return codes[left.kept], days[left.kept], left.amount[left.kept]


def summary_columns(
    log: TransactionLog, history: Histories, groups: Groups
) -> Mapping[str, Any]:
    """Name the columns of the summary; ids as the caller wrote them."""
    return {
        log.customer_id: groups.ids[history.customer],
        **history_columns(history, log.window),
    }


def history_columns(history: Histories, window: Window) -> Mapping[str, np.ndarray]:
    """Return each history in the time unit of the window."""
    repeats = history.count - 1
    mean = history.repeat_amount / np.maximum(repeats, 1)
    return {
        "frequency": repeats,
        "recency": window.length(history.last_day - history.first_day),
        "T": window.length(window.end_period - history.first_day),
        "monetary_value": mean,
        "first_date": history.first_day.astype("datetime64[D]"),
        "last_date": history.last_day.astype("datetime64[D]"),
        "first_amount": history.first_amount,
        "total_amount": history.first_amount + history.repeat_amount,
    }


def refuse_without_purchase(
    log: TransactionLog, merged: Occasions, groups: Groups
) -> None:
    """Refuse customers with refunds and no purchase."""
    lost = np.unique(merged.customer[merged.sales == 0])
    if lost.size:
        first = groups.ids[lost[:1]].to_list()[0]
        raise InvalidValueError(
            subject=f"column {log.amount!r}",
            found="customer with refunds and no purchase",
            count=int(lost.size),
            first=f"customer {first!r}",
            remedy="Add the purchases these refunds reverse, or leave them out.",
        )
