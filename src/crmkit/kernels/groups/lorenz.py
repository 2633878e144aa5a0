"""Concentration: how much of a whole a few hold, from values sorted once.

Lorenz (1905); Gini (1912); with negative values the normalised form of Raffinetti,
Siletti and Vernizzi (2015), which is the ordinary coefficient where none is negative.
Everywhere ``x`` descends and ``w`` is how many customers each value stands for. Between
two values the curve is straight: a tie is shared out evenly, so row order is nothing.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "curve",
    "customers_for",
    "descending",
    "even_point",
    "gains_and_losses",
    "gini",
    "gini_of_draws",
    "is_gain",
    "peak",
    "tie_groups",
    "top_of_draws",
    "top_value",
]


def descending(
    values: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sort from the highest value down; equal values by weight, so order is nothing."""
    if weights.strides == (0,):  # one weight, broadcast: nothing to carry along
        return np.sort(values)[::-1], weights
    order = np.lexsort((weights, values))[::-1]
    return values[order], weights[order]


def tie_groups(x: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Merge equal values: distinct ones, descending, and the weight of each."""
    begins = np.empty(x.size, dtype=np.bool_)
    begins[0] = True
    np.not_equal(x[1:], x[:-1], out=begins[1:])
    if begins.all():
        return x, w
    starts = np.flatnonzero(begins)
    if w.strides == (0,):
        counts = np.diff(starts, append=x.size).astype(np.float64)
        return x[starts], counts * w[0]
    return x[starts], np.add.reduceat(w, starts)


def curve(x: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Accumulate customers and value from the top, each beginning at 0."""
    customers, value = np.zeros(x.size + 1), np.zeros(x.size + 1)
    np.cumsum(w, out=customers[1:])
    np.multiply(x, w, out=value[1:])
    np.cumsum(value[1:], out=value[1:])
    return customers, value


def top_value(
    customers: FloatArray, value: FloatArray, share: FloatArray
) -> FloatArray:
    """Return what the top ``share`` of the customers are worth together."""
    return np.asarray(np.interp(share * customers[-1], customers, value))


def customers_for(customers: FloatArray, value: FloatArray, target: float) -> float:
    """Return how many, from the top, are worth ``target`` together.

    ``target`` lies above 0 and below the highest point: the curve is read where it
    first reaches it.
    """
    at = int(np.argmax(value >= target))
    part = (target - value[at - 1]) / (value[at] - value[at - 1])
    return float(customers[at - 1] + part * (customers[at] - customers[at - 1]))


def even_point(customers: FloatArray, value: FloatArray) -> float:
    """Return the customer share p whose value share is 1 - p (20 of 80/20)."""
    p, y = customers / customers[-1], value / value[-1]
    at = int(np.argmax(p + y >= 1))
    before, after = p[at - 1] + y[at - 1], p[at] + y[at]
    part = (1 - before) / (after - before)
    return float(p[at - 1] + part * (p[at] - p[at - 1]))


def gini(x: FloatArray, w: FloatArray) -> float:
    """Return the mean difference over twice the mean size, from 0 to (n - 1) / n."""
    n = float(np.sum(w))
    size = np.abs(x)
    size *= w
    total = float(np.sum(size))
    # Weight above each value's middle less the weight below it; in the one array.
    lead = np.cumsum(w, out=size)
    lead *= -2
    lead += w
    lead += n
    lead *= w
    lead *= x
    return float(np.sum(lead)) / (n * total)


def gini_of_draws(x: FloatArray, w: FloatArray) -> Callable[[IntArray], float]:
    """Prepare to measure resamples of one base; NaN where one holds nothing.

    With W the running sum of weights, the weighted sum of (weight above - weight below)
    is a sum over W^2 times the step down to the next value, and the total one over W
    times that step: neither needs more than one running sum of a resample.
    """
    steps = -np.diff(x, append=0.0)
    size = np.abs(x)
    signed = bool(x[-1] < 0)
    accumulate, drawn = _accumulator(w), np.empty(x.size)

    def measured(times: IntArray) -> float:
        running = accumulate(times, drawn)
        n, total = float(running[-1]), float(running @ steps)
        gross = float(size @ drawn) if signed else total
        np.multiply(running, running, out=drawn)
        spread = n * total - float(drawn @ steps)
        return spread / (n * gross) if gross > 0 else float("nan")

    return measured


def top_of_draws(
    x: FloatArray, w: FloatArray, share: FloatArray
) -> Callable[[IntArray], tuple[FloatArray, float]]:
    """Prepare to read the curve of resamples: value at each share, and its peak.

    Shares rise from 0 to 1. Value is added up between the shares alone, not customer by
    customer: that is a product of two slices, which needs no memory.
    """
    accumulate, drawn = _accumulator(w), np.empty(x.size)
    x = np.ascontiguousarray(x)
    above = int(np.count_nonzero(x > 0))

    def read(times: IntArray) -> tuple[FloatArray, float]:
        running = accumulate(times, drawn)
        asked = share * running[-1]
        # The customer at whom each share is reached; part of her counts.
        at = np.minimum(np.searchsorted(running, asked), x.size - 1)
        ends = np.concatenate(([0], at))
        between = [x[i:j] @ drawn[i:j] for i, j in pairwise(ends.tolist())]
        before = running[at] - drawn[at]
        value = np.cumsum(between) + (asked - before) * x[at]
        return value, float(x[:above] @ drawn[:above])

    return read


def _accumulator(w: FloatArray) -> Callable[[IntArray, FloatArray], FloatArray]:
    """Prepare to weigh resamples, in memory given, and to return their running sums."""
    running = np.empty(w.size)
    if w.strides != (0,) or w[0] != 1.0:

        def weighed(times: IntArray, drawn: FloatArray) -> FloatArray:
            np.multiply(times, w, out=drawn)
            return np.asarray(np.cumsum(drawn, out=running))

        return weighed
    whole = np.empty(w.size, dtype=np.int64)

    def counted(times: IntArray, drawn: FloatArray) -> FloatArray:
        drawn[:] = times
        # A sum of integers waits one cycle for the one before, a sum of floats four.
        running[:] = np.cumsum(times, out=whole)
        return running

    return counted


def is_gain(total: FloatArray | float, gross: FloatArray | float) -> BoolArray:
    """Say whether a total is above zero, and not only by the rounding of its parts.

    ``gross`` is the sum of their sizes: 0.1 + 0.2 - 0.3 is no gain, of which 0.1 would
    be a share of a million billions.
    """
    return np.asarray(total > 1e-12 * np.asarray(gross))


def peak(customers: FloatArray, value: FloatArray) -> tuple[float, float]:
    """Return how many customers stand left of the whale's highest point, and it."""
    at = int(np.argmax(value))
    return float(customers[at]), float(value[at])


def gains_and_losses(x: FloatArray, w: FloatArray) -> FloatArray:
    """Return what each value adds to gain, loss, customers below zero and customers.

    All four are sums over customers, so a resample of them is one product.
    """
    return np.stack([np.maximum(x, 0) * w, np.maximum(-x, 0) * w, (x < 0) * w, w])
