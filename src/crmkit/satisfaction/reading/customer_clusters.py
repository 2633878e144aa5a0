"""The customer behind each answer: answers of one customer depend on each other."""

import numpy as np

from ..._frames import EagerFrame, group_rows, id_rules, refuse, require_ids
from ...typing import BoolArray, IntArray

__all__ = ["clusters_of"]


def clusters_of(
    frame: EagerFrame, customer_id_col: str | None, kept: BoolArray
) -> IntArray:
    """Return the number of each kept row's customer; without ids, of the row."""
    if customer_id_col is None:
        return np.arange(int(kept.sum()))
    require_ids(frame, customer_id_col)
    refuse(frame, id_rules(frame, customer_id_col))
    codes = group_rows(frame, customer_id_col).codes[kept]
    # Customers whose rows were all left out must not count as clusters.
    return np.unique(codes, return_inverse=True)[1]
