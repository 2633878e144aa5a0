"""Ratios of shares and the closest rising curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.stats import contingency

from crmkit.kernels.survey import share_ratios


def test_the_ratio_of_shares_agrees_with_scipy() -> None:
    other = contingency.relative_risk(60, 100, 20, 200)
    got = share_ratios.relative_risk(60, 100, 20, 200, level=0.95)
    limits = other.confidence_interval(0.95)
    assert got == pytest.approx((6, limits.low, limits.high), rel=1e-12)


def test_the_odds_ratio_agrees_with_scipy() -> None:
    other = contingency.odds_ratio(np.array([[60, 40], [20, 180]]), kind="sample")
    got = share_ratios.odds_ratio(60, 100, 20, 200, level=0.9)
    limits = other.confidence_interval(0.9)
    assert got == pytest.approx((13.5, limits.low, limits.high), rel=1e-12)


def test_the_difference_has_newcombes_published_limits() -> None:
    # Newcombe (1998), table II, method 10: 56/70 against 48/80: 0.0524 to 0.3339.
    got = share_ratios.risk_difference(56, 70, 48, 80, level=0.95)
    assert got == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    # 10/10 against 0/20: 0.6791 to 1.0000.
    got = share_ratios.risk_difference(10, 10, 0, 20, level=0.95)
    assert got == pytest.approx((1, 0.6791, 1), abs=5e-5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_the_rising_curve_is_the_closest(values: list[float]) -> None:
    y = np.array(values)
    w = np.arange(1, len(y) + 1).astype(np.float64)
    got = share_ratios.isotonic(y, w)
    other = optimize.isotonic_regression(y, weights=w)
    assert got == pytest.approx(other.x, abs=1e-12)
    assert w @ got == pytest.approx(w @ y, abs=1e-10)


def test_coverage_of_the_ratio_is_near_its_level() -> None:
    rng = np.random.default_rng(2)
    inside = 0
    for a, b in rng.binomial([80, 120], [0.5, 0.2], size=(500, 2)).tolist():
        _, low, high = share_ratios.relative_risk(a, 80, b, 120, level=0.9)
        inside += low <= 2.5 <= high
    assert stats.binomtest(inside, 500, 0.9).pvalue > 1e-3
