"""How a rate changes from a customer's first purchase to the next ones.

Comparing all first orders with all tenth orders would compare different customers: only
the loyal have a tenth. So each step is measured on those who took it, as links of a
chain (the chain-ladder of reserving), and the links are multiplied.
"""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["learning_path", "mean_ahead", "turns"]

_LEAST = 30  # customers on a link, below which the path is flat from there on
_DOUBT = 30.0  # customers' worth of belief that a link changes nothing
_INSTANT = 1e-3


def turns(customer: IntArray) -> IntArray:
    """Return the place of each row among its customer's, from 0; they are adjacent."""
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    size = np.diff(starts, append=customer.size)
    return np.arange(customer.size) - np.repeat(starts, size)


def learning_path(turn: IntArray, amount: FloatArray, base: FloatArray) -> FloatArray:
    """Return the rate amount / base at each turn, relative to the first.

    Rows are ordered by customer and turn. After the last turn returned, the path is
    flat.
    """
    later = np.flatnonzero(turn > 0)
    at, size = turn[later], int(turn.max(initial=0)) + 1

    def summed(values: FloatArray, rows: IntArray) -> FloatArray:
        return np.bincount(at, values[rows], minlength=size)[1:].astype(np.float64)

    taken = np.bincount(at, minlength=size)[1:]
    now, now_base = summed(amount, later), summed(base, later)
    was, was_base = summed(amount, later - 1), summed(base, later - 1)
    sound = (taken >= _LEAST) & (now > 0) & (was > 0) & (now_base > 0) & (was_base > 0)
    last = sound.size if sound.all() else int(np.argmin(sound))
    link = (now[:last] * was_base[:last]) / (now_base[:last] * was[:last])
    belief = taken[:last] / (taken[:last] + _DOUBT)
    return np.concatenate([[1.0], np.cumprod(link**belief)])


def mean_ahead(path: FloatArray, turn: FloatArray, span: FloatArray) -> FloatArray:
    """Return the mean of the path over the ``span`` turns that begin with ``turn``."""
    until = np.concatenate([[0.0], np.cumsum(path)])
    grid = np.arange(until.size, dtype=np.float64)

    def area(end: FloatArray) -> FloatArray:
        beyond = np.maximum(end - grid[-1], 0.0) * path[-1]
        whole: FloatArray = np.interp(end, grid, until) + beyond
        return whole

    width = np.maximum(span, _INSTANT)
    mean: FloatArray = (area(turn + width) - area(turn)) / width
    return mean
