"""From a log-likelihood to estimates with a report: how every model is fitted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..kernels.newton import Derivatives, Optimum, maximise
from ..typing import FloatArray
from .report import FitReport

__all__ = ["Penalty", "estimate"]

Sums: TypeAlias = Callable[[FloatArray], Derivatives]

_TOLERANCE = 1e-9
_ITERATIONS = 200
_RUNAWAY = 1e5  # times or parts of its natural size: no longer a parameter of the data
_SINGULAR = 1e-13


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
    sums: Sums,
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

    def mean(log_parameters: FloatArray) -> Derivatives:
        value, gradient, hessian = sums(log_parameters)
        away = log_parameters - centre
        return (
            (value - 0.5 * penalty.weight * float(away @ away)) / n_customers,
            (gradient - penalty.weight * away) / n_customers,
            (hessian - penalty.weight * np.eye(len(names))) / n_customers,
        )

    optimum = maximise(mean, start, tolerance=_TOLERANCE, max_iterations=_ITERATIONS)
    log_likelihood = sums(optimum.parameters)[0]
    covariance, condition = _curvature(optimum, n_customers)
    return FitReport(
        names=names,
        estimates=tuple(np.exp(optimum.parameters).tolist()),
        converged=optimum.converged,
        iterations=optimum.iterations,
        gradient_norm=optimum.gradient_norm,
        message=optimum.message,
        log_likelihood=log_likelihood,
        n_customers=n_customers,
        n_cells=n_cells,
        covariance=covariance,
        condition_number=condition,
        boundary=tuple(
            name
            for name, away in zip(names, optimum.parameters - centre, strict=True)
            if abs(away) > np.log(_RUNAWAY)
        ),
        penalty=penalty.weight,
    )


def _curvature(
    optimum: Optimum, n_customers: float
) -> tuple[tuple[tuple[float, ...], ...] | None, float | None]:
    """Invert the information; nothing where the data do not curve the likelihood."""
    information = -n_customers * optimum.hessian
    if not np.all(np.isfinite(information)):
        return None, None
    curvature, axes = np.linalg.eigh(information)
    if curvature[0] <= _SINGULAR * abs(curvature[-1]):
        return None, None
    parameters = np.exp(optimum.parameters)
    of_logs = (axes / curvature) @ axes.T
    covariance = of_logs * np.outer(parameters, parameters)
    symmetric = (covariance + covariance.T) / 2
    condition = float(curvature[-1] / curvature[0])
    return tuple(tuple(row) for row in symmetric.tolist()), condition
