"""Gaps between purchases, the last one still open: how long a wait is usual.

Kaplan and Meier (1958): an open gap is a waiting time known only to be longer.
"""

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray
from .event_table import event_table, survival

__all__ = ["completed_only", "within"]


def within(
    gap: IntArray, ended: BoolArray, weight: FloatArray, share: float
) -> tuple[int | None, float]:
    """Return the wait by which ``share`` of the gaps have ended, and the most that end.

    The wait is None where the share is never reached.
    """
    waited = gap.astype(np.float64)
    table = event_table(np.full(waited.size, -np.inf), waited, ended, weight)
    ended_by = 1 - survival(table)
    reached = ended_by >= share * (1 - 1e-12)
    found = int(table.time[np.argmax(reached)]) if reached.any() else None
    return found, float(ended_by[-1])


def completed_only(gap: IntArray, weight: FloatArray, share: float) -> int:
    """Return the same from completed gaps alone, as if no gap were open."""
    order = np.argsort(gap, kind="stable")
    counted = np.cumsum(weight[order]) / weight.sum()
    return int(gap[order][np.argmax(counted >= share * (1 - 1e-12))])
