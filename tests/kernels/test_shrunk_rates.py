"""Rates and effects of few customers are drawn to those of many, by hand."""

import numpy as np
import pytest

from crmkit.kernels.campaigns import first_purchase_rates as first_rates
from crmkit.kernels.campaigns.arm_cells import (
    ArmCells,
    arm_cells,
    planned_gain,
    shrunk_effects,
)
from crmkit.kernels.campaigns.first_purchase_rates import (
    best_offers,
    calibration,
    first_purchase_rates,
)
from crmkit.kernels.campaigns.pair_counts import holdings
from crmkit.kernels.campaigns.price_ladder import climbing_rates, ladder, standing


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
    # Chances that expect less than one purchase are raised to those seen as well.
    low = calibration(owned, bought, rates * 0.1)
    assert low[1] == pytest.approx(30 / expected, rel=1e-12)


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


def test_effects_are_drawn_to_their_mean_by_what_scatter_leaves() -> None:
    rng = np.random.default_rng(6)
    n = 1_500
    cell, arm = rng.integers(0, 6, n), rng.integers(0, 3, n)
    apart = np.array([0.0, 2.0, -1.0])[arm] * (1 + cell)
    outcome = rng.normal(size=n) * (1 + arm) + apart
    cells = arm_cells(outcome, cell, arm, (6, 3))
    raw, shrunk = shrunk_effects(cells, 1)
    pooled = np.array(
        [
            sum(
                np.square(part - part.mean()).sum()
                for part in (outcome[(arm == a) & (cell == c)] for c in range(6))
            )
            / ((arm == a).sum() - 6)
            for a in range(3)
        ]
    )
    assert raw[:, 1].tolist() == shrunk[:, 1].tolist() == [0.0] * 6
    for a in (0, 2):
        effect, noise = [], []
        for c in range(6):
            mine = outcome[(arm == a) & (cell == c)]
            others = outcome[(arm == 1) & (cell == c)]
            effect.append(mine.mean() - others.mean())
            noise.append(pooled[a] / mine.size + pooled[1] / others.size)
        e, v = np.array(effect), np.array(noise)
        np.testing.assert_allclose(raw[:, a], e, rtol=1e-11)
        # DerSimonian and Laird (1986), equations 8 and 9.
        w = 1 / v
        mean = (w @ e) / w.sum()
        q = w @ (e - mean) ** 2
        between = (q - 5) / (w.sum() - (w @ w) / w.sum())
        assert between > 1
        known = (between * e + v * mean) / (between + v)
        np.testing.assert_allclose(shrunk[:, a], known, rtol=1e-11)


def test_best_offers_are_the_likeliest_worth_of_what_is_not_owned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    unit, product = rng.integers(0, 40, 70), rng.integers(0, 5, 70)
    owned = holdings(unit, product, (40, 5))
    rates, worth = rng.random((5, 5)) * 1.2, rng.gamma(2.0, 3.0, 5)
    monkeypatch.setattr(first_rates, "_UNITS", 7)
    units, columns, chances = best_offers(owned, rates, worth=worth, most=3)
    found: dict[int, list[tuple[int, float]]] = {}
    for who, column, chance in zip(units, columns, chances, strict=True):
        found.setdefault(int(who), []).append((int(column), float(chance)))
    held = owned.toarray()
    for who in np.flatnonzero(held.sum(axis=1)).tolist():
        chance = np.minimum(rates[held[who] > 0].mean(axis=0), 1.0)
        free = np.flatnonzero(held[who] == 0)
        best = free[np.argsort(-(chance * worth)[free], kind="stable")][:3]
        assert [column for column, _ in found.pop(who, [])] == best.tolist()
    assert not found
    known = [
        min(float(rates[held[who] > 0, column].mean()), 1.0)
        for who, column in zip(units, columns, strict=True)
    ]
    np.testing.assert_allclose(chances, known, rtol=1e-13)
    assert max(known) == 1.0


def test_a_ladder_goes_up_by_price_in_each_category() -> None:
    price = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 9.0])
    category = np.array([0, 0, 1, 1, 3, 4])
    order, top = ladder(price, category)
    assert order.tolist() == [1, 0, 2, 3, 4, 5]
    assert top.tolist() == [False, True, False, True, True, True]


@pytest.mark.parametrize(
    ("later", "climbed"),
    [([], 0), ([(0, 1)], 1), ([(0, 0)], 0), ([(0, 1), (2, 0), (3, 2)], 2)],
)
def test_only_a_dearer_rung_is_a_climb(
    later: list[tuple[int, int]], climbed: int
) -> None:
    # Of five customers on the lowest of three rungs; one who comes later never was.
    before = standing(np.arange(5), np.zeros(5, np.int64), np.ones(5, np.bool_))
    place = np.array([at for at, _ in later], dtype=np.int64)
    rung = np.array([up for _, up in later], dtype=np.int64)
    after = standing(place, rung, np.ones(place.size, np.bool_))
    rates = climbing_rates(
        before,
        after,
        category=np.zeros(3, np.int64),
        top=np.array([False, False, True]),
        prior=7.0,
    )
    share = climbed / 5
    expected = [(climbed + 7 * share) / 12, share, 0.0]
    np.testing.assert_allclose(rates, expected, rtol=1e-14, atol=0)


def test_a_single_cell_keeps_its_effect_and_cells_without_an_arm_have_it() -> None:
    # The second cell has no customer of the arm, and the third none of the control.
    outcome = np.array([1.0, 3.0, 6.0, 9.0, 2.0, 4.0])
    cell, arm = np.array([0, 0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0, 1])
    raw, shrunk = shrunk_effects(arm_cells(outcome, cell, arm, (3, 2)), 0)
    assert raw[0, 1] == 5.5
    assert np.isnan(raw[1:, 1]).all()
    assert shrunk.tolist() == [[0.0, 5.5]] * 3


def test_two_cells_with_an_effect_as_noisy_are_drawn_together_alike() -> None:
    # Two of each arm in a cell, 0.5 about their mean: noise of 0.5 / 2 + 0.5 / 2.
    mean = np.array([[2.0, 4.0], [1.0, 9.0]])
    cells = ArmCells(np.full((2, 2), 2.0), mean, np.full((2, 2), 0.5))
    raw, shrunk = shrunk_effects(cells, 0)
    assert raw[:, 1].tolist() == [2.0, 8.0]
    # The sample variance of 2 and 8 is 18, of which 0.5 is noise.
    expected = [5 - 3 * 17.5 / 18, 5 + 3 * 17.5 / 18]
    np.testing.assert_allclose(shrunk[:, 1], expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("known", [[True, True, False], [False] * 3])
def test_effects_without_noise_stay_as_they_are(known: list[bool]) -> None:
    n = np.column_stack([np.full(3, 2.0), np.where(known, 2.0, 0.0)])
    mean = np.column_stack([np.zeros(3), np.where(known, [3.0, 8.0, 1.0], np.nan)])
    raw, shrunk = shrunk_effects(ArmCells(n, mean, np.where(n > 0, 0.0, np.nan)), 0)
    expected = [3.0, 8.0, 5.5] if any(known) else [0.0] * 3
    assert shrunk[:, 1].tolist() == expected
    assert np.isnan(raw[:, 1]).tolist() == [not each for each in known]


def test_a_plan_gains_each_arm_less_the_control_of_its_cell() -> None:
    n = np.array([[4.0, 5.0, 8.0], [10.0, 0.0, 16.0]])
    mean = np.array([[1.0, 3.0, 7.0], [2.0, np.nan, 5.5]])
    variance = np.array([[0.5, 2.0, 3.0], [0.25, np.nan, 1.5]])
    planned = np.array([[2.0, 6.0, 5.0], [9.0, 0.0, 3.0]])
    gain, error = planned_gain(ArmCells(n, mean, variance), planned, 0)
    assert gain == pytest.approx(6 * (3 - 1) + 5 * (7 - 1) + 3 * (5.5 - 2), rel=1e-14)
    first = 11**2 * 0.5 / 4 + 6**2 * 2 / 5 + 5**2 * 3 / 8
    second = 3**2 * 0.25 / 10 + 3**2 * 1.5 / 16
    assert error == pytest.approx(first + second, rel=1e-14)
    # A cell whose customers are all left alone adds neither a gain nor an error.
    none = np.array([[13.0, 0.0, 0.0], [12.0, 0.0, 0.0]])
    assert planned_gain(ArmCells(n, mean, variance), none, 0) == (0.0, 0.0)
