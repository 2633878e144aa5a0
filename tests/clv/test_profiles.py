"""How far each parameter can go, and what is refused where it can go anywhere."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from crmkit import clv
from crmkit.errors import (
    IdentifiabilityWarning,
    InvalidTypeError,
    InvalidValueError,
    NotEnoughDataError,
)
from crmkit.typing import FloatArray

TRUTH = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)


def _rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_profile_and_wald_agree_where_the_data_are_many() -> None:
    # Invariant 25.
    rows = _simulated(TRUTH, 100_000, _rng())
    fit = clv.fit_bg_nbd(rows)
    assert fit.report is not None
    profile = clv.profile_intervals(rows, fit=fit)
    for name, (low, high) in fit.report.intervals().items():
        assert tuple(profile[name]) == pytest.approx((low, high), rel=2e-3)


def test_the_ends_of_a_profile_lose_what_the_level_allows(
    cdnow: pd.DataFrame,
) -> None:
    # 1.920729 is half the 95 % point of chi-squared with 1 degree of freedom.
    fit = clv.fit_gamma_gamma(cdnow)
    assert fit.report is not None
    repeat = cdnow[cdnow["frequency"] > 0]
    low, high = clv.profile_intervals(cdnow, fit=fit)["p"]
    x, amount = repeat["frequency"], repeat["monetary_value"]

    def loss(others: FloatArray, p: float) -> float:
        q, v = np.exp(others).tolist()
        there = clv.GammaGamma(p=p, q=q, v=v).log_likelihood(x, amount)
        return best - float(there.sum())

    best = fit.report.log_likelihood
    for end in (low, high):
        found = minimize(loss, np.log([fit.q, fit.v]), (end,), "Nelder-Mead", tol=1e-9)
        assert found.fun == pytest.approx(1.920729, rel=1e-6)
    assert low < fit.p < high


def test_a_parameter_without_an_end_has_none() -> None:
    # Poisson buyers of one rate: the shape of the rates has no upper end.
    rng = _rng(8)
    T = np.full(300, 40.0)
    x = rng.poisson(4.0, 300)
    rows = pd.DataFrame({"frequency": x, "recency": np.where(x > 0, 39.0, 0.0), "T": T})
    with pytest.warns(IdentifiabilityWarning, match="all but free"):
        fit = clv.fit_nbd(rows)
    profile = clv.profile_intervals(rows, fit=fit)
    low, high = profile["r"]
    assert low > 1
    assert high == np.inf


def test_a_dropout_rate_all_share_leaves_its_shape_without_an_end() -> None:
    # Exponential lifetimes of one rate: s and beta rise together, s / beta is known.
    rows = _of_one_dropout_rate()
    with pytest.warns(IdentifiabilityWarning, match=r"s = .*beta = "):
        fit = clv.fit_pareto_nbd(rows)
    assert fit.report is not None
    assert fit.report.boundary == ("s", "beta")
    assert fit.report.covariance is None
    profile = clv.profile_intervals(rows, fit=fit)
    assert profile["s"].upper == np.inf
    assert profile["beta"].upper == np.inf
    # What is known stays known. These ends are scipy's, of the limit in which s = 1e6:
    # there the loss is the 1.920729 nats that the level allows.
    assert tuple(profile["r"]) == pytest.approx((1.491433, 2.417694), rel=1e-5)
    assert tuple(profile["alpha"]) == pytest.approx((3.102427, 5.131700), rel=1e-5)
    assert 1 / 35 < profile["s"].lower / profile["beta"].lower < 1 / 15


def test_a_fit_at_the_boundary_draws_from_the_fit_with_a_light_penalty() -> None:
    rows = _of_one_dropout_rate()
    with pytest.warns(IdentifiabilityWarning):
        fit = clv.fit_pareto_nbd(rows)
    tamed = clv.fit_pareto_nbd(rows, penalty=1.0)
    ends = [
        clv.with_purchases_interval(
            rows, purchases=one, horizon=20, ranges=clv.Ranges(n_draws=50), rng=_rng()
        )["purchases_upper"].to_numpy(float)
        for one in (fit, tamed)
    ]
    assert (ends[0] == ends[1]).mean() > 0.99
    assert "ranges are drawn from a fit with a penalty of 1" in str(fit)
    # The estimates and their likelihood stay those of no penalty.
    assert fit.report is not None
    assert tamed.report is not None
    assert fit.report.log_likelihood > tamed.report.log_likelihood
    assert fit.report.steadied_estimates == pytest.approx(
        tamed.report.estimates, rel=1e-6
    )
    assert fit.report.steadied.steadied_estimates is None


def test_one_price_for_all_still_leaves_ranges() -> None:
    """Where a light penalty leaves the spend free, a heavier one holds it."""
    rows = _simulated(TRUTH, 60, _rng(5)).assign(monetary_value=20.0)
    with pytest.warns(IdentifiabilityWarning):
        fit, spend = clv.fit_bg_nbd(rows), clv.fit_gamma_gamma(rows)
    assert spend.report is not None
    assert spend.report.steadied_penalty is not None
    assert spend.report.steadied.penalty == spend.report.steadied_penalty >= 1
    ahead = clv.forecast(
        rows, purchases=fit, spend=spend, horizon=20, discount_rate=0,
        ranges=clv.Ranges(n_draws=50), rng=_rng(),
    )  # fmt: skip
    lower, upper = ahead.interval("value")
    assert 0 < lower < ahead.value < upper


@pytest.mark.parametrize("unit", [7.0, 1 / 30])
def test_the_light_penalty_knows_no_unit_of_time(unit: float) -> None:
    rows = _of_one_dropout_rate()
    other = rows.assign(recency=rows["recency"] * unit, T=rows["T"] * unit)
    with pytest.warns(IdentifiabilityWarning):
        fits = clv.fit_pareto_nbd(rows), clv.fit_pareto_nbd(other)
    known, found = (fit.report.steadied for fit in fits if fit.report is not None)
    scales = np.array([1.0, unit, 1.0, unit])
    np.testing.assert_allclose(
        found.estimates, np.array(known.estimates) * scales, rtol=1e-6
    )


def test_without_any_covariance_a_fit_refuses_to_draw_and_says_what_helps() -> None:
    rows = _of_one_dropout_rate()
    with pytest.warns(IdentifiabilityWarning):
        fit = clv.fit_pareto_nbd(rows)
    assert fit.report is not None
    report = replace(fit.report, steadied_estimates=None, steadied_covariance=None)
    with pytest.raises(
        NotEnoughDataError, match=r"leaves r, alpha, s, beta all but free.*penalty=1"
    ):
        clv.with_purchases_interval(
            rows, purchases=replace(fit, report=report), horizon=20, rng=_rng()
        )


def test_a_likelihood_that_levels_off_has_no_end_that_way() -> None:
    # s may be as large as you like, and beta has to go along: it needs the room.
    rows = _of_one_dropout_rate(12)
    fit = clv.fit_pareto_nbd(rows)
    assert fit.s == pytest.approx(1.64, abs=0.005)
    profile = clv.profile_intervals(rows, fit=fit)
    assert profile["s"].upper == np.inf
    assert profile["beta"].upper == np.inf
    assert profile["s"].lower == pytest.approx(0.73385, rel=1e-4)


def test_a_fit_all_but_free_draws_from_the_light_penalty_too() -> None:
    # There is an optimum, at s = 25 with a standard error of 8 of its logarithm.
    rows = _of_one_dropout_rate(10)
    with pytest.warns(IdentifiabilityWarning, match="all but free"):
        fit = clv.fit_pareto_nbd(rows)
    assert fit.report is not None
    assert fit.report.covariance is not None
    assert fit.report.steadied_covariance is not None
    scored = clv.with_expectation_interval(
        rows,
        purchases=fit,
        score=lambda model: model.probability_alive,
        scale="logit",
        output_col="alive",
    )
    assert (scored["alive_lower"] < scored["alive_upper"]).mean() > 0.9
    # The likelihood itself excludes small s, and leaves large s open.
    profile = clv.profile_intervals(rows, fit=fit)
    for name, end in (("s", 1.3567), ("beta", 25.594)):
        low, high = profile[name]
        assert low == pytest.approx(end, rel=1e-3)
        assert high == np.inf


def test_a_fit_with_a_penalty_has_no_profile(cdnow: pd.DataFrame) -> None:
    fit = clv.fit_nbd(cdnow, penalty=1.0)
    with pytest.raises(InvalidValueError, match="a penalty of 1"):
        clv.profile_intervals(cdnow, fit=fit)


def test_customers_it_was_not_fitted_to_have_no_profile(cdnow: pd.DataFrame) -> None:
    fit, spend = clv.fit_nbd(cdnow), clv.fit_gamma_gamma(cdnow)
    sentence = r"a log-likelihood of -.* where the fit had -.*fitted to\.$"
    with pytest.raises(InvalidValueError, match=sentence):
        clv.profile_intervals(cdnow.iloc[:-1], fit=fit)
    with pytest.raises(InvalidValueError, match=sentence):
        clv.profile_intervals(cdnow.iloc[:300], fit=spend)


def test_a_model_built_by_hand_has_no_profile() -> None:
    with pytest.raises(NotEnoughDataError, match="built by hand"):
        clv.profile_intervals(_of_one_dropout_rate(), fit=TRUTH)


def _of_one_dropout_rate(seed: int = 0) -> pd.DataFrame:
    rng = _rng(seed)
    n, T = 300, 30.0
    rate, leaving = rng.gamma(2.0, 0.25, n), rng.exponential(25.0, n)
    x = rng.poisson(rate * np.minimum(leaving, T))
    last = np.minimum(leaving, T) * rng.random(n) ** (1 / np.maximum(x, 1))
    recency = np.where(x > 0, last, 0.0)
    return pd.DataFrame({"frequency": x, "recency": recency, "T": T})


def _simulated(model: clv.BgNbd, n: int, rng: np.random.Generator) -> pd.DataFrame:
    T = rng.uniform(20, 40, n)
    zero = np.zeros(n)
    customer, times = model.sample_purchase_times(
        zero, zero, zero, horizon=40.0, rng=rng
    )
    seen = times <= T[customer]
    x = np.bincount(customer[seen], minlength=n)
    last = np.zeros(n)
    np.maximum.at(last, customer[seen], times[seen])
    return pd.DataFrame({"frequency": x, "recency": last, "T": T})


def test_what_is_not_a_fitted_model_has_no_profile(cdnow: pd.DataFrame) -> None:
    by_hand = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
    with pytest.raises(NotEnoughDataError, match="built by hand"):
        clv.profile_intervals(cdnow, fit=by_hand)
    with pytest.raises(InvalidTypeError, match="'fit': expected a model"):
        clv.profile_intervals(cdnow, fit=None)  # type: ignore[arg-type]


def test_a_class_is_not_a_fitted_model() -> None:
    kind: Any = clv.BgNbd
    with pytest.raises(InvalidTypeError, match="expected a fitted model, got"):
        clv.profile_intervals(pd.DataFrame(), fit=kind)
