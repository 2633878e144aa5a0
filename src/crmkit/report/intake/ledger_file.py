"""Read the sales lines of a ledger from a file with the usual names of columns."""

from importlib import import_module
from typing import TYPE_CHECKING

from ...errors import InvalidValueError
from .csv_format import CsvFormat
from .opened_source import open_source
from .read_values import read_amounts, read_dates

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_ledger_lines"]

_TEXTS = ("line_id", "order_id", "customer_id", "category")
_AMOUNTS = ("list_amount", "paid_amount", "cost_amount")
_RETURN = "return_of"


def read_ledger_lines(place: str) -> "pa.Table":
    """Read the lines: who, when, which order and category, listed, paid and cost.

    Raises
    ------
    InvalidValueError
        If a column is missing, or a date or amount cannot be read.
    """
    source = open_source(place)
    wanted = (*_TEXTS, "date", *_AMOUNTS)
    absent = [name for name in wanted if name not in source.names]
    if absent:
        raise InvalidValueError(
            subject=f"file {source.name!r}",
            found=f"no column {', '.join(map(repr, absent))}",
            remedy=f"The lines of a ledger have the columns {list(wanted)}, and "
            f"{_RETURN!r} where something came back.",
        )
    extra = (_RETURN,) if _RETURN in source.names else ()
    cells = source.read((*wanted, *extra), [])
    arrow = import_module("pyarrow")
    columns = {name: cells[name].cast(arrow.string()) for name in (*_TEXTS, *extra)}
    if not extra:
        columns[_RETURN] = arrow.nulls(len(cells), arrow.string())
    read = {"date": read_dates("date", cells["date"], None)}
    read |= {name: read_amounts(name, cells[name], CsvFormat()) for name in _AMOUNTS}
    for name, column in read.items():
        if column.wrong.any():
            raise InvalidValueError(
                subject=f"column {name!r}",
                found=f"unreadable value {column.first!r}",
                count=int(column.wrong.sum()),
                total=column.wrong.size,
                remedy="Correct these values.",
            )
        columns[name] = column.values
    return arrow.table(columns)
