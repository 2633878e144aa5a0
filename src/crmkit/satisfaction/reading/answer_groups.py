"""Rows grouped by one column or several, in ascending order of the groups."""

from collections.abc import Sequence

import numpy as np

from ..._frames import (
    EagerFrame,
    Frame,
    group_rows,
    id_rules,
    is_lazy,
    nw,
    refuse,
    require_groups,
    require_ids,
    table,
)
from ...typing import IntArray

__all__ = ["answer_groups", "with_plain_groups"]


def answer_groups(frame: EagerFrame, by: Sequence[str]) -> tuple[EagerFrame, IntArray]:
    """Return the groups, one row each, and the number of the group of each row."""
    codes: IntArray = np.zeros(len(frame), dtype=np.int64)
    for column in by:
        require_ids(frame, column)
        refuse(frame, id_rules(frame, column))
        groups = group_rows(frame, column)
        # Mixed radix: one number tells the combination of all columns so far.
        codes = np.unique(codes * groups.count + groups.codes, return_inverse=True)[1]
    first = np.unique(codes, return_index=True)[1]
    return table(frame, {column: frame[column][first] for column in by}), codes


def with_plain_groups(frame: Frame, by: Sequence[str]) -> Frame:
    """Read dictionary columns of PyArrow as text.

    Chunks of a PyArrow table may each bring their own dictionary, and a ``group_by``
    over differing dictionaries fails inside PyArrow.
    """
    require_groups(frame, by)
    if is_lazy(frame) or not frame.implementation.is_pyarrow():
        return frame
    schema = frame.collect_schema()
    coded = [column for column in by if schema[column] == nw.Categorical]
    return frame.with_columns(*(nw.col(name).cast(nw.String) for name in coded))
