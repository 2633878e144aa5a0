"""Rates and effects of few customers are drawn to those of many, by hand."""

import numpy as np
import pytest

from crmkit.kernels.campaigns.arm_cells import arm_cells, shrunk_effects
from crmkit.kernels.campaigns.first_purchase_rates import (
    calibration,
    first_purchase_rates,
)
from crmkit.kernels.campaigns.pair_counts import holdings
from crmkit.kernels.campaigns.price_ladder import climbing_rates, standing


def test_a_rate_of_first_purchases_has_prior_customers_of_the_mean_rate() -> None:
    # Four customers own category 0, one of them 1 as well; two more own 2 only.
    owned = holdings(
        np.array([0, 1, 2, 3, 3, 4, 5]), np.array([0, 0, 0, 0, 1, 2, 2]), (6, 3)
    )
    bought = holdings(np.array([0, 1, 4]), np.array([1, 1, 1]), (6, 3))
    rates = first_purchase_rates(owned, bought, prior=2.0)
    # Of five without category 1 three buy it: two of the three who own 0.
    assert rates[0, 1] == pytest.approx((2 + 2 * 3 / 5) / (3 + 2), rel=1e-12)
    assert rates[2, 1] == pytest.approx((1 + 2 * 3 / 5) / (2 + 2), rel=1e-12)
    factor = calibration(owned, bought, rates)
    expected = 3 * rates[0, 1] + 2 * rates[2, 1]
    assert factor[1] == pytest.approx(3 / expected, rel=1e-12)
    assert factor[[0, 2]].tolist() == [0, 0]


def test_a_category_that_one_customer_lacks_has_her_rate() -> None:
    owned = holdings(np.array([0, 1, 1]), np.array([0, 0, 1]), (2, 2))
    bought = holdings(np.array([0]), np.array([1]), (2, 2))
    rates = first_purchase_rates(owned, bought, prior=3.0)
    assert rates[0, 1] == pytest.approx((1 + 3 * 1) / (1 + 3), rel=1e-12)


def test_a_rate_of_climbing_has_prior_customers_of_its_category() -> None:
    # One customer below the top in the first category, three in the second.
    place, rung = np.array([0, 1, 2, 3]), np.array([0, 2, 2, 3])
    every = np.ones(4, dtype=bool)
    later = standing(np.array([0, 1]), np.array([1, 4]), np.ones(2, dtype=bool))
    rates = climbing_rates(
        standing(place, rung, every),
        later,
        category=np.array([0, 0, 1, 1, 1]),
        top=np.array([False, True, False, False, True]),
        prior=2.0,
    )
    assert rates[0] == pytest.approx((1 + 2 * 1) / (1 + 2), rel=1e-12)
    assert rates[2] == pytest.approx((1 + 2 / 3) / (2 + 2), rel=1e-12)
    assert rates[3] == pytest.approx((0 + 2 / 3) / (1 + 2), rel=1e-12)
    assert rates[[1, 4]].tolist() == [0, 0]


def test_a_cell_of_one_customer_has_no_spread_to_add() -> None:
    # Arm 1 varies by one degree of freedom only, in the first cell.
    outcome = np.array([1.0, 3, 5, 7, 2, 2, 4])
    cell, arm = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 0, 0, 1])
    cells = arm_cells(outcome, cell, arm, (2, 2))
    raw, shrunk = shrunk_effects(cells, 0)
    assert raw[:, 1].tolist() == [4, 2]
    # Pooled variances are 1 (2 and 0, of one degree each) and 2.
    noise = np.array([2 / 2 + 1 / 2, 2 / 1 + 1 / 2])
    mean = float((raw[:, 1] / noise).sum() / (1 / noise).sum())
    # The two effects differ by less than their noise, so both are the mean.
    assert shrunk[:, 1].tolist() == pytest.approx([mean, mean], rel=1e-12)
