"""BG/NBD: published numbers, and what makes it a BG/NBD.

Published: Fader, Hardie and Lee (2005) and their notes 004 and 027; the walkthrough of
the R package BTYD; CLVTools' test of correctness. CDNOW, 2,357 customers, weeks.
"""

import math

import numpy as np
import pytest

from crmkit.kernels.purchases.beta_geometric import bg_nbd

CDNOW = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
PAPER = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


def test_log_likelihoods_of_note_004() -> None:
    frequency = np.array([2.0, 1.0, 0.0, 7.0, 1.0, 2.0, 5.0, 10.0, 1.0])
    recency = np.array([30.43, 1.71, 0.0, 29.43, 5.0, 35.71, 24.43, 34.14, 4.86])
    found = bg_nbd.log_likelihood(frequency, recency, np.full(9, 38.86), **PAPER)
    published = [
        -9.4596, -4.4711, -0.5538, -21.8644, -4.8651,
        -9.5367, -17.3593, -27.3144, -4.8520,
    ]  # fmt: skip
    np.testing.assert_allclose(found, published, rtol=2e-3)


def test_log_likelihoods_of_note_027() -> None:
    found = bg_nbd.log_likelihood(
        np.array([0.0, 200.0]),
        np.array([0.0, 38.0]),
        np.array([40.0, 40.0]),
        r=0.25,
        alpha=4.0,
        a=0.8,
        b=2.5,
    )
    np.testing.assert_allclose(found, [-0.59947382, 100.7957], rtol=1e-7)


def test_expected_purchases_of_a_new_customer() -> None:
    times = np.array([0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0])
    found = bg_nbd.expected_purchases_new_customer(times, **CDNOW)
    published = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    np.testing.assert_allclose(found, published, atol=5e-4)
    at_52 = bg_nbd.expected_purchases_new_customer(52.0, **CDNOW)
    assert at_52 == pytest.approx(1.444004, rel=1e-5)


def test_the_buyer_of_26_in_the_walkthrough() -> None:
    x, t_x, T = np.array([26.0]), np.array([30.857]), np.array([31.0])
    alive = bg_nbd.probability_alive(x, t_x, T, **CDNOW)
    expected = bg_nbd.expected_purchases(x, t_x, T, start=0.0, end=52.0, **CDNOW)
    assert alive[0] == pytest.approx(0.9688523, rel=2e-6)
    assert expected[0] == pytest.approx(25.75659, rel=5e-5)


def test_the_more_often_the_sooner_missed() -> None:
    frequency = np.array([10.0, 15.0, 20.0, 25.0])
    found = bg_nbd.expected_purchases(
        frequency, np.full(4, 20.0), np.full(4, 39.0), start=0.0, end=52.0, **CDNOW
    )
    published = [0.3474606, 0.04283391, 0.004158973, 0.0003583685]
    np.testing.assert_allclose(found, published, rtol=2e-4)


def test_probabilities_of_a_number_of_purchases() -> None:
    some = bg_nbd.log_pmf_new_customer(
        np.array([10.0, 0.0]), np.array([2.0, 39.0]), **PAPER
    )
    np.testing.assert_allclose(np.exp(some), [1.07869e-07, 0.5737864], rtol=2e-3)
    many = bg_nbd.log_pmf_new_customer(np.arange(11.0, 21.0), 30.0, **PAPER)
    published = [
        0.0019995214, 0.0015170236, 0.0011633150, 0.0009003148, 0.0007023638,
        0.0005517902, 0.0004361913, 0.0003467171, 0.0002769613, 0.0002222260,
    ]  # fmt: skip
    np.testing.assert_allclose(np.exp(many), published, rtol=4e-3)


def test_where_others_overflow_the_number_is_there() -> None:
    """x = 500 over ten years; a raw hypergeometric function overflows."""
    found = bg_nbd.expected_purchases(
        np.array([500.0]),
        np.array([364.5]),
        np.array([365.0]),
        start=0.0,
        end=3650.0,
        **PAPER,
    )
    assert found[0] == pytest.approx(1542.6455, rel=1e-7)


@pytest.mark.parametrize(
    ("parameters", "T", "t", "expected"),
    [
        ({"r": 0.1, "alpha": 1.0, "a": 0.3, "b": 0.4}, 10.0, 365.0, 1.2203573780),
        ({"r": 0.2426, "alpha": 4.4136, "a": 0.3, "b": 0.4}, 39.0, 39.0, 0.1825880016),
    ],
)
def test_below_a_plus_b_of_one_it_is_a_number_too(
    parameters: dict[str, float], T: float, t: float, expected: float
) -> None:
    found = bg_nbd.expected_purchases(
        np.zeros(1), np.zeros(1), np.array([T]), start=0.0, end=t, **parameters
    )
    assert found[0] == pytest.approx(expected, rel=1e-9)


def test_a_customer_without_repeat_purchase_is_there() -> None:
    x, t_x, T = np.zeros(3), np.zeros(3), np.array([0.0, 1.0, 1e5])
    assert bg_nbd.probability_alive(x, t_x, T, **CDNOW).tolist() == [1.0, 1.0, 1.0]
    waiting = -CDNOW["r"] * np.log1p(T / CDNOW["alpha"])
    found = bg_nbd.log_likelihood(x, t_x, T, **CDNOW)
    np.testing.assert_allclose(found, waiting, rtol=1e-15)


def test_a_long_silence_of_one_who_hardly_ever_leaves_keeps_its_digits() -> None:
    # exp(-740) has hardly a digit left, but the odds against leaving bring it back.
    r, alpha, a, b = 499.0, 10.0, 1e-40, 1.0
    T = 1.0 + 11.0 * np.expm1(740.0 / 500.0)
    found = bg_nbd.probability_alive(
        np.array([1.0]), np.array([1.0]), np.array([T]), r=r, alpha=alpha, a=a, b=b
    )
    odds = math.log(a / b) + 500.0 * math.log1p((T - 1.0) / 11.0)
    np.testing.assert_allclose(found, math.exp(-odds), rtol=1e-9)


def test_log_probability_alive_goes_on_where_the_probability_underflows() -> None:
    x, t_x, T = np.array([5000.0]), np.array([100.0]), np.array([365.0])
    log_alive = bg_nbd.log_probability_alive(x, t_x, T, **PAPER)
    assert log_alive[0] == pytest.approx(-6309.3, abs=0.05)
    assert bg_nbd.probability_alive(x, t_x, T, **PAPER)[0] == 0.0


def test_without_end_it_is_finite_only_where_people_leave_soon_enough() -> None:
    x, t_x, T = np.array([3.0]), np.array([20.0]), np.array([39.0])
    ever = [
        float(
            bg_nbd.expected_purchases(
                x, t_x, T, start=0.0, end=np.inf, r=1.0, alpha=4.0, a=a, b=2.0
            )[0]
        )
        for a in (1.0, 1.5)
    ]
    late = bg_nbd.expected_purchases(
        x, t_x, T, start=0.0, end=1e30, r=1.0, alpha=4.0, a=1.5, b=2.0
    )
    assert ever[0] == np.inf
    assert ever[1] == pytest.approx(float(late[0]), rel=1e-9)
