"""From the optimum of a fit with covariates to its effects, test and warnings."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._check import LONGEST, level_of_caller, nonnegative, one_of
from ...errors import ConvergenceError, IdentifiabilityWarning
from ...fits import FitReport
from ...fits.effects import EffectFit
from ...typing import FloatArray
from .covariate_effects import CovariateEffect, CovariateTest

__all__ = [
    "FittedEffects",
    "Scaled",
    "chosen_penalty",
    "fitted_effects",
    "require_settled",
    "scaled",
]

# One standard error is then a factor of e**10, or 22,000, of the most unusual customer.
_FREE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaled:
    """Covariates in standard deviations about their mean, in which effects are fitted.

    Attributes
    ----------
    names
        The covariates.
    table
        One row per kind of customer, or per period, and one column per covariate.
    mean, spread
        What was taken off each column, and divided by.
    """

    names: tuple[str, ...]
    table: FloatArray
    mean: FloatArray
    spread: FloatArray

    def of(self, table: FloatArray) -> FloatArray:
        """Return other rows of covariates in the same standard deviations."""
        return np.asarray((table - self.mean) / self.spread)

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the columns of some of the covariates."""
        return [self.names.index(name) for name in names]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedEffects:
    """The effects of covariates as a result shows them.

    Attributes
    ----------
    effects
        Per unit of each covariate.
    test
        Of all of them together.
    penalty
        The weight that the fit used.
    at_zero
        Of each part of the model, how far the effects move its logarithm from where
        all covariates are 0 to where they are at their mean.
    """

    effects: tuple[CovariateEffect, ...]
    test: CovariateTest
    penalty: float
    at_zero: tuple[float, ...]


def scaled(names: tuple[str, ...], table: FloatArray, weights: FloatArray) -> Scaled:
    """Return covariates in standard deviations about their mean."""
    mean = weights @ table / weights.sum()
    spread = np.sqrt(weights @ (table - mean) ** 2 / weights.sum())
    return Scaled(names=names, table=(table - mean) / spread, mean=mean, spread=spread)


def chosen_penalty(penalty: float | Literal["marginal"]) -> float | None:
    """Return the weight of a penalty; None to choose it by marginal likelihood."""
    if isinstance(penalty, str):
        one_of("penalty", penalty, ("marginal",))
        return None
    return nonnegative("penalty", penalty, at_most=LONGEST)


def fitted_effects(
    found: EffectFit,
    plain: FitReport,
    covariates: Scaled,
    *,
    on: Mapping[str, Sequence[str]],
) -> FittedEffects:
    """Name the effects, per unit of each covariate, and test them.

    Parameters
    ----------
    found
        The optimum: the parameters of the plain model, then the effects.
    plain
        The fit without covariates.
    covariates
        What the effects were fitted in.
    on
        The parts of the model, in the order of the effects, with their covariates.
    """
    named = [(name, part) for part, names in on.items() for name in names]
    sizes = covariates.spread[covariates.places([name for name, _ in named])]
    estimates, shrunk = (
        point[-len(named) :] / sizes for point in (found.point, found.penalised)
    )
    errors: list[float | None] = [None] * len(named)
    if found.covariance is not None:
        errors = list(np.sqrt(np.diag(found.covariance))[-len(named) :] / sizes)
    at_zero, first = [], 0
    for names in on.values():
        own = shrunk[first : first + len(names)]
        at_zero.append(float(covariates.mean[covariates.places(names)] @ own))
        first += len(names)
    return FittedEffects(
        effects=tuple(
            CovariateEffect(
                covariate=covariate,
                on=part,
                estimate=float(estimate),
                standard_error=None if error is None else float(error),
                shrunk=float(drawn),
            )
            for (covariate, part), estimate, error, drawn in zip(
                named, estimates, errors, shrunk, strict=True
            )
        ),
        test=CovariateTest(
            log_likelihood=found.log_likelihood,
            plain_log_likelihood=plain.log_likelihood,
            degrees_of_freedom=len(named),
        ),
        penalty=found.weight,
        at_zero=tuple(at_zero),
    )


def require_settled(
    fit: object,
    effects: tuple[CovariateEffect, ...],
    found: EffectFit,
    plain: FitReport,
    covariates: Scaled,
) -> None:
    """Refuse a fit without an optimum; warn of effects that the data leave open."""
    if not (found.converged and plain.converged):
        message = (
            f"the fit with covariates did not converge in {found.iterations} "
            f"iterations (largest slope {found.gradient_norm:.2g}). The fit it reached "
            "is on this error as 'fit'; leave out covariates of few customers."
        )
        raise ConvergenceError(message, fit=fit)
    widest = np.abs(covariates.table).max(axis=0) * covariates.spread
    reach = dict(zip(covariates.names, widest.tolist(), strict=True))
    open_ = [
        f"{effect.covariate} on {effect.on}"
        for effect in effects
        if effect.standard_error is None
        or effect.standard_error * reach[effect.covariate] > _FREE
    ]
    if open_:
        plainly = " or the plain model" if found.covariance is None else ""
        warnings.warn(
            f"the data leave the effects ({', '.join(open_)}){plainly} all but free. "
            "Predictions within the data hold; do not read meaning into the effects.",
            IdentifiabilityWarning,
            stacklevel=level_of_caller(),
        )
