"""A log where it is kept: a text file, a workbook, Parquet, a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LogSource", "Reader", "no_place", "read_once"]


class Reader(Protocol):
    """Read some columns of a source; a text file may hold rows that are not rows."""

    def __call__(self, columns: Sequence[str], bad_rows: list[str]) -> "pa.Table":
        """Return the columns of every row; append rows of a wrong length."""
        ...


def no_place(row: int) -> str:
    """Return the place of a row of a table without lines."""
    return f"row {row}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogSource:
    """A source that is open: its columns, its first rows, and how to read the rest.

    Attributes
    ----------
    name
        The source as messages name it.
    names
        The names of its columns.
    preview
        The first rows, as text.
    read
        Reads the named columns; a text file appends its rows of a wrong length.
    notes
        What was found out about the source, as sentences.
    has_header
        Whether the names are those of the source itself.
    place
        Names the place of a row: its line in a text file.
    """

    name: str
    names: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    read: Reader
    notes: tuple[str, ...] = ()
    has_header: bool = True
    place: Callable[[int], str] = no_place


def read_once(source: LogSource) -> LogSource:
    """Return the source with a memory: columns that were read are not read again."""
    held: list[tuple[pa.Table, list[str]]] = []

    def read(columns: Sequence[str], bad_rows: list[str]) -> "pa.Table":
        if not (held and set(columns) <= set(held[0][0].column_names)):
            bad: list[str] = []
            held[:] = [(source.read(columns, bad), bad)]
        table, bad = held[0]
        bad_rows += bad
        return table.select(list(columns))

    return replace(source, read=read)
