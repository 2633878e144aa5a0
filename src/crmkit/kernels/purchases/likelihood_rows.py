"""Likelihoods row by row, each with parameters of its own: what covariates may ask for.

Where covariates are numbers of many values, few customers share them, and sums over
groups save nothing. Each function here prepares the weighted derivatives of rows.
"""

import numpy as np
from scipy.special import expit, gammaln

from ...typing import FloatArray
from ..base.special import (
    digamma_difference,
    log1p_exp,
    log_beta_ratio,
    log_gamma_ratio,
)
from .covariate_objective import ByGroup
from .rising_factorials import trigamma

__all__ = ["beta_geometric_rows", "gamma_gamma_rows"]


def beta_geometric_rows(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    weights: FloatArray,
    *,
    first_toss: int,
) -> ByGroup:
    """Prepare the BG/NBD (``first_toss`` 0) or the MBG/NBD (1), by rows."""
    x, since = frequency, T - recency
    tosses = x + first_toss
    tossed = tosses > 0
    # With one coin and no purchase, a history is all but certain after a short time.
    one_coin = (x == 0) & (tosses == 1)

    def derivatives(points: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        r, alpha, a, b = np.exp(points).T
        survived = b + (np.maximum(tosses, 1.0) - 1.0)
        waited, quiet = np.log1p(T / alpha), np.log1p(since / (alpha + recency))
        shape, rest, earlier = r + x, alpha / (alpha + T), alpha / (alpha + recency)
        odds = np.where(tossed, np.log(a / survived) + shape * quiet, -np.inf)
        dead = expit(odds)
        # The log odds by log r, log alpha and log b; by log a it is 1.
        by_r, by_alpha = r * quiet, -shape * rest * (since / (alpha + recency))
        by_b = -b / survived
        value = (
            log_gamma_ratio(r, x)
            + log_beta_ratio(a, b, tosses)
            - r * waited
            - x * np.log(alpha + T)
            + log1p_exp(odds)
        )
        sure = np.log1p(b / (a + b) * np.expm1(-r * waited))
        value = np.where(one_coin, sure, value)
        rise = r * digamma_difference(r, x)
        rise_bend = r * r * (trigamma(r + x) - trigamma(r))
        both = digamma_difference(a + b, tosses)
        both_bend = trigamma(a + b + tosses) - trigamma(a + b)
        alone = digamma_difference(b, tosses)
        alone_bend = trigamma(b + tosses) - trigamma(b)
        slopes = np.stack(
            [
                rise - r * waited + dead * by_r,
                r * (1.0 - rest) - x * rest + dead * by_alpha,
                -a * both + dead,
                b * (alone - both) + dead * by_b,
            ],
            axis=1,
        )
        tops = np.stack([by_r, by_alpha, np.ones_like(odds), by_b], axis=1)
        spread = dead * (1.0 - dead)
        bends = spread[:, None, None] * tops[:, :, None] * tops[:, None, :]
        bends[:, 0, 0] += slopes[:, 0] + rise_bend
        bends[:, 0, 1] += r * (1.0 - rest) + dead * by_alpha * (r / shape)
        bends[:, 1, 1] += -shape * rest * (1.0 - rest) + dead * shape * (
            (rest - earlier) * (1.0 - rest - earlier)
        )
        bends[:, 2, 2] += -a * both - a * a * both_bend
        bends[:, 2, 3] += -a * b * both_bend
        bends[:, 3, 3] += (
            b * (alone - both)
            + b * b * (alone_bend - both_bend)
            + dead * by_b * (1.0 + by_b)
        )
        bends[:, 1, 0], bends[:, 3, 2] = bends[:, 0, 1], bends[:, 2, 3]
        return (
            float(weights @ value),
            weights[:, None] * slopes,
            weights[:, None, None] * bends,
        )

    return derivatives


def gamma_gamma_rows(
    frequency: FloatArray, monetary_value: FloatArray, weights: FloatArray
) -> ByGroup:
    """Prepare the gamma-gamma model, by rows of customers who came back."""
    x, total = frequency, frequency * monetary_value

    def derivatives(points: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        p, q, v = np.exp(points).T
        shape = p * x
        above, below = np.log1p(total / v), np.log1p(v / total)
        seen = total / (v + total)
        value = (
            log_gamma_ratio(shape, q)
            - gammaln(q)
            - q * above
            - shape * below
            - np.log(monetary_value)
        )
        by_p = shape * (digamma_difference(shape, q) - below)
        by_q = q * (digamma_difference(q, shape) - above)
        slopes = np.stack([by_p, by_q, q * seen - shape * (1.0 - seen)], axis=1)
        both = trigamma(shape + q)
        bends = np.empty((x.size, 3, 3))
        bends[:, 0, 0] = by_p + shape**2 * (both - trigamma(shape))
        bends[:, 1, 1] = by_q + q * q * (both - trigamma(q))
        bends[:, 2, 2] = -(q + shape) * seen * (1.0 - seen)
        bends[:, 0, 1] = bends[:, 1, 0] = shape * q * both
        bends[:, 0, 2] = bends[:, 2, 0] = -shape * (1.0 - seen)
        bends[:, 1, 2] = bends[:, 2, 1] = q * seen
        return (
            float(weights @ value),
            weights[:, None] * slopes,
            weights[:, None, None] * bends,
        )

    return derivatives
