"""What was usual for new customers before each period: ratios of cumulated sums."""

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray
from .component_identity import totals

__all__ = ["alone", "known_before", "shrunk", "sums_by_period"]


def sums_by_period(
    day: IntArray, starts: IntArray, code: IntArray, codes: int, amount: FloatArray
) -> FloatArray:
    """Sum amounts by period (rows) and code (columns); ``starts`` ascends."""
    period = np.searchsorted(starts, day, side="right") - 1
    cells = totals(period * codes + code, amount, starts.size * codes)
    return cells.reshape(starts.size, codes)


def known_before(sums: FloatArray, evidence: FloatArray) -> FloatArray:
    """Cumulate rows up to the one before; a row with no evidence before is itself.

    ``evidence`` has one number per row: how much there is to learn from.
    """
    before = np.zeros_like(sums)
    np.cumsum(sums[:-1], axis=0, out=before[1:])
    return np.where(alone(evidence)[:, None], sums, before)


def alone(evidence: FloatArray) -> BoolArray:
    """Return which rows have no evidence before them."""
    before = np.cumsum(evidence) - evidence
    none: BoolArray = before == 0
    return none


def shrunk(
    ratio: FloatArray, count: FloatArray, parent: FloatArray, weight: float
) -> FloatArray:
    """Move a ratio to its parent's, as if the parent were ``weight`` more customers."""
    own = np.divide(count, count + weight, out=np.zeros_like(count), where=count > 0)
    return own * ratio + (1 - own) * parent
