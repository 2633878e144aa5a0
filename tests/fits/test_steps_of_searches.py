"""The steps by which an end of an interval is sought, and what a search leaves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit.fits import FitReport, Penalty, estimate
from crmkit.fits.effects import fit_effects
from crmkit.fits.profile_likelihood import _crossing, _error, _root, _walled
from crmkit.kernels.base.newton import Derivatives
from crmkit.typing import FloatArray

CURVE = np.array([[4.0, 1.0], [1.0, 3.0]])
TOP = np.array([0.3, -0.4])


def _normal(at: FloatArray) -> Derivatives:
    away = at - TOP
    return 2.0 - 0.5 * float(away @ CURVE @ away), -CURVE @ away, -CURVE


def _heard(
    function: Callable[[float], float],
) -> tuple[list[float], Callable[[float], float]]:
    asked: list[float] = []

    def told(step: float) -> float:
        asked.append(step)
        return function(step)

    return asked, told


def test_a_walk_begins_at_two_errors_and_grows_by_six_tenths() -> None:
    asked, loss = _heard(abs)
    found = _crossing(loss, -1.0, 0.7, 0.125, farthest=10.0)
    assert found == pytest.approx(-0.7, rel=1e-12, abs=0)
    np.testing.assert_allclose(
        asked, [-0.25, -0.4, -0.64, -1.024, -0.7], rtol=1e-12, atol=0
    )
    asked, loss = _heard(abs)
    assert _crossing(loss, 1.0, 9.0, 1.0, farthest=4.0) is None
    np.testing.assert_allclose(asked, [2.0, 3.2, 4.0], rtol=1e-12, atol=0)
    asked, loss = _heard(abs)
    assert _crossing(loss, 1.0, 9.0, 4.0, farthest=3.0) is None
    assert asked == [3.0]
    # A loss as large as what is allowed is an end.
    assert _crossing(abs, 1.0, 4.0, 1.0, farthest=4.0) == 4.0


def test_the_end_that_stays_counts_half_in_false_position() -> None:
    asked, function = _heard(lambda step: step**3 - 1)
    found = _root(function, 0.0, 2.0, below=-1.0, above=7.0)
    assert found == pytest.approx(1.0, rel=1e-7, abs=0)
    first = 0.25
    below = first**3 - 1
    second = (first * 7.0 - 2.0 * below) / (7.0 - below)
    lower = second**3 - 1
    third = (second * 3.5 - 2.0 * lower) / (3.5 - lower)
    np.testing.assert_allclose(asked[:3], [first, second, third], rtol=1e-12, atol=0)
    # The other way round.
    asked, function = _heard(lambda step: 1 - (2 - step) ** 3)
    _root(function, 0.0, 2.0, below=-7.0, above=1.0)
    np.testing.assert_allclose(
        asked[:3], [2 - first, 2 - second, 2 - third], rtol=1e-12, atol=0
    )


def test_ends_that_are_one_are_not_asked_for() -> None:
    asked, function = _heard(abs)
    found = _root(function, 1.0, 1.0 + 5e-10, below=-1.0, above=1.0)
    assert found == pytest.approx(1 + 2.5e-10, rel=1e-14, abs=0)
    assert not asked


def test_at_a_wall_only_a_slope_back_inside_counts() -> None:
    walls = np.array([0.0, -2.0]), np.array([1.0, 2.0])
    for first, slope, kept in (
        (0.0, -1.0, 0.0),
        (0.0, 1.0, 1.0),
        (1.0, 1.0, 0.0),
        (1.0, -1.0, 1.0),
        (-0.5, 1.0, 0.0),
        (1.5, -1.0, 0.0),
        (0.5, 1.0, 1.0),
    ):
        seen: list[FloatArray] = []

        def objective(
            at: FloatArray, seen: list[FloatArray] = seen, slope: float = slope
        ) -> Derivatives:
            seen.append(at)
            return 3.0, np.array([slope, 5.0]), CURVE

        value, gradient, hessian = _walled(objective, np.array([first, 0.5]), walls)
        np.testing.assert_allclose(seen[0], [np.clip(first, 0, 1), 0.5], rtol=1e-15)
        np.testing.assert_allclose(gradient, [slope * kept, 5.0], rtol=1e-15)
        known = [[4.0 * kept, kept], [kept, 3.0]]
        np.testing.assert_allclose(hessian, known, rtol=1e-15)
        assert value == 3.0


def _report(covariance: Any, *boundary: str) -> FitReport:
    return FitReport(
        names=("a", "b"),
        estimates=(2.0, 0.5),
        converged=True,
        iterations=1,
        gradient_norm=0.0,
        message="",
        log_likelihood=0.0,
        n_customers=1.0,
        n_cells=1,
        covariance=covariance,
        boundary=boundary,
    )


def test_the_first_step_is_the_error_of_the_logarithm_up_to_one() -> None:
    known = _report(((0.25, 0.0), (0.0, 9.0)))
    assert (_error(known, 0), _error(known, 1)) == (0.25, 1.0)
    unknown = _report(None, "b")
    assert (_error(unknown, 0), _error(unknown, 1)) == (0.1, 1.0)


def test_a_penalty_adds_its_weight_to_the_curvature_of_every_parameter() -> None:
    report = estimate(
        _normal,
        ("a", "b"),
        start=np.array([0.1, 0.2]),
        n_customers=4.0,
        n_cells=3,
        penalty=Penalty(weight=2.0, centre=(1.0, -1.0)),
    )
    stiff = CURVE + 2.0 * np.eye(2)
    pull = CURVE @ TOP + 2.0 * np.array([1.0, -1.0])
    at: FloatArray = np.asarray(np.linalg.solve(stiff, pull), dtype=np.float64)
    np.testing.assert_allclose(report.estimates, np.exp(at), rtol=1e-9)
    known = np.linalg.inv(stiff) * np.exp(np.add.outer(at, at))
    np.testing.assert_allclose(np.array(report.covariance), known, rtol=1e-8)
    assert report.log_likelihood == pytest.approx(_normal(at)[0], rel=1e-9, abs=0)
    assert report.condition_number == pytest.approx(
        np.linalg.cond(stiff), rel=1e-9, abs=0
    )
    assert (report.penalty, report.n_customers, report.n_cells) == (2.0, 4.0, 3)


def test_effects_that_are_all_0_are_not_pulled() -> None:
    found = fit_effects(
        lambda at: (-0.5 * float(at @ at), -at, -np.eye(2)),
        np.zeros(2),
        parameters=1,
        customers=1.0,
        penalty=None,
    )
    assert found.weight == 0.0
    np.testing.assert_array_equal(found.penalised, [0.0, 0.0])
