"""From a log-likelihood to estimates: optimum, curvature, penalty, boundary."""

import numpy as np
import pytest

from crmkit.fits import FitReport, Penalty, estimate
from crmkit.typing import FloatArray

WAITS = np.array([0.5, 1.0, 2.5, 4.0])


def _exponential(log_parameters: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood of exponential waiting times; the best rate is 1 / mean."""
    n, total = WAITS.size, float(WAITS.sum())
    rate = float(np.exp(log_parameters[0]))
    value = n * log_parameters[0] - rate * total
    return (
        float(value),
        np.array([n - rate * total]),
        np.array([[-rate * total]]),
    )


def _fit(weight: float = 0.0, centre: float = 0.0) -> FitReport:
    return estimate(
        _exponential,
        ("rate",),
        start=np.array([2.0]),
        n_customers=float(WAITS.size),
        n_cells=WAITS.size,
        penalty=Penalty(weight=weight, centre=(centre,)),
    )


def test_the_estimate_is_the_maximum_and_its_error_the_curvature() -> None:
    report = _fit()
    assert report.converged
    assert report.estimates[0] == pytest.approx(0.5, rel=1e-9)
    errors = report.standard_errors
    assert errors is not None
    assert errors["rate"] == pytest.approx(0.25, rel=1e-9)  # rate / sqrt(n)
    assert report.log_likelihood == pytest.approx(4 * np.log(0.5) - 4, rel=1e-12)
    assert report.condition_number == pytest.approx(1.0, rel=1e-12)


def test_a_penalty_pulls_to_its_centre_and_the_likelihood_stays_unpenalised() -> None:
    report = _fit(weight=10.0, centre=1.0)
    assert 0.5 < report.estimates[0] < np.e
    log_rate = np.log(report.estimates[0])
    slope = _exponential(np.array([log_rate]))[1][0] - 10.0 * (log_rate - 1.0)
    assert slope == pytest.approx(0.0, abs=1e-7)
    assert report.log_likelihood == pytest.approx(
        _exponential(np.array([log_rate]))[0], rel=1e-12
    )


def test_a_parameter_that_runs_away_is_named_and_has_no_error() -> None:
    def flat(log_parameters: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        gone = np.exp(-log_parameters)
        return -float(gone[0]), gone, -np.diag(gone)

    report = estimate(
        flat,
        ("b",),
        start=np.array([0.0]),
        n_customers=1.0,
        n_cells=1,
        penalty=Penalty(weight=0.0, centre=(0.0,)),
    )
    assert report.boundary == ("b",)
    assert report.weakly_identified == ("b",)
