"""Spend by credibility: identities, recovery, and where gamma-gamma fails."""

import numpy as np
import pytest

from crmkit.kernels.base.newton import maximise
from crmkit.kernels.purchases import gamma_gamma
from crmkit.kernels.purchases.credibility_spend import (
    SpendStructure,
    belief,
    estimate_structure,
    expected_spend,
)
from crmkit.kernels.value.credibility import credibility
from crmkit.typing import FloatArray

Spending = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def simulated(customers: int, seed: int, *, slope: float = 0.0) -> Spending:
    """Return frequency, mean, variance, and the true own mean."""
    rng = np.random.default_rng(seed)
    x = np.asarray(1.0 + rng.negative_binomial(0.8, 0.15, customers), np.float64)
    own = 30.0 + slope * np.log1p(x) + 6.0 * rng.standard_normal(customers)
    who = np.repeat(np.arange(customers), x.astype(np.int64))
    amounts = own[who] + 15.0 * rng.standard_normal(who.size)
    mean = (np.bincount(who, amounts) / x).astype(np.float64)
    spread = np.bincount(who, (amounts - mean[who]) ** 2).astype(np.float64)
    return x, mean, np.asarray(spread / np.maximum(x - 1.0, 1.0)), np.asarray(own)


def fitted(spending: Spending, *, sloping: bool) -> SpendStructure:
    x, mean, variance, _ = spending
    return estimate_structure(x, mean, variance, np.ones(x.size), sloping=sloping)


def scored(spending: Spending, structure: SpendStructure) -> FloatArray:
    return expected_spend(
        spending[0],
        spending[1],
        collective_mean=structure.collective_mean,
        slope=structure.slope,
        within=structure.within,
        between=structure.between,
    )


def test_without_a_slope_it_is_buhlmann_and_straub() -> None:
    rng = np.random.default_rng(4)
    who = np.repeat(np.arange(12), rng.integers(2, 9, 12))
    amounts = 20.0 + 5.0 * rng.standard_normal(12)[who] + rng.normal(0, 9, who.size)
    known = credibility(who, amounts, np.ones(who.size), 12)
    x = np.bincount(who).astype(np.float64)
    mean = np.bincount(who, amounts) / x
    variance = np.bincount(who, (amounts - mean[who]) ** 2) / (x - 1.0)
    found = estimate_structure(x, mean, variance, np.ones(12), sloping=False)
    assert found.within == pytest.approx(known.within, rel=1e-12)
    assert found.between == pytest.approx(known.between, rel=1e-11)
    assert found.collective_mean == pytest.approx(known.mean, rel=1e-12)
    np.testing.assert_allclose(
        scored((x, mean, variance, x), found), known.estimate, rtol=1e-11
    )


@pytest.mark.parametrize("slope", [0.0, 12.0])
def test_the_line_and_both_variances_are_found_again(slope: float) -> None:
    structure = fitted(simulated(40_000, 1, slope=slope), sloping=True)
    errors = np.sqrt(np.diag(structure.covariance))
    assert abs(structure.collective_mean - 30.0) < 3.5 * errors[0]
    assert abs(structure.slope - slope) < 3.5 * errors[1]
    assert structure.within == pytest.approx(225.0, rel=0.02)
    assert structure.between == pytest.approx(36.0, rel=0.1)


def test_the_units_of_money_do_not_matter_and_its_sign_may_be_any() -> None:
    x, mean, variance, own = simulated(3000, 2, slope=5.0)
    plain = scored(
        (x, mean, variance, own), fitted((x, mean, variance, own), sloping=True)
    )
    moved: Spending = (x, 100.0 * mean - 9000.0, 1e4 * variance, own)
    other = scored(moved, fitted(moved, sloping=True))
    np.testing.assert_allclose(other, 100.0 * plain - 9000.0, rtol=1e-9)
    assert np.any(moved[1] < 0)


def test_weights_are_customers() -> None:
    x, mean, variance, own = simulated(500, 3, slope=4.0)
    twice = estimate_structure(x, mean, variance, np.full(500, 2.0), sloping=True)
    doubled: Spending = tuple(np.tile(column, 2) for column in (x, mean, variance, own))  # type: ignore[assignment]
    known = fitted(doubled, sloping=True)
    assert twice.between == pytest.approx(known.between, rel=1e-12)
    np.testing.assert_allclose(twice.covariance, known.covariance, rtol=1e-10)


@pytest.mark.parametrize("sloping", [False, True])
def test_the_error_of_the_line_is_that_of_weighted_least_squares(
    *, sloping: bool
) -> None:
    x, mean, variance, _ = simulated(60, 9, slope=4.0)
    # A customer with one amount has no variance to read.
    unknown = np.where(x > 1, variance, np.nan)
    weights = np.random.default_rng(2).integers(1, 5, 60).astype(np.float64)
    found = estimate_structure(x, mean, unknown, weights, sloping=sloping)
    pooled = (x > 1) * weights * (x - 1)
    assert found.within == pytest.approx(
        pooled @ variance / pooled.sum(), rel=1e-12, abs=0
    )
    precision = weights / (found.between + found.within / x)
    columns = np.column_stack([np.ones(60), np.log1p(x)])[:, : 1 + sloping]
    covariance = np.linalg.inv(columns.T * precision @ columns)
    expected = np.zeros((2, 2))
    expected[: len(covariance), : len(covariance)] = covariance
    assert found.covariance.shape == (2, 2)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9, atol=0)
    line = covariance @ (columns.T @ (precision * mean))
    assert found.collective_mean == pytest.approx(line[0], rel=1e-9, abs=0)
    assert found.slope == pytest.approx(line[1] if sloping else 0.0, rel=1e-9, abs=0)


def test_customers_who_do_not_differ_get_the_line() -> None:
    rng = np.random.default_rng(6)
    x = rng.integers(1, 9, 400).astype(np.float64)
    same = np.full(400, 20.0)
    structure = estimate_structure(
        x, same, np.full(400, 9.0), np.ones(400), sloping=False
    )
    assert structure.between == 0.0
    np.testing.assert_allclose(scored((x, same + x, same, same), structure), 20.0)


def test_belief_grows_from_nothing_to_all() -> None:
    trust = belief(np.array([0.0, 1.0, 1e9]), within=4.0, between=1.0)
    np.testing.assert_allclose(trust, [0.0, 0.2, 1.0], rtol=1e-8)


def test_where_spend_rises_with_frequency_it_beats_gamma_gamma_and_the_own_mean() -> (
    None
):
    """The shape of a public retail log: correlation of log spend and frequency +.47."""
    spending = simulated(20_000, 8, slope=9.0)
    x, mean, _, own = spending
    line = fitted(spending, sloping=True)
    flat = fitted(spending, sloping=False)
    assert np.corrcoef(np.log1p(x), own)[0, 1] > 0.4

    def error(guess: FloatArray) -> float:
        return float(np.sqrt(np.mean((guess - own) ** 2)))

    errors = {
        "own mean": error(mean),
        "credibility": error(scored(spending, flat)),
        "sloping": error(scored(spending, line)),
    }
    positive = mean > 0
    x, mean, own = x[positive], mean[positive], own[positive]
    weights = np.ones(x.size)
    top = maximise(
        gamma_gamma.objective(x, mean, weights),
        gamma_gamma.start_values(x, mean, weights),
        tolerance=1e-4,
        max_iterations=100,
    )
    p, q, v = np.exp(top.parameters).tolist()
    errors["gamma-gamma"] = error(gamma_gamma.expected_spend(x, mean, p=p, q=q, v=v))
    assert errors["sloping"] == min(errors.values())
    assert errors["sloping"] < 0.9 * min(errors["own mean"], errors["gamma-gamma"])


@pytest.mark.parametrize("third", [2.0, 5.0, 7.0, 11.0, 13.0])
def test_two_alike_customers_tell_how_customers_differ(third: float) -> None:
    x, mean, ones = np.array([1.0, 1.0, third]), np.array([10.0, 20.0, 7.0]), np.ones(3)
    found = estimate_structure(x, mean, np.array([0.0, 0.0, 8.0]), ones, sloping=True)
    # The line is free to meet the third: 10 and 20 have a variance of 50, 8 is within.
    assert found.within == 8
    assert found.between == pytest.approx(50 - 8, rel=1e-12, abs=0)


def test_one_customer_alone_does_not_differ_from_others() -> None:
    three, ten, eight = np.array([3.0]), np.array([10.0]), np.array([8.0])
    found = estimate_structure(three, ten, eight, np.ones(1), sloping=False)
    assert (found.collective_mean, found.between, found.within) == (10.0, 0.0, 8.0)
    assert found.covariance.tolist() == [[8 / 3, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("sloping", [False, True])
def test_amounts_below_1_have_a_line_and_errors_like_others(*, sloping: bool) -> None:
    x, mean, variance, _ = simulated(40, 3)
    ones, money = np.ones(40), 2.0**-30
    plain = estimate_structure(x, mean, variance, ones, sloping=sloping)
    small = estimate_structure(
        x, money * mean, money**2 * variance, ones, sloping=sloping
    )
    pairs = (small.collective_mean, small.slope), (plain.collective_mean, plain.slope)
    np.testing.assert_allclose(pairs[0], money * np.array(pairs[1]), rtol=1e-10)
    np.testing.assert_allclose(small.covariance, money**2 * plain.covariance, rtol=1e-9)
    believed = belief(x, within=small.within, between=small.between)
    expected = belief(x, within=plain.within, between=plain.between)
    assert expected.min() > 0.01
    np.testing.assert_allclose(believed, expected, rtol=1e-10, atol=0)


@pytest.mark.parametrize("price", [0.1, 7.3])
def test_one_price_for_all_leaves_nothing_between_customers(price: float) -> None:
    x, mean = np.array([1.0, 2.0, 3.0, 7.0]), np.full(4, price)
    found = estimate_structure(x, mean, np.zeros(4), np.ones(4), sloping=False)
    assert (found.between, found.within) == (0.0, 0.0)
    assert found.collective_mean == pytest.approx(price, rel=1e-14)
    assert found.covariance.tolist() == [[0.0, 0.0], [0.0, 0.0]]
