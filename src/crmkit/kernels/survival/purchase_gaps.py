"""Gaps between purchases, the last one still open: who returns after a silence."""

import numpy as np

from ...typing import BoolArray, IntArray

__all__ = ["returns_after_silence"]


def returns_after_silence(
    gap: IntArray, ended: BoolArray, followed: IntArray, *, horizon: int
) -> tuple[IntArray, IntArray]:
    """Count who was silent for w = 0, 1, ... days, and who returned within a horizon.

    ``gap`` is the wait in whole days, ``followed`` the days from its first purchase to
    the end of the log. A gap counts at w only if it could be followed for w + horizon
    days, whether it ended or not: then a longer log answers the same question.
    """
    size = int(followed.max(initial=0)) + 2
    # Silent for w days: no purchase on the days 1 .. w after the last one.
    last = np.minimum(followed - horizon, np.where(ended, gap - 1, gap))
    judged = last >= 0
    silent = _from_each_down(last[judged], size)
    # Of these a gap returns in time at every w from gap - horizon on.
    back = judged & ended & (gap - horizon <= last)
    before = np.maximum(gap[back] - horizon, 0) - 1
    returned = _from_each_down(last[back], size)
    returned = returned - _from_each_down(before[before >= 0], size)
    return silent, returned


def _from_each_down(places: IntArray, size: int) -> IntArray:
    """Count, for each w, the places that are w or more."""
    counts = np.bincount(places, minlength=size)
    return np.asarray(np.cumsum(counts[::-1])[::-1], dtype=np.int64)
