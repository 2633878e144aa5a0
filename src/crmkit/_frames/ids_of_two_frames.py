"""Ids by which two frames find each other's customers."""

from typing import Any

import narwhals.stable.v2 as nw

from ..errors import InvalidTypeError, InvalidValueError
from .asked_rules import refuse
from .column_rules import id_rules, require_ids
from .conversion import Frame, collect, column_types, row_count, with_plain_text

__all__ = ["matched_ids", "require_one_row_each"]

_COUNT = "crmkit_count"
_JOINED_AS = {"numbers": nw.Float64(), "text": nw.String()}


def matched_ids(first: Frame, second: Frame, column: str) -> tuple[Frame, Frame]:
    """Return two frames whose ids can be joined; refuse two libraries or two kinds."""
    libraries = first.implementation.value, second.implementation.value
    if libraries[0] != libraries[1]:
        raise InvalidTypeError(
            subject="the second frame",
            expected=f"a frame of {libraries[0]}, like the first",
            got=f"a frame of {libraries[1]}",
            remedy="Convert both frames to one library.",
        )
    first, second = _typed(first, second, column), _typed(second, first, column)
    types = [column_types(frame, [column])[column] for frame in (first, second)]
    kinds = [_kind(dtype) for dtype in types]
    if kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"column {column!r} of the second frame",
            expected=f"ids that are {kinds[0]}, as in the first",
            got=kinds[1],
            remedy="Convert the ids of both frames to one type.",
        )
    if types[0] == types[1] or kinds[0] not in _JOINED_AS:
        return with_plain_text(first, [column]), with_plain_text(second, [column])
    # A missing id anywhere turns whole numbers of pandas into floats, and a category
    # joins only its own categories: the customers are still the same.
    same = nw.col(column).cast(_JOINED_AS[kinds[0]])
    return first.with_columns(same), second.with_columns(same)


def _typed(frame: Frame, other: Frame, column: str) -> Frame:
    """Give ids of Arrow without a value, which have no type, that of the others."""
    types = [column_types(each, [column])[column] for each in (frame, other)]
    if not frame.implementation.is_pyarrow() or types[0] != nw.Unknown:
        return frame
    return frame.with_columns(nw.col(column).cast(types[1]))


def require_one_row_each(frame: Frame, column: str) -> None:
    """Refuse ids that are missing, and customers with more than one row."""
    require_ids(frame, column)
    refuse(frame, id_rules(frame, column))
    if isinstance(frame, nw.DataFrame) and _differ(frame.get_column(column)):
        return
    rows = frame.select(column, nw.lit(1).alias(_COUNT)).group_by(column)
    twice = rows.agg(nw.col(_COUNT).sum()).filter(nw.col(_COUNT) > 1)
    count = row_count(twice)
    if count:
        first = collect(twice.head(1))[column].to_list()[0]
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="customer with more than one row",
            count=count,
            total=row_count(frame),
            first=f"customer {first!r}",
            remedy="Pass one row per customer.",
        )


def _differ(ids: "nw.Series[Any]") -> bool:
    """Return whether ids are known to differ: sorted ones are compared in one pass."""
    if (ids.dtype.is_numeric() or ids.dtype == nw.String) and ids.is_sorted():
        return not bool((ids.tail(len(ids) - 1) == ids.head(len(ids) - 1)).any())
    return bool(ids.n_unique() == len(ids))


def _kind(dtype: nw.dtypes.DType) -> str:
    if dtype.is_numeric():
        return "numbers"
    if dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object):
        return "text"
    return str(dtype)
