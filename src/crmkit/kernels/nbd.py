"""NBD: gamma-distributed rates and nobody ever leaves (Ehrenberg 1959).

The yardstick of the models with dropout, which all tend to it as dropout vanishes.
Symbols: ``x`` repeat purchases by ``T``, ``t_x`` the last of them; ``r``, ``alpha``.
"""

import numpy as np
from scipy.special import gammaln, polygamma, xlogy

from ..typing import FloatArray
from .newton import Derivatives, Objective
from .special import digamma_difference, log_gamma_ratio

__all__ = ["log_likelihood", "log_pmf", "objective", "start_values"]


def log_likelihood(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return the log-likelihood of the purchase times; ``recency`` does not matter."""
    del recency
    return (
        log_gamma_ratio(r, frequency)
        - r * np.log1p(T / alpha)
        - frequency * np.log(alpha + T)
    )


def log_pmf(
    n: int,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    horizon: float,
) -> FloatArray:
    """Return the log-probability of ``n`` purchases in ``(T, T + horizon]``.

    Negative binomial, with the gamma distribution of the rate that the history leaves.
    """
    del recency
    shape, scale = r + frequency, alpha + T
    spread = xlogy(n, horizon / (scale + horizon)) - shape * np.log1p(horizon / scale)
    return log_gamma_ratio(shape, float(n)) - gammaln(n + 1.0) + spread


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters."""

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        r, alpha = np.exp(log_parameters)
        value = weights @ log_likelihood(frequency, recency, T, r=r, alpha=alpha)
        by_r = weights @ (digamma_difference(r, frequency) - np.log1p(T / alpha))
        lost, kept = T / (alpha + T), alpha / (alpha + T)
        by_alpha = weights @ (r * lost - frequency * kept)
        r_r = weights @ (polygamma(1, r + frequency) - polygamma(1, r))
        r_alpha = r * float(weights @ lost)
        alpha_alpha = -weights @ ((r + frequency) * lost * kept)
        return (
            float(value),
            np.array([r * by_r, by_alpha]),
            np.array([[r * by_r + r * r * r_r, r_alpha], [r_alpha, alpha_alpha]]),
        )

    return derivatives


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters with the mean rate of the data and a shape of 1."""
    rate = float(weights @ frequency) / float(weights @ T)
    return np.array([0.0, -np.log(rate)])
