"""Driver weights of a logistic regression: parts of McFadden's R-squared."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from ...errors import NotEnoughDataError
from ...kernels.base import logistic_likelihood
from ...kernels.base.newton import Optimum, maximise
from ...kernels.survey import driver_weights
from ...typing import FloatArray

__all__ = ["fit_logistic", "johnson_logistic", "shapley_logistic"]

_SEPARATED = 15.0  # log-odds per standard deviation; only separated data reach it


def shapley_logistic(
    data: FloatArray, w: FloatArray, sizes: Sequence[int]
) -> FloatArray:
    """Divide R-squared by refitting every set of drivers; the outcome is last."""
    Z, y = _standard(data[:, :-1], w), data[:, -1]
    ends = np.cumsum([0, *sizes])
    null = logistic_likelihood.null_log_likelihood(y, w)
    worth = np.zeros(2 ** len(sizes))
    for index in range(1, worth.size):
        chosen = [j for j in range(len(sizes)) if index >> j & 1]
        columns = np.concatenate([np.arange(ends[j], ends[j + 1]) for j in chosen])
        fit = fit_logistic(Z[:, columns], y, w)
        worth[index] = 1 - fit.value * w.sum() / null
    return driver_weights.shapley(worth)


def johnson_logistic(
    data: FloatArray, w: FloatArray, sizes: Sequence[int]
) -> FloatArray:
    """Divide R-squared by relative weights (Tonidandel and LeBreton 2010).

    The logistic coefficients of the orthogonal columns replace their correlations, and
    the parts are scaled to sum to McFadden's R-squared.
    """
    Z, y = _standard(data[:, :-1], w), data[:, -1]
    R = driver_weights.correlations(data[:, :-1], w)
    values, axes = np.linalg.eigh(R)
    keep = values > 1e-10
    root = np.sqrt(values[keep])
    orthogonal = (Z @ axes[:, keep] / root) @ axes[:, keep].T
    if not keep.all():
        raise NotEnoughDataError(
            needed="drivers that are not combinations of one another",
            got="a driver that others determine",
            remedy="Leave it out, or use method='shapley'.",
        )
    fit = fit_logistic(orthogonal, y, w)
    null = logistic_likelihood.null_log_likelihood(y, w)
    L = (axes[:, keep] * root) @ axes[:, keep].T
    parts = L**2 @ fit.parameters[1:] ** 2
    each = parts / parts.sum() * (1 - fit.value * w.sum() / null)
    return np.add.reduceat(each, np.cumsum([0, *sizes[:-1]]))


def fit_logistic(X: FloatArray, y: FloatArray, w: FloatArray) -> Optimum:
    """Fit an intercept and the columns; the value is the mean log-likelihood."""
    design = np.column_stack([np.ones(len(y)), X])
    total = w.sum()

    def mean(b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, gradient, hessian = logistic_likelihood.log_likelihood(b, design, y, w)
        return value / total, gradient / total, hessian / total

    start = np.zeros(design.shape[1])
    share = float(w @ y / total)
    start[0] = np.log(share / (1 - share)) if 0 < share < 1 else 0.0
    fit = maximise(mean, start, tolerance=1e-9, max_iterations=100)
    certain = np.abs(expit(design @ fit.parameters) - 0.5).max() > 0.5 - 1e-12
    if not fit.converged or (certain and np.abs(fit.parameters[1:]).max() > _SEPARATED):
        raise NotEnoughDataError(
            needed="an outcome that the drivers do not determine exactly",
            got=f"{len(y)} rows in which they separate 0 from 1",
            remedy="Collect more answers, or use fewer drivers.",
        )
    return fit


def _standard(X: FloatArray, w: FloatArray) -> FloatArray:
    centred = X - w @ X / w.sum()
    spread = np.sqrt(w @ centred**2 / w.sum())
    standard: FloatArray = centred / np.where(spread > 0, spread, 1.0)
    return standard
