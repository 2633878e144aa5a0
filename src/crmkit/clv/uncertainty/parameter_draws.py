"""Other parameters the data would allow: draws from the fitted log-normal."""

from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np

from ...errors import InvalidTypeError, NotEnoughDataError
from ...fits import FitReport
from ...kernels.base.symmetric_root import symmetric_root
from ...typing import FloatArray

__all__ = [
    "Fitted",
    "Parametric",
    "drawable",
    "log_covariance",
    "moved",
    "plausible",
    "steady",
]

_FARTHEST = 230.0  # exp(230) = 8e99: no parameter may lie further out


class Parametric(Protocol):
    """A frozen model of parameters."""

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        ...


class Fitted(Parametric, Protocol):
    """A frozen model of positive parameters that may know how it was fitted."""

    @property
    def report(self) -> FitReport | None:
        """How the fit came about."""
        ...


_Model = TypeVar("_Model", bound=Parametric)


def plausible(model: _Model, n_draws: int, rng: np.random.Generator) -> list[_Model]:
    """Draw models from the log-normal distribution of the estimates.

    The parameters of a model built by hand, or fitted by moments, are taken as exact:
    every draw is the model itself.
    """
    if reported(model) is None:
        return [model] * n_draws
    model = steady(model)
    covariance = log_covariance(model)
    normal = rng.standard_normal((n_draws, covariance.shape[0]))
    return [moved(model, step) for step in normal @ symmetric_root(covariance)]


def reported(model: object) -> FitReport | None:
    """Return the report of a model; None for one by hand, or fitted by moments."""
    report = getattr(model, "report", None)
    return report if isinstance(report, FitReport) else None


def steady(model: _Model) -> _Model:
    """Return the model, or that of the fit with a penalty where parameters are free."""
    report = reported(model)
    if report is None or report.steadied_estimates is None:
        return model
    named = dict(zip(report.names, report.steadied_estimates, strict=True))
    return replace(model, report=report.steadied, **named)  # type: ignore[type-var] # a dataclass


def moved(model: _Model, step: FloatArray) -> _Model:
    """Return the model with the logarithms of its parameters moved by ``step``."""
    names, values = zip(*model.parameters.items(), strict=True)
    shifted = np.exp(np.clip(np.log(values) + step, -_FARTHEST, _FARTHEST)).tolist()
    return replace(model, report=None, **dict(zip(names, shifted, strict=True)))  # type: ignore[type-var] # a dataclass


def log_covariance(model: object) -> FloatArray:
    """Return the covariance of the log-estimates of a fit that can be drawn from."""
    return np.array(drawable(model).log_covariance)


def drawable(model: object) -> FitReport:
    """Return the report of a fit whose parameters can be drawn; refuse any other.

    For parameters that are all but free, a covariance misleads: draws would go as far
    to the side that the data exclude as to the side that they leave open.
    """
    if isinstance(model, type):
        raise InvalidTypeError(
            subject="the model to draw parameters of",
            expected="a fitted model",
            got=model.__name__,
            remedy="Pass a fit, such as fit_bg_nbd returns.",
        )
    report = reported(model)
    if report is None:
        raise NotEnoughDataError(
            needed="a fit with a covariance",
            got="one built by hand",
            remedy="Fit it to these customers first.",
        )
    if report.weakly_identified:
        free = ", ".join(report.weakly_identified)
        raise NotEnoughDataError(
            needed="a fit with a covariance",
            got=f"one that leaves {free} all but free",
            remedy="Fit it with penalty=1, which holds them, or fit a simpler model.",
        )
    return report
