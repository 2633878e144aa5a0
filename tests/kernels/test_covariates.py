"""Parameters that move with covariates: the chain rule, and rows against sums."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit.kernels.base.newton import Objective, maximise
from crmkit.kernels.purchases import gamma_gamma, pareto_nbd
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd
from crmkit.kernels.purchases.covariate_objective import (
    ByGroup,
    Shifts,
    by_pattern,
    objective_with_covariates,
)
from crmkit.kernels.purchases.likelihood_rows import (
    beta_geometric_rows,
    gamma_gamma_rows,
)
from crmkit.kernels.purchases.pareto_rows import pareto_rows
from crmkit.typing import FloatArray

ROWS = 60
RNG = np.random.default_rng(1)
X = RNG.integers(0, 8, ROWS).astype(np.float64)
AGE = RNG.uniform(1.0, 60.0, ROWS)
LAST = np.where(X > 0, AGE * RNG.random(ROWS), 0.0)
WEIGHTS = RNG.uniform(1.0, 3.0, ROWS)
AMOUNTS = RNG.uniform(1.0, 50.0, ROWS)
TRAITS = RNG.normal(size=(ROWS, 3))
PURCHASES = np.log([0.5, 6.0, 0.9, 1.6])
SPEND = np.log([6.0, 4.0, 15.0])


def bg_rows() -> ByGroup:
    return beta_geometric_rows(X, LAST, AGE, WEIGHTS, first_toss=0)


def mbg_rows() -> ByGroup:
    return beta_geometric_rows(X, LAST, AGE, WEIGHTS, first_toss=1)


def death_rows() -> ByGroup:
    return pareto_rows(X, LAST, AGE, WEIGHTS)


def spend_rows() -> ByGroup:
    return gamma_gamma_rows(X + 1.0, AMOUNTS, WEIGHTS)


SUMS: dict[Callable[[], ByGroup], Objective] = {
    bg_rows: bg_nbd.objective(X, LAST, AGE, WEIGHTS),
    mbg_rows: mbg_nbd.objective(X, LAST, AGE, WEIGHTS),
    death_rows: pareto_nbd.objective(X, LAST, AGE, WEIGHTS),
    spend_rows: gamma_gamma.objective(X + 1.0, AMOUNTS, WEIGHTS),
}
SHIFTS: dict[Callable[[], ByGroup], tuple[FloatArray, Shifts]] = {
    bg_rows: (
        PURCHASES,
        Shifts(size=4, linear=[(1, -TRAITS[:, :2])], logit=(2, 3, TRAITS[:, 2:])),
    ),
    mbg_rows: (PURCHASES, Shifts(size=4, logit=(2, 3, TRAITS))),
    death_rows: (
        PURCHASES,
        Shifts(size=4, linear=[(1, -TRAITS[:, :2]), (3, -TRAITS[:, 2:])]),
    ),
    spend_rows: (SPEND, Shifts(size=3, linear=[(2, TRAITS)])),
}


@pytest.mark.parametrize("rows", list(SUMS), ids=lambda rows: rows.__name__)
def test_rows_add_up_to_the_sums_of_the_plain_model(
    rows: Callable[[], ByGroup],
) -> None:
    place, _ = SHIFTS[rows]
    value, slopes, bends = rows()(np.tile(place, (ROWS, 1)))
    known = SUMS[rows](place)
    assert value == pytest.approx(known[0], rel=1e-13)
    np.testing.assert_allclose(slopes.sum(axis=0), known[1], rtol=1e-11)
    np.testing.assert_allclose(bends.sum(axis=0), known[2], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("rows", list(SUMS), ids=lambda rows: rows.__name__)
def test_without_effects_it_is_the_plain_model(rows: Callable[[], ByGroup]) -> None:
    place, shifts = SHIFTS[rows]
    point = np.concatenate([place, np.zeros(shifts.width - shifts.size)])
    assert np.array_equal(shifts.parameters(point), np.tile(place, (ROWS, 1)))
    value, slope, bend = objective_with_covariates(rows(), shifts)(point)
    known = SUMS[rows](place)
    assert value == pytest.approx(known[0], rel=1e-13)
    np.testing.assert_allclose(slope[: shifts.size], known[1], rtol=1e-10)
    size = slice(shifts.size)
    np.testing.assert_allclose(bend[size, size], known[2], rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("rows", list(SUMS), ids=lambda rows: rows.__name__)
def test_derivatives_with_effects_are_those_of_the_value(
    rows: Callable[[], ByGroup],
) -> None:
    place, shifts = SHIFTS[rows]
    of_point = objective_with_covariates(rows(), shifts)
    point, step = np.concatenate([place, [0.3, -0.2, 0.5]]), 1e-5
    _, slope, bend = of_point(point)
    for at, along in enumerate(step * np.eye(point.size)):
        above, below = of_point(point + along), of_point(point - along)
        by_value = (above[0] - below[0]) / (2 * step)
        assert slope[at] == pytest.approx(by_value, rel=1e-6, abs=1e-5)
        by_slope = (above[1] - below[1]) / (2 * step)
        np.testing.assert_allclose(bend[at], by_slope, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("rows", [bg_rows, death_rows])
def test_groups_of_equal_customers_are_summed_as_one(
    rows: Callable[[], ByGroup],
) -> None:
    kernel: Any = {bg_rows: bg_nbd, death_rows: pareto_nbd}[rows]
    kind = np.arange(ROWS) % 2
    by_row, few = (np.array([[0.0], [1.0]])[which] for which in (kind, [0, 1]))
    objectives = [
        kernel.objective(
            X[kind == k], LAST[kind == k], AGE[kind == k], WEIGHTS[kind == k]
        )
        for k in (0, 1)
    ]
    point = np.concatenate([PURCHASES, [0.4]])
    grouped = objective_with_covariates(
        by_pattern(objectives), Shifts(size=4, linear=[(1, -few)])
    )(point)
    single = objective_with_covariates(rows(), Shifts(size=4, linear=[(1, -by_row)]))(
        point
    )
    assert grouped[0] == pytest.approx(single[0], rel=1e-13)
    np.testing.assert_allclose(grouped[1], single[1], rtol=1e-9)
    np.testing.assert_allclose(grouped[2], single[2], rtol=1e-9, atol=1e-9)


def test_a_leaving_chance_moves_its_mean_and_keeps_its_size() -> None:
    one = np.array([[0.0], [2.0]])
    shifts = Shifts(size=4, logit=(2, 3, one))
    rows = np.exp(shifts.parameters(np.concatenate([PURCHASES, [0.7]])))
    a, b = rows[:, 2], rows[:, 3]
    np.testing.assert_allclose(a + b, 2.5, rtol=1e-14)
    assert np.log(a[1] / b[1]) - np.log(a[0] / b[0]) == pytest.approx(1.4, rel=1e-13)


def test_a_fit_finds_effects_on_the_rate_and_on_leaving() -> None:
    rng, size = np.random.default_rng(5), 20_000
    kind = rng.integers(0, 2, (size, 2)).astype(np.float64)
    truth = np.concatenate([np.log([0.8, 6.0, 1.0, 3.0]), [0.6, -0.8]])
    rate = rng.gamma(0.8, size=size) / 6.0 * np.exp(0.6 * kind[:, 0])
    chance = 1.0 / (1.0 + 3.0 * np.exp(0.8 * kind[:, 1]))
    dropout = rng.beta(4.0 * chance, 4.0 * (1.0 - chance))
    lifetime = rng.exponential(1.0 / (rate * dropout))
    T = np.full(size, 52.0)
    who, when = bg_nbd.sample_purchase_times(rate, dropout, lifetime, T, rng)
    x = np.bincount(who, minlength=size).astype(np.float64)
    last = np.zeros(size)
    np.maximum.at(last, who, when)
    patterns = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    objectives = []
    for pattern in patterns:
        of = np.all(kind == pattern, axis=1)
        objectives.append(bg_nbd.objective(x[of], last[of], T[of], np.ones(of.sum())))
    shifts = Shifts(
        size=4, linear=[(1, -patterns[:, :1])], logit=(2, 3, patterns[:, 1:])
    )
    top = maximise(
        objective_with_covariates(by_pattern(objectives), shifts),
        np.concatenate([np.log([0.5, 3.0, 1.0, 3.0]), [0.0, 0.0]]),
        tolerance=1e-5,
        max_iterations=50,
    )
    assert top.converged
    errors = np.sqrt(np.diag(np.linalg.inv(-top.hessian)))
    assert np.all(np.abs(top.parameters - truth) < 3.5 * errors)
    assert np.all(errors[4:] < 0.1)
