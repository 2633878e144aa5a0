"""Rows of customers as HTML: hundreds of them, so written without a template.

End tags of rows and cells, which HTML does not need, are left out.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from ..._frames import read_eager
from ..bounded_text import cut
from .numbers_as_text import exact, number, percent

__all__ = ["best_rows", "has_range", "list_rows", "rows_of"]

Row: TypeAlias = Mapping[str, Any]

_LONGEST = 40  # characters of an id; the file has all of it
_ID = "id"
_READ = (
    "frequency",
    "total_amount",
    "last_date",
    "probability_alive",
    "expected_purchases",
    "clv",
    "clv_lower",
    "clv_upper",
    "value_at_risk",
    "value_tier",
    "rfm_segment",
)


def rows_of(customers: object, id_col: str) -> list[Row]:
    """Read what the page shows of each customer, from a frame of any library."""
    frame = read_eager(customers, (id_col, *_READ))
    columns = {name: frame[name].to_list() for name in _READ}
    # Under a name of its own: a log may call its customers like one of the columns.
    columns[_ID] = frame[id_col].to_list()
    return [
        dict(zip(columns, values, strict=True))
        for values in zip(*columns.values(), strict=True)
    ]


def list_rows(customers: Sequence[Row], currency: str) -> str:
    """Write the rows of a list: who, what is at stake, and why."""
    sign = escape(currency)
    return "".join(
        f"<tr><th scope=row>{_id(row)}<td>{exact(row['value_at_risk'], sign)}"
        f"<td>{exact(row['clv'], sign)}<td>{percent(row['probability_alive'])}"
        f"{_past(row, sign)}\n"
        for row in customers
    )


def best_rows(customers: Sequence[Row], currency: str) -> str:
    """Write the rows of the best customers."""
    sign = escape(currency)
    return "".join(
        f"<tr><th scope=row>{_id(row)}<td>{exact(row['clv'], sign)}"
        f"{_ends(row, sign)}<td>{number(row['expected_purchases'])}"
        f"<td>{percent(row['probability_alive'])}<td>{escape(str(row['value_tier']))}"
        f"<td class=words>{escape(str(row['rfm_segment']))}"
        f"{_past(row, sign)}\n"
        for row in customers
    )


def _id(row: Row) -> str:
    return escape(cut(" ".join(str(row[_ID]).split()), _LONGEST))


def has_range(row: Row) -> bool:
    """Tell whether the range of a customer's value is known: not None, not NaN."""
    upper = row["clv_upper"]
    return upper is not None and not math.isnan(upper)


def _ends(row: Row, sign: str) -> str:
    if not has_range(row):
        return "<td>\N{EN DASH}<td>\N{EN DASH}"
    return f"<td>{exact(row['clv_lower'], sign)}<td>{exact(row['clv_upper'], sign)}"


def _past(row: Row, sign: str) -> str:
    """Write what a customer has done so far: orders, money, the last day."""
    last = row["last_date"]  # a date, or a time of pandas
    return (
        f"<td>{int(row['frequency']) + 1}<td>{exact(row['total_amount'], sign)}"
        f"<td>{dt.date(last.year, last.month, last.day)}"
    )
