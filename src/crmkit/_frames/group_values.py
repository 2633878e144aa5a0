"""What a group has in common, in a column beside each of its rows."""

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from .conversion import Frame

__all__ = ["with_group_values"]

_ROW = "_crmkit_row_of_group"


def with_group_values(
    frame: Frame, by: Sequence[str], values: Mapping[str, nw.Expr]
) -> Frame:
    """Add aggregates of plain columns, such as ``nw.col("day").max()``, by group.

    The columns of groups hold no missing values.
    """
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pyarrow():
        # A window in Arrow is a join, and its threads return the rows of a large table
        # in any order: each row is numbered before, and sorted back after.
        found = frame.group_by(*by).agg(*(v.alias(n) for n, v in values.items()))
        joined = frame.with_row_index(_ROW).join(found, on=list(by), how="left")
        return joined.sort(_ROW).drop(_ROW)
    return frame.with_columns(
        *(value.over(*by).alias(name) for name, value in values.items())
    )
