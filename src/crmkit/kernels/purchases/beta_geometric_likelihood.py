"""The likelihood of buyers who may leave after a purchase: BG/NBD and MBG/NBD.

Purchases come at a gamma-distributed rate (shape ``r``, rate ``alpha``). After each
purchase the customer tosses a coin and leaves with a chance drawn once from a beta
distribution (``a``, ``b``). ``tosses`` is the number of coins an active customer has
survived: ``frequency`` in the BG/NBD, where the first purchase tosses none, and
``frequency + 1`` in the MBG/NBD, where it does. Without a toss no customer leaves.
"""

import numpy as np
from scipy.special import expit

from ...typing import FloatArray
from ..base.cells import per_distinct
from ..base.newton import Derivatives, Objective
from ..base.special import (
    digamma_difference,
    log1p_exp,
    log_beta_ratio,
    log_gamma_ratio,
)
from .nbd_terms import nbd_terms
from .rising_factorials import BetaRising, beta_rising

__all__ = [
    "gradient",
    "log_likelihood",
    "log_odds_dead",
    "objective",
    "probability_alive",
]

_BLOCK = (
    8192  # rows that stay in the cache; below the size at which BLAS spawns threads
)
_DEEP = -650.0  # from where on exp loses digits, and soon all


def log_odds_dead(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log odds that the customer left at the last purchase seen."""
    odds = (
        np.log(a)
        - np.log(b + (np.maximum(tosses, 1.0) - 1.0))
        + (r + frequency) * np.log1p((T - recency) / (alpha + recency))
    )
    return np.where(tosses > 0, odds, -np.inf)


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the probability of being active; it is 1 with no coin tossed."""
    rows = frequency, recency, T, tosses
    log_quiet = -(r + frequency) * np.log1p((T - recency) / (alpha + recency))
    # A ratio of positive numbers: it vanishes, but nothing in it overflows.
    quiet = np.exp(log_quiet)
    left = a / (b + (np.maximum(tosses, 1.0) - 1.0))
    alive = np.where(tosses > 0, quiet / (quiet + left), 1.0)
    if log_quiet.min(initial=0.0) < _DEEP:
        deep = (log_quiet < _DEEP) & (tosses > 0)
        hopeless = (np.broadcast_to(row, deep.shape)[deep] for row in rows)
        odds = log_odds_dead(*hopeless, r=r, alpha=alpha, a=a, b=b)
        alive[deep] = expit(-odds)
    return alive


def log_likelihood(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log-likelihood of each customer's history."""
    odds = log_odds_dead(frequency, recency, T, tosses, r=r, alpha=alpha, a=a, b=b)
    waited = -r * np.log1p(T / alpha)
    # With no coin tossed the odds are exp(-inf) = 0, and so is what they add.
    value = (
        per_distinct(lambda count: log_gamma_ratio(r, count), frequency)
        + per_distinct(lambda count: log_beta_ratio(a, b, count), tosses)
        + waited
        - frequency * np.log(alpha + T)
        + log1p_exp(odds)
    )
    # One coin and no purchase is all but certain after a short time: 1 - something.
    one_coin = np.log1p(b / (a + b) * np.expm1(waited))
    return np.where((frequency == 0) & (tosses == 1), one_coin, value)


def gradient(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return each customer's gradient on ``log(r, alpha, a, b)``, one row each."""
    odds = log_odds_dead(frequency, recency, T, tosses, r=r, alpha=alpha, a=a, b=b)
    dead = expit(odds)
    slopes = _odds_slopes(frequency, recency, T, tosses, r=r, alpha=alpha, b=b)
    rises = per_distinct(lambda count: digamma_difference(r, count), frequency)
    both = per_distinct(lambda count: digamma_difference(a + b, count), tosses)
    second = per_distinct(lambda count: digamma_difference(b, count), tosses)
    return np.stack(
        [
            r * rises - r * np.log1p(T / alpha) + dead * slopes[0],
            (r * T - frequency * alpha) / (alpha + T) + dead * slopes[1],
            -a * both + dead,
            b * second - b * both + dead * slopes[2],
        ],
        axis=-1,
    )


def objective(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    weights: FloatArray,
) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives.

    Notes
    -----
    Terms in ``frequency`` or in ``T`` alone are summed once for all who share them;
    only the odds of having left are computed per row.
    """
    without_dropout = nbd_terms(frequency, T, weights)
    coins = beta_rising(tosses, weights)
    some = tosses > 0
    rows = tuple(
        np.ascontiguousarray(column[some])
        for column in (frequency, recency, T, tosses, weights)
    )

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        r, alpha, a, b = np.exp(log_parameters).tolist()
        value, slope, bend = _coin_terms(coins, a=a, b=b)
        known, known_slope, known_bend = without_dropout(r, alpha)
        value += known
        slope[:2] += known_slope
        bend[:2, :2] += known_bend
        for at in range(0, rows[0].size, _BLOCK):
            block = (column[at : at + _BLOCK] for column in rows)
            part = _odds_terms(*block, r=r, alpha=alpha, a=a, b=b)
            value += part[0]
            slope += part[1]
            bend += part[2]
        return value, slope, bend

    return derivatives


def _odds_slopes(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    *,
    r: float,
    alpha: float,
    b: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Differentiate the log odds by log r, log alpha and log b; by log a it is 1."""
    since = T - recency
    return (
        r * np.log1p(since / (alpha + recency)),
        -(r + frequency) * (alpha / (alpha + T)) * (since / (alpha + recency)),
        -b / (b + (np.maximum(tosses, 1.0) - 1.0)),
    )


def _coin_terms(coins: BetaRising, *, a: float, b: float) -> Derivatives:
    """Sum ``log B(a, b + n) / B(a, b)``: coins survived."""
    value, (by_a, by_b), (by_aa, by_ab, by_bb) = coins(a, b)
    slope = np.array([0.0, 0.0, a * by_a, b * by_b])
    bend = np.diag(slope)
    bend[2, 2] += a * a * by_aa
    bend[3, 3] += b * b * by_bb
    bend[2, 3] = bend[3, 2] = a * b * by_ab
    return value, slope, bend


def _odds_terms(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    tosses: FloatArray,
    weights: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> Derivatives:
    """Sum ``log(1 + odds)`` with odds = exp(q): p q' and p q'' + p (1 - p) q' q'."""
    by_r, by_alpha, by_b = _odds_slopes(
        frequency, recency, T, tosses, r=r, alpha=alpha, b=b
    )
    shape = r + frequency
    odds = np.log(a / b * -by_b) + shape * (by_r / r)
    small = np.exp(-np.abs(odds))
    value = weights @ (np.maximum(odds, 0.0) + np.log1p(small))
    dead = np.where(odds > 0, 1.0, small) / (1.0 + small)
    mass = weights * dead
    spread = mass * (1.0 - dead)
    slopes = (by_r, by_alpha, np.ones_like(odds), by_b)
    slope = np.array([mass @ part for part in slopes])
    bend = np.empty((4, 4))
    for i in range(4):
        scaled = spread * slopes[i]
        for j in range(i, 4):
            bend[i, j] = bend[j, i] = scaled @ slopes[j]
    bend[0, 0] += slope[0]
    crossed = mass @ (by_alpha / shape) * r
    bend[0, 1] += crossed
    bend[1, 0] += crossed
    rest, earlier = alpha / (alpha + T), alpha / (alpha + recency)
    bend[1, 1] += mass @ (shape * (rest - earlier) * (1.0 - rest - earlier))
    bend[3, 3] += mass @ (by_b * (1.0 + by_b))
    return float(value), slope, bend
