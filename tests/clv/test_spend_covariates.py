"""Covariates of spend: found again, and customers who do not differ said to."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.errors import InvalidValueError


def simulated(size: int, seed: int, *, effect: float = 0.4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.negative_binomial(0.8, 0.3, size)
    web = rng.integers(0, 2, size)
    scale = 15.0 * np.exp(effect * web)
    rates = rng.gamma(4.0, size=size) / scale
    total = rng.gamma(np.maximum(6.0 * x, 1.0)) / rates
    return pd.DataFrame(
        {
            "frequency": x,
            "monetary_value": np.where(x > 0, total / np.maximum(x, 1), 0.0),
            "web": web,
        }
    )


def test_the_effect_and_the_baseline_are_found_again() -> None:
    customers = simulated(8000, seed=1)
    model = clv.fit_spend_covariates(customers, covariate_cols=["web"])
    (effect,) = model.effects
    assert effect.standard_error is not None
    assert abs(effect.estimate - 0.4) < 3.5 * effect.standard_error
    assert model.model_for({"web": 0}).expected_spend_new_customer() == pytest.approx(
        30.0, rel=0.05
    )
    assert model.test is not None
    assert model.test.p_value < 1e-6
    assert clv.SpendCovariates.from_dict(model.to_dict()) == model


def test_many_values_and_few_are_fitted_alike() -> None:
    customers = simulated(1500, seed=2)
    noise = 1e-9 * np.random.default_rng(3).standard_normal(1500)
    few, many = (
        clv.fit_spend_covariates(frame, covariate_cols="web").effects[0]
        for frame in (customers, customers.assign(web=customers["web"] + noise))
    )
    assert few.estimate == pytest.approx(many.estimate, rel=1e-5)
    assert few.standard_error == pytest.approx(many.standard_error, rel=1e-5)


def test_scores_are_those_of_the_plain_model_of_the_kind() -> None:
    customers = simulated(200, seed=4)
    model = clv.fit_spend_covariates(customers, covariate_cols=["web"])
    scored = model.with_expected_spend(customers)
    for web in (0, 1):
        of = scored[scored["web"] == web]
        plain = model.model_for({"web": web})
        known = plain.expected_spend(of["frequency"], of["monetary_value"])
        np.testing.assert_allclose(of["expected_spend"], known, rtol=1e-14)


def test_words_and_no_covariates_are_refused() -> None:
    customers = simulated(100, seed=5).assign(channel="web")
    with pytest.raises(ck.errors.InvalidTypeError, match="get_dummies"):
        clv.fit_spend_covariates(customers, covariate_cols=["channel"])
    with pytest.raises(ck.errors.InvalidValueError, match="no columns"):
        clv.fit_spend_covariates(customers, covariate_cols=[])
    model = clv.fit_spend_covariates(customers, covariate_cols=["web"])
    with pytest.raises(ck.errors.InvalidValueError, match="web"):
        model.model_for({"shop": 1})


def test_amounts_too_small_for_a_likelihood_are_refused() -> None:
    customers = simulated(100, seed=5)
    tiny = customers.assign(monetary_value=customers["monetary_value"] * 1e-300)
    for fit in (
        lambda: clv.fit_spend_covariates(tiny, covariate_cols="web"),
        lambda: clv.fit_gamma_gamma(tiny),
        lambda: clv.GammaGamma(p=6.0, q=4.0, v=15.0).with_expected_spend(tiny),
    ):
        with pytest.raises(ck.errors.InvalidValueError, match="between 0 and 1e-100"):
            fit()


def test_gamma_gamma_says_that_customers_do_not_differ() -> None:
    rng = np.random.default_rng(6)
    x = rng.integers(1, 10, 800)
    alike = pd.DataFrame({
        "frequency": x, "monetary_value": 40.0 * rng.gamma(4.0 * x) / (4.0 * x),
    })  # fmt: skip
    with pytest.warns(ck.errors.IdentifiabilityWarning) as said:
        clv.fit_gamma_gamma(alike)
    assert any("do not differ" in str(warning.message) for warning in said)


def test_a_covariate_whose_effect_is_infinite_is_refused() -> None:
    model = clv.fit_spend_covariates(simulated(400, 3), covariate_cols="web")
    far = simulated(3, 3).assign(web=[0.0, 1e9, 1e9])
    with pytest.raises(InvalidValueError, match=r"effect is infinite in 1 of 2 places"):
        model.with_expected_spend(far)
