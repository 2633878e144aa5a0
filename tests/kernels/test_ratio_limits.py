"""Ratios of means and of rates, and paired answers, against published figures."""

import numpy as np
import pytest
from scipy import stats

from crmkit.kernels.campaigns import mcnemar
from crmkit.kernels.campaigns.ratio_limits import fieller, rate_ratio_limits


def test_mcnemar_as_published() -> None:
    gained, lost = np.asarray(121.0), np.asarray(59.0)
    corrected = mcnemar.chi_square(gained, lost, corrected=True)
    assert [float(v) for v in corrected] == pytest.approx(
        [20.6722222, 5.4500948e-06], rel=1e-7
    )
    plain = mcnemar.chi_square(gained, lost, corrected=False)
    assert [float(v) for v in plain] == pytest.approx(
        [21.3555556, 3.8151359e-06], rel=1e-7
    )
    assert float(mcnemar.exact_p(gained, lost)) == pytest.approx(
        4.4344493e-06, rel=1e-7
    )


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (0, 5), (7, 2), (4, 4)])
def test_the_exact_test_is_a_binomial_test(gained: int, lost: int) -> None:
    found = float(mcnemar.exact_p(np.asarray(float(gained)), np.asarray(float(lost))))
    n = gained + lost
    expected = stats.binomtest(gained, n).pvalue if n else 1.0
    assert found == pytest.approx(expected, rel=1e-12)


def test_fiellers_limits_solve_his_equation() -> None:
    top, bottom, quantile = np.asarray(4.0), np.asarray(2.0), 1.96
    limits = fieller(
        top,
        bottom,
        top_variance=np.asarray(0.5),
        bottom_variance=np.asarray(0.1),
        covariance=np.asarray(0.05),
        quantile=quantile,
    )
    for ratio in limits:
        error = np.sqrt(0.5 - 2 * ratio * 0.05 + ratio**2 * 0.1)
        assert abs(top - ratio * bottom) == pytest.approx(quantile * error, rel=1e-12)


def test_fiellers_limits_are_infinite_where_the_bottom_may_be_0() -> None:
    one = np.asarray(1.0)
    lower, upper = fieller(
        one,
        one,
        top_variance=one,
        bottom_variance=one,
        covariance=np.asarray(0.0),
        quantile=1.96,
    )
    assert (float(lower), float(upper)) == (-np.inf, np.inf)


def test_a_ratio_of_rates_is_that_of_scipy() -> None:
    found = rate_ratio_limits(
        *(np.asarray(float(v)) for v in (30, 100, 20, 120)), level=0.95
    )
    expected = stats.contingency.relative_risk(30, 100, 20, 120).confidence_interval()
    assert [float(v) for v in found] == pytest.approx(list(expected), rel=1e-12)
    none = rate_ratio_limits(
        *(np.asarray(float(v)) for v in (0, 100, 20, 120)), level=0.95
    )
    assert [float(v) for v in none] == [0, np.inf]
