"""From a log-likelihood to estimates with a report: how every model is fitted."""

from dataclasses import dataclass, replace

import numpy as np

from ..kernels.base.newton import Derivatives, Objective, Optimum, maximise
from ..typing import FloatArray, IntArray
from .fit_report import FitReport

__all__ = ["Penalty", "estimate"]

_TOLERANCE = 1e-9
_ITERATIONS = 200
_RUNAWAY = 1e4  # times or parts of its natural size: the data set no end to it
_WALL = 14.0  # no further: beyond it rounding is all that changes
_NEAR = 0.5
_LEVEL = 1e-4
_EDGE = "The likelihood rises towards the boundary."
_SINGULAR = 1e-13
_FREE = 1e-2  # nats: at a wall, a curvature below it is that of rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A pull of the log-parameters towards a centre: a normal prior.

    Attributes
    ----------
    weight
        One over the variance of that prior. It is the same whatever the number of
        customers: ten customers feel it, a million do not.
    centre
        The logarithms it pulls towards; a parameter with a unit has its centre in that
        unit, so that the unit does not matter.
    """

    weight: float
    centre: tuple[float, ...]


def estimate(
    sums: Objective,
    names: tuple[str, ...],
    *,
    start: FloatArray,
    n_customers: float,
    n_cells: int,
    penalty: Penalty,
) -> FitReport:
    """Maximise a log-likelihood over the logarithms of its parameters.

    Parameters
    ----------
    sums
        Maps log-parameters to the log-likelihood of all customers, its gradient and its
        Hessian.
    names
        The parameters.
    start
        Log-parameters to begin at.
    n_customers, n_cells
        The sum of the weights, and the number of distinct histories.
    penalty
        What is taken from the log-likelihood; of weight 0 for none.

    Returns
    -------
    FitReport
        The estimates and how they were reached, converged or not.
    """
    centre = np.array(penalty.centre)

    def penalised(log_parameters: FloatArray) -> Derivatives:
        away = log_parameters - centre
        if np.max(np.abs(away)) > _WALL:
            return -np.inf, away, np.zeros((len(names), len(names)))
        value, gradient, hessian = sums(log_parameters)
        return (
            value - 0.5 * penalty.weight * float(away @ away),
            gradient - penalty.weight * away,
            hessian - penalty.weight * np.eye(len(names)),
        )

    # The slope of a mean customer, so that their number makes no difference.
    optimum = _within_walls(
        penalised, start, centre, tolerance=_TOLERANCE * n_customers
    )
    slope = optimum.gradient_norm / n_customers
    away = np.abs(optimum.parameters - centre)
    taken = 0.5 * penalty.weight * float(away @ away)
    boundary = tuple(
        name
        for name, distance in zip(names, away, strict=True)
        if distance > np.log(_RUNAWAY)
    )
    covariance, condition = _curvature(optimum, least=_FREE if boundary else 0.0)
    # There rounding may hide the last of the slope: what is left is no gain.
    at_the_edge = bool(boundary) and slope < _LEVEL
    return FitReport(
        names=names,
        estimates=tuple(np.exp(optimum.parameters).tolist()),
        converged=optimum.converged or at_the_edge,
        iterations=optimum.iterations,
        gradient_norm=slope,
        message=_EDGE if at_the_edge else optimum.message,
        log_likelihood=optimum.value + taken,
        n_customers=n_customers,
        n_cells=n_cells,
        covariance=covariance,
        condition_number=condition,
        boundary=boundary,
        penalty=penalty.weight,
    )


def _within_walls(
    objective: Objective, start: FloatArray, centre: FloatArray, *, tolerance: float
) -> Optimum:
    """Climb; where parameters run into a wall, leave them there and climb the rest."""
    optimum = maximise(
        objective, start, tolerance=tolerance, max_iterations=_ITERATIONS
    )
    for _ in range(start.size):
        free = np.flatnonzero(np.abs(optimum.parameters - centre) < _WALL - _NEAR)
        if optimum.converged or free.size == start.size:
            break
        optimum = _along_the_wall(objective, optimum, free, tolerance=tolerance)
    return optimum


def _along_the_wall(
    objective: Objective, reached: Optimum, free: IntArray, *, tolerance: float
) -> Optimum:
    def rest(values: FloatArray) -> Derivatives:
        point = reached.parameters.copy()
        point[free] = values
        value, gradient, hessian = objective(point)
        return value, gradient[free], hessian[np.ix_(free, free)]

    if free.size == 0:
        return replace(reached, converged=True, gradient_norm=0.0, message=_EDGE)
    best = maximise(
        rest,
        reached.parameters[free],
        tolerance=tolerance,
        max_iterations=_ITERATIONS,
    )
    point = reached.parameters.copy()
    point[free] = best.parameters
    value, gradient, hessian = objective(point)
    return Optimum(
        parameters=point,
        value=value,
        gradient=gradient,
        hessian=hessian,
        iterations=reached.iterations + best.iterations,
        converged=best.converged,
        gradient_norm=best.gradient_norm,
        message=best.message,
    )


def _curvature(
    optimum: Optimum, *, least: float
) -> tuple[tuple[tuple[float, ...], ...] | None, float | None]:
    """Invert the information; nothing where the data do not curve the likelihood."""
    information = -optimum.hessian
    if not np.all(np.isfinite(information)):
        return None, None
    curvature, axes = np.linalg.eigh(information)
    if curvature[0] <= max(_SINGULAR * abs(curvature[-1]), least):
        return None, None
    parameters = np.exp(optimum.parameters)
    of_logs = (axes / curvature) @ axes.T
    covariance = of_logs * np.outer(parameters, parameters)
    symmetric = (covariance + covariance.T) / 2
    condition = float(curvature[-1] / curvature[0])
    return tuple(tuple(row) for row in symmetric.tolist()), condition
