"""Cohorts, movements, ranks, cuts and concentration on a few customers, by hand."""

import itertools
import math

import numpy as np
import pytest

from crmkit.kernels.groups import (
    cohorts,
    growth_counts,
    lorenz,
    markov,
    rand_index,
    rfm_scores,
    tier_cuts,
)

X = np.array([9.0, 5.0, 2.0, -1.0, -3.0])
W = np.array([1.0, 2.0, 0.5, 3.0, 1.5])


def test_a_triangle_adds_up_weights_by_cohort_and_age() -> None:
    found = cohorts.triangle(
        np.array([0, 0, 1, 1, 2, 0]),
        np.array([0, 2, 1, 2, 2, 2]),
        np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]),
        3,
    )
    np.testing.assert_array_equal(found, [[1, 0, 34], [4, 8, 0], [16, 0, 0]])
    seen = cohorts.observable(3, 2)
    np.testing.assert_array_equal(
        seen, [[True, True, False], [True, False, False], [False, False, False]]
    )
    active, of = cohorts.pooled(found, cohorts.observable(3, 3))
    np.testing.assert_array_equal(active, [21, 8, 34])
    np.testing.assert_array_equal(of, [21, 5, 1])


def test_climbs_are_the_steps_between_squares_of_running_sums() -> None:
    amount = np.array([2.0, 3.0, -4.0, 5.0, 1.0, 6.0])
    turn = np.array([0, 1, 2, 0, 0, 1])
    sums = np.array([2.0, 5.0, 1.0, 5.0, 1.0, 7.0])
    before = np.array([0.0, 2.0, 5.0, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(
        cohorts.climbs(turn, amount), sums**2 - before**2, rtol=1e-14, atol=0
    )


def test_rates_are_chained_with_the_error_of_greenwood() -> None:
    active = np.array([[10.0, 6.0, 3.0], [20.0, 14.0, 99.0]])
    seen = np.array([[True, True, True], [True, True, False]])
    rate, curve, error = cohorts.chained(active, seen)
    np.testing.assert_allclose(rate, [1, 20 / 30, 0.5], rtol=1e-14)
    np.testing.assert_allclose(curve, [1, 2 / 3, 1 / 3], rtol=1e-14)
    first, second = 10 / (20 * 30), 3 / (3 * 6)
    known = [0.0, 2 / 3 * math.sqrt(first), 1 / 3 * math.sqrt(first + second)]
    np.testing.assert_allclose(error, known, rtol=1e-13)
    whole = np.ones((1, 4), dtype=bool)
    rate, curve, error = cohorts.chained(np.array([[4.0, 5.0, 0.0, 2.0]]), whole)
    np.testing.assert_allclose(rate, [1, 1.25, 0, np.nan])
    np.testing.assert_allclose(error, [0, np.nan, 0, np.nan])


def test_mix_and_rate_add_up_to_the_change_of_the_whole() -> None:
    first = np.array([0.25, 0.75]), np.array([0.5, 0.125])
    second = np.array([0.625, 0.375]), np.array([0.25, 0.375])
    mix, rate = cohorts.mix_and_rate(first, second)
    before, after = first[0] @ first[1], second[0] @ second[1]
    middle = (before + after) / 2
    np.testing.assert_allclose(
        mix, [0.375 * (0.375 - middle), -0.375 * (0.25 - middle)], rtol=1e-13
    )
    np.testing.assert_allclose(rate, [0.4375 * -0.25, 0.5625 * 0.25], rtol=1e-13)
    assert (mix + rate).sum() == pytest.approx(after - before, rel=1e-12, abs=0)


def test_customers_are_followed_from_period_to_period() -> None:
    arrivals, departures = growth_counts.spells(
        np.array([0, 0, 0, 1, 2, 2]),
        np.array([0, 1, 3, 2, 1, 2]),
        np.array([4.0, 6.0, 5.0, 9.0, 8.0, 3.0]),
        5,
    )
    np.testing.assert_array_equal(arrivals.previous, [-1, 0, 1, -1, -1, 1])
    np.testing.assert_array_equal(departures.following, [1, 3, 5, 5, 2, 5])
    np.testing.assert_array_equal(arrivals.expansion, [0, 2, 0, 0, 0, 0])
    np.testing.assert_array_equal(arrivals.contraction, [0, 0, 1, 0, 0, 5])
    found = growth_counts.accounts(arrivals, departures, 5)
    for name, known in {
        "active": [1, 2, 2, 1, 0],
        "new": [1, 1, 1, 0, 0],
        "retained": [0, 1, 1, 0, 0],
        "resurrected": [0, 0, 0, 1, 0],
        "lost": [0, 0, 1, 2, 1],
        "amount": [4, 14, 12, 5, 0],
        "new_amount": [4, 8, 9, 0, 0],
        "resurrected_amount": [0, 0, 0, 5, 0],
        "expansion": [0, 2, 0, 0, 0],
        "contraction": [0, 0, 5, 0, 0],
        "lost_amount": [0, 0, 6, 12, 5],
    }.items():
        np.testing.assert_array_equal(getattr(found, name), known, err_msg=name)
    for shortest, longest in itertools.combinations_with_replacement(range(5), 2):
        known = [
            sum(
                shortest <= at - now <= longest and now <= at < following
                for now, following in zip(
                    departures.now, departures.following, strict=True
                )
            )
            for at in range(5)
        ]
        quiet = growth_counts.inactive_between(
            departures, 5, shortest=shortest, longest=longest
        )
        np.testing.assert_array_equal(quiet, known)


def test_a_chain_has_its_long_run_and_its_value() -> None:
    moved = markov.transitions(np.array([[6.0, 2.0], [1.0, 1.0]]), np.array([2.0, 0.0]))
    np.testing.assert_allclose(moved, [[0.6, 0.2], [0.5, 0.5]], rtol=1e-14)
    closed = np.array([[0.75, 0.25], [0.5, 0.5]])
    mixture = markov.stationary(closed)
    assert mixture is not None
    np.testing.assert_allclose(mixture, [2 / 3, 1 / 3], rtol=1e-12)
    assert markov.stationary(np.eye(2)) is None
    worth = np.array([3.0, 1.0])
    for periods in range(8):
        known = sum(
            (
                np.linalg.matrix_power(moved, k) @ worth / 1.25**k
                for k in range(periods)
            ),
            start=np.zeros(2),
        )
        found = markov.expected_value(moved, worth, discount_rate=0.25, periods=periods)
        np.testing.assert_allclose(found, known, rtol=1e-13, atol=0)
    endless = markov.expected_value(moved, worth, discount_rate=0.25, periods=None)
    np.testing.assert_allclose(endless, worth + moved @ endless / 1.25, rtol=1e-12)
    assert markov.fades(closed, discount_rate=1e-9)
    assert not markov.fades(closed, discount_rate=0.0)
    index = markov.population_stability(np.array([1.0, 3.0]), np.array([4.0, 4.0]))
    known = 0.25 * math.log(2) - 0.25 * math.log(2 / 3)
    assert index == pytest.approx(known, rel=1e-13, abs=0)
    assert markov.population_stability(np.array([0.0, 1.0]), np.ones(2)) is None
    assert markov.population_stability(np.ones(2), np.array([0.0, 1.0])) is None


def test_groupings_agree_beyond_chance_by_their_pairs() -> None:
    first, second = np.array([0, 0, 1, 1, 2]), np.array([0, 0, 1, 2, 1])
    # Of 10 pairs 1 is together in both, 2 in each: by chance 0.4.
    found = rand_index.adjusted_rand(first, second)
    assert found == pytest.approx((1 - 0.4) / (2 - 0.4), rel=1e-13, abs=0)
    assert rand_index.adjusted_rand(first, first[::-1] * 0) == 0.0
    assert rand_index.adjusted_rand(np.arange(3), np.arange(3)) == 1.0


def test_ranks_are_scored_by_each_rule() -> None:
    values, count = np.array([1.0, 2.0, 5.0, 7.0]), np.array([4.0, 2.0, 1.0, 1.0])
    for rule, known in {
        "strict": [2.0, 2.0, 5.0],
        "upper": [1.0, 2.0, 5.0],
        "midrank": [1.0, 2.0, 5.0],
        "spread": [2.0, 5.0, 7.0],
    }.items():
        found = rfm_scores.cuts(values, count, 4, rule)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found, known, err_msg=rule)
    even = rfm_scores.cuts(np.arange(1.0, 5), np.ones(4), 4, "spread")
    np.testing.assert_array_equal(even, [2.0, 3.0, 4.0])
    alone = rfm_scores.cuts(np.array([3.0]), np.array([5.0]), 3, "spread")
    np.testing.assert_array_equal(alone, [np.nextafter(3.0, np.inf)] * 2)
    np.testing.assert_array_equal(rfm_scores.ntile_starts(11, 4), [3, 6, 9])
    np.testing.assert_array_equal(rfm_scores.ntile_starts(2, 4), [1, 2, 2])
    assert rfm_scores.scored(np.array([2.0, 4.0]), np.array([1, 2, 3, 4])).tolist() == [
        1,
        2,
        2,
        3,
    ]
    group = np.array([0, 2, 0, 2])
    nested = rfm_scores.nested_cuts(np.array([1.0, 8, 2, 9]), group, 3, 2, "strict")
    np.testing.assert_array_equal(nested, [[2.0], [8.0], [9.0]])
    within = rfm_scores.scored_within(nested, group, np.array([1.0, 8, 2, 9]))
    assert within.tolist() == [1, 1, 2, 2]


def test_tiers_are_cut_where_a_share_is_reached() -> None:
    shares = np.array([0.25, 0.5])
    # Customers 1, 3, 3.5, 6.5, 8; gains 9, 19, 20; value 9, 19, 20, 17, 12.5.
    np.testing.assert_array_equal(
        tier_cuts.cuts_by_customers(X, W, shares), [5.0, -1.0]
    )
    np.testing.assert_array_equal(tier_cuts.cuts_by_gains(X, W, shares), [9.0, 5.0])
    by_value = tier_cuts.cuts_by_value(X, W, np.array([0.72, 0.73, 1.0]))
    np.testing.assert_array_equal(by_value, [9.0, 5.0, 5.0])
    cuts = np.array([5.0, -1.0])
    assert tier_cuts.at_least(cuts, X).tolist() == [0, 0, 1, 1, 2]
    counted, together = tier_cuts.totals(cuts, X, W)
    assert (counted, together) == ([3.0, 3.5, 1.5], [19.0, -2.0, -4.5])
    sums = tier_cuts.sums_by_customers(
        np.array([0, 2, 3, 4]), np.stack([X, X**0]), W, shares
    )
    np.testing.assert_allclose(sums, [[20.0, -3.0, -4.5], [3.5, 3.0, 1.5]], rtol=1e-14)
    chance = tier_cuts.probability_between(
        np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.0, 0.0, 0.0, 2.0]), 1.0, 3.0
    )
    np.testing.assert_allclose(chance, [1, 1, 0, math.erf(0.5**0.5) / 2], rtol=1e-12)


def test_concentration_of_five_values_is_read_off_its_curve() -> None:
    customers, value = lorenz.curve(X, W)
    np.testing.assert_array_equal(customers, [0, 1, 3, 3.5, 6.5, 8])
    np.testing.assert_array_equal(value, [0, 9, 19, 20, 17, 12.5])
    assert lorenz.top_value(customers, value, np.array([0.25])).tolist() == [14.0]
    assert lorenz.customers_for(customers, value, 12.5) == pytest.approx(1.7, rel=1e-14)
    assert lorenz.customers_for(customers, value, 9.0) == 1.0
    assert lorenz.peak(customers, value) == (3.5, 20.0)
    pairs = sum(
        a * b * abs(x - y)
        for (x, a), (y, b) in itertools.product(zip(X, W, strict=True), repeat=2)
    )
    known = pairs / (2 * 8 * float(W @ np.abs(X)))
    assert lorenz.gini(X, W) == pytest.approx(known, rel=1e-13, abs=0)
    times = np.array([1, 1, 1, 1, 1])
    assert lorenz.gini_of_draws(X, W)(times) == pytest.approx(known, rel=1e-13, abs=0)
    worth, top = lorenz.top_of_draws(X, W, np.array([0.0, 0.25, 0.5, 1.0]))(times)
    np.testing.assert_allclose(worth, [0, 14, 19.5, 12.5], rtol=1e-13, atol=1e-15)
    assert top == 20.0
    even = lorenz.even_point(np.array([0.0, 1, 2, 4]), np.array([0.0, 6, 8, 10]))
    assert even == pytest.approx(1 / 4 + 0.15 / 0.45 / 4, rel=1e-13, abs=0)
    known_sums = [[9, 10, 1, 0, 0], [0, 0, 0, 3, 4.5], [0, 0, 0, 3, 1.5], W]
    np.testing.assert_array_equal(lorenz.gains_and_losses(X, W), known_sums)
    assert not lorenz.is_gain(1e-12, 1.0)
    assert lorenz.is_gain(1.1e-12, 1.0)
