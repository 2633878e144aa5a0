"""MBG/NBD: published numbers, and what sets it apart from the BG/NBD.

Published: Batislam, Denizel and Filiztekin (2007), fitted by the R package BTYDplus to
CDNOW in weeks, and the test values of pymc-marketing.
"""

import numpy as np
import pytest

from crmkit.kernels.purchases.beta_geometric import mbg_nbd

CDNOW = {"r": 0.52484322, "alpha": 6.18308583, "a": 0.89135936, "b": 1.61400202}
NOTE = {"r": 0.25, "alpha": 4.0, "a": 0.8, "b": 2.5}


def test_log_likelihoods_beside_the_bg_nbd_of_note_027() -> None:
    found = mbg_nbd.log_likelihood(
        np.array([0.0, 200.0]), np.array([0.0, 38.0]), np.array([40.0, 40.0]), **NOTE
    )
    np.testing.assert_allclose(found, [-0.41792826, 100.7869], rtol=1e-6)


def test_a_log_likelihood_of_pymc_marketing() -> None:
    found = mbg_nbd.log_likelihood(
        np.array([1.0]),
        np.array([1.5]),
        np.array([12.0]),
        r=0.55,
        alpha=10.58,
        a=0.61,
        b=11.67,
    )
    assert found[0] == pytest.approx(-4.11031673, abs=5e-7)


def test_expected_purchases_of_a_new_customer() -> None:
    times = np.array([0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0])
    found = mbg_nbd.expected_purchases_new_customer(times, **CDNOW)
    known = [0.0077796, 0.0530606, 0.1507930, 1.0334707, 1.0366094, 1.8036362]
    np.testing.assert_allclose(found, known, rtol=1e-5)


def test_three_customers_of_the_quickstart() -> None:
    x, t_x, T = (
        np.array([3.0, 1.0, 8.0]),
        np.array([24.71, 36.29, 23.0]),
        np.array([37.86, 37.0, 32.29]),
    )
    expected = mbg_nbd.expected_purchases(x, t_x, T, start=0.0, end=6.0, **CDNOW)
    published = [0.2754541264, 0.1518417647, 0.6365069694]
    np.testing.assert_allclose(expected, published, rtol=3e-3)


def test_some_leave_right_after_their_first_purchase() -> None:
    T = np.array([0.0, 1.0, 39.0])
    alive = mbg_nbd.probability_alive(np.zeros(3), np.zeros(3), T, **NOTE)
    assert alive[0] == pytest.approx(NOTE["b"] / (NOTE["a"] + NOTE["b"]), rel=1e-14)
    assert np.all(np.diff(alive) < 0)
    rng = np.random.default_rng(3)
    lifetime = mbg_nbd.sample_customers(200_000, rng, **NOTE)[2]
    gone = NOTE["a"] / (NOTE["a"] + NOTE["b"])
    assert np.mean(lifetime == 0) == pytest.approx(gone, abs=0.005)


def test_ten_years_of_a_heavy_buyer_are_finite() -> None:
    """x = 300 and 320 over 3650 weeks: other libraries give infinity and NaN."""
    x, t_x, T = np.array([300.0, 320.0]), np.full(2, 360.0), np.full(2, 365.0)
    found = mbg_nbd.expected_purchases(x, t_x, T, start=0.0, end=3650.0, **CDNOW)
    assert np.all((found > 100) & (found < 1500))
