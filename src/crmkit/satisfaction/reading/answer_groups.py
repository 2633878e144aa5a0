"""Rows grouped by one column or several, in ascending order of the groups."""

from collections.abc import Sequence

import numpy as np

from ..._frames import EagerFrame, group_rows, id_rules, refuse, require_ids, table
from ...typing import IntArray

__all__ = ["answer_groups"]


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
