"""The logistic regression's likelihood, with its first two derivatives.

P(y = 1) = 1 / (1 + exp(-X b)). Rows may be cells: ``weight`` says how many rows each
stands for, and ``y`` is then the share of ones among them.
"""

import numpy as np
from scipy.special import xlogy

from ...typing import FloatArray
from .newton import Derivatives

__all__ = ["log_likelihood", "null_log_likelihood"]


def log_likelihood(
    b: FloatArray, X: FloatArray, y: FloatArray, weight: FloatArray
) -> Derivatives:
    """Return the log-likelihood at ``b``, its gradient and its Hessian."""
    eta = X @ b
    # Both p and log(1 - p) = -log(1 + exp(eta)) from one exponential, that of a
    # number below 0: it neither overflows nor loses digits, and costs a third of two.
    small = np.exp(-np.abs(eta))
    p = np.where(eta >= 0, 1.0, small) / (1 + small)
    value = float(weight @ (y * eta - np.maximum(eta, 0.0) - np.log1p(small)))
    gradient = X.T @ (weight * (y - p))
    hessian = -(X.T * (weight * p * (1 - p))) @ X
    return value, gradient, hessian


def null_log_likelihood(y: FloatArray, weight: FloatArray) -> float:
    """Return the log-likelihood of a model that knows only the overall share."""
    n = weight.sum()
    ones = weight @ y
    return float(xlogy(ones, ones / n) + xlogy(n - ones, 1 - ones / n))
