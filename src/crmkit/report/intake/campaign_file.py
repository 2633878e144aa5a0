"""Read the contacts of campaigns from a file with the usual names of columns."""

from importlib import import_module
from typing import TYPE_CHECKING

from ...errors import InvalidValueError
from .csv_format import CsvFormat
from .opened_source import open_source
from .read_values import ReadColumn, read_amounts, read_dates
from .text_source import HEADER_ALONE

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_contacts"]

_TEXTS = ("customer_id", "campaign")
_WANTED = (*_TEXTS, "date", "treated")
_COST = "cost"


def read_contacts(place: str) -> "pa.Table":
    """Read who was in which campaign, since when, and in which group.

    A file with a header alone gives a table without rows: no campaign so far.

    Raises
    ------
    InvalidValueError
        If a column is missing, or a date or number cannot be read.
    """
    try:
        source = open_source(place)
    except InvalidValueError as error:
        if error.found != HEADER_ALONE:
            raise
        return import_module("pyarrow").table({name: [] for name in _WANTED})
    absent = [name for name in _WANTED if name not in source.names]
    if absent:
        raise InvalidValueError(
            subject=f"file {source.name!r}",
            found=f"no column {', '.join(map(repr, absent))}",
            remedy=f"Contacts have the columns {list(_WANTED)}, 'treated' 0 for "
            f"the control group, and {_COST!r} where it is known.",
        )
    costs = (_COST,) if _COST in source.names else ()
    cells = source.read((*_WANTED, *costs), [])
    text = import_module("pyarrow").string()
    columns = {name: cells[name].cast(text) for name in _TEXTS}
    columns["date"] = _values("date", read_dates("date", cells["date"], None))
    for name in ("treated", *costs):
        read = read_amounts(name, cells[name], CsvFormat())
        columns[name] = _values(name, read)
    return import_module("pyarrow").table(columns)


def _values(name: str, read: ReadColumn) -> "pa.Array":
    if read.wrong.any():
        raise InvalidValueError(
            subject=f"column {name!r}",
            found=f"unreadable value {read.first!r}",
            count=int(read.wrong.sum()),
            total=read.wrong.size,
            remedy="Correct these values.",
        )
    return read.values
