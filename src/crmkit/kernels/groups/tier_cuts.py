"""Cuts between tiers: the lowest value that still belongs to each one.

A tier takes whole groups of equal values: the smallest number of them whose cumulative
share reaches its mark. ``x`` descends, distinct; ``w`` is how many customers hold it.
A cut is a value that a customer has, so that a frozen tier can be read and explained.
"""

from itertools import pairwise

import numpy as np
from scipy.special import ndtr

from ...typing import FloatArray, IntArray

__all__ = [
    "at_least",
    "cuts_by_customers",
    "cuts_by_gains",
    "cuts_by_value",
    "probability_between",
    "sums_by_customers",
    "totals",
]

# A share of 0.8 reached up to rounding is reached: the last bits of a sum would make
# the tier depend on the currency.
_REACHED = 1 - 1e-12


def cuts_by_value(x: FloatArray, w: FloatArray, shares: FloatArray) -> FloatArray:
    """Cut where the top customers first hold each share of the total, losses off it."""
    held = np.cumsum(x * w)
    total = held[-1]
    # Past the last customer above zero the sum falls again; it stays reached.
    np.maximum.accumulate(held, out=held)
    return np.asarray(x[np.searchsorted(held, shares * total * _REACHED)])


def cuts_by_gains(x: FloatArray, w: FloatArray, shares: FloatArray) -> FloatArray:
    """Cut where the top customers hold each share of all positive value."""
    gained = np.maximum(x, 0)
    gained *= w
    return _cuts(x, np.cumsum(gained, out=gained), shares)


def cuts_by_customers(x: FloatArray, w: FloatArray, shares: FloatArray) -> FloatArray:
    """Cut where the top customers are each share of all customers."""
    return _cuts(x, np.cumsum(w), shares)


def sums_by_customers(
    last: IntArray, values: FloatArray, w: FloatArray, shares: FloatArray
) -> FloatArray:
    """Count off the customers from the top; add up each row of ``values`` per group.

    They stand in descending rank; ``last`` is where each run of equal ranks ends. The
    groups are those that ``cuts_by_customers`` makes.
    """
    # A mark is reached within a run of equals, and the whole run belongs to the group.
    run = np.searchsorted(last, _first_reaching(np.cumsum(w), shares))
    edges = [0, *(last[run] + 1).tolist(), w.size]
    # Products of slices need no memory. Running sums of each column did, more than a
    # processor keeps at hand from 100,000 customers on: twice the base took three times
    # as long.
    sums = [values[:, low:high] @ w[low:high] for low, high in pairwise(edges)]
    return np.stack(sums, axis=1)


def _cuts(x: FloatArray, reached: FloatArray, shares: FloatArray) -> FloatArray:
    return np.asarray(x[_first_reaching(reached, shares)])


def _first_reaching(reached: FloatArray, shares: FloatArray) -> IntArray:
    marks = shares * reached[-1] * _REACHED
    return np.asarray(np.searchsorted(reached, marks), dtype=np.int64)


def at_least(cuts: FloatArray, values: FloatArray) -> IntArray:
    """Return the tier of each value: 0 is the best, len(cuts) the last."""
    reached = np.searchsorted(cuts[::-1], values, side="right")
    return np.asarray(cuts.size - reached, dtype=np.int64)


def totals(
    cuts: FloatArray, x: FloatArray, w: FloatArray
) -> tuple[list[float], list[float]]:
    """Return the number of customers of each tier, and their total value."""
    # Descending values: a tier is a slice, and -x ascends.
    ends = np.searchsorted(-x, -cuts, side="right")
    edges = [0, *ends.tolist(), x.size]
    slices = [slice(low, high) for low, high in pairwise(edges)]
    counted = [float(np.sum(w[part])) for part in slices]
    together = [float(np.sum(x[part] * w[part])) for part in slices]
    return counted, together


def probability_between(
    value: FloatArray, spread: FloatArray, low: float, high: float
) -> FloatArray:
    """Return P(low <= X < high) of a normal X; a spread of 0 is a certainty."""
    sure = spread == 0
    scale = np.where(sure, 1.0, spread)
    chance = ndtr((value - low) / scale) - ndtr((value - high) / scale)
    return np.where(sure, (value >= low) & (value < high), np.maximum(chance, 0.0))
