"""Correlations of weighted pairs against SciPy on repeated rows."""

import numpy as np
import pytest
from scipy import stats

from crmkit.kernels.value.rank_correlation import (
    correlation,
    rank_correlation,
    rank_p_value,
)


@pytest.mark.parametrize("seed", range(5))
def test_a_weight_counts_as_so_many_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = rng.integers(0, 6, 25), rng.integers(0, 4, 25) ** 3
    two = two + one
    times = rng.integers(1, 5, 25)
    first, second, weights = (each.astype(np.float64) for each in (one, two, times))
    many = np.repeat(first, times), np.repeat(second, times)
    assert correlation(first, second, weights) == pytest.approx(
        stats.pearsonr(*many).statistic, rel=1e-12
    )
    spearman = stats.spearmanr(*many)
    ranked = rank_correlation(first, second, weights)
    assert ranked == pytest.approx(spearman.statistic, rel=1e-12)
    assert rank_p_value(ranked, times.sum()) == pytest.approx(spearman.pvalue, rel=1e-9)


def test_what_does_not_vary_is_not_correlated() -> None:
    ones = np.ones(4)
    assert correlation(ones, np.arange(4.0), ones) == 0.0
    assert rank_correlation(np.arange(4.0), ones, ones) == 0.0


def test_two_pairs_tell_nothing_and_three_something() -> None:
    assert rank_p_value(1.0, 2) == 1.0
    assert rank_p_value(0.5, 3) == pytest.approx(2 / 3)  # of Cauchy's distribution
    assert rank_p_value(1.0, 3) < 1e-100


def test_a_correlation_has_no_unit() -> None:
    one, two = np.array([1.0, 2.0, 4.0, 3.0]), np.array([2.0, 1.0, 5.0, 7.0])
    weights = np.array([1.0, 3.0, 2.0, 1.0])
    plain = correlation(one, two, weights)
    assert 0.1 < plain < 0.9
    small = correlation(2.0**-20 * one, 2.0**-20 * two, 2.0**-20 * weights)
    assert small == pytest.approx(plain, rel=1e-12, abs=0)
