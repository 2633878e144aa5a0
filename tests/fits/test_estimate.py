"""From a log-likelihood to estimates: optimum, curvature, penalty, boundary."""

import numpy as np
import pytest

from crmkit.fits import FitReport, Penalty, estimate
from crmkit.kernels.base.newton import Objective
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
    assert report.message == "The gradient is zero."
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


def _normal(top: FloatArray, curve: FloatArray, start: FloatArray) -> FitReport:
    """Fit log-parameters whose likelihood is normal about a point."""

    def sums(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        away = at - top
        return -0.5 * float(curve @ away**2), -curve * away, -np.diag(curve)

    return estimate(
        sums,
        ("a", "b")[: top.size],
        start=start,
        n_customers=2.0,
        n_cells=1,
        penalty=Penalty(weight=0.0, centre=(0.5,) * top.size),
    )


@pytest.mark.parametrize(("away", "gone"), [(9.2, False), (9.22, True), (-9.22, True)])
def test_a_parameter_ten_thousand_times_its_size_has_run_away(
    away: float, *, gone: bool
) -> None:
    report = _normal(np.array([0.5 + away]), np.array([1.0]), np.array([0.0]))
    assert report.boundary == (("a",) if gone else ())
    assert report.converged
    assert report.estimates[0] == pytest.approx(np.exp(0.5 + away), rel=1e-7, abs=0)


@pytest.mark.parametrize(("away", "least"), [(9.3, 1e-2), (9.0, 0.0)])
def test_at_a_boundary_a_curvature_of_rounding_is_none(
    away: float, least: float
) -> None:
    top, start = np.array([0.5 + away]), np.array([0.4 + away])
    for curve in (0.011, 0.009):
        report = _normal(top, np.array([curve]), start)
        assert (report.log_covariance is None) is (curve < least)
        if report.log_covariance is not None:
            assert report.log_covariance[0][0] == pytest.approx(
                1 / curve, rel=1e-7, abs=0
            )


@pytest.mark.parametrize(("flat", "known"), [(2e-13, True), (0.5e-13, False)])
def test_a_direction_ten_trillion_times_less_known_is_not_known(
    flat: float, *, known: bool
) -> None:
    top = np.array([0.1, -0.2])
    report = _normal(top, np.array([3.0, 3.0 * flat]), top)
    assert (report.covariance is not None) is known
    if known:
        assert report.condition_number == pytest.approx(1 / flat, rel=1e-6, abs=0)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_parameter_without_end_stops_at_a_wall_and_the_other_is_fitted(
    side: float,
) -> None:
    def rising(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value = side * float(at[0]) - 0.5 * float((at[1] - 1.5) ** 2)
        return value, np.array([side, 1.5 - at[1]]), np.diag([-1e-9, -1.0])

    report = estimate(
        rising,
        ("a", "b"),
        start=np.array([0.0, 0.0]),
        n_customers=1.0,
        n_cells=1,
        penalty=Penalty(weight=0.0, centre=(0.5, 0.5)),
    )
    reached = side * (np.log(report.estimates[0]) - 0.5)
    assert 13.5 < reached <= 14.0
    assert report.estimates[1] == pytest.approx(np.exp(1.5), rel=1e-7, abs=0)
    assert report.boundary == ("a",)
    assert report.converged
    assert report.covariance is None


@pytest.mark.parametrize(("error", "weak"), [(1.99, ()), (2.01, ("a",))])
def test_a_logarithm_unsure_by_more_than_two_is_weakly_identified(
    error: float, weak: tuple[str, ...]
) -> None:
    top = np.array([0.7, 0.2])
    assert _normal(top, np.array([error**-2, 3.0]), top).weakly_identified == weak


def test_a_search_ends_after_200_steps() -> None:
    def slow(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        # The slope is divided by e at each step, which is a hundredth long.
        left = np.exp(300.0 - 100 * at)
        return -float(left[0]), 100 * left, -np.diag(1e4 * left)

    report = estimate(
        slow,
        ("a",),
        start=np.array([0.0]),
        n_customers=3.0,
        n_cells=1,
        penalty=Penalty(weight=0.0, centre=(0.0,)),
    )
    assert report.iterations == 200
    assert report.message == "Out of iterations."
    assert not report.converged
    assert report.estimates[0] == pytest.approx(np.exp(2.0), rel=1e-9, abs=0)
    left = 100 * np.exp(100.0) / 3
    assert report.gradient_norm == pytest.approx(left, rel=1e-9, abs=0)


def test_at_a_boundary_a_slope_below_a_ten_thousandth_counts_as_none() -> None:
    def kinked(slope: float) -> Objective:
        def sums(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            # Beyond 12 the value falls, whatever the slope promises: no step gains.
            rise = slope * float(at[0]) if at[0] <= 12 else -1.0
            return rise, np.array([slope]), np.array([[-slope]])

        return sums

    for slope, reached in ((0.9e-4, True), (1.1e-4, False)):
        report = estimate(
            kinked(slope),
            ("a",),
            start=np.array([12.0]),
            n_customers=1.0,
            n_cells=1,
            penalty=Penalty(weight=0.0, centre=(0.0,)),
        )
        assert report.boundary == ("a",)
        assert report.converged is reached
        assert (report.message == "No step gains any more.") is not reached
