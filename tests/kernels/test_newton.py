"""The maximiser ends at the top, says so, and says when it does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base.newton import (
    Derivatives,
    Objective,
    Optimum,
    maximise,
    out_of_reach,
)
from crmkit.typing import FloatArray


def _climb(
    objective: Objective, start: list[float], tolerance: float = 1e-10
) -> Optimum:
    return maximise(objective, np.array(start), tolerance=tolerance, max_iterations=100)


def _saddle(at: FloatArray) -> Derivatives:
    """Two tops at (+-1, 0), a saddle between them."""
    x, y = at
    value = -((x * x - 1) ** 2) - y * y
    gradient = np.array([-4 * x * (x * x - 1), -2 * y])
    hessian = np.diag([-12 * x * x + 4, -2.0])
    return float(value), gradient, hessian


def _rosenbrock(at: FloatArray) -> Derivatives:
    x, y = at
    value = -((1 - x) ** 2) - 100 * (y - x * x) ** 2
    gradient = np.array([2 * (1 - x) + 400 * x * (y - x * x), -200 * (y - x * x)])
    hessian = np.array([[-2 + 400 * y - 1200 * x * x, 400 * x], [400 * x, -200.0]])
    return float(value), gradient, hessian


@given(
    centre=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
    slope=st.floats(-0.9, 0.9),
)
def test_a_quadratic_is_solved_from_anywhere(
    centre: tuple[float, float], slope: float
) -> None:
    shape = -np.array([[1.0, slope], [slope, 1.0]])

    def bowl(at: FloatArray) -> Derivatives:
        away = at - np.array(centre)
        return float(away @ shape @ away) / 2, shape @ away, shape

    top = _climb(bowl, [0.0, 0.0])
    assert top.converged
    np.testing.assert_allclose(top.parameters, centre, atol=1e-8)


def test_a_curved_ridge_is_followed_to_its_end() -> None:
    top = _climb(_rosenbrock, [-1.2, 1.0])
    assert top.converged
    np.testing.assert_allclose(top.parameters, [1.0, 1.0], rtol=1e-9)


def test_it_leaves_a_saddle_upwards() -> None:
    top = _climb(_saddle, [0.1, 0.5])
    assert top.converged
    np.testing.assert_allclose(top.parameters, [1.0, 0.0], atol=1e-9)
    assert np.all(np.linalg.eigvalsh(top.hessian) < 0)


def test_it_steps_back_from_where_the_objective_does_not_exist() -> None:
    def log_barrier(at: FloatArray) -> Derivatives:
        (x,) = at
        if x <= 0:
            return float("-inf"), np.array([np.nan]), np.array([[np.nan]])
        return float(np.log(x) - x), np.array([1 / x - 1]), np.array([[-1 / x**2]])

    top = _climb(log_barrier, [3.0])
    assert top.converged
    assert top.parameters[0] == pytest.approx(1.0, rel=1e-9)


def test_no_step_is_longer_than_two() -> None:
    seen: list[float] = []

    def far_away(at: FloatArray) -> Derivatives:
        seen.append(float(at[0]))
        return float(-((at[0] - 50) ** 2)), -2 * (at - 50), np.array([[-2.0]])

    assert _climb(far_away, [0.0]).converged
    assert np.max(np.abs(np.diff(seen))) <= 2.0


def test_an_endless_slope_is_reported_and_not_called_an_optimum() -> None:
    def slope(at: FloatArray) -> Derivatives:
        return float(at[0]), np.array([1.0]), np.array([[0.0]])

    top = _climb(slope, [0.0])
    assert not top.converged
    assert top.iterations == 100
    assert top.message == "Out of iterations."
    assert top.gradient_norm == 1.0


def test_a_start_that_is_not_finite_is_reported() -> None:
    def nowhere(at: FloatArray) -> Derivatives:
        return float("nan"), at, np.eye(1)

    top = _climb(nowhere, [1.0])
    assert not top.converged
    assert top.iterations == 0
    assert top.message == "The objective is not finite at the start."


def test_a_wrong_gradient_is_reported_as_no_gain() -> None:
    def liar(at: FloatArray) -> Derivatives:
        return float(-at[0]), np.array([1.0]), np.array([[-1.0]])

    top = _climb(liar, [0.0])
    assert not top.converged
    assert top.message == "No step gains any more."


def test_a_step_that_never_gains_is_given_up_after_few_trials() -> None:
    asked: list[float] = []

    def liar(at: FloatArray) -> Derivatives:
        asked.append(float(at[0]))
        return float(-at[0]), np.array([1.0]), np.array([[-1.0]])

    _climb(liar, [0.0])
    assert len(asked) == 25
    assert asked[-1] == pytest.approx(0.5**8 * 0.25**15, rel=1e-12)


def test_the_start_is_left_as_it_was_and_a_rerun_is_the_same_to_the_bit() -> None:
    start = np.array([-1.2, 1.0])
    first = maximise(_rosenbrock, start, tolerance=1e-10, max_iterations=100)
    second = maximise(_rosenbrock, start, tolerance=1e-10, max_iterations=100)
    assert start.tolist() == [-1.2, 1.0]
    assert first.parameters.tolist() == second.parameters.tolist()
    assert first.iterations == second.iterations


@pytest.mark.parametrize("steepness", [1.0, 1e-4, 1e-9])
def test_a_quadratic_within_reach_takes_one_step_however_long_its_axes(
    steepness: float,
) -> None:
    bend = -np.diag([1.0, steepness])

    def bowl(at: FloatArray) -> Derivatives:
        away = at - np.array([1.0, -1.5])
        return float(away @ bend @ away) / 2, bend @ away, bend

    top = _climb(bowl, [0.0, 0.0], tolerance=1e-14)
    assert top.converged
    assert top.iterations == 1
    assert top.parameters.tolist() == pytest.approx([1.0, -1.5], rel=1e-9)
    assert top.gradient_norm <= 1e-14


def test_exponentials_are_out_of_reach_from_300_on() -> None:
    near, far = np.array([-299.9, 299.9]), np.array([1.0, -300.0])
    assert out_of_reach(2, near, near) is None
    assert out_of_reach(2, np.zeros(0)) is None
    for logarithms in ((far,), (near, far)):
        found = out_of_reach(2, *logarithms)
        assert found is not None
        value, gradient, hessian = found
        assert value == -np.inf
        assert gradient.tolist() == [0.0, 0.0]
        assert hessian.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_a_step_that_keeps_too_little_of_its_promise_is_shortened() -> None:
    seen: list[float] = []

    def curved(at: FloatArray) -> Derivatives:
        (x,) = at
        seen.append(float(x))
        # The Hessian claims far less curvature than there is: a full step of 2 loses,
        # one of 1 gains 5e-5 of 1 promised, and one of a half gains enough.
        value = {0.0: 0.0, 2.0: -1.0, 1.0: 5e-5, 0.5: 0.3}.get(float(x), -9.0)
        return value, np.array([1.0]), np.array([[-0.5]])

    maximise(curved, np.zeros(1), tolerance=1e-9, max_iterations=1)
    assert seen == [0.0, 2.0, 1.0, 0.5]


@pytest.mark.parametrize("slope", [1e-8, -1e-8])
def test_at_the_top_a_step_has_to_be_flatter_and_not_only_as_flat(slope: float) -> None:
    def level(_: FloatArray) -> Derivatives:
        # The gain of a step, 1e-16, is less than the rounding of the value.
        return 5.0, np.array([slope]), np.array([[-1.0]])

    top = _climb(level, [0.0])
    assert not top.converged
    assert top.iterations == 0
    assert top.message == "No step gains any more."
