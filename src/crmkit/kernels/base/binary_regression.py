"""Regression of a yes or no: logit and complementary log-log links.

On person-period rows it is the discrete-time hazard model (Allison 1982; Prentice and
Gloeckler 1978): the likelihood of a spell is the product over its periods of
h^y (1 - h)^(1 - y).
"""

import numpy as np
from scipy.special import expit, log_expit

from ...typing import FloatArray, IntArray, Link
from .newton import Derivatives

__all__ = ["hazard", "level_scores", "level_sums", "log_likelihood_sums"]

_HIGHEST = 300.0  # the hazard is 1 long before; its square must not overflow


def hazard(predictor: FloatArray, *, link: Link) -> FloatArray:
    """Return h from the linear predictor."""
    if link == "logit":
        return np.asarray(expit(predictor), dtype=np.float64)
    return np.asarray(-np.expm1(-_odds(predictor)), dtype=np.float64)


def log_likelihood_sums(
    X: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    *,
    offset: FloatArray | float,
    coefficients: FloatArray,
    link: Link,
) -> Derivatives:
    """Return the log-likelihood, its gradient and Hessian in the coefficients."""
    predictor = X @ coefficients + offset
    value, slope, bend = _rows(predictor, y, link)
    hessian = (X * (weight * bend)[:, None]).T @ X
    return float(weight @ value), X.T @ (weight * slope), hessian


def level_sums(
    level: IntArray,
    x: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    *,
    coefficients: FloatArray,
    link: Link,
) -> Derivatives:
    """Return the derivatives where each row is on one level with its own coefficient.

    The levels 0, 1, ... come first among the coefficients. No column of zeros and ones
    is made for them: their block of the Hessian is diagonal.
    """
    k = coefficients.size - x.shape[1]
    predictor = coefficients[level] + x @ coefficients[k:]
    value, slope, bend = _rows(predictor, y, link)
    slope, bend = weight * slope, weight * bend
    bent = x * bend[:, None]
    hessian = np.zeros((coefficients.size, coefficients.size))
    hessian[np.arange(k), np.arange(k)] = np.bincount(level, bend, minlength=k)
    for at, column in enumerate(bent.T, start=k):
        hessian[:k, at] = hessian[at, :k] = np.bincount(level, column, minlength=k)
    hessian[k:, k:] = bent.T @ x
    gradient = np.concatenate((np.bincount(level, slope, minlength=k), x.T @ slope))
    return float(weight @ value), np.asarray(gradient, np.float64), hessian


def level_scores(
    level: IntArray,
    x: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    *,
    coefficients: FloatArray,
    link: Link,
    cluster: IntArray,
) -> FloatArray:
    """Return the gradient of each cluster, for a covariance that clusters."""
    k = coefficients.size - x.shape[1]
    predictor = coefficients[level] + x @ coefficients[k:]
    slope = weight * _rows(predictor, y, link)[1]
    count = int(cluster.max(initial=-1)) + 1
    own = np.bincount(cluster * k + level, slope, minlength=count * k)
    shared = [np.bincount(cluster, slope * column, minlength=count) for column in x.T]
    return np.asarray(np.column_stack([own.reshape(count, k), *shared]), np.float64)


def _rows(
    predictor: FloatArray, y: FloatArray, link: Link
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each row's log-likelihood and its two derivatives in the predictor."""
    if link == "logit":
        h = expit(predictor)
        value = y * log_expit(predictor) + (1 - y) * log_expit(-predictor)
        return value, y - h, -h * (1 - h)
    m = _odds(predictor)
    # m / (e^m - 1) tends to 1 as the hazard tends to 0, and to 0 as it tends to 1.
    small = np.maximum(m, 1e-300)
    ratio = small / np.expm1(np.minimum(small, _HIGHEST))
    log_h = np.log(-np.expm1(-small))
    value = y * log_h - (1 - y) * m
    slope = y * ratio - (1 - y) * m
    bend = y * ratio * (1 - small - ratio) - (1 - y) * m
    return value, slope, bend


def _odds(predictor: FloatArray) -> FloatArray:
    return np.asarray(np.exp(np.minimum(predictor, _HIGHEST)), dtype=np.float64)
