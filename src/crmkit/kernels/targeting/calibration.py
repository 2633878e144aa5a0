"""Do the forecast probabilities come true? Brier's score, its parts, and more."""

import numpy as np
from scipy.special import expit, logit

from ...typing import FloatArray, IntArray

__all__ = [
    "brier",
    "brier_parts",
    "corrected_for_prior",
    "expected_calibration_error",
    "log_loss",
    "spiegelhalter",
]


def brier(probability: FloatArray, y: FloatArray, weight: FloatArray) -> float:
    """Return the mean squared error of the forecast (Brier 1950)."""
    return float(weight @ (probability - y) ** 2 / weight.sum())


def brier_parts(
    y: FloatArray, weight: FloatArray, probability: FloatArray, group: IntArray
) -> tuple[float, float, float, float]:
    """Return reliability, resolution, uncertainty and what the groups hide.

    Murphy (1973): Brier = reliability - resolution + uncertainty, exactly when every
    group holds one forecast; otherwise the fourth number, the spread inside groups, is
    added (Stephenson, Coelho and Jolliffe 2008).
    """
    n = np.bincount(group, weight)
    used = n > 0
    forecast = np.bincount(group, weight * probability)[used] / n[used]
    rate = np.bincount(group, weight * y)[used] / n[used]
    share = n[used] / n.sum()
    base = float(share @ rate)
    reliability = float(share @ (forecast - rate) ** 2)
    resolution = float(share @ (rate - base) ** 2)
    uncertainty = base * (1 - base)
    whole = brier(probability, y, weight)
    return (
        reliability,
        resolution,
        uncertainty,
        whole - (reliability - resolution + uncertainty),
    )


def log_loss(probability: FloatArray, y: FloatArray, weight: FloatArray) -> float:
    """Return the mean negative log-likelihood; infinite for a certainty that failed."""
    of_what_came = np.where(y > 0, probability, 1 - probability)
    # Without weight nothing is lost: 0 * -inf would be NaN.
    counted = np.where(weight > 0, of_what_came, 1.0)
    if np.any(counted == 0):
        return float("inf")
    return float(-(weight @ np.log(counted)) / weight.sum())


def spiegelhalter(probability: FloatArray, y: FloatArray) -> float:
    """Return z, standard normal under calibration (Spiegelhalter 1986)."""
    # (y - p)(1 - 2p) is the Brier score minus its expectation under p.
    tilt = 1 - 2 * probability
    variance = np.sum(tilt**2 * probability * (1 - probability))
    return float(np.sum((y - probability) * tilt) / np.sqrt(variance))


def expected_calibration_error(
    probability: FloatArray, y: FloatArray, weight: FloatArray, group: IntArray
) -> float:
    """Return the mean distance of group rate and group forecast."""
    gap = np.bincount(group, weight * (probability - y))
    return float(np.abs(gap).sum() / weight.sum())


def corrected_for_prior(
    probability: FloatArray, *, sampled: float, actual: float
) -> FloatArray:
    """Move forecasts from the base rate of the sample to the actual one.

    Elkan (2001): prior odds multiply, so their logarithms add.
    """
    # Drawing churners more often adds a constant to every log-odds.
    shift = logit(actual) - logit(sampled)
    return np.asarray(expit(logit(probability) + shift), dtype=np.float64)
