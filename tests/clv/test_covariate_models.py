"""Models of customers of given covariates, and fits in which a row counts for many."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from crmkit import clv
from crmkit.clv.models.purchase_covariates_fit import _baseline
from crmkit.errors import InvalidValueError, NotEnoughDataError

BASE = {
    "bg_nbd": (0.8, 6.0, 1.0, 3.0),
    "mbg_nbd": (0.7, 5.0, 1.5, 2.5),
    "pareto_nbd": (0.8, 6.0, 1.2, 25.0),
}


def _effect(covariate: str, on: str, size: float) -> clv.CovariateEffect:
    return clv.CovariateEffect(
        covariate=covariate, on=on, estimate=9.0, standard_error=0.1, shrunk=size
    )


# One covariate of both parts, and parts whose covariates come in another order.
EFFECTS = (
    _effect("web", "purchase rate", 0.3),
    _effect("age", "dropout", -0.4),
    _effect("app", "purchase rate", -0.7),
    _effect("web", "dropout", 0.9),
)
GIVEN = {"age": 2.0, "app": 0.5, "web": 3.0}
RATE, LEAVING = 0.3 * 3.0 - 0.7 * 0.5, -0.4 * 2.0 + 0.9 * 3.0


@pytest.mark.parametrize("family", BASE)
def test_effects_move_the_rate_and_the_odds_of_leaving(family: Any) -> None:
    model = clv.PurchaseCovariates(
        family=family, baseline=BASE[family], effects=EFFECTS, time_unit="week"
    )
    assert model.covariates == ("web", "age", "app")
    plain: Any = model.model_for(GIVEN)
    first, alpha, third, fourth = BASE[family]
    if family == "pareto_nbd":
        last = (third, fourth * np.exp(-LEAVING))
    else:
        chance = expit(logit(third / (third + fourth)) + LEAVING)
        last = ((third + fourth) * chance, (third + fourth) * (1 - chance))
    known = (first, alpha * np.exp(-RATE), *last)
    found = tuple(plain.parameters.values())
    np.testing.assert_allclose(found, known, rtol=1e-13, atol=0)
    assert plain.time_unit == "week"


@pytest.mark.parametrize("family", BASE)
def test_a_baseline_is_moved_back_to_covariates_of_0(family: Any) -> None:
    model = clv.PurchaseCovariates(
        family=family, baseline=BASE[family], effects=EFFECTS
    )
    plain: Any = model.model_for(GIVEN)
    at_mean = np.log(list(plain.parameters.values()))
    found = _baseline(family, at_mean, RATE, LEAVING)
    np.testing.assert_allclose(found, BASE[family], rtol=1e-13, atol=0)
    rate_alone = _baseline(family, np.log(BASE[family]), 0.5, 0.0)
    first, alpha, third, fourth = BASE[family]
    known = (first, alpha * np.exp(0.5), third, fourth)
    np.testing.assert_allclose(rate_alone, known, rtol=1e-14, atol=0)


def _customers(n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    web, size = rng.integers(0, 2, n), rng.integers(0, 3, n) * 1.5
    T = rng.uniform(20.0, 60.0, n)
    x = rng.negative_binomial(1.2, 0.3 + 0.2 * web)
    amounts = rng.gamma(3.0, 0.5, n) * np.exp(0.3 * web - 0.2 * size)
    return pd.DataFrame(
        {
            "frequency": x,
            "recency": np.where(x > 0, T * rng.uniform(0.3, 1.0, n), 0.0),
            "T": T,
            "monetary_value": np.where(x > 0, amounts, 0.0),
            "web": web,
            "size": size,
            "w": rng.integers(1, 4, n),
        }
    )


CUSTOMERS = _customers()
EVERY = CUSTOMERS.loc[CUSTOMERS.index.repeat(CUSTOMERS["w"])]


@pytest.mark.parametrize("penalty", [0.0, 3.0])
def test_a_row_of_spend_counts_for_its_weight(penalty: float) -> None:
    options: dict[str, Any] = {"covariate_cols": ["size", "web"], "penalty": penalty}
    weighted = clv.fit_spend_covariates(CUSTOMERS, weight_col="w", **options)
    repeated = clv.fit_spend_covariates(EVERY, **options)
    back = EVERY["frequency"] > 0
    assert weighted.n_customers == repeated.n_customers == back.sum()
    np.testing.assert_allclose(weighted.baseline, repeated.baseline, rtol=1e-8, atol=0)
    for one, other in zip(weighted.effects, repeated.effects, strict=True):
        for part in ("estimate", "standard_error", "shrunk"):
            known = getattr(other, part)
            assert getattr(one, part) == pytest.approx(known, rel=1e-7, abs=0)
    assert weighted.penalty == penalty


def test_the_models_of_each_kind_give_the_likelihood_of_a_fit_of_spend() -> None:
    model = clv.fit_spend_covariates(
        CUSTOMERS, covariate_cols=["size", "web"], weight_col="w"
    )
    total = 0.0
    kinds = [(size, web) for size in (0.0, 1.5, 3.0) for web in (0, 1)]
    for size, web in kinds:
        rows = EVERY[(EVERY["size"] == size) & (EVERY["web"] == web)]
        plain = model.model_for({"size": size, "web": web})
        total += plain.log_likelihood(rows["frequency"], rows["monetary_value"]).sum()
    assert model.test is not None
    assert model.test.log_likelihood == pytest.approx(total, rel=1e-10, abs=0)
    alone = clv.fit_gamma_gamma(CUSTOMERS, weight_col="w")
    assert alone.report is not None
    assert model.test.plain_log_likelihood == pytest.approx(
        alone.report.log_likelihood, rel=1e-10, abs=0
    )
    assert model.test.degrees_of_freedom == 2


def test_free_samples_are_dropped_from_a_fit_of_spend_on_request() -> None:
    free = CUSTOMERS.copy()
    free.loc[free.index[free["frequency"] > 0][:20], "monetary_value"] = 0.0
    kept = free[(free["frequency"] > 0) & (free["monetary_value"] > 0)]
    options: dict[str, Any] = {"covariate_cols": "web", "nonpositive": "drop"}
    found = clv.fit_spend_covariates(free, **options)
    known = clv.fit_spend_covariates(kept, covariate_cols="web")
    assert found == known
    with pytest.raises(InvalidValueError, match=r"'monetary_value'.*in 20 of 240"):
        clv.fit_spend_covariates(free, covariate_cols="web")


def test_effects_of_spend_multiply_the_scale() -> None:
    model = clv.SpendCovariates(
        baseline=(6.0, 4.0, 15.0),
        effects=(_effect("web", "spend", 0.3), _effect("age", "spend", -0.4)),
    )
    plain = model.model_for({"age": 2.0, "web": 3.0})
    known = (6.0, 4.0, 15.0 * np.exp(0.3 * 3.0 - 0.4 * 2.0))
    found = tuple(plain.parameters.values())
    np.testing.assert_allclose(found, known, rtol=1e-14, atol=0)
    with pytest.raises(InvalidValueError) as refused:
        model.model_for({"web": 3.0})
    assert str(refused.value) == (
        "argument 'covariates': values of web. Give a value of each of web, age."
    )
    with pytest.raises(InvalidValueError, match="values of none"):
        model.model_for({})


@pytest.mark.parametrize("family", BASE)
def test_a_row_of_purchases_counts_for_its_weight(family: Any) -> None:
    options: dict[str, Any] = {
        "family": family,
        "covariate_cols": ["web"],
        "dropout_covariate_cols": ["size", "web"],
        "penalty": 2.0,
    }
    weighted = clv.fit_purchase_covariates(CUSTOMERS, weight_col="w", **options)
    repeated = clv.fit_purchase_covariates(EVERY, **options)
    assert weighted.n_customers == repeated.n_customers == CUSTOMERS["w"].sum()
    np.testing.assert_allclose(weighted.baseline, repeated.baseline, rtol=1e-6, atol=0)
    for one, other in zip(weighted.effects, repeated.effects, strict=True):
        assert (one.covariate, one.on) == (other.covariate, other.on)
        assert one.shrunk == pytest.approx(other.shrunk, rel=1e-6, abs=0)


def test_two_customers_are_enough_to_fit_and_one_is_not() -> None:
    one = CUSTOMERS[CUSTOMERS["frequency"] > 0].head(2).assign(web=[0, 1], w=0.5)
    with pytest.raises(NotEnoughDataError, match=r"who came back.*got 1"):
        clv.fit_spend_covariates(one, covariate_cols="web", weight_col="w")


def test_a_wald_interval_and_its_chance_are_those_of_the_normal() -> None:
    effect = clv.CovariateEffect(
        covariate="web", on="spend", estimate=-0.3, standard_error=0.2, shrunk=0.1
    )
    assert effect.p_value == pytest.approx(2 * norm.sf(1.5), rel=1e-12, abs=0)
    assert effect.factor == pytest.approx(np.exp(-0.3), rel=1e-14, abs=0)
    for level in (0.5, 0.95):
        lower, upper = effect.interval(level)
        width = norm.ppf(0.5 + level / 2) * 0.2
        np.testing.assert_allclose(
            [lower, upper], [-0.3 - width, -0.3 + width], rtol=1e-12, atol=0
        )


def test_an_effect_without_an_error_has_no_interval() -> None:
    effect = clv.CovariateEffect(
        covariate="web", on="spend", estimate=0.3, standard_error=None, shrunk=0.1
    )
    words = "a standard error of 'web' on spend"
    with pytest.raises(NotEnoughDataError, match=words):
        effect.interval()
    with pytest.raises(NotEnoughDataError, match=words):
        _ = effect.p_value
    sure = replace(effect, standard_error=0.2)
    lower, upper = sure.interval()
    assert sure.interval().level == 0.95
    width = norm.ppf(0.975) * 0.2
    np.testing.assert_allclose([lower, upper], [0.3 - width, 0.3 + width], rtol=1e-12)
    assert sure.interval(0.5).level == 0.5


@pytest.mark.parametrize("family", BASE)
def test_what_is_not_given_to_a_model_of_covariates_is_none_or_no_time(
    family: Any,
) -> None:
    model = clv.PurchaseCovariates(
        family=family, baseline=BASE[family], effects=EFFECTS[2:3]
    )
    rows = pd.DataFrame({"frequency": [2], "recency": [3.0], "T": [9.0], "app": [0.5]})
    assert (model.test, model.penalty, model.time_unit) == (None, 0.0, None)
    assert (model.n_customers, model.n_cells) == (None, None)
    plain: Any = model.model_for({"app": 0.5})
    history = ([2], [3.0], [9.0])
    alive = model.with_probability_alive(rows)["probability_alive"]
    known = plain.probability_alive(*history, elapsed=0.0)
    np.testing.assert_allclose(alive, known, rtol=1e-13, atol=0)
    ahead = model.with_expected_purchases(rows, horizon=5.0)["expected_purchases"]
    known = plain.expected_purchases(*history, horizon=5.0, start=0.0)
    np.testing.assert_allclose(ahead, known, rtol=1e-13, atol=0)
    none = model.with_expected_purchases(rows.head(0), horizon=5.0)
    assert none["expected_purchases"].tolist() == []
