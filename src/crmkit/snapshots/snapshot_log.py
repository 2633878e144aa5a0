"""The transactions of a snapshot, checked and put in order once."""

from dataclasses import dataclass

import numpy as np

from .._check import instance
from .._frames import (
    EagerFrame,
    Groups,
    collect,
    day_numbers,
    group_rows,
    id_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    time_zone,
)
from ..errors import NotEnoughDataError
from ..kernels.log.visible_log import SortedLog, first_seen_pairs, sort_log
from ..typing import IntArray
from .event_log import known_from
from .transaction_columns import TransactionColumns

__all__ = ["OpenedLog", "open_transactions"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedLog:
    """A log, its rows by customer and day, and when each category was first known."""

    frame: EagerFrame
    rows: SortedLog
    customers: Groups
    categories: tuple[IntArray, IntArray] | None
    zone: str | None


def open_transactions(transactions: object, columns: TransactionColumns) -> OpenedLog:
    """Open a log and refuse what is broken, naming column and count."""
    columns = instance("columns", columns, TransactionColumns)
    frame = read_eager(transactions, columns.read)
    require_ids(frame, columns.customer_id)
    measured = [columns.amount, *([columns.discount] if columns.discount else [])]
    require_numbers(frame, measured)
    dated, rules = require_dates(frame, columns.date)
    rules += id_rules(frame, columns.customer_id)
    rules += [rule for name in measured for rule in number_rules(frame, name)]
    refuse(dated, rules, id_col=columns.customer_id)
    if not len(frame):
        raise NotEnoughDataError(
            needed="transactions", got="0 rows", remedy="Pass a log with rows."
        )
    frame = collect(dated)
    zone = time_zone(frame, columns.date)
    customers = group_rows(frame, columns.customer_id)
    day = day_numbers(frame, columns.date)
    seen = known_from(frame, columns.available, day)
    pairs = None
    if columns.category:
        kinds = group_rows(frame, columns.category).codes
        pairs = first_seen_pairs(customers.codes, kinds, seen)
    rows = sort_log(
        customers.codes,
        day,
        seen,
        np.asarray(numbers(frame, columns.amount)),
        numbers(frame, columns.discount) if columns.discount else None,
    )
    return OpenedLog(
        frame=frame, rows=rows, customers=customers, categories=pairs, zone=zone
    )
