"""Profile-likelihood intervals: how far a parameter can go before the fit suffers."""

from collections.abc import Callable
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TypeAlias

import numpy as np

from ..kernels.base.newton import Derivatives, Objective, maximise
from ..typing import FloatArray
from .fit_report import FitReport

__all__ = ["profile_interval"]

Walls: TypeAlias = tuple[FloatArray, FloatArray]

_TOLERANCE = 1e-9
_COARSE = 1e-7  # the least slope that is none where a parameter ran to the boundary
_ITERATIONS = 100
_FARTHEST = 10.0  # a factor of 22,000: beyond it the interval is open
_SLACK = 4.0  # how much further the others may go along; beyond it is rounding
_PRECISION = 1e-9
_EXACT = 1e-7  # nats: the end moves by less than its seventh digit
_WALL = log(1e4)  # as far from 1 as a parameter at the boundary is from its centre


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
        so that the interval is open on that side.

    Notes
    -----
    An end is where twice the loss of log-likelihood, all other parameters chosen anew,
    reaches the quantile of the chi-squared distribution with 1 degree of freedom.
    """
    at = report.names.index(name)
    best = np.log(report.estimates)
    allowed = NormalDist().inv_cdf(0.5 + level / 2) ** 2 / 2
    walls = _walls(report, best)
    loss = _loss(objective, report, at, best, walls)
    error = _error(report, at)
    low, high = (
        _crossing(loss, side, allowed, error, farthest=_room(wall[at] - best[at]))
        for side, wall in zip((-1.0, 1.0), walls, strict=True)
    )
    estimate = report.estimates[at]
    return (
        None if low is None else estimate * exp(low),
        None if high is None else estimate * exp(high),
    )


def _walls(report: FitReport, best: FloatArray) -> Walls:
    """Return the bounds of each parameter; one at the boundary stays there."""
    ran = np.isin(report.names, report.boundary) & (np.abs(best) > _WALL)
    far = np.where(ran, 2 * _FARTHEST, _FARTHEST) + _SLACK
    floor = np.where(ran & (best < 0), best, best - far)
    ceiling = np.where(ran & (best > 0), best, best + far)
    return floor, ceiling


def _room(to_wall: float) -> float:
    return max(abs(to_wall) - _SLACK, 0.0)


def _loss(
    objective: Objective, report: FitReport, at: int, best: FloatArray, walls: Walls
) -> Callable[[float], float]:
    others = [k for k in range(best.size) if k != at]
    top = objective(best)[0]
    tolerance = _COARSE if report.boundary else _TOLERANCE
    reached = {0.0: best}

    def loss(step: float) -> float:
        nearest = min(reached, key=lambda known: abs(known - step))
        point = reached[nearest].copy()
        point[at] = best[at] + step

        def rest(values: FloatArray) -> Derivatives:
            there = point.copy()
            there[others] = values
            value, gradient, hessian = _walled(objective, there, walls)
            n = report.n_customers
            return (
                value / n,
                gradient[others] / n,
                hessian[np.ix_(others, others)] / n,
            )

        best_rest = maximise(
            rest, point[others], tolerance=tolerance, max_iterations=_ITERATIONS
        )
        point[others] = best_rest.parameters
        reached[step] = np.clip(point, *walls)
        return top - best_rest.value * report.n_customers

    return loss


def _walled(objective: Objective, there: FloatArray, walls: Walls) -> Derivatives:
    """Let nothing change beyond the walls: a search would climb rounding alone."""
    floor, ceiling = walls
    value, gradient, hessian = objective(np.clip(there, floor, ceiling))
    below = (there < floor) | ((there == floor) & (gradient < 0))
    above = (there > ceiling) | ((there == ceiling) & (gradient > 0))
    free = np.where(below | above, 0.0, 1.0)
    return value, gradient * free, hessian * np.outer(free, free)


def _error(report: FitReport, at: int) -> float:
    if report.names[at] in report.boundary:
        return 1.0
    covariance = report.log_covariance
    return 0.1 if covariance is None else min(sqrt(covariance[at][at]), 1.0)


def _crossing(
    loss: Callable[[float], float],
    side: float,
    allowed: float,
    error: float,
    *,
    farthest: float,
) -> float | None:
    """Walk outwards until the loss is too large, then close in on the end."""
    inner, outer = (0.0, 0.0), min(2.0 * error, farthest)
    while (lost := loss(side * outer)) < allowed:
        if outer >= farthest:
            return None
        inner, outer = (outer, lost), min(outer * 1.6, farthest)
    return side * _root(
        lambda step: loss(side * step) - allowed,
        inner[0],
        outer,
        below=inner[1] - allowed,
        above=lost - allowed,
    )


def _root(
    function: Callable[[float], float],
    low: float,
    high: float,
    *,
    below: float,
    above: float,
) -> float:
    """Close in on the root between ``low`` (below 0) and ``high`` (above 0).

    False position with the Illinois correction: the end that stays counts half.
    """
    moved = 0
    while high - low > _PRECISION:
        middle = (low * above - high * below) / (above - below)
        value = function(middle)
        if abs(value) < _EXACT:
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
