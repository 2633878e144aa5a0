"""Pareto/NBD against the numbers published for CDNOW, and its hard rows."""

import numpy as np
import pandas as pd
import pytest

from crmkit import clv

MODEL = clv.ParetoNbd(r=0.553277, alpha=10.57768, s=0.606239, beta=11.66872)


def test_cdnow_gives_the_published_fit(cdnow: pd.DataFrame) -> None:
    # The paper: .553, 10.578, .606, 11.669, LL -9595.0. Standard errors of CLVTools.
    model = clv.fit_pareto_nbd(cdnow)
    assert model.report is not None
    assert model.report.standard_errors is not None
    errors = {"r": 0.0476264, "alpha": 0.8427222, "s": 0.1872594, "beta": 6.2105448}
    for name, error in errors.items():
        off = model.parameters[name] - MODEL.parameters[name]
        assert abs(off) < 1e-3 * error
        assert model.report.standard_errors[name] == pytest.approx(error, rel=1e-3)
    assert model.report.log_likelihood == pytest.approx(-9594.9761789, abs=1e-6)


def test_log_likelihoods_are_the_published_ones() -> None:
    # PyMC-Marketing's tests of the distribution.
    model = clv.ParetoNbd(r=0.55, alpha=11.67, s=0.61, beta=10.58)
    assert model.log_likelihood([1, 4, 2], [1.5, 5.3, 6], [12, 10, 8]) == pytest.approx(
        [-4.03618538, -10.72932589, -6.66878882], abs=1e-8
    )


def test_predictions_are_the_published_ones() -> None:
    # Walkthrough of the R package BTYD.
    history = ([26], [30.857], [31])
    assert MODEL.probability_alive(*history) == pytest.approx([0.997874], abs=4e-6)
    assert MODEL.expected_purchases(*history, horizon=52) == pytest.approx(
        [25.45647], abs=2e-3
    )
    assert MODEL.expected_purchases_new_customer(52) == pytest.approx(
        1.473434, abs=2e-5
    )
    paradox = MODEL.expected_purchases([10, 15, 20, 25], 20, 39, horizon=52)
    assert paradox == pytest.approx(
        [0.7062289, 0.1442396, 0.02250658, 0.00309267], rel=1e-3
    )


def test_rows_that_break_other_libraries_are_exact() -> None:
    # Values by 50-digit quadrature; rows from CLVTools' bug reports.
    model = clv.ParetoNbd(r=0.5143, alpha=2.8845, s=0.2856, beta=14.1087)
    x = [221, 254, 161, 204]
    t_x = [103.42857, 97.14286, 94.71429, 98.57143]
    T = [103.57143, 97.28571, 98.0, 99.42857]
    exact = [-61.5846485617, -19.6232922175, -87.4292548633, -65.1983421893]
    alive = [0.9995960523, 0.9995582261, 0.7494877523, 0.9942550796]
    assert model.log_likelihood(x, t_x, T) == pytest.approx(exact, abs=2e-10)
    assert model.probability_alive(x, t_x, T) == pytest.approx(alive, abs=1e-10)
    wide = clv.ParetoNbd(r=0.5, alpha=2, s=0.6, beta=200)
    assert wide.log_likelihood([600], [49], [50]) == pytest.approx([869.2061432965])


def test_discounted_purchases_of_a_lifetime_are_the_published_ones() -> None:
    # Inputs of the R package BTYD's example of DERT; its rate is continuous.
    model = clv.ParetoNbd(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
    paid = model.discounted_expected_purchases(
        [7], [35], [77.86], horizon=np.inf, discount_rate=np.expm1(0.0027)
    )
    assert paid == pytest.approx([1.8641833280713], rel=1e-9)
