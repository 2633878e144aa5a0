"""Driver weights of a logistic regression: parts of McFadden's R-squared."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ...errors import NotEnoughDataError
from ...kernels.base import logistic_likelihood
from ...kernels.base.cells import distinct, group
from ...kernels.base.newton import Optimum, maximise
from ...kernels.survey import driver_weights
from ...typing import FloatArray, IntArray

__all__ = ["fit_logistic", "johnson_logistic", "shapley_logistic"]

_SEPARATED = 15.0  # log-odds per standard deviation; only separated data reach it


def shapley_logistic(
    data: FloatArray,
    w: FloatArray,
    sizes: Sequence[int],
    *,
    through: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> FloatArray:
    """Divide R-squared by refitting every set of drivers; the outcome is last.

    ``through`` goes through the sets, and may tell how far it has come.
    """
    answers = _Answers.of(data[:, :-1], data[:, -1], w)
    ends = np.cumsum([0, *sizes])
    null = logistic_likelihood.null_log_likelihood(data[:, -1], w)
    total = w.sum()
    worth = np.zeros(2 ** len(sizes))
    found = np.zeros(
        (worth.size, 1 + answers.X.shape[1])
    )  # coefficients, 0 if left out
    for index in through(range(1, worth.size)):
        chosen = [j for j in range(len(sizes)) if index >> j & 1]
        columns = np.concatenate([np.arange(ends[j], ends[j + 1]) for j in chosen])
        X, y, weight = answers.among(columns)
        # What the first driver changes hardly depends on whether the last is there: so
        # the smaller sets tell where this one ends, within a step or two.
        first, last = 1 << chosen[0], 1 << chosen[-1]
        near = found[index - last]
        if first != last:
            near = near + found[index - first] - found[index - first - last]
        used = np.append(0, columns + 1)
        fit = fit_logistic(X, y, weight, start=near[used])
        found[index, used] = fit.parameters
        worth[index] = 1 - fit.value * total / null
    return driver_weights.shapley(worth)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answers:
    """Distinct rows of standardised drivers; ``y`` is the share of ones among them."""

    X: FloatArray
    y: FloatArray
    weight: FloatArray
    codes: IntArray
    values: tuple[FloatArray, ...]

    @classmethod
    def of(cls, drivers: FloatArray, y: FloatArray, w: FloatArray) -> "_Answers":
        rows = group([*drivers.T, y], w)
        *columns, outcome = rows.columns
        merged = np.column_stack(columns)
        X = _standard(merged, rows.weights)
        told = [distinct(column) for column in X.T]
        return cls(
            X=X,
            y=outcome,
            weight=rows.weights,
            codes=np.stack([code for _, code in told]),
            values=tuple(values for values, _ in told),
        )

    def among(self, columns: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the rows in these drivers, those with equal answers added up.

        Few questions on a short scale have fewer different answers than there are rows,
        and the likelihood depends on how many of each answered 1. Where there could be
        more, the rows are left as they are: to find the equal ones costs a sort.
        """
        spans = [self.values[at].size for at in columns]
        if math.prod(spans) > 4 * self.y.size:
            return self.X[:, columns], self.y, self.weight
        key = np.ravel_multi_index(tuple(self.codes[columns]), spans)
        weight = np.bincount(key, self.weight).astype(np.float64)
        there = np.flatnonzero(weight)
        ones = np.bincount(key, self.weight * self.y)[there]
        places = np.unravel_index(there, spans)
        X = [self.values[at][place] for at, place in zip(columns, places, strict=True)]
        return np.column_stack(X), ones / weight[there], weight[there]


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


def fit_logistic(
    X: FloatArray, y: FloatArray, w: FloatArray, *, start: FloatArray | None = None
) -> Optimum:
    """Fit an intercept and the columns; the value is the mean log-likelihood.

    ``start`` is a guess of the coefficients. The search climbs a concave hill: it ends
    at one point, from wherever it begins.
    """
    design = np.column_stack([np.ones(len(y)), X])
    total = w.sum()

    def mean(b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, gradient, hessian = logistic_likelihood.log_likelihood(b, design, y, w)
        return value / total, gradient / total, hessian / total

    if start is None or not start.any():
        share = float(w @ y / total)
        begin = np.zeros(design.shape[1])
        begin[0] = np.log(share / (1 - share)) if 0 < share < 1 else 0.0
    else:
        begin = start
    fit = maximise(mean, begin, tolerance=1e-9, max_iterations=100)
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
