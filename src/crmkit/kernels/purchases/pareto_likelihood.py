"""The Pareto/NBD log-likelihood of many customers, with its derivatives."""

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.cells import group
from ..base.newton import Derivatives, Objective
from ..base.special import Numbers
from .nbd_terms import nbd_terms, waiting_terms
from .pareto_dropout_integral import PAIRS, Race, log_race, race

__all__ = ["alive_by_races", "heights", "objective", "shares"]

_BLOCK = (
    8192  # rows that stay in the cache; below the size at which BLAS spawns threads
)


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives.

    Notes
    -----
    The log-likelihood is that of the NBD, the chance not to die before ``T`` of the
    death process alone, and ``log(1 + odds to be dead)``; the odds of each row come
    from two rows of one table of races, see ``pareto_race``.
    """
    without_dropout = nbd_terms(frequency, T, weights)
    tenures = group((T,), weights)
    x, u, at_last, at_end = _race_rows(frequency, recency, T)

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        r, alpha, s, beta = np.exp(log_parameters).tolist()
        value, slope, bend = _padded(without_dropout(r, alpha), at=0)
        other = _padded(
            waiting_terms(tenures.columns[0], tenures.weights, s, beta), at=2
        )
        table = race(x, u, r=r, alpha=alpha, s=s, beta=beta)
        height = heights(x, u, r=r, alpha=alpha, s=s, beta=beta)
        dead = _odds_terms(table, height, at_last, at_end, weights)
        return (
            value + other[0] + dead[0],
            slope + other[1] + dead[1],
            bend + other[2] + dead[2],
        )

    return derivatives


def alive_by_races(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray | None:
    """Return the probability of being active by races, where that saves work.

    It does where many rows share their purchases and times; None where they do not. It
    is exact to 1e-15 absolutely, which is all that a probability needs.
    """
    if not frequency.shape == recency.shape == T.shape == (T.size,):
        return None
    x, u, at_last, at_end = _race_rows(frequency, recency, T)
    if 4 * x.size > T.size:
        return None
    log_chance = log_race(x, u, r=r, alpha=alpha, s=s, beta=beta)
    since, k = T - recency, r + frequency
    log_died = log_chance[at_last]
    log_died += k * np.log1p(since / (alpha + recency))
    log_died += s * np.log1p(since / (beta + recency))
    # One over 1 - e^missing + e^died, both over the larger of 1 and e^died.
    smaller, more = np.exp(-np.abs(log_died)), log_died > 0
    one = np.where(more, smaller, 1.0)
    total = np.where(more, 1.0, smaller) + one * -np.expm1(log_chance)[at_end]
    return np.where(since > 0, one / np.maximum(total, one), 1.0)


def _race_rows(
    frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """List the distinct pairs of purchases and time, and each row's two."""
    pairs = group(
        (np.concatenate([frequency, frequency]), np.concatenate([recency, T])),
        inverse=True,
    )
    assert pairs.inverse is not None  # noqa: S101 - asked for in the line above
    x, u = pairs.columns
    return x, u, pairs.inverse[: T.size], pairs.inverse[T.size :]


def heights(
    x: FloatArray, u: FloatArray, *, r: float, alpha: Numbers, s: float, beta: Numbers
) -> Race:
    """Return ``k log(alpha + u) + s log(beta + u)`` with its derivatives."""
    k = r + x
    log_A, log_B = np.log(alpha + u), np.log(beta + u)
    of_alpha, of_beta = alpha / (alpha + u), beta / (beta + u)
    slope = np.stack([r * log_A, k * of_alpha, s * log_B, s * of_beta], axis=1)
    bend = np.zeros((x.size, len(PAIRS)))
    bend[:, PAIRS.index((0, 0))] = r * log_A
    bend[:, PAIRS.index((0, 1))] = r * of_alpha
    bend[:, PAIRS.index((1, 1))] = k * of_alpha * (1.0 - of_alpha)
    bend[:, PAIRS.index((2, 2))] = s * log_B
    bend[:, PAIRS.index((2, 3))] = s * of_beta
    bend[:, PAIRS.index((3, 3))] = s * of_beta * (1.0 - of_beta)
    return Race(k * log_A + s * log_B, slope, bend)


def _odds_terms(
    table: Race,
    height: Race,
    at_last: IntArray,
    at_end: IntArray,
    weights: FloatArray,
) -> Derivatives:
    """Sum ``log D`` with ``D = 1 - H(x, T) + exp(E) H(x, t_x)``."""
    rest = table.log_chance - height.log_chance
    rest_slope = table.slope - height.slope
    mass_died, mass_missing = np.empty(weights.shape), np.empty(weights.shape)
    value, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
    for at in range(0, weights.size, _BLOCK):
        block = slice(at, at + _BLOCK)
        last, end, weight = at_last[block], at_end[block], weights[block]
        log_total, died, missing = shares(
            height.log_chance[end] + rest[last], table.log_chance[end]
        )
        died_slope = height.slope[end] + rest_slope[last]
        g = died[:, None] * died_slope - missing[:, None] * table.slope[end]
        mass_died[block], mass_missing[block] = weight * died, weight * missing
        value += float(weight @ log_total)
        slope += weight @ g
        bend += (died_slope * mass_died[block, None]).T @ died_slope
        bend -= (g * weight[:, None]).T @ g
    # What depends on one row of the table only is summed by rows of the table.
    rows = table.log_chance.size
    by_last = np.bincount(at_last, mass_died, rows)
    by_end = np.bincount(at_end, mass_died, rows)
    by_missing = np.bincount(at_end, mass_missing, rows)
    curved = (by_last - by_missing) @ table.bend + (by_end - by_last) @ height.bend
    bend -= (table.slope * by_missing[:, None]).T @ table.slope
    return value, slope, bend + _symmetric(curved)


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


def _symmetric(entries: FloatArray) -> FloatArray:
    matrix = np.empty((4, 4))
    for entry, (i, j) in zip(entries.tolist(), PAIRS, strict=True):
        matrix[i, j] = matrix[j, i] = entry
    return matrix


def _padded(derivatives: Derivatives, *, at: int) -> Derivatives:
    """Place the derivatives on two of four log-parameters."""
    value, two, two_by_two = derivatives
    slope, bend = np.zeros(4), np.zeros((4, 4))
    slope[at : at + 2] = two
    bend[at : at + 2, at : at + 2] = two_by_two
    return value, slope, bend
