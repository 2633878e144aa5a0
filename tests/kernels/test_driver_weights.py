"""Shares of R-squared against regressions fitted one by one, and published numbers."""

from itertools import permutations

import numpy as np
import pytest

from crmkit.kernels.survey import driver_weights
from crmkit.typing import FloatArray


def _sample(p: int, *, n: int = 200) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(p)
    mixed = rng.normal(size=(n, p)) @ (np.eye(p) + 0.4 * rng.normal(size=(p, p)))
    y = mixed @ rng.normal(size=p) + rng.normal(size=n) * 2
    return np.column_stack([mixed, y]), rng.uniform(0.2, 3, n)


def _r_squared(columns: FloatArray, w: FloatArray, chosen: tuple[int, ...]) -> float:
    y = columns[:, -1]
    X = np.column_stack([np.ones(len(y)), columns[:, list(chosen)]])
    root = np.sqrt(w)
    b = np.linalg.lstsq(X * root[:, None], y * root, rcond=None)[0]
    rest = w @ (y - X @ b) ** 2
    return float(1 - rest / (w @ (y - w @ y / w.sum()) ** 2))


def test_every_subset_has_the_r_squared_of_its_own_regression() -> None:
    columns, w = _sample(5)
    R = driver_weights.correlations(columns, w)
    swept = driver_weights.subset_r_squared(R, [1] * 5)
    for index in range(32):
        chosen = tuple(j for j in range(5) if index >> j & 1)
        assert swept[index] == pytest.approx(_r_squared(columns, w, chosen), abs=1e-12)


def test_shapley_is_the_mean_over_all_orders_of_entry() -> None:
    columns, w = _sample(4)
    R = driver_weights.correlations(columns, w)
    got = driver_weights.shapley(driver_weights.subset_r_squared(R, [1] * 4))
    gains = np.zeros(4)
    for order in permutations(range(4)):
        for at, j in enumerate(order):
            before, after = order[:at], order[: at + 1]
            gains[j] += _r_squared(columns, w, after) - _r_squared(columns, w, before)
    assert got == pytest.approx(gains / 24, rel=1e-10)
    assert got.sum() == pytest.approx(_r_squared(columns, w, (0, 1, 2, 3)), rel=1e-12)


def test_drivers_that_enter_together_share_as_one() -> None:
    columns, w = _sample(4)
    R = driver_weights.correlations(columns, w)
    worth = driver_weights.subset_r_squared(R, [1, 2, 1])
    expected = [(), (0,), (1, 2), (0, 1, 2), (3,), (0, 3), (1, 2, 3), (0, 1, 2, 3)]
    assert worth == pytest.approx(
        [_r_squared(columns, w, chosen) for chosen in expected], abs=1e-12
    )


def test_independent_drivers_are_worth_their_squared_correlation() -> None:
    R = np.eye(4)
    R[-1, :3] = R[:3, -1] = [0.5, -0.3, 0.2]
    expected = [0.25, 0.09, 0.04]
    worth = driver_weights.subset_r_squared(R, [1] * 3)
    assert driver_weights.shapley(worth) == pytest.approx(expected, rel=1e-13)
    assert driver_weights.johnson(R) == pytest.approx(expected, rel=1e-13)
    assert driver_weights.pratt(R) == pytest.approx(expected, rel=1e-13)


def test_two_equal_drivers_share_alike_and_collinearity_does_no_harm() -> None:
    R = np.array([[1.0, 1.0, 0.6], [1.0, 1.0, 0.6], [0.6, 0.6, 1.0]])
    worth = driver_weights.subset_r_squared(R, [1, 1])
    assert driver_weights.shapley(worth) == pytest.approx([0.18, 0.18], rel=1e-12)
    assert driver_weights.johnson(R) == pytest.approx([0.18, 0.18], rel=1e-12)


def test_two_drivers_have_the_closed_form() -> None:
    # With correlation r the first driver enters first or second, half the time each.
    r, a, b = 0.4, 0.5, 0.3
    R = np.array([[1, r, a], [r, 1, b], [a, b, 1]])
    both = (a**2 + b**2 - 2 * a * b * r) / (1 - r**2)
    got = driver_weights.shapley(driver_weights.subset_r_squared(R, [1, 1]))
    assert got == pytest.approx(
        [(a**2 + both - b**2) / 2, (b**2 + both - a**2) / 2], rel=1e-13
    )


def test_johnson_weights_sum_to_r_squared_and_are_never_negative() -> None:
    columns, w = _sample(6)
    R = driver_weights.correlations(columns, w)
    got = driver_weights.johnson(R)
    assert got.sum() == pytest.approx(
        _r_squared(columns, w, (0, 1, 2, 3, 4, 5)), rel=1e-11
    )
    assert (got >= 0).all()
    assert driver_weights.pratt(R).sum() == pytest.approx(got.sum(), rel=1e-11)


def test_twenty_drivers_are_exact_and_quick() -> None:
    columns, w = _sample(20, n=400)
    R = driver_weights.correlations(columns, w)
    got = driver_weights.shapley(driver_weights.subset_r_squared(R, [1] * 20))
    assert got.sum() == pytest.approx(
        _r_squared(columns, w, tuple(range(20))), rel=1e-9
    )
