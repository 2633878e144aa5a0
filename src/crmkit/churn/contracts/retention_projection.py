"""A retention curve ahead, with intervals from the curvature of the likelihood."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtri

from ..._check import MOST_REPEATS, fraction, whole
from ...errors import NotEnoughDataError
from ...fits import FitReport, JsonResult, checked
from ...typing import FloatArray

__all__ = ["RetentionProjection", "project"]

_STEP = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RetentionProjection(JsonResult):
    """Survival and retention at renewals 1, 2, ..., as plain numbers.

    Attributes
    ----------
    renewals
        1, 2, ... up to the horizon.
    survival, survival_lower, survival_upper
        The share of new customers still there after each renewal, and its interval.
    retention, retention_lower, retention_upper
        The share kept at each renewal of those who were there before it.
    level
        The confidence of the intervals.
    """

    renewals: tuple[int, ...]
    survival: tuple[float, ...]
    survival_lower: tuple[float, ...]
    survival_upper: tuple[float, ...]
    retention: tuple[float, ...]
    retention_lower: tuple[float, ...]
    retention_upper: tuple[float, ...]
    level: float


def project(
    log_survival: Callable[[FloatArray, FloatArray], FloatArray],
    report: FitReport | None,
    *,
    horizon: int,
    level: float,
) -> RetentionProjection:
    """Project a curve of ``(renewals, parameters)``: delta method on the logit."""
    if report is None or report.covariance is None:
        raise NotEnoughDataError(
            needed="a fit with a covariance",
            got="a model built by hand or a flat likelihood",
            remedy="Fit the model to data, or use survival() without intervals.",
        )
    t = np.arange(0.0, whole("horizon", horizon, at_least=1, at_most=MOST_REPEATS) + 1)
    width = float(ndtri(0.5 + fraction("level", level) / 2))
    estimates = np.array(report.estimates)
    covariance = np.array(report.covariance)

    def survival(parameters: FloatArray) -> FloatArray:
        return np.exp(log_survival(t, parameters))[1:]

    def retention(parameters: FloatArray) -> FloatArray:
        return np.exp(np.diff(log_survival(t, parameters)))

    of_survival = _interval(survival, estimates, covariance, width)
    of_retention = _interval(retention, estimates, covariance, width)
    return RetentionProjection(
        renewals=tuple(range(1, t.size)),
        survival=of_survival[0],
        survival_lower=of_survival[1],
        survival_upper=of_survival[2],
        retention=of_retention[0],
        retention_lower=of_retention[1],
        retention_upper=of_retention[2],
        level=level,
    )


def _interval(
    curve: Callable[[FloatArray], FloatArray],
    estimates: FloatArray,
    covariance: FloatArray,
    width: float,
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    slopes = []
    for at, estimate in enumerate(estimates):
        step = np.zeros(estimates.size)
        step[at] = _STEP * estimate
        up, down = logit(curve(estimates + step)), logit(curve(estimates - step))
        slopes.append((up - down) / (2 * step[at]))
    gradient = np.stack(slopes, axis=1)
    error = np.sqrt(np.einsum("ti,ij,tj->t", gradient, covariance, gradient))
    middle = curve(estimates)
    ends = expit(logit(middle) - width * error), expit(logit(middle) + width * error)
    return tuple(middle.tolist()), tuple(ends[0].tolist()), tuple(ends[1].tolist())
