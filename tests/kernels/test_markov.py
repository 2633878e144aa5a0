"""Movement as a chain: the long run, value to come, stability."""

import numpy as np
import pytest

from crmkit.kernels.groups import markov

# A textbook weather chain: its stationary mixture is (5/6, 1/6).
P = np.array([[0.9, 0.1], [0.5, 0.5]])


def test_shares_count_those_who_left() -> None:
    found = markov.transitions(np.array([[80.0, 10], [20, 140]]), np.array([10.0, 40]))
    assert found.tolist() == [[0.8, 0.1], [0.1, 0.7]]


def test_the_long_run() -> None:
    assert markov.stationary(P) == pytest.approx([5 / 6, 1 / 6], rel=1e-12)


def test_the_long_run_stays_as_it_is(rng: np.random.Generator) -> None:
    chain = rng.dirichlet(np.ones(5), 5)
    mixture = markov.stationary(chain)
    assert mixture is not None
    assert mixture @ chain == pytest.approx(mixture, rel=1e-10)


def test_tiers_that_hardly_move_have_a_long_run_too() -> None:
    # In balance: 2 leave the first for each that leaves the second.
    sticky = np.array([[1 - 2e-6, 2e-6], [1e-6, 1 - 1e-6]])
    assert markov.stationary(sticky) == pytest.approx([1 / 3, 2 / 3], rel=1e-8)


def test_a_chain_that_falls_apart_has_no_single_long_run() -> None:
    assert markov.stationary(np.eye(2)) is None


def test_value_without_end_is_the_limit_of_value_with_one() -> None:
    value = np.array([100.0, 10.0])
    endless = markov.expected_value(P, value, discount_rate=0.1, periods=None)
    long = markov.expected_value(P, value, discount_rate=0.1, periods=400)
    assert endless == pytest.approx(long, rel=1e-12)


def test_one_period_is_the_value_itself() -> None:
    value = np.array([100.0, 10.0])
    found = markov.expected_value(P, value, discount_rate=0.5, periods=1)
    assert found.tolist() == [100, 10]


def test_two_periods_discount_the_second_once() -> None:
    value = np.array([100.0, 10.0])
    found = markov.expected_value(P, value, discount_rate=0.25, periods=2)
    assert found == pytest.approx([100 + 91 / 1.25, 10 + 55 / 1.25], rel=1e-14)


@pytest.mark.parametrize("periods", [1, 2, 3, 7, 8, 21, 64, 65])
def test_a_number_of_periods_is_summed_period_by_period(periods: int) -> None:
    value, total = np.array([100.0, 10.0]), np.zeros(2)
    for _ in range(periods):
        total = value + P / 1.1 @ total
    found = markov.expected_value(P, value, discount_rate=0.1, periods=periods)
    np.testing.assert_allclose(found, total, rtol=1e-13)


def test_a_million_million_periods_are_the_sum_without_end() -> None:
    value = np.array([100.0, 10.0])
    long = markov.expected_value(P, value, discount_rate=0.1, periods=10**12)
    endless = markov.expected_value(P, value, discount_rate=0.1, periods=None)
    np.testing.assert_allclose(long, endless, rtol=1e-13)


def test_a_constant_customer_is_worth_the_geometric_sum() -> None:
    # Gupta & Lehmann 2003: margin multiple (1 + d) / (1 + d - r), the first in full.
    found = markov.expected_value(
        np.array([[0.8]]), np.array([1.0]), discount_rate=0.1, periods=None
    )
    assert found[0] == pytest.approx(1.1 / 0.3, rel=1e-14)


def test_a_closed_chain_fades_only_when_discounted() -> None:
    assert not markov.fades(P, discount_rate=0.0)
    assert markov.fades(P, discount_rate=0.01)
    assert markov.fades(P * 0.99, discount_rate=0.0)


def test_stability_of_two_mixtures() -> None:
    before, after = np.array([50.0, 50]), np.array([60.0, 40])
    expected = 0.1 * np.log(1.2) - 0.1 * np.log(0.8)
    assert markov.population_stability(before, after) == pytest.approx(expected)
    assert markov.population_stability(before, before * 3) == 0
    assert markov.population_stability(before, np.array([1.0, 0])) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0.0, 5.0], [1.0, 4.0]),
        ([1.0, 4.0], [0.0, 5.0]),
        ([1.0, 2.0, 2.0], [0.0, 3.0, 4.0]),
        ([2.0, 0.0, 2.0], [1.0, 3.0, 4.0]),
    ],
)
def test_no_stability_index_where_a_tier_is_empty(
    before: list[float], after: list[float]
) -> None:
    found = markov.population_stability(np.array(before), np.array(after))
    assert found is None


def test_a_single_state_never_moves() -> None:
    assert markov.population_stability(np.array([3.0]), np.array([5.0])) == 0.0
