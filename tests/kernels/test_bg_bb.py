"""BG/BB: published numbers, and sums over every history that can be.

Published: Fader, Hardie and Shang (2010), 11,104 donors in 22 patterns over 6 years;
the walkthrough and manual of the R package BTYD; tests of lifetimes, pymc-marketing.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from scipy.special import betaln

from crmkit.kernels.purchases import bg_bb, bg_bb_periods
from crmkit.kernels.purchases.bg_bb_periods import pairs_there, periods
from crmkit.typing import FloatArray, IntArray

DONORS = {"alpha": 1.203528, "beta": 0.7497260, "gamma": 0.6567808, "delta": 2.783796}
# (frequency, recency) of the 22 patterns and how many donors have each.
PATTERNS = np.array(
    [
        (6, 6, 1203), (5, 6, 728), (4, 6, 512), (3, 6, 357), (2, 6, 234), (1, 6, 129),
        (5, 5, 335), (4, 5, 284), (3, 5, 225), (2, 5, 173), (1, 5, 119),
        (4, 4, 240), (3, 4, 181), (2, 4, 155), (1, 4, 78),
        (3, 3, 322), (2, 3, 255), (1, 3, 129),
        (2, 2, 613), (1, 2, 277), (1, 1, 1091), (0, 0, 3464),
    ],
    dtype=np.float64,
)  # fmt: skip


def test_log_likelihoods_of_the_22_patterns() -> None:
    x, t_x, _ = PATTERNS.T
    found = bg_bb.log_likelihood(
        x, t_x, np.full(22, 6.0), alpha=1.204, beta=0.750, gamma=0.657, delta=2.783
    )
    published = [
        -2.18167018824, -4.29485034929, -5.38473334360, -5.80915881601, -5.65172964525,
        -4.88370164695, -3.71682127437, -5.09558227343, -5.61576884108, -5.50636893346,
        -4.76723821904, -3.84829625138, -5.05936147828, -5.19562191019, -4.57070931973,
        -3.52745257839, -4.51620272962, -4.22465969453, -3.01199924784, -3.58817880928,
        -2.28882847451, -1.16751622367,
    ]  # fmt: skip
    np.testing.assert_allclose(found, published, rtol=1e-3)


def test_the_log_likelihood_of_all_donors() -> None:
    x, t_x, donors = PATTERNS.T
    assert donors.sum() == 11_104
    T = np.full(22, 6.0)
    total = donors @ bg_bb.log_likelihood(x, t_x, T, **DONORS)
    assert total == pytest.approx(-33225.58, abs=0.005)
    at = np.log(list(DONORS.values()))
    value, slope, _ = bg_bb.objective(x, t_x, T, donors)(at)
    assert value == pytest.approx(total, rel=1e-13)
    assert np.max(np.abs(slope)) < 1.0  # of 11,104 donors: the optimum, to 7 digits


def test_long_histories() -> None:
    """lifetimes' floor of 1e-15 makes these -32.88, -34.36, -34.36."""
    found = bg_bb.log_likelihood(
        np.array([26.0, 30.0, 50.0]),
        np.array([40.0, 60.0, 100.0]),
        np.array([52.0, 104.0, 200.0]),
        alpha=1.2035,
        beta=0.7497,
        gamma=0.6567,
        delta=2.7834,
    )
    known = [-33.1396306236, -49.5031518616, -78.2870514487]
    np.testing.assert_allclose(found, known, rtol=1e-11)


def test_expected_purchases() -> None:
    new = bg_bb.expected_purchases_new_customer(np.arange(1.0, 12.0), **DONORS)
    published = [
        0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202,
        2.4826, 2.7285, 2.9603, 3.1798, 3.3887,
    ]  # fmt: skip
    np.testing.assert_allclose(new, published, rtol=1e-4)
    assert new[9] == pytest.approx(3.179805, rel=1e-6)
    known = bg_bb.expected_purchases(
        np.array([0.0, 4.0]),
        np.array([0.0, 5.0]),
        np.full(2, 6.0),
        start=0.0,
        end=10.0,
        **DONORS,
    )
    np.testing.assert_allclose(known, [0.1302169, 3.627858], rtol=1e-6)


def test_totals_of_all_donors() -> None:
    x, t_x, donors = PATTERNS.T
    expected = bg_bb.expected_purchases(
        x, t_x, np.full(22, 6.0), start=0.0, end=5.0, **DONORS
    )
    assert donors @ expected == pytest.approx(12884.2, abs=1.0)
    fitted = 11_104 * np.exp(
        bg_bb.log_pmf_new_customer(np.array([0.0, 6.0]), 6.0, **DONORS)
    )
    np.testing.assert_allclose(fitted, [3454.9, 1253.1], atol=0.5)


def test_probability_alive_a_year_ahead() -> None:
    x, t_x, T = np.array([0.0, 2.0, 6.0]), np.array([0.0, 4.0, 6.0]), np.full(3, 6.0)
    found = bg_bb.probability_alive_after(x, t_x, T, elapsed=1.0, **DONORS)
    np.testing.assert_allclose(found, [0.1081370764, 0.59, 0.9304350590], rtol=2e-3)
    assert bg_bb.probability_alive(x, t_x, T, **DONORS)[2] == 1.0


def test_discounted_residual_purchases_of_the_manual() -> None:
    x = np.array([3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    t_x = np.array([4.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0])
    found = bg_bb.discounted_expected_purchases(
        x,
        t_x,
        np.full(7, 6.0),
        horizon=np.inf,
        log_rate=np.log(1.1),
        alpha=1.20,
        beta=0.75,
        gamma=0.66,
        delta=2.78,
    )
    known = [1.6213791858, 1.80204, 2.62116, 3.44027, 4.25938, 5.07849, 5.89760]
    np.testing.assert_allclose(found, known, atol=6e-6)
    assert found[0] == pytest.approx(1.6213791858, rel=1e-10)


def test_all_histories_of_seven_opportunities_add_up() -> None:
    """Their probabilities sum to 1, and their forecasts to the forecast at birth."""
    n, ahead = 7, 5.0
    histories = [
        (float(size), float(used[-1] if used else 0))
        for size in range(n + 1)
        for used in combinations(range(1, n + 1), size)
    ]
    x, t_x = np.array(histories).T
    T = np.full(x.size, float(n))
    chance = np.exp(bg_bb.log_likelihood(x, t_x, T, **DONORS))
    assert chance.sum() == pytest.approx(1.0, rel=1e-13)
    later = bg_bb.expected_purchases(x, t_x, T, start=0.0, end=ahead, **DONORS)
    at_birth = bg_bb.expected_purchases_new_customer(np.array([7.0, 12.0]), **DONORS)
    assert chance @ later == pytest.approx(at_birth[1] - at_birth[0], rel=1e-12)
    rate = bg_bb.posterior_mean_rate(x, t_x, T, **DONORS)
    mean = DONORS["alpha"] / (DONORS["alpha"] + DONORS["beta"])
    assert chance @ rate == pytest.approx(mean, rel=1e-12)
    leaving = bg_bb.posterior_mean_dropout(x, t_x, T, **DONORS)
    mean = DONORS["gamma"] / (DONORS["gamma"] + DONORS["delta"])
    assert chance @ leaving == pytest.approx(mean, rel=1e-12)


def test_the_counts_given_a_history_have_total_mean_and_variance() -> None:
    x, t_x, T = np.array([3.0]), np.array([5.0]), np.array([8.0])
    count = np.arange(31.0)
    chance = np.exp(bg_bb.log_pmf(count, x, t_x, T, horizon=30.0, **DONORS))
    mean = bg_bb.expected_purchases(x, t_x, T, start=0.0, end=30.0, **DONORS)[0]
    variance = bg_bb.variance_of_purchases(x, t_x, T, horizon=30.0, **DONORS)[0]
    assert chance.sum() == pytest.approx(1.0, rel=1e-13)
    assert chance @ count == pytest.approx(mean, rel=1e-12)
    assert chance @ (count - mean) ** 2 == pytest.approx(variance, rel=1e-11)
    beyond = bg_bb.log_pmf(31.0, x, t_x, T, horizon=30.0, **DONORS)
    assert beyond.tolist() == [-np.inf]


def test_derivatives_are_derivatives() -> None:
    x, t_x, donors = PATTERNS.T
    T = np.where(t_x < 4, 5.0, 6.0)  # opportunities may differ between customers
    at = np.log([0.8, 1.3, 0.9, 2.0])
    objective = bg_bb.objective(x, t_x, T, donors)
    value, slope, bend = objective(at)
    shape = dict(zip(DONORS, np.exp(at).tolist(), strict=True))
    each = bg_bb.log_likelihood(x, t_x, T, **shape)
    assert value == pytest.approx(float(donors @ each), rel=1e-13)
    by_row = donors @ bg_bb.gradient(x, t_x, T, **shape)
    np.testing.assert_allclose(slope, by_row, rtol=1e-11)
    step = 1e-5
    for i, move in enumerate(step * np.eye(4)):
        up, down = objective(at + move), objective(at - move)
        assert slope[i] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-5)
        rise = (up[1] - down[1]) / (2 * step)
        np.testing.assert_allclose(bend[i], rise, rtol=1e-6, atol=1e-3)


def test_without_end_or_discount_it_is_finite_only_for_gamma_above_one() -> None:
    x, t_x, T = np.array([3.0]), np.array([5.0]), np.array([6.0])
    shape = {"alpha": 1.2, "beta": 0.75, "delta": 2.8}
    for gamma, finite in ((1.0, False), (1.5, True)):
        ever = bg_bb.expected_purchases(
            x, t_x, T, start=0.0, end=np.inf, gamma=gamma, **shape
        )
        assert np.isfinite(ever[0]) == finite
    late = bg_bb.expected_purchases(x, t_x, T, start=0.0, end=1e12, gamma=1.5, **shape)
    assert ever[0] == pytest.approx(late[0], rel=1e-5)


def test_discounting_is_a_sum_over_opportunities() -> None:
    x, t_x, T = np.array([3.0, 0.0]), np.array([5.0, 0.0]), np.array([6.0, 2.0])
    found = bg_bb.discounted_expected_purchases(
        x, t_x, T, horizon=8.0, log_rate=0.05, **DONORS
    )
    known = [
        np.exp(-0.05 * (j + 1.0))
        * bg_bb.expected_purchases(x, t_x, T, start=j, end=j + 1.0, **DONORS)
        for j in np.arange(8.0)
    ]
    np.testing.assert_allclose(found, np.sum(known, axis=0), rtol=1e-13)
    growing = bg_bb.discounted_expected_purchases(
        x, t_x, T, horizon=8.0, log_rate=-0.05, **DONORS
    )
    assert np.all(growing > found)


@pytest.mark.parametrize("log_rate", [0.0, 0.05, -0.05, 2.0])
@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 2), (3, 4), (0, 60), (7, 400), (5, 5), (5, 2)]
)
def test_opportunities_ahead_are_a_sum_over_them(
    start: int, end: int, log_rate: float
) -> None:
    gamma, delta = (
        part.ravel() for part in np.meshgrid([0.05, 1.0, 2.5, 40.0], [0.2, 3.0, 90.0])
    )
    found = periods(float(start), float(end), log_rate, gamma, delta)
    j = np.arange(start + 1.0, end + 1)[:, None]
    there = np.exp(betaln(gamma, delta + j) - betaln(gamma, delta) - log_rate * j)
    np.testing.assert_allclose(found, there.sum(axis=0), rtol=1e-11)


@pytest.mark.parametrize(("gamma", "log_rate"), [(9.0, 0.0), (0.7, 0.5), (1.0, 0.1)])
def test_opportunities_without_end_are_a_sum_over_them(
    gamma: float, log_rate: float
) -> None:
    found = periods(2.0, np.inf, log_rate, gamma, 3.0)
    j = np.arange(3.0, 40_000.0)
    there = np.exp(betaln(gamma, 3.0 + j) - betaln(gamma, 3.0) - log_rate * j)
    assert float(found) == pytest.approx(float(there.sum()), rel=1e-11, abs=0)
    for endless in ((1.0, 0.0), (0.5, 0.0), (9.0, -0.1)):
        assert float(periods(2.0, np.inf, endless[1], endless[0], 3.0)) == np.inf


@pytest.mark.parametrize("horizon", [0.0, 1.0, 2.0, 3.0, 40.0])
def test_pairs_of_opportunities_are_a_sum_over_them(horizon: float) -> None:
    gamma, delta = np.array([0.3, 2.0]), np.array([5.0, 0.4])
    ends = np.array([horizon, 7.0])
    found = pairs_there(horizon=ends, gamma=gamma, delta=delta)
    for at, end in enumerate(ends.tolist()):
        j = np.arange(2.0, end + 1)
        there = np.exp(betaln(gamma[at], delta[at] + j) - betaln(gamma[at], delta[at]))
        assert found[at] == pytest.approx(float((j - 1) @ there), rel=1e-12, abs=0)


def test_growth_that_outweighs_a_chance_exactly_counts_every_period(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at_a_quarter(
        function: Callable[[FloatArray, IntArray], FloatArray],
        a: FloatArray,
        *_: FloatArray,
        **__: FloatArray,
    ) -> FloatArray:
        return function(np.full((a.size, 1), 0.25), np.arange(a.size))[:, 0]

    monkeypatch.setattr(bg_bb_periods, "log_beta_expectation", at_a_quarter)
    growth = float(np.log1p(-0.25))
    found = periods(np.array([0.0, 2.0]), 7.0, growth, 2.0, 3.0)
    # The first of seven periods is lived through by 3/5, of five by 2/7.
    lead = 3 / 5 / 0.75, 3 * 4 * 5 / (5 * 6 * 7) / 0.75**3
    np.testing.assert_allclose(found, [7 * lead[0], 5 * lead[1]], rtol=1e-12, atol=0)
