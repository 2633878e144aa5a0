"""Cuts between tiers: whole ties, frozen values, no currency."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from crmkit.kernels.groups import lorenz, tier_cuts
from crmkit.typing import FloatArray

MARKS = np.array([0.80, 0.95])


def groups(values: list[float]) -> tuple[FloatArray, FloatArray]:
    array = np.array(values, dtype=np.float64)
    return lorenz.tie_groups(*lorenz.descending(array, np.ones(array.size)))


def test_a_tier_is_the_smallest_set_that_reaches_its_share() -> None:
    cuts = tier_cuts.cuts_by_value(*groups([60, 20, 15, 3, 2]), MARKS)
    assert cuts.tolist() == [20, 15]


def test_equal_values_come_in_together() -> None:
    cuts = tier_cuts.cuts_by_value(*groups([50, 10, 10, 10, 10, 10]), MARKS)
    assert cuts.tolist() == [10, 10]


def test_losses_do_not_shrink_the_gains() -> None:
    with_losses = tier_cuts.cuts_by_gains(*groups([60, 20, 15, 3, 2, -99]), MARKS)
    assert with_losses.tolist() == [20, 15]


def test_losses_come_off_the_total() -> None:
    # Of a total of 70 the first 60 are .857; .95 is reached with the 20 after it.
    values = [60.0, 20, 15, 3, 2, -30]
    cuts = tier_cuts.cuts_by_value(*groups(values), MARKS)
    assert cuts.tolist() == [60, 20]


def test_a_pyramid_of_customers() -> None:
    values = [float(v) for v in range(1, 101)]
    cuts = tier_cuts.cuts_by_customers(*groups(values), np.array([0.01, 0.05, 0.20]))
    assert cuts.tolist() == [100, 96, 81]


def test_a_share_reached_up_to_rounding_is_reached() -> None:
    # The first four are exactly 80 %; in sevenths their sum falls a bit short of it.
    whole = [99.0, 81, 79, 53, 52, 26]
    sevenths = [value / 7 for value in whole]
    assert tier_cuts.cuts_by_value(*groups(whole), MARKS[:1]).tolist() == [53]
    assert tier_cuts.cuts_by_value(*groups(sevenths), MARKS[:1]).tolist() == [53 / 7]


def test_a_share_that_is_just_missed_is_not_reached() -> None:
    # The first holds 79.9999 %: the next one belongs to the tier too.
    cuts = tier_cuts.cuts_by_value(*groups([799_999, 200_000, 1]), MARKS[:1])
    assert cuts.tolist() == [200_000]


def test_the_best_tier_is_zero() -> None:
    tier = tier_cuts.at_least(np.array([10.0, 5]), np.array([11.0, 10, 9, 5, 4, -1]))
    assert tier.tolist() == [0, 0, 1, 1, 2, 2]


def test_a_probability_is_the_normal_mass_between_the_cuts() -> None:
    value, spread = np.array([100.0]), np.array([20.0])
    found = tier_cuts.probability_between(value, spread, 90.0, 130.0)
    expected = norm.cdf(130, 100, 20) - norm.cdf(90, 100, 20)
    assert found[0] == pytest.approx(expected, rel=1e-13)


def test_no_spread_is_certainty() -> None:
    at_cut = tier_cuts.probability_between(np.array([90.0]), np.zeros(1), 90.0, np.inf)
    assert at_cut.tolist() == [1.0]
    tier_below = tier_cuts.probability_between(
        np.array([90.0]), np.zeros(1), 50.0, 90.0
    )
    assert tier_below.tolist() == [0.0]


values = st.lists(st.integers(-20, 200).map(float), min_size=1, max_size=40).filter(
    lambda found: max(found) > 0
)


@given(values, st.floats(1e-4, 1e4))
def test_tiers_know_no_currency(amounts: list[float], rate: float) -> None:
    x, w = groups(amounts)
    first = tier_cuts.at_least(tier_cuts.cuts_by_value(x, w, MARKS), x)
    scaled = x * rate
    second = tier_cuts.at_least(tier_cuts.cuts_by_value(scaled, w, MARKS), scaled)
    assert first.tolist() == second.tolist()


@given(values)
def test_tiers_partition_customers_and_value(amounts: list[float]) -> None:
    x, w = groups(amounts)
    cuts = tier_cuts.cuts_by_value(x, w, MARKS)
    tier = tier_cuts.at_least(cuts, x)
    counted, together = tier_cuts.totals(cuts, x, w)
    assert counted == np.bincount(tier, w, minlength=3).tolist()
    assert together == pytest.approx(np.bincount(tier, x * w, minlength=3).tolist())
    assert sum(counted) == len(amounts)
    assert sum(together) == pytest.approx(sum(amounts), rel=1e-12)
    assert np.all(np.diff(tier) >= 0)


@given(values)
def test_ranks_alone_decide_tiers_of_customers(amounts: list[float]) -> None:
    x, w = groups(amounts)
    plain = tier_cuts.at_least(tier_cuts.cuts_by_customers(x, w, MARKS), x)
    curved = np.arctan(x / 100)
    bent = tier_cuts.at_least(tier_cuts.cuts_by_customers(curved, w, MARKS), curved)
    assert plain.tolist() == bent.tolist()
