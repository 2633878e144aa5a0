"""Keep some rows of a log: by the filters of a command, and by a status column."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InvalidValueError
from ...typing import BoolArray, IntArray
from ..bounded_text import cut
from .log_source import LogSource
from .unsettled import Unsettled

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "filter_notes",
    "kept_by",
    "listed_names",
    "of_status",
    "row_filters",
    "status_column",
]

_SHOWN_NAMES = 20
_STATUS = ("status", "state", "cancel", "storn")
# Orders that came to nothing, as shop systems say it in English and its neighbours.
_CANCELLED = (
    "*cancel*", "*void*", "*storn*", "*refunded*", "*returned*", "*zurück*",
    "*erstattet*", "*retour*", "*annul*", "*rembours*", "*devuelt*", "*reembols*",
)  # fmt: skip


def row_filters(
    source: LogSource, where: tuple[str, ...]
) -> list[tuple[str, bool, str]]:
    """Split each filter into a column, whether equal, and what to compare with."""
    found = []
    for each in where:
        column, equals, value = each.partition("=")
        keep = not column.endswith("!")
        column = column.removesuffix("!").strip()
        if not equals or column not in source.names:
            raise InvalidValueError(
                subject="option '--where'",
                found=f"text {cut(each)!r} without a column of the file",
                remedy="Write COLUMN=VALUE or COLUMN!=VALUE, such as "
                f"'Status!=cancelled'; {listed_names(source.names)}",
            )
        found.append((column, keep, value.strip()))
    return found


def kept_by(table: "pa.Table", filters: list[tuple[str, bool, str]]) -> BoolArray:
    """Mark the rows that every filter keeps; refuse filters that keep none."""
    kept = np.ones(len(table), dtype=np.bool_)
    for column, keep, value in filters:
        distinct, index = _coded(table[column])
        fits = [fnmatchcase(each.casefold(), value.casefold()) for each in distinct]
        # An empty cell is the text of no characters.
        marked = np.asarray([*fits, value in {"", "*"}], dtype=np.bool_)
        kept &= marked[index] == keep
        if len(table) and not kept.any():
            asked = f"{column}{'' if keep else '!'}={value}"
            raise InvalidValueError(
                subject="option '--where'",
                found=f"text {cut(asked)!r} that keeps 0 of {len(table):,} rows",
                remedy=f"Leave it out or change it; column {cut(column)!r} has "
                f"{_listed(distinct)}.",
            )
    return kept


def _coded(cells: "pa.ChunkedArray") -> tuple[list[str], IntArray]:
    arrow = import_module("pyarrow")
    whole = cells.unify_dictionaries().combine_chunks()
    if not arrow.types.is_dictionary(whole.type):
        whole = whole.cast(arrow.string()).dictionary_encode()
    index = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [(each or "").strip() for each in whole.dictionary.to_pylist()], index


def filter_notes(where: tuple[str, ...], kept: BoolArray) -> list[str]:
    """Say how many rows the filters left out."""
    left_out = int(np.count_nonzero(~kept))
    if not where or not left_out:
        return []
    return [
        f"{left_out:,} of {kept.size:,} rows were left out by {' and '.join(where)}."
    ]


def status_column(
    source: LogSource, where: tuple[str, ...], wanted: tuple[str, ...]
) -> str | None:
    """Return the column that may tell cancelled orders, unless a filter reads it."""
    return next(
        (
            name
            for name in source.names
            if any(word in name.casefold() for word in _STATUS)
            and name not in wanted
            and not any(each.startswith((f"{name}=", f"{name}!")) for each in where)
        ),
        None,
    )


def of_status(table: "pa.Table", status: str | None) -> list[Unsettled]:
    """Ask what to do with rows whose status says that they were cancelled."""
    if status is None:
        return []
    distinct, index = _coded(table[status])
    called = [
        each
        for each in distinct
        if any(fnmatchcase(each.casefold(), word) for word in _CANCELLED)
    ]
    if not called:
        return []
    rows = int(np.isin(index, [distinct.index(each) for each in called]).sum())
    return [
        Unsettled(
            said=f"column {status!r} says {cut(called[0])!r} in {rows:,} of "
            f"{len(table):,} "
            f"rows: leave such rows out, or keep all with --where '{status}=*'.",
            options=tuple(
                part for each in called for part in ("--where", f"{status}!={each}")
            ),
        )
    ]


def listed_names(names: tuple[str, ...]) -> str:
    """List the names of the columns, the first of many."""
    return f"the columns are {_listed(names)}."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(cut(name)) for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"[{shown}]{f' and {more:,} more' if more > 0 else ''}"
