"""Weights of drivers of a binary outcome, against a plain computation."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import linalg, optimize, special

from crmkit.errors import NotEnoughDataError
from crmkit.satisfaction.drivers.logistic_driver_weights import (
    fit_logistic,
    johnson_logistic,
    shapley_logistic,
)


def test_parts_are_squares_of_loadings_and_of_orthogonal_coefficients() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(400, 3)) @ np.array([[1, 0.6, 0.2], [0, 1, 0.5], [0, 0, 1]])
    y = (rng.random(400) < special.expit(X @ [0.9, -0.5, 0.2] - 0.3)).astype(float)
    w = rng.integers(1, 4, 400).astype(float)

    centred = X - np.average(X, axis=0, weights=w)
    Z = centred / np.sqrt(np.average(centred**2, axis=0, weights=w))
    root = np.real(linalg.sqrtm(Z.T @ (w[:, None] * Z) / w.sum()))
    design = np.column_stack([np.ones(400), Z @ np.linalg.inv(root)])

    def loss(b: np.ndarray) -> float:
        odds = design @ b
        return float(w @ (np.logaddexp(0.0, odds) - y * odds))

    def slope(b: np.ndarray) -> np.ndarray:
        return np.asarray(design.T @ (w * (special.expit(design @ b) - y)))

    best = optimize.minimize(loss, np.zeros(4), jac=slope, options={"gtol": 1e-9})
    share = w @ y / w.sum()
    null = -w.sum() * (special.entr(share) + special.entr(1 - share))
    parts = root**2 @ best.x[1:] ** 2
    expected = parts / parts.sum() * (1 + best.fun / null)

    found = johnson_logistic(np.column_stack([X, y]), w, [1, 1, 1])
    assert_allclose(found, expected, rtol=1e-6, atol=0)
    pairs = johnson_logistic(np.column_stack([X, y]), w, [1, 2])
    assert_allclose(pairs, [expected[0], expected[1:].sum()], rtol=1e-6, atol=0)


@pytest.mark.parametrize("steps", [3.0, 1e9])
def test_a_weight_is_the_mean_gain_over_all_orders_of_the_groups(steps: float) -> None:
    # Answers in few steps are merged, others are not.
    rng = np.random.default_rng(5)
    X = rng.normal(size=(250, 4)) @ np.triu(np.full((4, 4), 0.4)) + 2 * rng.random(4)
    X = np.round(steps * X) / steps
    y = (rng.random(250) < special.expit(X @ [0.9, -0.7, 0.4, 0.2])).astype(float)
    w = rng.integers(1, 4, 250).astype(float)
    groups = [[0], [1, 2], [3]]

    def worth(chosen: tuple[int, ...]) -> float:
        columns = [column for at in chosen for column in groups[at]]
        design = np.column_stack([np.ones(250), X[:, columns]])

        def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
            odds = design @ b
            slope = design.T @ (w * (special.expit(odds) - y))
            return float(w @ (np.logaddexp(0.0, odds) - y * odds)), slope

        start = np.zeros(design.shape[1])
        best = optimize.minimize(loss, start, jac=True, options={"gtol": 1e-8})
        share = w @ y / w.sum()
        null = w.sum() * (special.entr(share) + special.entr(1 - share))
        return float(1 - best.fun / null)

    known = np.zeros(3)
    for order in permutations(range(3)):
        for place, at in enumerate(order):
            known[at] += (worth(order[: place + 1]) - worth(order[:place])) / 6
    found = shapley_logistic(np.column_stack([X, y]), w, [1, 2, 1])
    assert_allclose(found, known, rtol=1e-7, atol=0)
    walked: list[int] = []

    def through(turns: Sequence[int]) -> Sequence[int]:
        walked.extend(turns)
        return turns

    shapley_logistic(np.column_stack([X, y]), w, [1, 2, 1], through=through)
    assert walked == list(range(1, 8))


def test_large_coefficients_of_drivers_that_nearly_agree_separate_nothing() -> None:
    rng = np.random.default_rng(8)
    first, apart = rng.normal(size=400), rng.normal(size=400)
    X = np.column_stack([first, first + 0.01 * apart])
    y = (rng.random(400) < special.expit(0.5 * apart)).astype(float)
    fit = fit_logistic(X, y, np.ones(400))
    assert fit.parameters[2] > 15 > -15 > fit.parameters[1]
    sure = (apart > 0).astype(float)
    with pytest.raises(NotEnoughDataError, match="separate 0 from 1"):
        fit_logistic(X, sure, np.ones(400))


def test_the_units_of_drivers_change_no_weight() -> None:
    rng = np.random.default_rng(9)
    X = rng.normal(size=(300, 2)) @ np.array([[1, 0.5], [0, 1]])
    y = (rng.random(300) < special.expit(X @ [1.0, -0.6])).astype(float)
    w = np.ones(300)
    for divide in (johnson_logistic, shapley_logistic):
        plain, other = (
            divide(np.column_stack([X * unit, y]), w, [1, 1])
            for unit in (np.ones(2), np.array([1e-6, 1e6]))
        )
        assert_allclose(other, plain, rtol=1e-6, atol=0)
