"""Shares of categories: what to presume of them, and how they shift."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from crmkit.kernels.value.compositions import (
    logit_of,
    logit_shifts,
    presumed_purchases,
    share_of,
)


def baskets(seed: int, firm: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the customer of each purchase, and its shares of three categories."""
    rng = np.random.default_rng(seed)
    own = rng.dirichlet(firm * np.array([0.5, 0.3, 0.2]), size=400)
    customer = np.repeat(np.arange(400), rng.integers(1, 9, 400))
    chosen = [rng.choice(3, p=own[who]) for who in customer]
    return customer, np.eye(3)[chosen]


@pytest.mark.parametrize("firm", [0.8, 3.0, 12.0])
def test_the_presumed_purchases_are_those_that_made_the_baskets(firm: float) -> None:
    # Of one category each, purchases follow a Dirichlet-multinomial: what is presumed
    # is its concentration.
    sums = []
    for seed in range(3):
        customer, share = baskets(seed, firm)
        row, category = np.nonzero(share)
        found = presumed_purchases(
            customer[row], category, share[row, category],
            np.bincount(customer, minlength=400), 3,
        )  # fmt: skip
        sums.append(found.sum())
        np.testing.assert_allclose(found / found.sum(), [0.5, 0.3, 0.2], atol=0.05)
    assert np.mean(sums) == pytest.approx(firm, rel=0.25)


def test_purchases_that_are_all_alike_leave_nothing_to_doubt() -> None:
    customer = np.repeat([0, 1], 4)
    counts = np.array([4, 4])
    category = customer
    found = presumed_purchases(customer, category, np.ones(8), counts, 2)
    # Each customer buys one category only: nothing varies within.
    np.testing.assert_allclose(found, [5e-7, 5e-7])
    mixed = np.tile([0, 1], 4)
    same = presumed_purchases(customer, mixed, np.ones(8), counts, 2)
    # All customers buy alike: nothing varies between them.
    np.testing.assert_allclose(same, [5e5, 5e5])


def test_where_no_one_was_seen_twice_five_purchases_are_presumed() -> None:
    customer, category = np.array([0, 1, 2, 2]), np.array([0, 0, 0, 1])
    share = np.array([1.0, 1.0, 0.4, 0.6])
    found = presumed_purchases(customer, category, share, np.ones(3, int), 2)
    np.testing.assert_allclose(found, [5 * 2.4 / 3, 5 * 0.6 / 3])


@pytest.mark.parametrize("seed", range(4))
def test_a_shift_makes_the_sum_of_a_group_come_true(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2], 200)
    predicted, whole = rng.uniform(0.05, 0.9, 600), rng.gamma(2.0, size=600)
    true = np.array([-1.0, 0.0, 2.0])[group]
    part = whole * (rng.random(600) < expit(logit(predicted) + true))
    found = logit_shifts(group, 4, predicted, part, whole)
    for g in range(3):
        own = group == g
        at, size, came = logit(predicted[own]), whole[own], part[own].sum()
        root = brentq(lambda s, a=at, w=size, c=came: w @ expit(a + s) - c, -9, 9)
        evidence = size.sum() ** 2 / (size**2).sum()
        assert found[g] == pytest.approx(root * evidence / (evidence + 30), rel=1e-6)
    assert found[3] == 0


def test_a_group_in_which_all_or_nothing_came_has_an_end() -> None:
    predicted, whole = np.full(2000, 0.5), np.ones(2000)
    for part, sign in ((whole, 1), (0 * whole, -1), (2 * whole, 1)):
        (found,) = logit_shifts(np.zeros(2000, int), 1, predicted, part, whole)
        # Beyond a thousand to one, but no further than the billion of the ends.
        assert np.log(1e3) < sign * found * 2030 / 2000 < np.log(1e9)
        # A step of Newton from s is (1 - p) / (p (1 - p)) with p = expit(s).
        end = 0.0
        for _ in range(8):
            end += 1 + np.exp(-end)
        assert found == pytest.approx(sign * end * 2000 / 2030, rel=1e-4, abs=0)


def test_log_odds_are_finite_at_both_ends() -> None:
    share = np.array([0.0, 0.2, 0.5, 1.0])
    found = logit_of(share)
    np.testing.assert_allclose(found[1:3], [np.log(0.25), 0.0], atol=1e-15)
    assert found[3] == pytest.approx(-found[0]) == pytest.approx(np.log(1e9))
    np.testing.assert_allclose(share_of(found), share, atol=1.1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_what_to_presume_is_the_structure_of_all_categories_together(seed: int) -> None:
    """The estimators of Buhlmann and Straub, summed over the categories."""
    rng = np.random.default_rng(seed)
    counts = np.array([1, 3, 0, 2, 6, 4])
    customer = np.repeat(np.arange(6), counts)
    likes = rng.dirichlet([2.0, 1.0, 0.7, 0.4], size=6)
    share = np.stack([rng.dirichlet(9.0 * likes[who]) for who in customer])
    share[[2, 5], 1] = 0.0
    share /= share.sum(axis=1, keepdims=True)
    of_each = [share[customer == who] for who in (0, 1, 3, 4, 5)]
    n = np.array([len(each) for each in of_each], dtype=np.float64)
    own = np.stack([each.mean(axis=0) for each in of_each])
    apart = [((each - each.mean(axis=0)) ** 2).sum() for each in of_each]
    within = float(np.sum(apart)) / 11
    about = n @ ((own - share.mean(axis=0)) ** 2).sum(axis=1)
    between = (about - 4 * within) / (16 - (n @ n) / 16)
    assert between > 0
    firm = within / between
    level = ((n / (n + firm))[:, None] * own).sum(axis=0)
    row, category = np.nonzero(share)
    found = presumed_purchases(customer[row], category, share[row, category], counts, 4)
    np.testing.assert_allclose(found, firm * level / level.sum(), rtol=1e-10)


@pytest.mark.parametrize("came", [0.5, 1.0])
def test_no_shift_is_longer_than_20(came: float) -> None:
    whole = np.full(50, 2.0)
    for predicted, part, sign in ((0.0, came, 1), (1.0, 1.0 - came, -1)):
        (found,) = logit_shifts(
            np.zeros(50, int), 1, np.full(50, predicted), part * whole, whole
        )
        assert found == pytest.approx(sign * 20.0 * 50 / 80, rel=1e-12)


def test_one_customer_alone_tells_nothing_of_others() -> None:
    customer, category = np.zeros(3, int), np.array([0, 0, 1])
    found = presumed_purchases(customer, category, np.ones(3), np.array([3]), 2)
    np.testing.assert_allclose(found, [2e6 / 3, 1e6 / 3], rtol=1e-12)


def test_the_unit_of_money_moves_no_shift() -> None:
    group, predicted = np.array([0, 0, 1]), np.array([0.3, 0.6, 0.2])
    whole, part = np.array([20.0, 30.0, 9.0]), np.array([11.0, 21.0, 1.0])
    plain = logit_shifts(group, 2, predicted, part, whole)
    small = logit_shifts(group, 2, predicted, part * 2.0**-30, whole * 2.0**-30)
    assert np.all(np.abs(plain) > 0.01)
    np.testing.assert_allclose(small, plain, rtol=1e-12, atol=0)
