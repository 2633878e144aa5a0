"""The Pareto/NBD likelihood of customers who share no time with one another.

With times to the second no two customers share a row of the table of races, and a table
would be larger than the data. Instead the races of each number of purchases become one
series in time. Those without a repeat purchase are summed by it at once; of the others
each row reads five numbers, and what enters a sum linearly is read off summed terms. No
row keeps anything from one evaluation to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray
from ..base.interpolation import Series, series_of, sum_over_times
from ..base.newton import Derivatives
from .pareto_dropout_integral import PAIRS, race_of_rows

__all__ = ["Parameters", "Rows", "common_rows", "shares", "symmetric", "zero_terms"]

_BLOCK = 4096  # rows whose polynomials stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parameters of a Pareto/NBD."""

    r: float
    alpha: float
    s: float
    beta: float

    @property
    def scale(self) -> float:
        """The chances of a race are smooth in the logarithm of time plus this."""
        return min(self.alpha, self.beta)

    def races(self, x: FloatArray, u: FloatArray) -> FloatArray:
        """Return the log chance, its gradient and Hessian: one row each of 15."""
        return race_of_rows(x, u, r=self.r, alpha=self.alpha, s=self.s, beta=self.beta)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Customers of one frequency: times, and weights."""

    frequency: float
    recency: FloatArray
    T: FloatArray
    weights: FloatArray

    def blocks(self) -> Iterator["Rows"]:
        """Cut the customers into parts that stay in the cache."""
        for at in range(0, self.T.size, _BLOCK):
            part = slice(at, at + _BLOCK)
            columns = (self.recency, self.T, self.weights)
            yield Rows(self.frequency, *(column[part] for column in columns))


def zero_terms(T: FloatArray, weights: FloatArray, at: Parameters) -> Derivatives:
    """Sum ``log D`` over customers without a repeat purchase, by a series in ``T``."""
    start = at.races(np.zeros(1), np.zeros(1))[0]

    def of_times(T: FloatArray) -> FloatArray:
        end = at.races(np.zeros(T.size), T)
        gain, slope, bend = _gain(0.0, np.zeros(T.size), T, at)
        died_slope = slope + start[1:5]
        log_total, died, missing = shares(gain + start[0], end[:, 0])
        g = died[:, None] * died_slope - missing[:, None] * end[:, 1:5]
        curved = died[:, None] * (bend + start[5:] + _products(died_slope))
        curved -= missing[:, None] * (end[:, 5:] + _products(end[:, 1:5]))
        return np.column_stack([log_total, g, curved - _products(g)])

    total = sum_over_times(of_times, T, weights, scale=at.scale)
    return float(total[0]), total[1:5], symmetric(total[5:])


def common_rows(groups: list[Rows], at: Parameters) -> Derivatives:
    """Sum ``log D`` over customers of frequencies that many share."""
    value, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
    if groups:
        counts = np.array([group.frequency for group in groups])
        longest = max(float(group.T.max()) for group in groups)
        series = series_of(at.races, counts, longest, scale=at.scale)
        for one, group in zip(series.coefficients, groups, strict=True):
            part = _summed(group, series, one, at)
            value, slope, bend = value + part[0], slope + part[1], bend + part[2]
    return value, slope, bend


def _summed(
    group: Rows, series: Series, one: FloatArray, at: Parameters
) -> Derivatives:
    value, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
    died_moments, missing_moments = np.zeros(len(one)), np.zeros(len(one))
    curved = np.zeros(len(PAIRS))
    needed = np.ascontiguousarray(one[:, :5])
    for rows in group.blocks():
        at_last, at_end = series.terms(rows.recency), series.terms(rows.T)
        last, end = at_last.T @ needed, at_end.T @ needed
        gain, died_slope, gain_bend = _gain(rows.frequency, rows.recency, rows.T, at)
        died_slope += last[:, 1:]
        end_slope = end[:, 1:]
        log_total, died, missing = shares(gain + last[:, 0], end[:, 0])
        g = died[:, None] * died_slope - missing[:, None] * end_slope
        mass_died, mass_missing = rows.weights * died, rows.weights * missing
        value += float(rows.weights @ log_total)
        slope += rows.weights @ g
        bend += (died_slope * mass_died[:, None]).T @ died_slope
        bend -= (end_slope * mass_missing[:, None]).T @ end_slope
        bend -= (g * rows.weights[:, None]).T @ g
        # Second derivatives of the chances enter linearly: terms are summed, not rows.
        died_moments += at_last @ mass_died
        missing_moments += at_end @ mass_missing
        curved += mass_died @ gain_bend
    curved += (died_moments - missing_moments) @ one[:, 5:]
    return value, slope, bend + symmetric(curved)


def _gain(
    x: float, t: FloatArray, T: FloatArray, at: Parameters
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``E`` of ``pareto_dropout_integral`` with its derivatives."""
    k, since = at.r + x, T - t
    grown_A, grown_B = np.log1p(since / (at.alpha + t)), np.log1p(since / (at.beta + t))
    A_end, A_last = at.alpha / (at.alpha + T), at.alpha / (at.alpha + t)
    B_end, B_last = at.beta / (at.beta + T), at.beta / (at.beta + t)
    slope = np.empty((T.size, 4))
    slope[:, 0], slope[:, 1] = at.r * grown_A, k * (A_end - A_last)
    slope[:, 2], slope[:, 3] = at.s * grown_B, at.s * (B_end - B_last)
    bend = np.zeros((T.size, len(PAIRS)))
    bend[:, PAIRS.index((0, 0))] = slope[:, 0]
    bend[:, PAIRS.index((0, 1))] = at.r * (A_end - A_last)
    bend[:, PAIRS.index((1, 1))] = slope[:, 1] * (1.0 - A_end - A_last)
    bend[:, PAIRS.index((2, 2))] = slope[:, 2]
    bend[:, PAIRS.index((2, 3))] = slope[:, 3]
    bend[:, PAIRS.index((3, 3))] = slope[:, 3] * (1.0 - B_end - B_last)
    return k * grown_A + at.s * grown_B, slope, bend


def shares(
    log_died: FloatArray, log_missing: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``log D`` of ``D = 1 - e^missing + e^died``, and both terms over ``D``."""
    highest = np.maximum(log_died, 0.0)
    died = np.exp(log_died - highest)
    one = np.exp(-highest)
    # D is 1 or more; rounding must not take it below.
    total = np.maximum(died - one * np.expm1(log_missing), one)
    missing = np.exp(log_missing - highest)
    return highest + np.log(total), died / total, missing / total


def symmetric(entries: FloatArray) -> FloatArray:
    """Write the ten entries of ``PAIRS`` as a matrix."""
    matrix = np.empty((4, 4))
    for entry, (i, j) in zip(entries.tolist(), PAIRS, strict=True):
        matrix[i, j] = matrix[j, i] = entry
    return matrix


def _products(slope: FloatArray) -> FloatArray:
    return np.stack([slope[:, i] * slope[:, j] for i, j in PAIRS], axis=1)
