"""A fit with effects of covariates: the search, its errors, and the shrinking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..kernels.base.newton import Derivatives, Objective, maximise
from ..typing import FloatArray, IntArray

__all__ = ["EffectFit", "fit_effects"]

# Of the slope of a mean customer: an estimate is then off by a ten-thousandth of its
# standard error, or less, up to a million customers.
_TOLERANCE = 1e-8
_LEVEL = 1e-4  # beside parameters at their boundary rounding hides a slope below it
_ITERATIONS = 100
_ROUNDS = 100
_STIFFEST = 1e8
_RUNAWAY = np.log(1e4)  # from the plain fit: beyond it a log-parameter has no end


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectFit:
    """Log-parameters and effects at an optimum.

    Attributes
    ----------
    point, penalised
        Log-parameters, then effects: by maximum likelihood, and with the penalty.
    covariance
        Of ``point``, from its curvature; None where that is singular.
    log_likelihood
        At ``point``.
    weight
        The penalty used, one over the variance of the effects.
    converged, iterations, gradient_norm
        How the search for ``point`` ended.
    """

    point: FloatArray
    penalised: FloatArray
    covariance: FloatArray | None
    log_likelihood: float
    weight: float
    converged: bool
    iterations: int
    gradient_norm: float


def fit_effects(
    objective: Objective,
    start: FloatArray,
    *,
    parameters: int,
    customers: float,
    penalty: float | None,
    held: Sequence[int] = (),
    tolerance: float = _TOLERANCE,
) -> EffectFit:
    """Maximise a log-likelihood over log-parameters and effects of covariates.

    Parameters
    ----------
    objective
        Of log-parameters, followed by the effects.
    start
        Where to begin, such as the plain fit and effects of 0.
    parameters
        How many of ``start`` are log-parameters; those are not penalised.
    customers
        The number of customers, by which the tolerance is measured.
    penalty
        One over the variance of a normal prior of the effects; 0 for none; None chooses
        it by the marginal likelihood in Laplace's approximation, by MacKay's (1992)
        fixed point.
    held
        Places of log-parameters that stay where they start: those of a plain fit that
        ran to its boundary would run on for ever.
    tolerance
        The largest slope of a mean customer to stop at.
    """
    free = np.setdiff1d(np.arange(start.size), held)
    if free.size < start.size:
        return _with_held(
            objective,
            start,
            free,
            parameters=parameters,
            customers=customers,
            penalty=penalty,
            tolerance=tolerance,
        )
    least = tolerance * customers
    best = maximise(objective, start, tolerance=least, max_iterations=_ITERATIONS)
    ran = np.abs(best.parameters - start)[:parameters] > _RUNAWAY
    if ran.any() and not best.converged:
        # Covariates that leave no difference between customers set it no end: held
        # where it is, the rest of the fit is as good as any.
        return _with_held(
            objective,
            best.parameters,
            np.delete(np.arange(start.size), np.flatnonzero(ran)[0]),
            parameters=parameters,
            customers=customers,
            penalty=penalty,
            tolerance=tolerance,
        )
    effects = slice(parameters, start.size)
    place, weight = best.parameters, 0.0 if penalty is None else penalty
    if penalty is None and np.any(place[effects]):
        weight = (start.size - parameters) / float(place[effects] @ place[effects])
    for _ in range(_ROUNDS if weight > 0 else 0):
        pulled = maximise(
            _pulled(objective, effects, weight),
            place,
            tolerance=least,
            max_iterations=_ITERATIONS,
        )
        place = pulled.parameters
        if penalty is not None:
            break
        spread = np.linalg.pinv(-pulled.hessian)[effects, effects]
        # How many effects the data decide, rather than the prior.
        decided = (start.size - parameters) - weight * float(np.trace(spread))
        size = max(float(place[effects] @ place[effects]), 1e-300)
        chosen = min(max(decided, 1e-12) / size, _STIFFEST)
        settled = abs(np.log(chosen / weight)) < 1e-6 or chosen == _STIFFEST
        weight = chosen
        if settled:
            break
    return EffectFit(
        point=best.parameters,
        penalised=place,
        covariance=_inverse(-best.hessian),
        log_likelihood=best.value,
        weight=weight,
        converged=best.converged,
        iterations=best.iterations,
        gradient_norm=best.gradient_norm / customers,
    )


def _with_held(
    objective: Objective,
    start: FloatArray,
    free: IntArray,
    *,
    parameters: int,
    customers: float,
    penalty: float | None,
    tolerance: float,
) -> EffectFit:
    """Fit what is free, and put it back among what is held."""

    def rest(values: FloatArray) -> Derivatives:
        value, slope, bend = objective(_put(start, free, values))
        return value, slope[free], bend[np.ix_(free, free)]

    found = fit_effects(
        rest,
        start[free],
        parameters=parameters - (start.size - free.size),
        customers=customers,
        penalty=penalty,
        tolerance=tolerance,
    )
    covariance = found.covariance
    if covariance is not None:
        known = np.zeros((start.size, start.size))
        known[np.ix_(free, free)] = covariance
        covariance = known
    return replace(
        found,
        point=_put(start, free, found.point),
        penalised=_put(start, free, found.penalised),
        covariance=covariance,
        converged=found.converged or found.gradient_norm < _LEVEL,
    )


def _put(start: FloatArray, free: IntArray, values: FloatArray) -> FloatArray:
    point = start.copy()
    point[free] = values
    return point


def _pulled(objective: Objective, effects: slice, weight: float) -> Objective:
    def derivatives(point: FloatArray) -> Derivatives:
        value, slope, bend = objective(point)
        pull = np.zeros(point.size)
        pull[effects] = weight
        return (
            value - 0.5 * float(pull @ point**2),
            slope - pull * point,
            bend - np.diag(pull),
        )

    return derivatives


def _inverse(information: FloatArray) -> FloatArray | None:
    if not np.all(np.isfinite(information)):
        return None
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    if not np.all(scale > 0):
        return None
    # The unit of a covariate must not decide whether it can be told from the others.
    unit = information / np.outer(scale, scale)
    if np.linalg.eigvalsh(unit)[0] < 1e-12:
        return None
    inverse: FloatArray = np.linalg.inv(unit) / np.outer(scale, scale)
    return inverse
