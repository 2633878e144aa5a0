"""Pareto/NBD: published numbers, and the rows other libraries have no number for.

Published: Fader and Hardie (2005), the walkthrough and manual of the R package BTYD,
CLVTools' tests, and pymc-marketing's tests. CDNOW in weeks.
"""

from typing import Any

import mpmath
import numpy as np
import pytest

from crmkit.kernels.purchases import pareto_nbd
from crmkit.kernels.purchases.pareto_future import elapsed_time_alive
from crmkit.typing import FloatArray

CDNOW = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.67150}
QUICKSTART = {"r": 0.5534, "alpha": 10.5802, "s": 0.6061, "beta": 11.6562}
MANUAL = {"r": 0.5629966, "alpha": 12.5590370, "s": 0.4081095, "beta": 10.5148048}


def _three() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows 158, 302 and 1233 of pymc-marketing's quickstart."""
    return (
        np.array([3.0, 1.0, 8.0]),
        np.array([24.71, 36.29, 23.0]),
        np.array([37.86, 37.0, 32.29]),
    )


@pytest.mark.parametrize(
    ("parameters", "history", "published"),
    [
        ((0.55, 10.58, 0.61, 11.67), (1, 1.5, 12), -4.00694866),
        ((0.45, 10.58, 0.61, 11.67), (1, 1.5, 12), -4.14770211),
        ((0.45, 10.58, 0.71, 11.67), (1, 1.5, 12), -4.13593316),
        ((0.55, 11.67, 0.61, 10.58), (1, 1.5, 12), -4.03618538),
        ((0.55, 11.67, 0.61, 10.58), (4, 5.3, 10), -10.72932589),
        ((0.55, 11.67, 0.61, 10.58), (2, 6, 8), -6.66878882),
        (
            (0.5143, 2.8845, 0.2856, 14.1087),
            (221, 103.42857, 103.57143),
            -61.5846485617,
        ),
        ((0.5143, 2.8845, 0.2856, 14.1087), (254, 97.14286, 97.28571), -19.6232922175),
        ((0.5143, 2.8845, 0.2856, 14.1087), (161, 94.71429, 98), -87.4292548633),
        ((0.5143, 2.8845, 0.2856, 14.1087), (204, 98.57143, 99.42857), -65.1983421893),
        ((0.5, 2, 0.6, 200), (600, 49, 50), 869.2061432965),
        ((0.5, 0.5, 0.6, 5000), (250, 49, 50), 147.9082766924),
    ],
)
def test_log_likelihoods(
    parameters: tuple[float, ...], history: tuple[float, ...], published: float
) -> None:
    r, alpha, s, beta = parameters
    x, t_x, T = (np.array([float(part)]) for part in history)
    found = pareto_nbd.log_likelihood(x, t_x, T, r=r, alpha=alpha, s=s, beta=beta)
    assert found[0] == pytest.approx(published, rel=2e-9)


def test_heavy_buyers_have_a_probability_to_be_alive() -> None:
    found = pareto_nbd.probability_alive(
        np.array([221.0, 254.0, 161.0, 204.0]),
        np.array([103.42857, 97.14286, 94.71429, 98.57143]),
        np.array([103.57143, 97.28571, 98.0, 99.42857]),
        r=0.5143,
        alpha=2.8845,
        s=0.2856,
        beta=14.1087,
    )
    known = [0.9995960523, 0.9995582261, 0.7494877523, 0.9942550796]
    np.testing.assert_allclose(found, known, rtol=1e-9)


def test_three_customers_of_the_quickstart() -> None:
    x, t_x, T = _three()
    alive = pareto_nbd.probability_alive(x, t_x, T, **QUICKSTART)
    np.testing.assert_allclose(
        alive, [0.7210996262, 0.9910264880, 0.6509382062], rtol=1e-3
    )
    soon = pareto_nbd.expected_purchases(x, t_x, T, start=0.0, end=6.0, **QUICKSTART)
    np.testing.assert_allclose(
        soon, [0.3064301525, 0.1873192688, 0.7491694606], rtol=1e-3
    )
    one = pareto_nbd.log_pmf(1.0, x, t_x, T, horizon=1.0, **QUICKSTART)
    np.testing.assert_allclose(
        np.exp(one), [0.0479149184, 0.0304958870, 0.1035413530], rtol=1e-3
    )
    two = pareto_nbd.log_pmf(2.0, x, t_x, T, horizon=2.0, **QUICKSTART)
    np.testing.assert_allclose(
        np.exp(two), [0.0078206085, 0.0029522754, 0.0351752640], rtol=1e-3
    )


def test_expected_purchases_of_a_new_customer() -> None:
    times = np.array([1.0, 3.0, 6.0])
    found = pareto_nbd.expected_purchases_new_customer(times, **QUICKSTART)
    published = [0.0510045340, 0.1461242722, 0.2750506374]
    np.testing.assert_allclose(found, published, rtol=1e-9)
    at_52 = pareto_nbd.expected_purchases_new_customer(52.0, **CDNOW)
    assert at_52 == pytest.approx(1.473434, rel=1e-4)


def test_the_buyer_of_26_and_the_lapsed_ones_of_the_walkthrough() -> None:
    x = np.array([26.0, 10.0, 15.0, 20.0, 25.0])
    t_x = np.array([30.857, 20.0, 20.0, 20.0, 20.0])
    T = np.array([31.0, 39.0, 39.0, 39.0, 39.0])
    found = pareto_nbd.expected_purchases(x, t_x, T, start=0.0, end=52.0, **CDNOW)
    published = [25.45647, 0.7062289, 0.1442396, 0.02250658, 0.00309267]
    np.testing.assert_allclose(found, published, rtol=2e-3)
    alive = pareto_nbd.probability_alive(x, t_x, T, **CDNOW)
    assert alive[0] == pytest.approx(0.997874, abs=5e-6)


def test_discounted_residual_purchases_of_the_manual() -> None:
    one = pareto_nbd.discounted_expected_purchases(
        np.array([7.0]),
        np.array([35.0]),
        np.array([77.86]),
        horizon=np.inf,
        log_rate=0.0027,
        **MANUAL,
    )
    assert one[0] == pytest.approx(1.8641833280713, rel=1e-12)
    ten = pareto_nbd.discounted_expected_purchases(
        np.arange(1.0, 11.0),
        np.full(10, 30.0),
        np.full(10, 77.86),
        horizon=np.inf,
        log_rate=0.0027,
        **MANUAL,
    )
    known = [
        2.199155, 2.843534, 2.867128, 2.445410, 1.840502,
        1.262416, 0.809618, 0.494804, 0.292025, 0.167928,
    ]  # fmt: skip
    np.testing.assert_allclose(ten, known, atol=6e-7)


def test_neighbours_at_132_purchases_are_neighbours() -> None:
    """lifetimes jumped here; x = 132 and 133 at t_x = T = 200."""
    found = pareto_nbd.expected_purchases(
        np.array([132.0, 133.0]),
        np.full(2, 200.0),
        np.full(2, 200.0),
        start=0.0,
        end=10.0,
        r=0.55,
        alpha=10.58,
        s=0.61,
        beta=11.67,
    )
    np.testing.assert_allclose(found, [6.2060517890, 6.2528722476], rtol=1e-9)


def test_a_customer_who_just_bought_is_there() -> None:
    T = np.array([0.0, 5.0, 1e4])
    found = pareto_nbd.probability_alive(np.array([0.0, 1.0, 99.0]), T, T, **CDNOW)
    assert found.tolist() == [1.0, 1.0, 1.0]


def test_many_rows_that_share_their_numbers_take_another_road_to_the_same_end() -> None:
    x, t, T = (
        part.ravel().astype(float)
        for part in np.meshgrid([0, 1, 5, 60], np.arange(12), np.arange(12, 40, 3))
    )
    t_x = np.where(x > 0, t, 0.0)
    shared = pareto_nbd.probability_alive(x, t_x, T, **CDNOW)
    alone = np.exp(pareto_nbd.log_probability_alive(x, t_x, T, **CDNOW))
    np.testing.assert_allclose(shared, alone, rtol=1e-12)
    at_end = pareto_nbd.probability_alive(x, T, T, **CDNOW)
    assert np.all(at_end == 1.0)


def test_without_end_or_discount_it_is_finite_only_for_s_above_one() -> None:
    x, t_x, T = _three()
    shape = {"r": 0.5, "alpha": 10.0, "beta": 12.0}
    forever = {"start": 0.0, "end": np.inf}
    slow = pareto_nbd.expected_purchases(x, t_x, T, **forever, **shape, s=1.0)
    assert np.all(slow == np.inf)
    soon = pareto_nbd.expected_purchases(x, t_x, T, **forever, **shape, s=1.5)
    alive = pareto_nbd.probability_alive(x, t_x, T, **shape, s=1.5)
    closed = alive * (0.5 + x) / (10.0 + T) * (12.0 + T) / 0.5
    np.testing.assert_allclose(soon, closed, rtol=1e-13)


@pytest.mark.parametrize("s", [0.5, 1.0, 2.0, 2.1, 3.5, 60.0])
@pytest.mark.parametrize("horizon", [1e-6, 10.0, 1e4])
def test_the_time_alive_weighted_by_its_age_is_an_integral(
    s: float, horizon: float
) -> None:
    with mpmath.workdps(30):
        ends = [0.0, *np.geomspace(min(1.0, horizon / 2), horizon, 12)]
        area: Any = mpmath.quad(lambda u: u * (1 + u / 40) ** -s, ends)
        expected = float(area)
    found = elapsed_time_alive(horizon, s=s, B=40.0)
    assert float(found) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("horizon", [0.0, 0.5, 1.0, 13.0])
@pytest.mark.parametrize("n", [0.0, 1.0, 3.0])
def test_one_count_of_many_rows_is_that_of_each_row_alone(
    n: float, horizon: float
) -> None:
    T = np.random.default_rng(4).uniform(1.0, 80.0, 400)
    x = np.tile([3.0, 0.0], 200)
    t_x = np.where(x > 0, 0.8 * T, 0.0)
    many = pareto_nbd.log_pmf(n, x, t_x, T, horizon=horizon, **CDNOW)
    if horizon == 0:
        assert np.all(many == (0.0 if n == 0 else -np.inf))
    # Counts and horizons of their own for each row take another road.
    each = pareto_nbd.log_pmf(np.full(400, n), x, t_x, T, horizon=horizon, **CDNOW)
    np.testing.assert_allclose(many, each, rtol=1e-11, atol=1e-14)
    horizons = np.full(400, horizon)
    each = pareto_nbd.log_pmf(n, x, t_x, T, horizon=horizons, **CDNOW)
    np.testing.assert_allclose(many, each, rtol=1e-11, atol=1e-14)


def test_each_row_may_have_a_count_and_a_horizon_of_its_own() -> None:
    x, t_x = np.array([4.0, 0.0, 2.0]), np.array([20.0, 0.0, 3.0])
    T, n = np.array([25.0, 9.0, 7.0]), np.array([1.0, 0.0, 5.0])
    horizon = np.array([13.0, 2.0, 50.0])
    found = pareto_nbd.log_pmf(n, x, t_x, T, horizon=horizon, **CDNOW)
    for i in range(3):
        row = slice(i, i + 1)
        alone = pareto_nbd.log_pmf(
            n[i], x[row], t_x[row], T[row], horizon=horizon[i], **CDNOW
        )
        assert found[i] == pytest.approx(alone[0], rel=1e-13, abs=0)
