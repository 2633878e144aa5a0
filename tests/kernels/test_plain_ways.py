"""Short kernels against a second, plain way: enumeration, sums, published series."""

from fractions import Fraction
from math import comb, exp, lgamma, log
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats

from crmkit.kernels.base import special
from crmkit.kernels.campaigns import mcnemar
from crmkit.kernels.groups import cohorts
from crmkit.kernels.purchases import bg_bb, gamma_gamma
from crmkit.kernels.purchases.count_dispersion import count_dispersion
from crmkit.kernels.survey import (
    contingency,
    kano,
    nps_dirichlet,
    nps_intervals,
    share_ratios,
)


def test_the_series_of_gamma_functions_have_the_numbers_of_bernoulli() -> None:
    even = [2 * place for place in range(1, 8)]
    parts: list[Any] = [mpmath.bernfrac(k) for k in even]
    bernoulli = [Fraction(int(above), int(below)) for above, below in parts]
    pairs = list(zip(even, bernoulli, strict=True))
    gammas = [float(number / (k * (k - 1))) for k, number in pairs]
    digammas = [float(number / k) for k, number in pairs]
    np.testing.assert_allclose(special._LOG_GAMMA_SERIES, gammas, rtol=1e-15)
    np.testing.assert_allclose(special._DIGAMMA_SERIES, digammas, rtol=1e-15)


@pytest.mark.parametrize("z", [10.0, 10.5, 11.0, 40.0, 1e4])
@pytest.mark.parametrize("n", [1e-9, 1e-3, 0.7, 25.0, 1e7])
def test_ratios_from_10_upwards_keep_the_digits_of_any_step(z: float, n: float) -> None:
    with mpmath.workdps(50):
        at, step = mpmath.mpf(z), mpmath.mpf(n)
        ratio = float(mpmath.loggamma(at + step) - mpmath.loggamma(at))
        rise = float(mpmath.digamma(at + step) - mpmath.digamma(at))
    # Differences of whole functions would lose seven digits at the least step.
    assert float(special.log_gamma_ratio(z, n)) == pytest.approx(ratio, rel=1e-8)
    assert float(special.digamma_difference(z, n)) == pytest.approx(rise, rel=1e-8)
    if n > 1e-4:
        assert float(special.log_gamma_ratio(z, n)) == pytest.approx(ratio, rel=2e-13)
        assert float(special.digamma_difference(z, n)) == pytest.approx(rise, rel=5e-13)


@pytest.mark.parametrize("t", [1e-4, 0.3, 3.0, 3.1, 80.0, 1e4])
@pytest.mark.parametrize("n", [1.0, 2.0, 15.0, 90.0])
def test_a_tail_has_the_digits_of_its_smaller_side(t: float, n: float) -> None:
    r, alpha = 0.8, 3.0
    found = float(special.log_negative_binomial_tail(n, t, r=r, alpha=alpha))
    with mpmath.workdps(60):
        share = mpmath.mpf(t) / (mpmath.mpf(alpha) + t)
        tail = mpmath.betainc(n, mpmath.mpf(r), 0, share, regularized=True)
        known = float(mpmath.log(tail))
    assert found == pytest.approx(known, rel=1e-10)


def test_a_tail_of_nearly_everyone_keeps_who_is_missing() -> None:
    found = special.log_negative_binomial_tail(1.0, 1e3, r=8.0, alpha=1.0)
    missing = (1 / 1001.0) ** 8
    assert float(found) == pytest.approx(np.log1p(-missing), rel=1e-10, abs=0)


@pytest.mark.parametrize("amount", [np.nan, 0.0, 50.0])
def test_the_amount_of_no_occasion_tells_nothing(amount: float) -> None:
    spend = {"p": 6.0, "q": 3.7, "v": 15.0}
    x, m = np.array([0.0, 1.0]), np.array([amount, 30.0])
    shape, rate = gamma_gamma.posterior_parameters(x, m, **spend)
    assert shape.tolist() == pytest.approx([3.7, 9.7], rel=1e-15)
    assert rate.tolist() == pytest.approx([15.0, 45.0], rel=1e-15)
    mean = gamma_gamma.expected_spend(x, m, **spend)
    assert mean.tolist() == pytest.approx([90 / 2.7, 6 * 45 / 8.7], rel=1e-14)
    spread = gamma_gamma.variance_of_mean_spend(x, m, **spend)
    inverse = [
        stats.invgamma(a, scale=6.0 * b).var() for a, b in ((3.7, 15), (9.7, 45))
    ]
    assert spread.tolist() == pytest.approx(inverse, rel=1e-12)
    assert gamma_gamma.log_likelihood(x, m, **spend)[0] == 0.0
    assert gamma_gamma.gradient(x, m, **spend)[0].tolist() == [0.0] * 3


@pytest.mark.parametrize("q", [0.5, 1.0, 1.5, 2.0, 2.5])
def test_moments_of_spend_end_where_their_integrals_do(q: float) -> None:
    nothing = np.zeros(1)
    mean = gamma_gamma.expected_spend(nothing, nothing, p=2.0, q=q, v=9.0)[0]
    known = 18 / (q - 1) if q > 1 else np.inf
    assert mean == gamma_gamma.mean_spend(p=2.0, q=q, v=9.0) == pytest.approx(known)
    spread = gamma_gamma.variance_of_mean_spend(nothing, nothing, p=2.0, q=q, v=9.0)[0]
    assert spread == (pytest.approx(mean**2 / (q - 2)) if q > 2 else np.inf)


def test_a_fit_of_spend_starts_from_the_line_of_its_variances() -> None:
    p, q, middle = 2.0, 3.0, 1.7
    x = np.repeat([1.0, 2.0, 5.0], 2)
    apart = np.sqrt(1 / (p * x) + 1 / (q - 0.5)) * np.tile([1.0, -1.0], 3)
    weights = np.repeat([3.0, 1.0, 2.0], 2)
    start = gamma_gamma.start_values(x, np.exp(middle + apart), weights)
    assert np.exp(start[:2]).tolist() == pytest.approx([p, q], rel=1e-12)
    assert start[2] == pytest.approx(middle + log(q / p), rel=1e-12)
    same = gamma_gamma.start_values(x, np.full(6, 4.0), weights)
    expected = [1e6, 1e6 + 0.5, 4.0 * (1e6 + 0.5) / 1e6]
    assert np.exp(same).tolist() == pytest.approx(expected, rel=1e-9)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _bg_bb(x: int, last: int, n: int, *, a: float, b: float, c: float, d: float) -> Any:
    """Add up over the opportunity before which the customer left, or none."""
    left = [
        _log_beta(a + x, b + alive - x) + _log_beta(c + 1, d + alive)
        for alive in range(last, n)
    ]
    stayed = _log_beta(a + x, b + n - x) + _log_beta(c, d + n)
    return sum(map(exp, [*left, stayed]))


@pytest.mark.parametrize(
    ("x", "last", "n"), [(0, 0, 1), (0, 0, 6), (2, 5, 6), (3, 3, 3)]
)
def test_chances_of_buying_and_leaving_are_ratios_of_sums(
    x: int, last: int, n: int
) -> None:
    at = {"a": 1.2, "b": 0.7, "c": 0.6, "d": 2.8}
    seen, recency, T = (np.array([float(value)]) for value in (x, last, n))
    named = {"alpha": 1.2, "beta": 0.7, "gamma": 0.6, "delta": 2.8}
    whole = _bg_bb(x, last, n, **at)
    buying = bg_bb.posterior_mean_rate(seen, recency, T, **named)[0]
    assert buying == pytest.approx(
        _bg_bb(x, last, n, **at | {"a": 2.2}) / whole, rel=1e-12
    )
    leaving = bg_bb.posterior_mean_dropout(seen, recency, T, **named)[0]
    assert leaving == pytest.approx(
        _bg_bb(x, last, n, **at | {"c": 1.6}) / whole, rel=1e-12
    )


def test_a_customer_who_never_or_surely_leaves_has_a_lifetime() -> None:
    rng = np.random.default_rng(1)
    lives = bg_bb._lifetimes(np.repeat([0.0, 1.0, 0.25], [3, 3, 20_000]), rng)
    assert lives[:6].tolist() == [np.inf] * 3 + [0.0] * 3
    assert lives[6:].mean() == pytest.approx(3.0, abs=0.15)  # 0.75 / 0.25
    assert (lives[6:] == 0).mean() == pytest.approx(0.25, abs=0.016)


@pytest.mark.parametrize(
    "count",
    [
        [1, 1, 1, 1],
        [1, 2, 1, 1],
        [0, 5, 1, 9],
        [2, 1, 3, 4],
        [0, 0, 0, 1],
        [2, 1, 1, 5],
    ],
)
@pytest.mark.parametrize("weights", [None, [1.0, 3.0, 2.0, 1.0, 7.0]])
def test_the_dispersion_of_counts_is_the_plain_one(
    count: list[int], weights: list[float] | None
) -> None:
    time = np.array([2.0, 4.0, 3.0, 5.0, 0.0])  # the last was never watched
    mass = None if weights is None else np.array(weights)
    found = count_dispersion(np.array([*count, 8.0]), time, mass)
    many = np.repeat(np.arange(4), [1] * 4 if mass is None else mass[:4].astype(int))
    x, t = np.array(count, float)[many], time[many]
    expected = x.sum() * t / t.sum()
    statistic, n = (((x - expected) ** 2) / expected).sum(), x.size
    variance = 2 * (n - 1) + (1 / expected).sum() - (n**2 + 2 * n - 2) / x.sum()
    assert found is not None
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    z = (statistic - (n - 1)) / np.sqrt(variance) if variance > 1e-9 else found.z
    assert found.z == pytest.approx(z, rel=1e-9)
    chance = max(stats.norm.sf(found.z), stats.chi2.sf(statistic, n - 1))
    assert found.p_value == pytest.approx(chance, rel=1e-10)
    share = max(0.0, 1 - (n - 1) / statistic)
    assert found.signal_share == pytest.approx(share, rel=1e-10)


def test_a_dispersion_needs_two_counts_and_one_event() -> None:
    assert count_dispersion(np.array([3.0]), np.ones(1)) is None
    assert count_dispersion(np.zeros(4), np.ones(4)) is None
    assert count_dispersion(np.array([3.0, 1.0]), np.array([1.0, 0.0])) is None
    assert count_dispersion(np.array([0.0, 1.0]), np.ones(2)) is not None


def test_reverse_and_questionable_answers_are_not_served() -> None:
    # Must-be 1, one-dimensional 2, attractive 4, indifferent 8, reverse 16, odd 32.
    counts = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    assert [float(part) for part in kano.better(counts)] == [6.0, 15.0]
    assert [float(part) for part in kano.worse(counts)] == [3.0, 15.0]
    margin = kano.fong_margin(np.array(30.0), np.array(20.0), np.array(80.0))
    assert float(margin) == pytest.approx(1.65 * np.sqrt(50 * 110 / 160), rel=1e-14)


def test_changed_answers_are_tested_down_to_one() -> None:
    gained, lost = np.array([0, 1, 0, 1, 9, 2]), np.array([0, 0, 2, 1, 3, 9])
    moved = np.maximum(gained + lost, 1)
    for corrected in (False, True):
        apart = np.maximum(np.abs(gained - lost) - corrected, 0)
        statistic, p = mcnemar.chi_square(gained, lost, corrected=corrected)
        np.testing.assert_allclose(statistic, apart**2 / moved, rtol=1e-14)
        np.testing.assert_allclose(p, stats.chi2.sf(apart**2 / moved, 1), rtol=1e-12)
    exact = [
        stats.binomtest(int(k), int(k + m)).pvalue if k + m else 1.0
        for k, m in zip(gained, lost, strict=True)
    ]
    np.testing.assert_allclose(mcnemar.exact_p(gained, lost), exact, rtol=1e-12)


@pytest.mark.parametrize(
    "table", [[[3, 1, 2], [0, 4, 5]], [[1, 1, 1], [1, 1, 1]], [[0, 0, 4], [7, 2, 1]]]
)
def test_an_exact_test_of_two_rows_counts_every_table(table: list[list[int]]) -> None:
    first, column = table[0], [a + b for a, b in zip(*table, strict=True)]

    def ways(cells: tuple[int, ...]) -> int:
        return int(np.prod([comb(n, k) for n, k in zip(column, cells, strict=True)]))

    every = [
        ways(cells)
        for cells in np.ndindex(*(n + 1 for n in column))
        if sum(cells) == sum(first)
    ]
    likely = sum(each for each in every if each <= ways(tuple(first)))
    found = contingency.exact_two_rows(np.array(table, float))
    assert found == pytest.approx(likely / sum(every), rel=1e-10)
    seen = np.array(table, float)
    statistic, degrees, least = contingency.pearson(
        np.column_stack([seen, np.zeros(2)])
    )
    known = stats.chi2_contingency(seen, correction=False)
    assert statistic == pytest.approx(known.statistic, rel=1e-12)
    assert degrees == known.dof
    assert least == pytest.approx(known.expected_freq.min(), rel=1e-14)


def test_ratios_of_shares_are_the_textbook_ones() -> None:
    z = stats.norm.ppf(0.975)
    ratio = (15 / 40) / (8 / 50)
    reach = exp(z * np.sqrt(1 / 15 - 1 / 40 + 1 / 8 - 1 / 50))
    found = share_ratios.relative_risk(15, 40, 8, 50, level=0.95)
    assert found == pytest.approx((ratio, ratio / reach, ratio * reach), rel=1e-12)
    odds = (15 * 42) / (25 * 8)
    reach = exp(z * np.sqrt(1 / 15 + 1 / 25 + 1 / 8 + 1 / 42))
    found = share_ratios.odds_ratio(15, 40, 8, 50, level=0.95)
    assert found == pytest.approx((odds, odds / reach, odds * reach), rel=1e-12)
    # Newcombe (1998), table II, method 10, example (a): 56/70 and 48/80.
    apart = share_ratios.risk_difference(56, 70, 48, 80, level=0.95)
    assert apart == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("x", [-1.0, -0.7, -1e-9, 0.0, 1e-9, 0.4, 0.99, 1.0])
def test_a_score_of_uniform_shares_has_the_area_of_a_triangle(x: float) -> None:
    found = nps_dirichlet.cumulative(x, a=1.0, b=1.0, c=1.0)
    known = (1 + x) ** 2 / 2 if x < 0 else 1 - (1 - x) ** 2 / 2
    assert found == pytest.approx(known, rel=1e-13, abs=1e-15)
    if 0 < known < 1:
        back = nps_dirichlet.quantile(known, a=1.0, b=1.0, c=1.0)
        assert back == pytest.approx(x, abs=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "c"), [(0.3, 2.0, 5.0), (30.0, 5.0, 20.0), (2.5, 1.4, 1.4), (9, 900, 3)]
)
@pytest.mark.parametrize("x", [-0.5, -0.01, 0.0, 0.02, 0.6])
def test_a_score_of_any_shares_is_its_integral(
    a: float, b: float, c: float, x: float
) -> None:
    with mpmath.workdps(25):
        norm = mpmath.beta(a + c, b)

        def at(S: Any) -> Any:
            share = min((1 + mpmath.mpf(x) / S) / 2, mpmath.mpf(1))
            density = S ** (a + c - 1) * (1 - S) ** (b - 1) / norm
            return density * mpmath.betainc(a, c, 0, max(share, 0), regularized=True)

        bulk = (a + c) / (a + b + c)
        places = sorted({abs(x), *(min(max(bulk * k, abs(x)), 1) for k in (1, 3)), 1})
        known: Any = mpmath.quad(at, places)
        known += mpmath.betainc(a + c, b, 0, x, regularized=True) if x > 0 else 0
    found = nps_dirichlet.cumulative(x, a=a, b=b, c=c)
    assert found == pytest.approx(float(known), rel=2e-9, abs=1e-14)


def test_a_tie_of_a_percentile_is_no_matter_of_rounding() -> None:
    # Of two answers, half each way: -1, 0, 1 with chances of 1/4, 1/2, 1/4.
    assert nps_intervals.exact_percentile(0.5, 0.5, n=2, level=0.5) == (-1.0, 1.0)
    assert nps_intervals.exact_percentile(0.5, 0.5, n=2, level=0.49) == (0.0, 0.0)
    for n in (3, 10, 20):
        tail = float(stats.binom.cdf(n // 4, n, 0.5))
        low, high = nps_intervals.exact_percentile(0.5, 0.5, n=n, level=1 - 2 * tail)
        assert low == pytest.approx((2 * (n // 4) - n) / n, rel=1e-14)
        assert high == -low


def test_a_cohort_that_loses_no_one_has_a_rate_without_error() -> None:
    active = np.array([[20.0, 20.0, 15.0, 0.0], [10.0, 10.0, 12.0, np.nan]])
    seen = np.array([[True, True, True, True], [True, True, False, False]])
    rate, curve, error = cohorts.chained(active, seen)
    assert rate.tolist() == [1.0, 1.0, 0.75, 0.0]
    assert curve.tolist() == [1.0, 1.0, 0.75, 0.0]
    greenwood = 0.75 * np.sqrt(5 / (20 * 15))
    assert error.tolist() == pytest.approx([0.0, 0.0, greenwood, 0.0], rel=1e-14)
    more = cohorts.chained(np.array([[4.0, 5.0]]), np.ones((1, 2), np.bool_))
    assert np.isnan(more[2][1])


def test_counts_a_little_further_apart_than_chance_are_half_as_sure() -> None:
    found = count_dispersion(np.array([4.0, 2, 1, 3]), np.array([1.0, 1, 2, 2]))
    assert found is not None
    # Expected are 5/3, 5/3, 10/3 and 10/3.
    assert found.statistic == pytest.approx(5.0, rel=1e-12)
    assert 0 < found.z < 1
    chance = max(stats.norm.sf(found.z), stats.chi2.sf(5.0, 3))
    assert found.p_value == pytest.approx(chance, rel=1e-10)


def test_counts_as_expected_have_no_signal() -> None:
    found = count_dispersion(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    assert found is not None
    assert (found.statistic, found.signal_share) == (0.0, 0.0)
