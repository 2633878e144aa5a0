"""Expectations over a beta-distributed chance, by one rule for every parameter."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.special import log1p_exp

__all__ = ["OfChance", "log_beta_expectation"]

OfChance: TypeAlias = Callable[[FloatArray, IntArray], FloatArray]

_TAIL = 39.0  # exp(-39) = 1e-17: what is left out on either side
_STEP = 0.2
_STEP_OF_WIDTH = 0.5
_MARGIN = 2.0
_SMALLEST_CHANCE = 1e-140  # below it every function asked for is constant
_BLOCK = 1 << 17
_ROWS_OF_BLOCK = 256
_COUNTED_BY = 16  # so that rows of like width share a block


def log_beta_expectation(
    log_function: OfChance,
    a: FloatArray,
    b: FloatArray,
    *,
    bend: FloatArray,
    steepness: FloatArray,
) -> FloatArray:
    """Return ``log E[f(p)]`` for ``p`` of a beta distribution, one per row.

    Parameters
    ----------
    log_function
        Logarithm of ``f``; takes chances, and for each row of them the row of ``a`` it
        belongs to. ``f`` does not increase with the chance.
    a, b
        Parameters of the beta distributions, one per row.
    bend
        Logit of the chance below which ``f`` is all but constant.
    steepness
        ``f(p)`` never falls faster than ``p ** -steepness``.

    Notes
    -----
    The trapezoid rule in the logit of the chance converges geometrically, since the
    integrand is analytic there and vanishes at both ends: with a step of 1/5, or of
    half a standard deviation of a narrow distribution, its error is near 1e-14 even
    where the stretching sets in. Each row has nodes of its own, whatever its neighbours
    are, so that a customer scored alone has the same number as among others. Beyond the
    bends the logit is stretched exponentially, so that a distribution with ``a`` or
    ``b`` near zero needs only a few nodes more. The density is normalised by its own
    sum: the beta function is never evaluated. All is kept in logarithms, so that an
    expectation far below the smallest number has its logarithm still.
    """
    result = np.empty(a.shape)
    first, last, left, right, step = _ranges(a, b, bend, steepness)
    peak = np.log(a / b)
    centre = np.exp(left - peak) - np.exp(peak - right)  # stretch about the peak
    width = np.ceil((last - first) / (step * _COUNTED_BY))
    for rows in _blocks(np.maximum(width, 1.0).astype(np.int64) * _COUNTED_BY):
        w = np.linspace(first[rows.at], last[rows.at], rows.nodes + 1, axis=1)
        below = np.exp(left[rows.at, None] - w)
        above = np.exp(w - right[rows.at, None])
        v = w - below + above + centre[rows.at, None]
        log_chance = -log1p_exp(-v)
        density = a[rows.at, None] * log_chance + b[rows.at, None] * (log_chance - v)
        density -= density.max(axis=1, keepdims=True)  # before what would round it
        chance = np.exp(np.maximum(log_chance, np.log(_SMALLEST_CHANCE)))
        speed = 1.0 + below + above
        asked = density + log_function(chance, rows.at)
        result[rows.at] = _log_sum(asked, speed) - _log_sum(density, speed)
    return result


class _Rows(NamedTuple):
    at: IntArray
    nodes: int


def _blocks(nodes: IntArray) -> Iterator[_Rows]:
    """Group rows that need equally many nodes, a cacheful at a time."""
    order = np.argsort(nodes, kind="stable")
    ends = np.flatnonzero(np.diff(nodes[order], append=-1)) + 1
    start = 0
    for end in ends.tolist():
        count = int(nodes[order[start]])
        size = max(min(_BLOCK // count, _ROWS_OF_BLOCK), 1)
        for first in range(start, end, size):
            yield _Rows(order[first : min(first + size, end)], count)
        start = end


def _log_sum(exponents: FloatArray, factors: FloatArray) -> FloatArray:
    highest: FloatArray = exponents.max(axis=1)
    terms = factors * np.exp(exponents - highest[:, None])
    total: FloatArray = highest + np.log(np.sum(terms, axis=1))
    return total


def _ranges(
    a: FloatArray, b: FloatArray, bend: FloatArray, steepness: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Place the nodes: first, last, where stretching sets in, and the step."""
    peak = np.log(a / b)
    curvature = a * b / (a + b)
    reach = _reach(curvature)
    lowest_bend = np.minimum(bend, peak)
    # Stretching waits until both densities fall as plain exponentials of the logit.
    left = np.minimum(lowest_bend, 0.0) - _MARGIN
    right = np.maximum(peak, 0.0) + _MARGIN
    # Where the distribution wins over the function, the function's bend is not reached.
    falls = a > steepness
    rest = np.where(falls, a - steepness, 1.0)
    bound = np.log(rest / b) - _reach(rest * b / (rest + b))
    lowest = np.maximum(lowest_bend - reach, np.where(falls, bound, -np.inf))
    highest = peak + reach
    first = np.where(
        lowest >= left, lowest, left - np.log1p(np.maximum(left - lowest, 0.0))
    )
    last = np.where(
        highest <= right, highest, right + np.log1p(np.maximum(highest - right, 0.0))
    )
    sharpest = a * (b + steepness) / (a + b + steepness)
    step = np.minimum(_STEP, _STEP_OF_WIDTH / np.sqrt(sharpest))
    return first, last, left, right, step


def _reach(curvature: FloatArray) -> FloatArray:
    """Bound how far from its peak a log-beta density takes to fall by the tail."""
    depth = _TAIL / curvature
    return depth + np.sqrt(2.0 * depth)
