"""How the purchases expected of customers move with the parameters of a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray
from ..uncertainty.parameter_draws import log_covariance, moved, reported, steady
from .component_chance import PurchaseFutures
from .customer_occasions import History

__all__ = ["Moves", "expectation_moves"]

_FAR = 1.5  # standard deviations at which the quadratic is made
_FARTHEST = 3.0  # and up to which it is read
_LEAST = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """What a fit expects of each customer, and factors of it, (draws, customers)."""

    base: FloatArray
    factors: FloatArray


def expectation_moves(
    fit: PurchaseFutures,
    drawn: Sequence[PurchaseFutures],
    history: History,
    horizon: float,
) -> Moves:
    """Read expected purchases at drawn parameters off a quadratic about the fit.

    Hundreds of evaluations are replaced by two along each axis of the covariance. The
    purchases are not discounted: a rate hardly changes how they move.
    """
    past = history.of_buyers()

    def expected(model: PurchaseFutures) -> FloatArray:
        found: FloatArray = model.expected_purchases(*past, horizon=horizon)
        return np.log(np.maximum(found, _LEAST))

    base, about = expected(fit), steady(fit)
    if reported(about) is None:
        return Moves(base=np.exp(base), factors=np.ones((len(drawn), base.size)))
    # Where parameters are all but free, draws lie about a penalised fit.
    centre = expected(about)
    curvature, axes = np.linalg.eigh(log_covariance(about))
    root = axes * np.sqrt(np.maximum(curvature, _LEAST))
    up, down = (
        np.stack(
            [expected(moved(about, sign * _FAR * axis)) - centre for axis in root.T]
        )
        for sign in (1.0, -1.0)
    )
    parameters = np.log([list(one.parameters.values()) for one in drawn])
    steps = parameters - np.log(list(about.parameters.values()))
    z = np.clip(np.linalg.solve(root, steps.T).T, -_FARTHEST, _FARTHEST)
    slope, bend = (up - down) / (2 * _FAR), (up + down) / _FAR**2
    factors: FloatArray = np.exp(z @ slope + 0.5 * z**2 @ bend + centre - base)
    return Moves(base=np.exp(base), factors=factors)
