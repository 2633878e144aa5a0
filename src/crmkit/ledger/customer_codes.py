"""One code per customer, the same in every table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._frames import group_rows, nw, table, with_plain_text
from ..errors import InvalidTypeError
from ..typing import BoolArray, IntArray
from .ledger_tables import Table

__all__ = ["Coded", "code_customers"]

_ID = "id"
_DType = nw.dtypes.DType
_LABELS = (nw.Categorical, nw.Enum)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """The ids in ascending order, and the code of every row of every id column."""

    ids: nw.Series[Any]
    codes: Mapping[tuple[str, str], IntArray]


def code_customers(columns: Sequence[tuple[Table, str]], universe: str) -> Coded:
    """Code id columns together; every id must occur in the tables of ``universe``."""
    if len(columns) == 1:
        only, column = columns[0]
        # Called for its refusals alone: one table needs no common codes.
        only.ids(column)
        groups = group_rows(only.frame, column)
        return Coded(ids=groups.ids, codes={(only.name, column): groups.codes})
    like = columns[0][0].ids(columns[0][1])
    stacked = [_aligned(each, column, like) for each, column in columns]
    groups = group_rows(nw.concat(stacked, how="vertical"), _ID)
    ends = np.cumsum([len(part) for part in stacked])
    pieces = np.split(groups.codes, ends[:-1])
    known = _known(columns, pieces, universe, groups.count)
    rank = np.cumsum(known) - 1
    for (each, column), codes in zip(columns, pieces, strict=True):
        each.refuse(
            column,
            ~known[codes],
            "unknown customer",
            f"Add the customer to the {universe}, or drop these rows.",
            label_col=column,
        )
    return Coded(
        ids=groups.ids.filter(known.tolist()).cast(like.dtype),
        codes={
            (each.name, column): rank[codes]
            for (each, column), codes in zip(columns, pieces, strict=True)
        },
    )


def _known(
    columns: Sequence[tuple[Table, str]],
    pieces: Sequence[IntArray],
    universe: str,
    count: int,
) -> BoolArray:
    known = np.zeros(count, dtype=bool)
    for (each, _), codes in zip(columns, pieces, strict=True):
        if each.name == universe:
            known[codes] = True
    return known


def _aligned(each: Table, column: str, like: nw.Series[Any]) -> nw.DataFrame[Any]:
    series = each.ids(column)
    if series.implementation != like.implementation:
        raise InvalidTypeError(
            subject=f"table {each.name!r}",
            expected=f"a frame of {like.implementation.value}, as the first table is",
            got=f"a frame of {series.implementation.value}",
            remedy="Convert the tables of a ledger to one library.",
        )
    # Two categoricals with other categories do not stack: texts do.
    common = nw.String() if like.dtype in _LABELS else like.dtype
    if not _alike(series.dtype, common):
        raise InvalidTypeError(
            subject=f"{each.name}, column {column!r}",
            expected=f"ids of dtype {like.dtype}, as in the first table",
            got=str(series.dtype),
            remedy="Convert the ids of all tables to one type.",
        )
    cast = series if series.dtype == common else series.cast(common)
    return with_plain_text(table(each.frame, {_ID: cast.alias(_ID)}), [_ID])


def _alike(dtype: _DType, common: _DType) -> bool:
    # An int32 and an int64 id are one customer; a text and a number are not.
    if dtype.is_integer():
        return bool(common.is_integer())
    return bool(dtype == common or (common == nw.String and dtype in _LABELS))
