"""Scores, chances and tests of small amounts are those of any amounts."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from crmkit import clv
from crmkit.clv.checking import (
    choice_scores,
    forecast_accuracy,
    past_forecasts,
    right_model_variance,
)
from crmkit.clv.checking.compare_models import ModelComparison, ModelScore
from crmkit.clv.models.covariate_effects import CovariateTest
from crmkit.errors import NotEnoughDataError

UNITS = pytest.mark.parametrize("unit", [1.0, 2.0**-20])
PREDICTED = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
CAME = np.array([0.0, 2.0, 5.0, 4.0, 1.0])


@UNITS
def test_scores_of_money_have_no_unit(unit: float) -> None:
    # Each customer is a tenth of its own.
    found = choice_scores.miscalibration(PREDICTED * unit, CAME * unit)
    assert found == pytest.approx((1 + 1 + 3 + 1 + 3) / 12, rel=1e-12, abs=0)
    score = choice_scores.money_score(
        ("a", "b"), "2024-01-31", predicted=PREDICTED * unit, actual=CAME * unit
    )
    assert score.bias == pytest.approx(15 / 12 - 1, rel=1e-12, abs=0)
    assert score.mean_absolute_error == pytest.approx(9 / 5 * unit, rel=1e-12, abs=0)
    # Ranked by the prediction outcomes are 0, 5, 2, 1, 4, and at best 0, 1, 2, 4, 5.
    ranked = [
        2 * (np.arange(1, 6) @ each) / (5 * 12) - 1.2
        for each in (np.array([0, 5, 2, 1, 4]), np.array([0, 1, 2, 4, 5]))
    ]
    assert score.gini == pytest.approx(ranked[0] / ranked[1], rel=1e-12, abs=0)
    assert score.gini == forecast_accuracy.ranking_gini(PREDICTED, CAME)


@UNITS
def test_a_past_error_has_no_unit(unit: float) -> None:
    found = past_forecasts._log_ratio(0.75 * unit, 0.5 * unit)
    assert found == pytest.approx(math.log(1.5), rel=1e-12, abs=0)
    chance = past_forecasts._chance(CAME * unit**2, PREDICTED * unit)
    assert chance == pytest.approx(12 / 15**2, rel=1e-12, abs=0)
    assert past_forecasts._log_ratio(0.0, 1.0) is None
    assert past_forecasts._log_ratio(1.0, 0.0) is None
    logs = right_model_variance._log(np.array([0.5, 8.0]) * unit)
    np.testing.assert_allclose(
        logs, np.log([0.5 * unit, 8.0 * unit]), rtol=1e-12, atol=0
    )


@UNITS
def test_amounts_vary_as_the_model_of_them_says(unit: float) -> None:
    p, q, v = 2.0, 5.0, 3.0 * unit
    spend = clv.GammaGamma(p=p, q=q, v=v)
    x, mean = np.array([0.0, 1.0, 4.0]), np.array([np.nan, 2.0, 0.5]) * unit
    within, between = right_model_variance.amount_variance(spend, x, mean)
    # The rate is gamma: moments of its reciprocal are those of an inverse gamma.
    shape, size = p * x + q, v + np.array([0.0, 2.0, 2.0]) * unit
    square = size**2 / ((shape - 1) * (shape - 2))
    np.testing.assert_allclose(within, p * square, rtol=1e-12, atol=0)
    np.testing.assert_allclose(
        between, p**2 * (square - (size / (shape - 1)) ** 2), rtol=1e-12, atol=0
    )
    worth = right_model_variance.expected_worth(spend, x, mean)
    np.testing.assert_allclose(worth, p * size / (shape - 1), rtol=1e-12, atol=0)


@UNITS
def test_who_paid_nothing_is_worth_nothing_and_others_what_they_are(
    unit: float,
) -> None:
    spend = clv.GammaGamma(p=2.0, q=5.0, v=3.0 * unit)
    x, mean = np.array([0.0, 1.0, 2.0, 1.0]), np.array([0.0, 2.0, 0.0, -1.0]) * unit
    worth = right_model_variance.expected_worth(spend, x, mean)
    np.testing.assert_allclose(
        worth / unit, [2 * 3 / 4, 2 * 5 / 6, 0.0, 0.0], rtol=1e-12, atol=0
    )


@UNITS
def test_bins_of_spend_are_in_proportion_to_its_unit(unit: float) -> None:
    rng = np.random.default_rng(2)
    customers = pd.DataFrame(
        {
            "frequency": rng.integers(0, 4, 80),
            "monetary_value": rng.lognormal(3, 1, 80),
        }
    )
    spend = clv.GammaGamma(p=6.0, q=4.0, v=15.0 * unit)
    tiny = customers.assign(monetary_value=customers["monetary_value"] * unit)
    found = clv.spend_fit(tiny, spend=spend, n_bins=6)
    usual = clv.spend_fit(
        customers, spend=clv.GammaGamma(p=6.0, q=4.0, v=15.0), n_bins=6
    )
    assert found["lower"].iloc[0] == 0
    np.testing.assert_allclose(found["lower"] / unit, usual["lower"], rtol=1e-9, atol=0)
    for name in ("actual", "expected"):
        np.testing.assert_allclose(found[name], usual[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_frequencies_and_amounts_a_step_apart_are_compared(step: float) -> None:
    customers = pd.DataFrame(
        {"frequency": [1, 2, 1, 0], "monetary_value": [5.0, 5 + step, 5.0, 0.0]}
    )
    found = clv.spend_independence(customers)
    assert found.n_customers == 3
    assert found.correlation == pytest.approx(1.0, rel=1e-12, abs=0)


@pytest.mark.parametrize("gained", [0.125, 0.45, 3.0])
def test_a_small_gain_in_likelihood_has_the_chance_of_chi_squared(
    gained: float,
) -> None:
    scores: Any = tuple(
        ModelScore(
            name=name,
            n_parameters=parameters,
            log_likelihood=log_likelihood,
            aic=2 * parameters - 2 * log_likelihood,
            bic=0.0,
        )
        for name, parameters, log_likelihood in (
            ("nbd", 2, -10.0 - gained),
            ("bg_nbd", 4, -10.0),
        )
    )
    compared = ModelComparison(n_customers=9.0, scores=scores)
    found = compared.likelihood_ratio("nbd", "bg_nbd").p_value
    assert found == pytest.approx(chi2.sf(2 * gained, 2), rel=1e-9, abs=0)
    test = CovariateTest(
        log_likelihood=-10.0,
        plain_log_likelihood=-10.0 - gained,
        degrees_of_freedom=2,
    )
    assert test.p_value == pytest.approx(chi2.sf(2 * gained, 2), rel=1e-9, abs=0)


def test_customers_observed_for_less_than_a_unit_are_counted() -> None:
    customers = pd.DataFrame(
        {"frequency": [0, 0, 0], "recency": [0.0] * 3, "T": [0.5, 0.25, 0.0]}
    )
    with pytest.raises(NotEnoughDataError, match="got 2 and 0"):
        clv.heterogeneity(customers)
