"""Value moved along referrals: a solve over a forest, leaves first.

An edge says that ``referrer[e]`` brought ``referee[e]``. All functions take a column
per period (or one), so that what is moved can be dated; they are linear in it.
"""

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray
from .component_identity import totals

__all__ = ["gross_values", "in_cycles", "normalised_weights", "sweep", "transfers"]


def normalised_weights(
    referee: IntArray, weight: FloatArray, customers: int
) -> FloatArray:
    """Scale the weights of each referee's referrers to sum to 1."""
    total = totals(referee, weight, customers)
    return weight / total[referee]


def sweep(referrer: IntArray, referee: IntArray, customers: int) -> list[IntArray]:
    """Order the edges in rounds: an edge comes once its referee's own have come.

    The edges of a cycle never come.
    """
    # Whoever has brought no one who is still open can be settled: leaves first.
    pending = np.bincount(referrer, minlength=customers)
    by_referee = np.argsort(referee, kind="stable")
    first = np.searchsorted(referee[by_referee], np.arange(customers + 1))
    ready = np.flatnonzero((pending == 0) & (np.diff(first) > 0))
    rounds: list[IntArray] = []
    while ready.size:
        counts = first[ready + 1] - first[ready]
        # All edges of all settled referees at once, without a loop over customers.
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        edges = by_referee[np.repeat(first[ready], counts) + within]
        rounds.append(edges)
        touched, freed = np.unique(referrer[edges], return_counts=True)
        pending[touched] -= freed
        free = touched[pending[touched] == 0]
        ready = free[np.diff(first)[free] > 0]
    return rounds


def in_cycles(referrer: IntArray, referee: IntArray, customers: int) -> BoolArray:
    """Return which edges are on a cycle, or lead into one."""
    left = np.ones(referrer.size, dtype=bool)
    for edges in sweep(referrer, referee, customers):
        left[edges] = False
    return left


def gross_values(
    base: FloatArray,
    referrer: IntArray,
    referee: IntArray,
    passed_on: FloatArray,
    rounds: list[IntArray],
) -> FloatArray:
    """Solve gross = base + M gross, M[referrer, referee] = ``passed_on``."""
    gross = base.copy()
    for edges in rounds:
        moved = passed_on[edges, None] * gross[referee[edges]]
        # A referrer may occur twice in a round, so += would lose one of them.
        np.add.at(gross, referrer[edges], moved)
    return gross


def transfers(
    own: FloatArray,
    saving: FloatArray,
    *,
    referrer: IntArray,
    referee: IntArray,
    weight: FloatArray,
    share: FloatArray,
) -> FloatArray:
    """Return what referrals add to each customer, and take from others.

    ``own`` and ``saving`` have one row per customer and one column per period;
    ``weight`` sums to 1 over the referrers of a referee, ``share`` is the part of the
    referee's value that this referrer is owed for. Columns of the result sum to 0.
    """
    customers = own.shape[0]
    moved_saving = np.zeros_like(own)
    # What one side gains the other gives: transfers sum to zero.
    np.add.at(moved_saving, referrer, weight[:, None] * saving[referee])
    np.subtract.at(moved_saving, referee, weight[:, None] * saving[referee])
    passed_on = weight * share
    rounds = sweep(referrer, referee, customers)
    gross = gross_values(own + moved_saving, referrer, referee, passed_on, rounds)
    moved_value = np.zeros_like(own)
    flow = passed_on[:, None] * gross[referee]
    np.add.at(moved_value, referrer, flow)
    np.subtract.at(moved_value, referee, flow)
    return moved_saving + moved_value
