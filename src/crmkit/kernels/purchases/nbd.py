"""NBD: gamma-distributed rates and nobody ever leaves (Ehrenberg 1959).

The yardstick of the models with dropout, which all tend to it as dropout vanishes.
Symbols: ``x`` repeat purchases by ``T``, ``t_x`` the last of them; ``r``, ``alpha``.
"""

import numpy as np

from ...typing import FloatArray
from ..base.newton import Objective
from ..base.special import log_gamma_ratio, log_negative_binomial
from .nbd_terms import nbd_terms

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
    return log_negative_binomial(n, horizon, r=r + frequency, alpha=alpha + T)


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters."""
    del recency
    terms = nbd_terms(frequency, T, weights)
    return lambda log_parameters: terms(*np.exp(log_parameters).tolist())


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters with the mean rate of the data and a shape of 1."""
    rate = float(weights @ frequency) / float(weights @ T)
    return np.array([0.0, -np.log(rate)])
