"""Covariates of purchases and dropout: found again, tested, shrunk, and refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import crmkit as ck
from crmkit import clv
from crmkit.clv.models import purchase_covariates_fit
from crmkit.kernels.purchases import pareto_nbd
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd

FAMILIES = ["bg_nbd", "mbg_nbd", "pareto_nbd"]
TRUTH = {"bg_nbd": (0.8, 6.0, 1.0, 3.0), "mbg_nbd": (0.8, 6.0, 1.0, 3.0),
         "pareto_nbd": (0.8, 6.0, 1.2, 25.0)}  # fmt: skip
RATE, LEAVING = 0.6, -0.5


def simulated(
    size: int, family: str, seed: int, *, effect: float = 1.0
) -> pd.DataFrame:
    """Simulate customers: web buys more often, and app users stay longer."""
    rng = np.random.default_rng(seed)
    web, app = rng.integers(0, 2, (2, size)).astype(np.float64)
    r, alpha, third, fourth = TRUTH[family]
    rate = rng.gamma(r, size=size) / alpha * np.exp(effect * RATE * web)
    T = rng.integers(26, 79, size).astype(np.float64)
    if family == "pareto_nbd":
        death = rng.gamma(third, size=size) / fourth * np.exp(effect * LEAVING * app)
        lifetime = rng.exponential(1.0 / death)
        who, when = pareto_nbd.sample_purchase_times(rate, lifetime, T, rng)
    else:
        odds = third / fourth * np.exp(effect * LEAVING * app)
        chance = odds / (1.0 + odds)
        leave = rng.beta(4.0 * chance, 4.0 * (1.0 - chance))
        lifetime = rng.exponential(1.0 / (rate * leave))
        if family == "mbg_nbd":
            lifetime = np.where(rng.random(size) < leave, 0.0, lifetime)
        kernel = mbg_nbd if family == "mbg_nbd" else bg_nbd
        who, when = kernel.sample_purchase_times(rate, leave, lifetime, T, rng)
    last = np.zeros(size)
    np.maximum.at(last, who, when)
    frequency = np.bincount(who, minlength=size)
    return pd.DataFrame({
        "frequency": frequency, "recency": last, "T": T, "web": web, "app": app,
    })  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_effects_and_the_baseline_are_found_again(family: Any) -> None:
    customers = simulated(8000, family, seed=1)
    model = clv.fit_purchase_covariates(
        customers, family=family, covariate_cols="web", dropout_covariate_cols=["app"]
    )
    for effect, truth in zip(model.effects, (RATE, LEAVING), strict=True):
        assert effect.standard_error is not None
        assert abs(effect.estimate - truth) < 3.5 * effect.standard_error
        assert effect.shrunk == effect.estimate
        assert effect.p_value < 0.01
    np.testing.assert_allclose(
        model.baseline[0] / model.baseline[1], 0.8 / 6.0, rtol=0.15
    )
    assert model.test is not None
    assert model.test.p_value < 1e-6
    total = model.with_log_likelihood(customers)["log_likelihood"].sum()
    assert total == pytest.approx(model.test.log_likelihood, rel=1e-10)
    assert clv.PurchaseCovariates.from_dict(model.to_dict()) == model


@pytest.mark.parametrize("family", FAMILIES)
def test_kinds_of_customers_and_rows_are_fitted_alike(family: Any) -> None:
    """A covariate of many values goes row by row, one of few by sums."""
    customers = simulated(400, family, seed=2)
    few = clv.fit_purchase_covariates(
        customers, family=family, covariate_cols=["web"], dropout_covariate_cols=["app"]
    )
    noise = 1e-9 * np.random.default_rng(3).standard_normal(400)
    many = clv.fit_purchase_covariates(
        customers.assign(web=customers["web"] + noise),
        family=family,
        covariate_cols=["web"],
        dropout_covariate_cols=["app"],
    )
    for one, other in zip(few.effects, many.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-4, abs=1e-5)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_fit_begun_at_a_sample_ends_where_it_does_without(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {"family": family, "covariate_cols": ["web", "app"]}
    customers = simulated(1000, family, seed=6)
    whole = clv.fit_purchase_covariates(customers, **given)
    monkeypatch.setattr(purchase_covariates_fit, "MANY", 512)
    begun = clv.fit_purchase_covariates(customers, **given)
    for one, other in zip(begun.effects, whole.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, abs=1e-5)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-4)
    assert begun.test is not None
    assert whole.test is not None
    assert begun.test.statistic == pytest.approx(whole.test.statistic, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_without_effects_it_is_the_plain_model(family: Any) -> None:
    none = clv.CovariateEffect(
        covariate="web",
        on="purchase rate",
        estimate=0.0,
        standard_error=0.1,
        shrunk=0.0,
    )
    leaving = clv.CovariateEffect(
        covariate="app", on="dropout", estimate=0.0, standard_error=0.1, shrunk=0.0
    )
    model = clv.PurchaseCovariates(
        family=family, baseline=TRUTH[family], effects=(none, leaving)
    )
    customers = simulated(50, family, seed=4)
    plain: Any = model.model_for({"web": 0, "app": 0})
    assert tuple(plain.parameters.values()) == pytest.approx(TRUTH[family], rel=1e-15)
    for name, options in {
        "probability_alive": {"elapsed": 3.0},
        "expected_purchases": {"horizon": 13.0, "start": 2.0},
        "discounted_expected_purchases": {"horizon": 52.0, "discount_rate": 0.01},
        "variance_of_purchases": {"horizon": 13.0},
    }.items():
        found = getattr(model, f"with_{name}")(customers, **options)[name]
        known = getattr(plain, f"with_{name}")(customers, **options)[name]
        np.testing.assert_allclose(found, known, rtol=1e-13)


def test_customers_are_scored_by_the_model_of_their_kind() -> None:
    customers = simulated(300, "bg_nbd", seed=5)
    model = clv.fit_purchase_covariates(customers, covariate_cols=["web", "app"])
    scored = model.with_expected_purchases(customers, horizon=26)
    for web, app in ((0, 0), (0, 1), (1, 0), (1, 1)):
        of = scored[(scored["web"] == web) & (scored["app"] == app)]
        plain = model.model_for({"web": web, "app": app})
        known = plain.with_expected_purchases(of, horizon=26)["expected_purchases"]
        np.testing.assert_allclose(of["expected_purchases"], known, rtol=1e-14)


def test_twice_the_rate_is_time_at_twice_the_pace() -> None:
    effect = clv.CovariateEffect(
        covariate="web", on="purchase rate", estimate=1.0, standard_error=0.1,
        shrunk=float(np.log(2)),
    )  # fmt: skip
    model = clv.PurchaseCovariates(
        family="bg_nbd", baseline=TRUTH["bg_nbd"], effects=(effect,)
    )
    faster, plain = (model.model_for({"web": web}) for web in (1, 0))
    now = faster.expected_purchases(3, 10.0, 20.0, horizon=13)
    assert now == pytest.approx(
        plain.expected_purchases(3, 20.0, 40.0, horizon=26), rel=1e-13
    )


def test_noise_is_shrunk_away_and_a_signal_is_kept() -> None:
    rng = np.random.default_rng(6)
    noise = [f"noise{at}" for at in range(6)]
    customers = simulated(2000, "bg_nbd", seed=6, effect=0.0).assign(
        **{name: rng.standard_normal(2000) for name in noise}
    )
    quiet = clv.fit_purchase_covariates(
        customers, covariate_cols=noise, penalty="marginal"
    )
    sizes = [np.linalg.norm([getattr(e, part) for e in quiet.effects])
             for part in ("shrunk", "estimate")]  # fmt: skip
    assert sizes[0] < 0.6 * sizes[1]
    loud = simulated(8000, "bg_nbd", seed=7)
    kept = clv.fit_purchase_covariates(
        loud, covariate_cols=["web", "app"], penalty="marginal"
    )
    assert kept.effects[0].shrunk == pytest.approx(kept.effects[0].estimate, rel=0.05)
    assert kept.penalty > 0


def test_the_test_rejects_noise_as_often_as_it_says() -> None:
    values = []
    for seed in range(30):
        customers = simulated(400, "bg_nbd", seed=100 + seed, effect=0.0)
        fit = clv.fit_purchase_covariates(customers, covariate_cols=["web"])
        assert fit.test is not None
        assert fit.test.statistic >= -1e-8
        values.append(fit.test.p_value)
    assert 1 <= np.sum(np.array(values) < 0.3) <= 18


def test_every_library_scores_alike(frame: Callable[[dict[str, Any]], Any]) -> None:
    customers = simulated(60, "bg_nbd", seed=8)
    model = clv.fit_purchase_covariates(customers, covariate_cols=["web"])
    columns = {str(name): customers[name].tolist() for name in customers}
    again = clv.fit_purchase_covariates(frame(columns), covariate_cols=["web"])
    assert again.effects[0].estimate == pytest.approx(
        model.effects[0].estimate, rel=1e-6
    )
    scored = model.with_expected_purchases(frame(columns), horizon=13)
    import narwhals as nw

    rows = nw.from_native(scored).lazy().collect().sort("recency", "T", "web")
    known = model.with_expected_purchases(customers, horizon=13).sort_values(
        ["recency", "T", "web"]
    )
    np.testing.assert_allclose(
        rows["expected_purchases"].to_numpy(), known["expected_purchases"], rtol=1e-12
    )


def test_words_are_refused_with_the_way_out() -> None:
    customers = simulated(60, "bg_nbd", seed=9).assign(channel=["shop", "web"] * 30)
    with pytest.raises(ck.errors.InvalidTypeError, match=r"get_dummies.*to_dummies"):
        clv.fit_purchase_covariates(customers, covariate_cols=["channel"])
    dummies = pd.get_dummies(
        customers, columns=["channel"], drop_first=True, dtype=float
    )
    found = clv.fit_purchase_covariates(dummies, covariate_cols=["channel_web"])
    assert found.covariates == ("channel_web",)
    flags = customers.assign(channel=customers["channel"] == "web")
    with pytest.raises(ck.errors.InvalidTypeError, match="column of 0 and 1"):
        clv.fit_purchase_covariates(flags, covariate_cols=["channel"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"web": 1.0}, "for all customers"),
        ({"web": lambda c: 1.0 - 2.0 * c["app"]}, "determined by the others"),
        ({"web": lambda c: c["web"].where(c.index > 0)}, "missing"),
    ],
)
def test_covariates_that_tell_nothing_are_refused(
    change: dict[str, Any], words: str
) -> None:
    customers = simulated(60, "bg_nbd", seed=10).assign(**change)
    with pytest.raises(ck.errors.InvalidValueError, match=words):
        clv.fit_purchase_covariates(customers, covariate_cols=["web", "app"])


def test_a_model_without_covariates_is_the_plain_one() -> None:
    with pytest.raises(ck.errors.InvalidValueError, match="no columns"):
        clv.fit_purchase_covariates(simulated(60, "bg_nbd", seed=11))
    model = clv.fit_purchase_covariates(
        simulated(600, "bg_nbd", seed=12), covariate_cols=["web"]
    )
    with pytest.raises(ck.errors.InvalidValueError, match="no 'web'"):
        model.model_for({})
    with pytest.raises(ck.errors.InvalidValueError, match="unknown 'shop'"):
        model.model_for({"web": 1, "shop": 0})


def test_a_fit_that_runs_away_ends_in_one_sentence() -> None:
    customers = simulated(300, "bg_nbd", seed=4).assign(recency=0.0)
    with (
        pytest.warns(ck.errors.CrmkitWarning),
        pytest.raises(ck.errors.ConvergenceError, match="with covariates did not"),
    ):
        clv.fit_purchase_covariates(customers, covariate_cols="web")


def test_an_effect_that_no_customer_shows_is_said_to_be_open() -> None:
    customers = simulated(400, "bg_nbd", seed=5)
    quiet = customers["web"] > 0
    customers.loc[quiet, ["frequency", "recency"]] = 0
    with pytest.warns(
        ck.errors.IdentifiabilityWarning, match="web on purchase"
    ) as told:
        clv.fit_purchase_covariates(customers, covariate_cols="web")
    assert told[-1].filename == __file__


@pytest.mark.parametrize(("gain", "statistic"), [(0.2, 0.4), (-1e-9, 0.0)])
def test_a_small_gain_has_its_own_probability(gain: float, statistic: float) -> None:
    test = clv.CovariateTest(
        log_likelihood=gain, plain_log_likelihood=0.0, degrees_of_freedom=1
    )
    assert test.p_value == pytest.approx(chi2.sf(statistic, 1), rel=1e-12)
