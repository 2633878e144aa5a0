"""Ratios of means and of rates, and paired answers, against published figures."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.kernels.campaigns import mcnemar
from crmkit.kernels.campaigns.ratio_limits import (
    fieller,
    newcombe,
    rate_ratio_limits,
)


def test_mcnemar_as_published() -> None:
    # The user guide of mlxtend prints these for [[101, 121], [59, 33]].
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


@given(
    size=st.sampled_from([1.0, 1e9, 1e150, 1e-150]),
    spread=st.sampled_from([0.3, 1e-4, 1e-9]),
    ratio=st.floats(-3, 3).filter(lambda each: abs(each) > 0.1),
    tilt=st.floats(0.1, 1),
    correlation=st.floats(-0.99, 0.99),
)
def test_fiellers_limits_keep_small_errors_of_large_means(
    size: float, spread: float, ratio: float, tilt: float, correlation: float
) -> None:
    top, bottom = ratio * size, size
    x, y = tilt * spread * size, spread * size
    given_: dict[str, Any] = {
        "top_variance": x**2,
        "bottom_variance": y**2,
        "covariance": correlation * x * y,
    }
    found = fieller(
        np.asarray(top),
        np.asarray(bottom),
        quantile=1.96,
        **{name: np.asarray(value) for name, value in given_.items()},
    )
    # The roots of the quadratic equation, with digits to lose.
    with mp.workdps(80):
        q = mp.mpf(1.96) ** 2
        xx, yy, xy = (q * mp.mpf(value) for value in given_.values())
        a, b = mp.mpf(bottom) ** 2 - yy, mp.mpf(top) * bottom - xy
        root = mp.sqrt(b**2 - a * (mp.mpf(top) ** 2 - xx))
        expected = [(b - root) / a, (b + root) / a]
        width = expected[1] - expected[0]
        for mine, exact in zip(found, expected, strict=True):
            error = abs(mp.mpf(float(mine)) - exact)
            assert error < 1e-9 * width + 8e-15 * abs(exact)


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


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_correlation_a_little_beyond_one_is_one(sign: float) -> None:
    # Of two means in step the ratio is (3 + 0.5 z) / (2 + 0.2 sign z), z in +- 1.96.
    lower, upper = fieller(
        np.asarray(3.0),
        np.asarray(2.0),
        top_variance=np.asarray(0.25),
        bottom_variance=np.asarray(0.04),
        covariance=np.asarray(0.1 * sign * (1 + 1e-9)),
        quantile=1.96,
    )
    ends = sorted((3 + 0.5 * z) / (2 + 0.2 * sign * z) for z in (-1.96, 1.96))
    np.testing.assert_allclose([lower, upper], ends, rtol=1e-14, atol=0)


@pytest.mark.parametrize(("top", "bottom"), [(0.25, 0.0), (0.0, 0.04), (0.0, 0.0)])
def test_a_mean_without_an_error_is_a_number(top: float, bottom: float) -> None:
    limits = fieller(
        np.asarray(3.0),
        np.asarray(2.0),
        top_variance=np.asarray(top),
        bottom_variance=np.asarray(bottom),
        covariance=np.asarray(0.0),
        quantile=1.96,
    )
    above, below = 1.96 * np.sqrt(top), 1.96 * np.sqrt(bottom)
    ends = [(3 - above) / (2 + below), (3 + above) / (2 - below)]
    np.testing.assert_allclose(limits, ends, rtol=1e-14, atol=0)


def test_a_ratio_of_rates_is_that_of_scipy() -> None:
    found = rate_ratio_limits(
        *(np.asarray(float(v)) for v in (30, 100, 20, 120)), level=0.95
    )
    expected = stats.contingency.relative_risk(30, 100, 20, 120).confidence_interval()
    assert [float(v) for v in found] == pytest.approx(list(expected), rel=1e-12)
    for counts in ((0, 100, 20, 120), (30, 100, 0, 120), (0, 100, 0, 120)):
        none = rate_ratio_limits(*(np.asarray(float(v)) for v in counts), level=0.95)
        assert [float(v) for v in none] == [0, np.inf]


def test_a_difference_of_rates_is_that_of_newcombe() -> None:
    # Newcombe (1998), table II, method 10: examples (a) to (f).
    published = {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (6, 7, 2, 7): (0.0582, 0.8062),
        (5, 56, 0, 29): (-0.0381, 0.1926),
        (0, 10, 0, 20): (-0.1611, 0.2775),
        (0, 10, 0, 10): (-0.2775, 0.2775),
    }
    for counts, limits in published.items():
        found = newcombe(*(np.asarray(float(v)) for v in counts), level=0.95)
        assert [float(v) for v in found] == pytest.approx(limits, rel=0, abs=5e-5)


@pytest.mark.parametrize(("k", "k2"), [(1.0, 7.0), (7.0, 1.0), (1.0, 1.0)])
def test_a_count_of_one_has_a_logarithm(k: float, k2: float) -> None:
    counts = (np.array(each) for each in (k, 20.0, k2, 50.0))
    lower, upper = rate_ratio_limits(*counts, level=0.95)
    ratio = k / 20 / (k2 / 50)
    reach = np.exp(1.959963984540054 * np.sqrt(1 / k - 1 / 20 + 1 / k2 - 1 / 50))
    assert float(lower) == pytest.approx(ratio / reach, rel=1e-12, abs=0)
    assert float(upper) == pytest.approx(ratio * reach, rel=1e-12, abs=0)
