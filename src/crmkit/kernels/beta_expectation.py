"""Expectations over a beta-distributed chance, by one rule for every parameter."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..typing import FloatArray
from .special import log1p_exp

__all__ = ["OfChance", "log_beta_expectation"]

OfChance: TypeAlias = Callable[[FloatArray, slice], FloatArray]

_TAIL = 39.0  # exp(-39) = 1e-17: what is left out on either side
_STEP = 0.25
_STEP_OF_WIDTH = 0.7
_MARGIN = 2.0
_SMALLEST_CHANCE = 1e-140  # below it every function asked for is constant
_BLOCK = 1 << 17


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
        Logarithm of ``f``; takes chances, one row per row of ``a``, and the slice of
        rows they belong to. ``f`` does not increase with the chance.
    a, b
        Parameters of the beta distributions, one per row.
    bend
        Logit of the chance below which ``f`` is all but constant.
    steepness
        ``f(p)`` never falls faster than ``p ** -steepness``.

    Notes
    -----
    The trapezoid rule in the logit of the chance converges geometrically, since the
    integrand is analytic there and vanishes at both ends: with a step of 1/4, or of 0.7
    standard deviations of a narrow distribution, its error is near 1e-17. Beyond the
    bends the logit is stretched exponentially, so that a distribution with ``a`` or
    ``b`` near zero needs only a few nodes more. The density is normalised by its own
    sum: the beta function is never evaluated. All is kept in logarithms, so that an
    expectation far below the smallest number has its logarithm still.
    """
    result = np.empty(a.shape)
    first, last, left, right, step = _ranges(a, b, bend, steepness)
    nodes = np.ceil((last - first) / step)
    start = 0
    while start < a.size:
        count = int(max(nodes[start : start + 256].max(), 2.0))
        rows = slice(start, start + max(min(_BLOCK // count, 256), 1))
        w = np.linspace(first[rows], last[rows], count + 1, axis=1)
        below = np.exp(left[rows, None] - w)
        above = np.exp(w - right[rows, None])
        v = w - below + above
        log_chance = -log1p_exp(-v)
        density = a[rows, None] * log_chance + b[rows, None] * (log_chance - v)
        density -= density.max(axis=1, keepdims=True)  # before what would round it
        chance = np.exp(np.maximum(log_chance, np.log(_SMALLEST_CHANCE)))
        speed = 1.0 + below + above
        asked = density + log_function(chance, rows)
        result[rows] = _log_sum(asked, speed) - _log_sum(density, speed)
        start = rows.stop
    return result


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
    lowest = np.minimum(lowest, peak - reach)
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
