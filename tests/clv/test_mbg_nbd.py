"""MBG/NBD against the numbers published for CDNOW."""

import numpy as np
import pandas as pd
import pytest

from crmkit import clv


def test_cdnow_gives_the_published_fit(cdnow: pd.DataFrame) -> None:
    # BTYDplus: .525, 6.183, .891, 1.614; more digits computed from the exact summary.
    model = clv.fit_mbg_nbd(cdnow)
    assert model.report is not None
    expected = [0.52484322, 6.18308583, 0.89135936, 1.61400202]
    assert list(model.parameters.values()) == pytest.approx(expected, rel=1e-6)
    assert model.report.log_likelihood == pytest.approx(-9582.1357156, abs=1e-6)


def test_log_likelihoods_are_the_published_ones() -> None:
    # PyMC-Marketing's tests of the model and of its distribution.
    model = clv.MbgNbd(r=0.25, alpha=4.0, a=0.8, b=2.5)
    assert model.log_likelihood([0, 200], [0, 38], 40) == pytest.approx(
        [-0.41792826, 100.7869], rel=1e-6
    )
    other = clv.MbgNbd(r=0.55, alpha=10.58, a=0.61, b=11.67)
    assert other.log_likelihood([1], [1.5], 12) == pytest.approx(
        [-4.11031673], abs=1e-8
    )


def test_a_new_customer_is_expected_to_buy_the_published_number() -> None:
    model = clv.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)
    # PyMC-Marketing's tests, from these parameters.
    expected = [0.0530847953, 0.1508632886, 0.2813602240]
    assert model.expected_purchases_new_customer([1, 3, 6]) == pytest.approx(
        np.array(expected), abs=6e-11
    )
