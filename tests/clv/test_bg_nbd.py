"""BG/NBD against the numbers published for CDNOW and against its own identities."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv

MODEL = clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


def test_cdnow_gives_the_published_fit(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie and Lee (2005): .243, 4.414, .793, 2.426, LL -9582.4. More digits
    # from CLVTools' tests (0.2425945, 4.4136019, 0.7929199, 2.4258881, -9582.429);
    # standard errors by the Hessian, from lifetimes.
    model = clv.fit_bg_nbd(cdnow, time_unit="week")
    assert model.report is not None
    published = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
    errors = {"r": 0.012557, "alpha": 0.378221, "a": 0.185719, "b": 0.705345}
    assert model.report.standard_errors is not None
    for name, value in published.items():
        assert abs(model.parameters[name] - value) < 1e-3 * errors[name]
        assert model.report.standard_errors[name] == pytest.approx(
            errors[name], rel=1e-4
        )
    assert model.report.log_likelihood == pytest.approx(-9582.4292067, abs=1e-6)
    covariance = model.report.covariance
    assert covariance is not None
    correlation = covariance[0][1] / (errors["r"] * errors["alpha"])
    assert correlation == pytest.approx(0.7804, abs=1e-4)


def test_predictions_are_the_published_ones() -> None:
    # Walkthrough of the R package BTYD, for parameters of three decimals.
    history = ([26], [30.857], [31])
    assert MODEL.probability_alive(*history) == pytest.approx([0.9688523], abs=5e-6)
    expected = MODEL.expected_purchases(*history, horizon=52)
    assert expected == pytest.approx([25.75659], abs=5e-3)
    paradox = MODEL.expected_purchases([10, 15, 20, 25], 20, 39, horizon=52)
    assert paradox == pytest.approx(
        [0.3474606, 0.04283391, 0.004158973, 0.0003583685], rel=3e-3
    )
    assert MODEL.expected_purchases_new_customer(52) == pytest.approx(
        1.444004, rel=2e-3
    )


def test_log_likelihoods_are_the_published_ones() -> None:
    # Fader and Hardie, note 004, as PyMC-Marketing's tests quote them: weeks printed
    # to two decimals, which were whole days.
    fitted = clv.BgNbd(r=0.242595, alpha=4.4136, a=0.792922, b=2.425907)
    weeks = np.array([213, 12, 0, 206, 239]) / 7
    published = [-9.4596, -4.4711, -0.5538, -21.8644, -27.3144]
    log_likelihood = fitted.log_likelihood([2, 1, 0, 7, 10], weeks, 272 / 7)
    assert log_likelihood == pytest.approx(published, abs=6e-4)
    note_027 = clv.BgNbd(r=0.25, alpha=4.0, a=0.8, b=2.5)
    assert note_027.log_likelihood([0, 200], [0, 38], 40) == pytest.approx(
        [-0.59947382, 100.7957], rel=1e-6
    )


def test_probabilities_of_counts_are_the_published_ones() -> None:
    # lifetimes' tests, from the manual of BTYD, for r .243 alpha 4.414 a .793 b 2.426.
    n = np.arange(11, 21)
    published = [
        0.0019995214,
        0.0015170236,
        0.0011633150,
        0.0009003148,
        0.0007023638,
        0.0005517902,
        0.0004361913,
        0.0003467171,
        0.0002769613,
        0.0002222260,
    ]
    pmf = MODEL.probability_of_n_purchases_new_customer(n, 30)
    assert pmf == pytest.approx(published, rel=5e-3)
    rare = MODEL.probability_of_n_purchases_new_customer(10, 2)
    assert rare == pytest.approx(1.07869e-07, rel=2e-2)


def test_a_frame_gets_what_an_array_gets(cdnow: pd.DataFrame) -> None:
    history = (cdnow["frequency"], cdnow["recency"], cdnow["T"])
    scored: Any = cdnow.pipe(MODEL.with_probability_alive, elapsed=4)
    scored = scored.pipe(MODEL.with_expected_purchases, horizon=39, start=2)
    scored = scored.pipe(
        MODEL.with_discounted_expected_purchases, horizon=39, discount_rate=0.01
    )
    scored = scored.pipe(MODEL.with_probability_of_n_purchases, n=2, horizon=39)
    for name, expected in {
        "probability_alive": MODEL.probability_alive(*history, elapsed=4),
        "expected_purchases": MODEL.expected_purchases(*history, horizon=39, start=2),
        "discounted_expected_purchases": MODEL.discounted_expected_purchases(
            *history, horizon=39, discount_rate=0.01
        ),
        "probability_of_n_purchases": MODEL.probability_of_n_purchases(
            *history, n=2, horizon=39
        ),
    }.items():
        assert scored[name].tolist() == expected.tolist()
