"""Profile-likelihood intervals: how far a parameter can go before the fit suffers."""

from collections.abc import Callable
from math import exp, sqrt
from statistics import NormalDist

import numpy as np

from ..kernels.newton import Derivatives, Objective, maximise
from ..typing import FloatArray
from .report import FitReport

__all__ = ["profile_interval"]

_TOLERANCE = 1e-9
_ITERATIONS = 100
_FARTHEST = 30.0  # a factor of 1e13: an end beyond it is no end
_PRECISION = 1e-9


def profile_interval(
    objective: Objective, report: FitReport, name: str, *, level: float
) -> tuple[float | None, float | None]:
    """Return the ends of a parameter's profile-likelihood interval.

    Parameters
    ----------
    objective
        The log-likelihood of the data on log-parameters, with its derivatives.
    report
        The fit: the maximum of that likelihood.
    name
        The parameter.
    level
        The share of such intervals that hold the truth.

    Returns
    -------
    tuple
        The lower and the upper end; None where the likelihood never falls far enough,
        so that the parameter may be as small, or as large, as you like.

    Notes
    -----
    An end is where twice the loss of log-likelihood, all other parameters chosen anew,
    reaches the quantile of the chi-squared distribution with 1 degree of freedom.
    """
    at = report.names.index(name)
    best = np.log(report.estimates)
    allowed = NormalDist().inv_cdf(0.5 + level / 2) ** 2 / 2
    loss = _loss(objective, report, at, best)
    error = _error(report, at)
    low = _crossing(loss, -1.0, allowed, error)
    high = _crossing(loss, 1.0, allowed, error)
    estimate = report.estimates[at]
    return (
        None if low is None else estimate * exp(low),
        None if high is None else estimate * exp(high),
    )


def _loss(
    objective: Objective, report: FitReport, at: int, best: FloatArray
) -> Callable[[float], float]:
    others = [k for k in range(best.size) if k != at]
    top = objective(best)[0]
    reached = {0.0: best}

    def loss(step: float) -> float:
        nearest = min(reached, key=lambda known: abs(known - step))
        point = reached[nearest].copy()
        point[at] = best[at] + step

        def rest(values: FloatArray) -> Derivatives:
            there = point.copy()
            there[others] = values
            value, gradient, hessian = objective(there)
            n = report.n_customers
            return (
                value / n,
                gradient[others] / n,
                hessian[np.ix_(others, others)] / n,
            )

        best_rest = maximise(
            rest, point[others], tolerance=_TOLERANCE, max_iterations=_ITERATIONS
        )
        point[others] = best_rest.parameters
        reached[step] = point
        return top - best_rest.value * report.n_customers

    return loss


def _error(report: FitReport, at: int) -> float:
    covariance = report.log_covariance
    return 0.1 if covariance is None else min(sqrt(covariance[at][at]), 1.0)


def _crossing(
    loss: Callable[[float], float], side: float, allowed: float, error: float
) -> float | None:
    """Walk outwards until the loss is too large, then close in on the end."""
    inner, outer = 0.0, 2.0 * error
    while loss(side * outer) < allowed:
        if outer > _FARTHEST:
            return None
        inner, outer = outer, outer * 1.6
    return side * _root(lambda step: loss(side * step) - allowed, inner, outer)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Close in on the root between ``low`` (below 0) and ``high`` (above 0).

    False position with the Illinois correction: the end that stays counts half.
    """
    below, above = function(low), function(high)
    moved = 0
    while high - low > _PRECISION:
        middle = (low * above - high * below) / (above - below)
        value = function(middle)
        if abs(value) < _PRECISION:
            return middle
        if value < 0:
            low, below = middle, value
            above = above / 2 if moved < 0 else above
            moved = -1
        else:
            high, above = middle, value
            below = below / 2 if moved > 0 else below
            moved = 1
    return (low + high) / 2
