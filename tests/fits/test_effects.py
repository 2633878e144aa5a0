"""Effects and intervals of likelihoods whose maxima are known: normal ones."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from crmkit.fits import FitReport
from crmkit.fits.effects import _inverse, fit_effects
from crmkit.fits.profile_likelihood import _room, _walled, _walls, profile_interval
from crmkit.fits.time_unit import within_time_of_fit
from crmkit.fits.told_steps import told_within
from crmkit.kernels.base.newton import Derivatives, Objective
from crmkit.typing import FloatArray

CURVE = np.array([[4.0, 1.0, -0.5], [1.0, 3.0, 0.7], [-0.5, 0.7, 2.0]])
TOP = np.array([0.3, -2.4, 1.6])


def _normal(curve: FloatArray, top: FloatArray) -> Objective:
    def objective(at: FloatArray) -> Derivatives:
        away = at - top
        return 5.0 - 0.5 * float(away @ curve @ away), -curve @ away, -curve

    return objective


def _effects(penalty: float | None, held: tuple[int, ...] = (), **options: Any) -> Any:
    return fit_effects(
        _normal(CURVE, TOP),
        np.array([0.25, 0.0, 0.0]),
        parameters=1,
        customers=10.0,
        penalty=penalty,
        held=held,
        **options,
    )


def test_effects_are_pulled_by_their_prior_and_parameters_are_not() -> None:
    found = _effects(1.7)
    pull = np.diag([0.0, 1.7, 1.7])
    np.testing.assert_allclose(found.point, TOP, rtol=1e-9)
    known = np.linalg.solve(CURVE + pull, CURVE @ TOP)
    np.testing.assert_allclose(found.penalised, known, rtol=1e-9)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(CURVE), rtol=1e-9)
    assert found.log_likelihood == pytest.approx(5.0, rel=1e-12, abs=0)
    assert found.weight == 1.7
    assert found.converged


def test_a_chosen_weight_is_the_fixed_point_of_mackay() -> None:
    found = _effects(None)
    pull = found.weight * np.diag([0.0, 1.0, 1.0])
    effects = np.linalg.solve(CURVE + pull, CURVE @ TOP)[1:]
    spread = np.trace(np.linalg.inv(CURVE + pull)[1:, 1:])
    decided = 2 - found.weight * spread
    assert found.weight == pytest.approx(decided / (effects @ effects), rel=1e-5, abs=0)
    np.testing.assert_allclose(found.penalised[1:], effects, rtol=1e-5)


def test_without_effects_a_weight_becomes_as_stiff_as_it_may() -> None:
    found = fit_effects(
        _normal(CURVE, np.array([0.3, 1e-5, 1e-5])),
        np.zeros(3),
        parameters=1,
        customers=1.0,
        penalty=None,
        tolerance=1e-13,
    )
    assert found.weight == 1e8
    assert np.all(np.abs(found.penalised[1:]) < 1e-11)


def test_a_parameter_that_is_held_stays_and_has_no_variance() -> None:
    found = _effects(0.0, held=(0,))
    off = CURVE[1:, 0] * (0.25 - TOP[0])
    known = TOP[1:] - np.linalg.solve(CURVE[1:, 1:], off)
    np.testing.assert_allclose(found.point, [0.25, *known], rtol=1e-9)
    np.testing.assert_allclose(found.penalised, found.point, rtol=1e-12)
    inverse = np.zeros((3, 3))
    inverse[1:, 1:] = np.linalg.inv(CURVE[1:, 1:])
    np.testing.assert_allclose(found.covariance, inverse, rtol=1e-9, atol=1e-15)
    # The penalty of the rest pulls effects only.
    pulled = _effects(1.7, held=(0,)).penalised[1:]
    stiff = CURVE[1:, 1:] + 1.7 * np.eye(2)
    known = np.linalg.solve(stiff, CURVE[1:, 1:] @ TOP[1:] - off)
    np.testing.assert_allclose(pulled, known, rtol=1e-9)


def test_of_two_parameters_and_one_held_the_other_is_not_pulled() -> None:
    start = np.array([0.25, 0.0, 0.0])
    found = fit_effects(
        _normal(CURVE, TOP),
        start,
        parameters=2,
        customers=10.0,
        penalty=1.7,
        held=(0,),
    )
    stiff = CURVE[1:, 1:] + np.diag([0.0, 1.7])
    off = CURVE[1:, 0] * (0.25 - TOP[0])
    known = np.linalg.solve(stiff, CURVE[1:, 1:] @ TOP[1:] - off)
    np.testing.assert_allclose(found.penalised, [0.25, *known], rtol=1e-9)


def test_a_weight_is_chosen_in_100_rounds_at_most() -> None:
    # An effect as large as its error: the fixed point rises by 4 from round to round.
    found = fit_effects(
        _normal(np.diag([1.0, 4.0]), np.array([0.3, 0.5])),
        np.zeros(2),
        parameters=1,
        customers=1.0,
        penalty=None,
        tolerance=1e-13,
    )
    assert found.weight == pytest.approx(404.0, rel=1e-9, abs=0)


def test_the_search_for_effects_ends_after_100_steps() -> None:
    def slow(at: FloatArray) -> Derivatives:
        left = np.exp(300.0 - 100 * at)
        return -float(left.sum()), 100 * left, -np.diag(1e4 * left)

    found = fit_effects(
        slow, np.array([0.0, 0.1]), parameters=1, customers=3.0, penalty=0.0
    )
    assert (found.iterations, found.converged) == (100, False)
    np.testing.assert_allclose(found.point, [1.0, 1.1], rtol=1e-9)
    left = 100 * np.exp(200.0) / 3
    assert found.gradient_norm == pytest.approx(left, rel=1e-9, abs=0)


@pytest.mark.parametrize("part", [0.99, 1.01])
def test_beside_what_is_held_a_slope_below_a_ten_thousandth_is_level(
    part: float,
) -> None:
    # A hundred steps of 0.01 each leave a slope of 100 exp(start), for 3 customers.
    start = np.log(part * 3e-6)

    def slow(at: FloatArray) -> Derivatives:
        left = np.array([0.0, np.exp(start + 100 - 100 * at[1])])
        bend = np.diag([-1.0, -1e4 * left[1]])
        return -float(left.sum()), 100 * left, bend

    options: dict[str, Any] = {"parameters": 1, "customers": 3.0, "penalty": 0.0}
    held = fit_effects(slow, np.zeros(2), held=[0], tolerance=1e-30, **options)
    assert held.gradient_norm == pytest.approx(part * 1e-4, rel=1e-9, abs=0)
    assert held.converged is (part < 1)
    free = fit_effects(slow, np.zeros(2), tolerance=1e-30, **options)
    assert not free.converged


def test_effects_that_cannot_be_told_apart_have_no_covariance() -> None:
    alike = np.array([[4.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    for curve in (alike, np.diag([4.0, 0.0, 1.0]), np.diag([4.0, np.nan, 1.0])):
        found = fit_effects(
            _normal(curve, np.zeros(3)),
            np.zeros(3),
            parameters=1,
            customers=1.0,
            penalty=0.0,
        )
        assert found.covariance is None
    # Units far apart are told apart all the same.
    unequal = np.diag([1e-9, 1e9, 1.0])
    known = fit_effects(
        _normal(unequal, np.zeros(3)),
        np.zeros(3),
        parameters=1,
        customers=1.0,
        penalty=0.0,
    ).covariance
    assert known is not None
    np.testing.assert_allclose(np.diag(known), [1e9, 1e-9, 1.0], rtol=1e-9)


def _report(
    estimates: tuple[float, ...], *, boundary: tuple[str, ...] = (), known: bool = True
) -> FitReport:
    of_logs = np.linalg.inv(CURVE) * np.outer(estimates, estimates)
    return FitReport(
        names=("a", "b", "c"),
        estimates=estimates,
        converged=True,
        iterations=3,
        gradient_norm=0.0,
        message="The gradient is zero.",
        log_likelihood=5.0,
        n_customers=10.0,
        n_cells=10,
        covariance=tuple(map(tuple, of_logs.tolist())) if known else None,
        condition_number=3.0 if known else None,
        boundary=boundary,
        penalty=0.0,
    )


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("name", "at"), [("a", 0), ("b", 1), ("c", 2)])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_profile_of_a_normal_likelihood_ends_at_its_quantiles(
    name: str, at: int, level: float, *, known: bool
) -> None:
    report = _report(tuple(np.exp(TOP)), known=known)
    low, high = profile_interval(_normal(CURVE, TOP), report, name, level=level)
    error = np.sqrt(np.linalg.inv(CURVE)[at, at]) * norm.ppf(0.5 + level / 2)
    assert low == pytest.approx(np.exp(TOP[at] - error), rel=3e-7, abs=0)
    assert high == pytest.approx(np.exp(TOP[at] + error), rel=3e-7, abs=0)


def _far(reach: float, top: float, *boundary: str) -> tuple[Any, Any]:
    """Ask for an end that lies ``reach`` from the estimate of the first parameter."""
    bend = (norm.ppf(0.975) / reach) ** 2
    curve, at = np.diag([bend, 3.0, 2.0]), np.array([top, 0.0, 0.0])
    report = _report(tuple(np.exp(at)), boundary=boundary)
    return profile_interval(_normal(curve, at), report, "a", level=0.95)


def test_an_interval_is_open_beyond_a_factor_of_ten_powers_of_e() -> None:
    low, high = _far(9.9, 0.0)
    assert low == pytest.approx(np.exp(-9.9), rel=1e-5, abs=0)
    assert high == pytest.approx(np.exp(9.9), rel=1e-5, abs=0)
    assert _far(10.1, 0.0) == (None, None)


@pytest.mark.parametrize("side", [-1, 1])
def test_at_the_boundary_one_side_is_open_and_the_other_may_go_twice_as_far(
    side: int,
) -> None:
    ends = _far(19.9, 9.5 * side, "a")[::side]
    assert ends[0] == pytest.approx(np.exp(side * (9.5 - 19.9)), rel=1e-5, abs=0)
    assert ends[1] is None
    assert _far(20.1, 9.5 * side, "a") == (None, None)
    # One that stays within a factor of ten thousand has not run away.
    assert _far(10.1, 9.1 * side, "a") == (None, None)
    assert None not in _far(9.9, 9.1 * side, "a")


def test_the_others_may_go_a_little_further_than_the_one_asked_for() -> None:
    best = np.array([0.5, 9.5, -9.5])
    report = _report(tuple(np.exp(best)), boundary=("b", "c"))
    floor, ceiling = _walls(report, best)
    np.testing.assert_allclose(floor, [-13.5, -14.5, -9.5], rtol=1e-12)
    np.testing.assert_allclose(ceiling, [14.5, 9.5, 14.5], rtol=1e-12)
    assert (_room(-14.0), _room(5.5), _room(3.0), _room(0.0)) == (10.0, 1.5, 0.0, 0.0)


def test_a_step_within_steps_is_told_in_hundredths() -> None:
    told: list[tuple[int, int]] = []
    inner = told_within(lambda done, total: told.append((done, total)), step=2, of=5)
    assert inner is not None
    for done, of in ((0, 3), (2, 3), (3, 3), (0, 0)):
        inner(done, of)
    assert told == [(200, 500), (266, 500), (300, 500), (300, 500)]


def test_a_time_four_times_that_of_the_fit_passes_and_a_longer_one_warns() -> None:
    class Report:
        longest_observation = 10.0

    class Model:
        report = Report()

    within_time_of_fit(Model(), np.array([40.0, 1.0]))
    within_time_of_fit(Model(), np.array([]))
    with pytest.warns(UserWarning, match=r"up to 40\.5, but the fit knows up to 10\."):
        within_time_of_fit(Model(), np.array([1.0, 40.5]))


@pytest.mark.parametrize(("end", "held"), [(9.2, False), (9.22, True)])
def test_a_parameter_is_held_once_it_ran_ten_thousandfold(
    end: float, *, held: bool
) -> None:
    # The slope never falls below 1e-6 where the first of two has no end: log(1e4) is
    # 9.2103. The second is 0.4 plus half of the first, the effect -0.3.
    def endless(at: FloatArray) -> Derivatives:
        bend = np.array([[-0.25, 0.5, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, -4.0]])
        bend[0, 0] -= 1.0
        off = np.array([at[0] - end, at[1] - 0.4 - at[0] / 2, at[2] + 0.3])
        slope = np.array([off[1] / 2 - off[0], -off[1], -4 * off[2]])
        slope[0] += 1e-6
        value = -(off[0] ** 2 + off[1] ** 2 + 4 * off[2] ** 2) / 2
        return float(value), slope, bend

    found = fit_effects(
        endless,
        np.zeros(3),
        parameters=2,
        customers=1.0,
        penalty=0.0,
        tolerance=1e-300,
    )
    assert found.point[1] == pytest.approx(0.4 + found.point[0] / 2, rel=1e-6, abs=0)
    assert found.point[2] == pytest.approx(-0.3, rel=1e-6, abs=0)
    assert found.covariance is not None
    # Of what is held there is no error.
    assert found.covariance[0, 0] == pytest.approx(0.0 if held else 1.0, rel=1e-9)
    assert found.covariance[1, 1] == pytest.approx(1.0 if held else 1.25, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_unit_of_a_covariate_does_not_decide_whether_it_is_told(
    unit: float,
) -> None:
    units = np.array([1.0, unit, 0.1])
    found = _inverse(CURVE * np.outer(units, units))
    expected = np.linalg.inv(CURVE) / np.outer(units, units)
    assert found is not None
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)
    assert _inverse(np.ones((2, 2)) * unit) is None
    assert _inverse(np.diag([1.0, 0.0])) is None
    assert _inverse(np.diag([1.0, -unit])) is None


@pytest.mark.parametrize("slope", [0.25, 4.0])
def test_at_a_wall_only_what_leads_beyond_it_is_nothing(slope: float) -> None:
    rise = np.array([slope, -slope, slope, -slope, slope])
    there = np.array([-1.0, -1.0, 1.0, 1.0, 0.5])

    def objective(at: FloatArray) -> Derivatives:
        np.testing.assert_array_equal(at, there)
        return 3.0, rise, -np.eye(5)

    value, gradient, hessian = _walled(objective, there, (-np.ones(5), np.ones(5)))
    free = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    assert value == 3
    np.testing.assert_array_equal(gradient, rise * free)
    np.testing.assert_array_equal(hessian, -np.diag(free))
