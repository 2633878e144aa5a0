"""Read a transaction log from where it is, and collect everything that is wrong.

Ids stay text, so ``00042`` keeps its zeros. A choice that follows from every row,
such as
the only format that all dates fit, is made and told. A choice that the file leaves open
is not made: it is asked, together with all others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray
from ..bounded_text import cut
from .column_roles import Roles, propose_roles
from .csv_format import CsvFormat
from .doubtful_rows import sums_of_the_others
from .log_source import LogSource, no_place
from .opened_source import open_source
from .read_values import ReadColumn, read_amounts, read_dates
from .row_filters import (
    filter_notes,
    kept_by,
    listed_names,
    of_status,
    row_filters,
    status_column,
)
from .text_source import refuse_source
from .unsettled import Unsettled

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LogFile", "Reading", "read_log", "read_source"]

_UNKNOWN = Roles(customer=None, date=None, amount=None)
_PLAIN = CsvFormat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What to read of a source, as far as the options say.

    Attributes
    ----------
    roles
        The columns of the customer, the date and the amount; None where they are to be
        found.
    where
        Filters such as ``Country=Germany``, ``Status!=cancelled``, ``Invoice!=C*``.
    table
        The sheet of a workbook or the table of a database.
    unreadable
        Refuse rows whose date or amount cannot be read, or leave them out.
    csv
        How the text of the file is written.
    """

    roles: Roles = _UNKNOWN
    where: tuple[str, ...] = ()
    table: str | None = None
    unreadable: Literal["error", "drop"] = "error"
    csv: CsvFormat = _PLAIN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogFile:
    """A log that was read, with everything that is wrong with it.

    Attributes
    ----------
    name
        The source, as messages name it.
    columns
        The names of who, when and how much in ``table``.
    table
        The rows; None if their columns are not known.
    unsettled
        What is wrong or open.
    notes
        What was inferred or left out, as sentences.
    options
        What a command would say to read the same.
    currency
        The currency sign beside the amounts.
    rows
        The row of the source for each row of ``table``.
    place
        Names the place of a row of the source.
    wrong
        Marks the rows whose date or amount could not be read.
    n_read
        How many rows were read, before any filter; None if none were.
    sums
        Marks the rows that are the sum of all others before any filter; None where no
        row was left out.
    """

    name: str
    columns: tuple[str, str, str] = ("customer_id", "date", "amount")
    table: "pa.Table | None" = None
    unsettled: tuple[Unsettled, ...] = ()
    notes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    currency: str = ""
    rows: IntArray | None = None
    place: Callable[[int], str] = no_place
    wrong: BoolArray | None = None
    sums: BoolArray | None = None
    n_read: int | None = None

    def place_of(self, row: int) -> str:
        """Name the place, in the source, of a row of the table."""
        return self.place(row if self.rows is None else int(self.rows[row]))


def read_log(place: str | Path | bytes, reading: Reading) -> LogFile:
    """Read a log, and collect what is wrong with it instead of stopping at the first.

    Parameters
    ----------
    place
        The path of a file, the address of a PostgreSQL server, or the bytes of a text.
    reading
        What to read.

    Raises
    ------
    InvalidValueError
        If there is no such file, or it cannot be read at all.
    MissingExtraError
        If the package that reads such a source is not installed.
    """
    source = open_source(place, table=reading.table, csv=reading.csv)
    return read_source(source, reading)


def read_source(source: LogSource, reading: Reading) -> LogFile:
    """Read a log from a source that is open, and collect what is wrong with it."""
    roles = propose_roles(source.names, source.preview, asked=reading.roles)
    unsettled, options = _columns(source, reading.roles, roles)
    wanted = _wanted(roles)
    filters = row_filters(source, reading.where)
    if not wanted:
        return LogFile(
            name=source.name,
            unsettled=tuple(unsettled),
            notes=source.notes,
            options=tuple(options),
        )
    status = status_column(source, reading.where, wanted)
    bad_rows: list[str] = []
    read = [*wanted, *(f[0] for f in filters), *([status] if status else [])]
    table = source.read(tuple(dict.fromkeys(read)), bad_rows)
    kept = kept_by(table, filters)
    rows = sums = None
    if not kept.all():
        rows = np.flatnonzero(kept)
        sums = sums_of_the_others(_amounts(table, roles, reading))[kept]
        table = table.filter(kept)
    found = _values(table, roles, reading)
    unsettled += _of_length(bad_rows, reading)[0] + of_status(table, status)
    for column in found:
        unsettled += column.unsettled
        options += column.options
    amount = roles.amount or f"{roles.quantity} x {roles.price}"
    names = (roles.customer or "", roles.date or "", amount)
    return LogFile(
        name=source.name,
        columns=names,
        table=_table(table, names, roles, found),
        unsettled=tuple(unsettled),
        notes=(
            *source.notes,
            *filter_notes(reading.where, kept),
            *_of_length(bad_rows, reading)[1],
            *(note for column in found for note in column.notes),
        ),
        options=tuple(options),
        currency=next((column.currency for column in found if column.currency), ""),
        rows=rows,
        place=source.place,
        wrong=np.logical_or.reduce([column.wrong for column in found]),
        sums=sums,
        n_read=kept.size + len(bad_rows),
    )


def _columns(
    source: LogSource, asked: Roles, found: Roles
) -> tuple[list[Unsettled], list[str]]:
    """Compare the columns asked for with those there are."""
    unsettled: list[Unsettled] = []
    options: list[str] = []
    pairs = (
        ("--customer-id", asked.customer, found.customer, "customer_id"),
        ("--date", asked.date, found.date, "date"),
        ("--amount", asked.amount, found.amount, "amount"),
        ("--quantity", asked.quantity, found.quantity, None),
        ("--price", asked.price, found.price, None),
    )
    for option, wanted, chosen, usual in pairs:
        if wanted is not None and wanted in source.names:
            options += [option, wanted]
            _refuse_twice(source, wanted)
        elif chosen is not None and wanted is None and chosen == usual:
            options += [option, chosen]
        elif chosen is not None:
            unsettled.append(
                Unsettled(said=_said(option, wanted, chosen), options=(option, chosen))
            )
            _refuse_twice(source, chosen)
        elif wanted is not None or (usual and not _by_two(option, found)):
            missing = f"no column {cut(wanted)!r}" if wanted else "not named"
            unsettled.append(
                Unsettled(said=f"{option}: {missing}; {listed_names(source.names)}")
            )
    return unsettled, options


def _by_two(option: str, found: Roles) -> bool:
    return option == "--amount" and found.quantity is not None


def _said(option: str, wanted: str | None, chosen: str) -> str:
    if wanted is None:
        return f"{option} is not named; it is probably {chosen!r}."
    return f"{option}: no column {cut(wanted)!r}; it is probably {chosen!r}."


def _refuse_twice(source: LogSource, name: str) -> None:
    if source.names.count(name) > 1:
        refuse_source(
            source.name, f"two columns {name!r}", "Rename or remove one of them."
        )


def _wanted(roles: Roles) -> tuple[str, ...]:
    """Return the columns to read, once each of the three is known."""
    how_much = (
        (roles.amount,) if roles.amount is not None else (roles.quantity, roles.price)
    )
    wanted = (roles.customer, roles.date, *how_much)
    known = tuple(each for each in wanted if each is not None)
    return known if len(known) == len(wanted) == len(set(known)) else ()


def _of_length(
    bad_rows: list[str], reading: Reading
) -> tuple[list[Unsettled], list[str]]:
    """Ask what to do with rows of another length, or note that they are left out."""
    have = "row has" if len(bad_rows) == 1 else "rows have"
    rows = f"{len(bad_rows):,} {have} another number of cells than the names"
    if not bad_rows:
        return [], []
    if reading.unreadable == "drop":
        return [], [f"{rows}: left out."]
    said = f"{rows} (first: {bad_rows[0]!r})."
    return [Unsettled(said=said, options=("--unreadable", "drop"))], []


def _values(table: "pa.Table", roles: Roles, reading: Reading) -> list[ReadColumn]:
    date = roles.date or ""
    return [
        read_dates(date, table[date], reading.csv.date_format),
        *_money(table, roles, reading),
    ]


def _money(table: "pa.Table", roles: Roles, reading: Reading) -> list[ReadColumn]:
    return [
        read_amounts(name, table[name], reading.csv)
        for name in (roles.amount, roles.quantity, roles.price)
        if name is not None
    ]


def _amounts(table: "pa.Table", roles: Roles, reading: Reading) -> FloatArray:
    """Return the amount of every row, before any is left out."""
    return np.asarray(_product(_money(table, roles, reading)), dtype=np.float64)


def _product(parts: list[ReadColumn]) -> "pa.Array":
    if len(parts) == 1:
        return parts[0].values
    return import_module("pyarrow.compute").multiply(parts[0].values, parts[1].values)


def _table(
    table: "pa.Table",
    names: tuple[str, str, str],
    roles: Roles,
    found: list[ReadColumn],
) -> "pa.Table":
    arrow = import_module("pyarrow")
    dates, *parts = found
    # In one piece: Arrow joins the tables of texts anew each time rows are taken from
    # several pieces, and codes one piece in a fifth of the time.
    ids = table.select([roles.customer or ""]).unify_dictionaries().combine_chunks()[0]
    if arrow.types.is_string(ids.type) or arrow.types.is_large_string(ids.type):
        # A text is kept once, and each row holds its number: a tenth of the memory.
        ids = ids.dictionary_encode()
    return arrow.table(
        dict(zip(names, (ids, dates.values, _product(parts)), strict=True))
    )
