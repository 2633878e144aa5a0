"""The Pareto/NBD likelihood row by row, each with paces of its own."""

import numpy as np

from ...typing import FloatArray
from ..base.special import digamma_difference, log_gamma_ratio
from .covariate_objective import ByGroup
from .pareto_dropout_integral import PAIRS, race
from .pareto_likelihood import heights, shares
from .rising_factorials import trigamma

__all__ = ["pareto_rows"]

_BLOCK = 1 << 16  # rows whose tables of slopes fit in memory


def pareto_rows(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> ByGroup:
    """Prepare the Pareto/NBD whose ``alpha`` and ``beta`` differ by rows."""

    def derivatives(points: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, slopes = 0.0, np.empty((T.size, 4))
        bends = np.empty((T.size, 4, 4))
        for at in range(0, T.size, _BLOCK):
            block = slice(at, at + _BLOCK)
            found, slope, bend = _rows(
                frequency[block], recency[block], T[block], points[block]
            )
            weight = weights[block]
            value += float(weight @ found)
            slopes[block] = weight[:, None] * slope
            bends[block] = weight[:, None, None] * bend
        return value, slopes, bends

    return derivatives


def _rows(
    x: FloatArray, recency: FloatArray, T: FloatArray, points: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``log D`` of the odds to be dead, and what knows of no death."""
    size = x.size
    r, s = np.exp(points[0, [0, 2]]).tolist()  # of all customers
    alpha, beta = np.exp(points[:, 1]), np.exp(points[:, 3])
    paces = {"r": r, "alpha": np.tile(alpha, 2), "s": s, "beta": np.tile(beta, 2)}
    twice, times = np.tile(x, 2), np.concatenate([recency, T])
    table = race(twice, times, **paces)
    height = heights(twice, times, **paces)
    last, end = slice(0, size), slice(size, None)
    rest = table.log_chance - height.log_chance
    log_total, died, missing = shares(
        height.log_chance[end] + rest[last], table.log_chance[end]
    )
    died_slope = height.slope[end] + table.slope[last] - height.slope[last]
    gone = table.slope[end]
    slope = died[:, None] * died_slope - missing[:, None] * gone
    curved = (
        died[:, None] * (height.bend[end] + table.bend[last] - height.bend[last])
        - missing[:, None] * table.bend[end]
    )
    bend = (
        died[:, None, None] * _square(died_slope)
        - missing[:, None, None] * _square(gone)
        - _square(slope)
    )
    for at, (i, j) in enumerate(PAIRS):
        bend[:, i, j] += curved[:, at]
        if i != j:
            bend[:, j, i] += curved[:, at]
    value = log_total + log_gamma_ratio(r, x) - x * np.log(alpha + T)
    rise = r * digamma_difference(r, x)
    slope[:, 0] += rise
    bend[:, 0, 0] += rise + r * r * (trigamma(r + x) - trigamma(r))
    for at, shape, scale, count in ((0, r, alpha, x), (2, s, beta, 0.0 * x)):
        waited, left = shape * np.log1p(T / scale), scale / (scale + T)
        value -= waited
        slope[:, at] -= waited
        slope[:, at + 1] += shape * (1.0 - left) - count * left
        bend[:, at, at] -= waited
        bend[:, at, at + 1] += shape * (1.0 - left)
        bend[:, at + 1, at] += shape * (1.0 - left)
        bend[:, at + 1, at + 1] -= (shape + count) * left * (1.0 - left)
    return value, slope, bend


def _square(slope: FloatArray) -> FloatArray:
    return slope[:, :, None] * slope[:, None, :]
