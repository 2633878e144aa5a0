"""The transactions of a snapshot, checked and put in order once."""

from dataclasses import dataclass

import numpy as np

from .._frames import (
    Groups,
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
)
from ..errors import NotEnoughDataError
from ..kernels.log.visible_log import SortedLog, first_seen_pairs, sort_log
from ..typing import IntArray
from .event_log import known_from

__all__ = ["OpenedLog", "open_transactions"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedLog:
    """The rows by customer and day, and the first day each category was known."""

    rows: SortedLog
    customers: Groups
    categories: tuple[IntArray, IntArray] | None


def open_transactions(
    transactions: object,
    *,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
    category_col: str | None,
    discount_col: str | None,
    available_col: str | None,
) -> OpenedLog:
    """Open a log and refuse what is broken, naming column and count."""
    optional = [name for name in (category_col, discount_col, available_col) if name]
    columns = [customer_id_col, date_col, amount_col, *optional]
    frame = read_eager(transactions, columns)
    require_ids(frame, customer_id_col)
    measured = [amount_col, *([discount_col] if discount_col else [])]
    require_numbers(frame, measured)
    dated, rules = require_dates(frame, date_col)
    rules += id_rules(frame, customer_id_col)
    rules += [rule for name in measured for rule in number_rules(frame, name)]
    refuse(dated, rules, id_col=customer_id_col)
    if not len(frame):
        raise NotEnoughDataError(
            needed="transactions", got="0 rows", remedy="Pass a log with rows."
        )
    frame = read_eager(dated.to_native(), ())
    customers = group_rows(frame, customer_id_col)
    day = day_numbers(frame, date_col)
    seen = known_from(frame, available_col, day)
    pairs = None
    if category_col:
        kinds = group_rows(frame, category_col).codes
        pairs = first_seen_pairs(customers.codes, kinds, seen)
    rows = sort_log(
        customers.codes,
        day,
        seen,
        np.asarray(numbers(frame, amount_col)),
        numbers(frame, discount_col) if discount_col else None,
    )
    return OpenedLog(rows=rows, customers=customers, categories=pairs)
