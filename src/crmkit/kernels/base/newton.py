"""The one maximiser: Newton's method with an analytic gradient and Hessian.

Every likelihood of crmkit is fitted by it, on the logarithms of the parameters. It
is deterministic, needs five to ten evaluations from a sensible start, and says how
it ended instead of raising or keeping silent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ...typing import FloatArray

__all__ = ["Derivatives", "Objective", "Optimum", "maximise", "out_of_reach"]

Derivatives: TypeAlias = tuple[float, FloatArray, FloatArray]
Objective: TypeAlias = Callable[[FloatArray], Derivatives]

_LONGEST_STEP = 2.0  # a factor of e^2 in a parameter fitted by its logarithm
_SUFFICIENT = 1e-4  # share of the promised gain that a step must keep (Armijo)
_HALVINGS = 8  # a curved ridge asks for a few
_QUARTERS = 16  # then only rounding or a wall is near: down to 1e-12 of the step
_ROUNDING = 1e-13  # relative noise of a sum of a million terms
_REACH = 300.0  # e^300 still has a square
_FLAT = 1e-12  # curvature below this share of the largest counts as none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Optimum:
    """Where the search ended, and what the objective looks like there.

    Attributes
    ----------
    parameters, value, gradient, hessian
        The point reached, and the objective with its derivatives at that point.
    iterations
        Steps taken.
    converged
        Whether the largest absolute entry of the gradient is within the tolerance.
    gradient_norm
        The largest absolute entry of the gradient.
    message
        One sentence: why the search stopped.
    """

    parameters: FloatArray
    value: float
    gradient: FloatArray
    hessian: FloatArray
    iterations: int
    converged: bool
    gradient_norm: float
    message: str


def out_of_reach(size: int, *logarithms: FloatArray) -> Derivatives | None:
    """Return what an objective says where exponentials overflow; None elsewhere.

    Parameters
    ----------
    size
        The number of parameters.
    logarithms
        What the objective is about to take exponentials of, and squares of those.
    """
    if all(np.abs(each).max(initial=0.0) < _REACH for each in logarithms):
        return None
    return -np.inf, np.zeros(size), np.zeros((size, size))


def maximise(
    objective: Objective,
    start: FloatArray,
    *,
    tolerance: float,
    max_iterations: int,
) -> Optimum:
    """Climb to a maximum of a smooth function.

    Parameters
    ----------
    objective
        Maps a point to its value, gradient and Hessian. A mean over customers makes
        ``tolerance`` independent of their number. It may return a value that is not
        finite: the search steps back from there.
    start
        The first point.
    tolerance
        The search ends when no entry of the gradient is larger than this.
    max_iterations
        The most steps to take.

    Returns
    -------
    Optimum
        The point reached, whether or not it is a maximum: see ``converged``.

    Notes
    -----
    The step solves ``|H| step = gradient``, where ``|H|`` has the eigenvectors of the
    Hessian and the absolute values of its eigenvalues, so that it climbs on saddles and
    ridges too (Nocedal and Wright 2006, section 3.4). No entry of a step is longer than
    2, and a step is shortened until it gains: by halves, then by quarters.

    Examples
    --------
    >>> import numpy as np
    >>> def hill(at):
    ...     return -np.cosh(at[0] - 3), -np.sinh(at - 3), -np.cosh(at - 3)[:, None]
    >>> top = maximise(hill, np.array([0.0]), tolerance=1e-9, max_iterations=50)
    >>> top.converged, round(float(top.parameters[0]), 6)
    (True, 3.0)
    """
    parameters = np.array(start, dtype=np.float64)
    here = objective(parameters)
    if not _finite(here):
        return _optimum(
            parameters, here, 0, tolerance, "The objective is not finite at the start."
        )
    for iteration in range(max_iterations):
        if np.max(np.abs(here[1])) <= tolerance:
            return _optimum(
                parameters, here, iteration, tolerance, "The gradient is zero."
            )
        step = _newton_step(here[1], here[2])
        reached = _climb(objective, parameters, here, step)
        if reached is None:
            return _optimum(
                parameters, here, iteration, tolerance, "No step gains any more."
            )
        parameters, here = reached
    return _optimum(parameters, here, max_iterations, tolerance, "Out of iterations.")


def _newton_step(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    curvature, axes = np.linalg.eigh(hessian)
    steepness = np.abs(curvature)
    floor = max(_FLAT * float(steepness.max()), np.finfo(np.float64).tiny)
    along = (axes.T @ gradient) / np.maximum(steepness, floor)
    step: FloatArray = axes @ along
    longest = float(np.max(np.abs(step)))
    return step * min(1.0, _LONGEST_STEP / longest)


def _climb(
    objective: Objective, parameters: FloatArray, here: Derivatives, step: FloatArray
) -> tuple[FloatArray, Derivatives] | None:
    promised = float(here[1] @ step)
    # At the top the gain is lost in the rounding of the value: the gradient decides.
    at_the_top = promised <= _ROUNDING * (1.0 + abs(here[0]))
    norm = float(np.max(np.abs(here[1])))
    share = 1.0
    for shortened in range(_HALVINGS + _QUARTERS):
        trial = parameters + share * step
        there = objective(trial)
        if _finite(there):
            gained = there[0] - here[0] >= _SUFFICIENT * share * promised
            flatter = at_the_top and float(np.max(np.abs(there[1]))) < norm
            if gained or flatter:
                return trial, there
        share *= 0.5 if shortened < _HALVINGS else 0.25
    return None


def _finite(derivatives: Derivatives) -> bool:
    return all(bool(np.all(np.isfinite(part))) for part in derivatives)


def _optimum(
    parameters: FloatArray,
    derivatives: Derivatives,
    iterations: int,
    tolerance: float,
    message: str,
) -> Optimum:
    value, gradient, hessian = derivatives
    norm = float(np.max(np.abs(gradient)))
    return Optimum(
        parameters=parameters,
        value=float(value),
        gradient=gradient,
        hessian=hessian,
        iterations=iterations,
        converged=norm <= tolerance,
        gradient_norm=norm,
        message="The gradient is zero." if norm <= tolerance else message,
    )
