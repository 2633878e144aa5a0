"""Covariates that change over time: against static ones, simulation and refusals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.typing import FloatArray

END = "2024-12-31"
# Few purchases share a day, which counts as one.
TRUTH = (0.8, 120.0, 0.7, 300.0)
PERIODS = pd.DataFrame({"period_start": pd.date_range("2023-01-01", END, freq="28D")})
PERIODS["promotion"] = (np.arange(len(PERIODS)) % 2) * 1.0
PERIODS["rival"] = np.sin(np.arange(len(PERIODS)) / 3.0)


def simulated(
    size: int, seed: int, rate: FloatArray, leaving: FloatArray
) -> pd.DataFrame:
    """Draw a log in days: each rate times the multiplier of the day."""
    rng = np.random.default_rng(seed)
    r, alpha, s, beta = TRUTH
    start = rng.integers(0, 360, size)
    clocks = [np.concatenate([[0.0], np.cumsum(pace)]) for pace in (rate, leaving)]
    mean, death = rng.gamma(r, size=size) / alpha, rng.gamma(s, size=size) / beta
    # A day's multiplier holds over the time that ends with it.
    gone = np.interp(
        clocks[1][start + 1] + rng.exponential(size=size) / death,
        clocks[1],
        np.arange(clocks[1].size),
        right=clocks[1].size - 1,
    )
    begun, ended = (
        clocks[0][start + 1],
        np.interp(gone, np.arange(clocks[0].size), clocks[0]),
    )
    count = rng.poisson(mean * (ended - begun))
    who = np.repeat(np.arange(size), count)
    at = rng.uniform(begun[who], ended[who])
    day = np.ceil(np.interp(at, clocks[0], np.arange(clocks[0].size))).astype(int) - 1
    dates = np.concatenate([start, day])
    return pd.DataFrame({
        "customer_id": np.concatenate([np.arange(size), who]),
        "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(dates, unit="D"),
        "amount": 10.0,
    })  # fmt: skip


def by_day(column: str, effect: float) -> FloatArray:
    days = np.repeat(PERIODS[column].to_numpy(), 28)[:731]
    return np.asarray(np.exp(effect * days))


LOG = simulated(1200, 1, by_day("promotion", 0.9), by_day("rival", 0.8))


def test_effects_over_time_are_found_again() -> None:
    model = clv.fit_time_varying_covariates(
        LOG, covariates=PERIODS, covariate_cols="promotion",
        dropout_covariate_cols=["rival"], observation_period_end=END,
    )  # fmt: skip
    for effect, truth in zip(model.effects, (0.9, 0.8), strict=True):
        assert effect.standard_error is not None
        assert abs(effect.estimate - truth) < 3 * effect.standard_error
        assert effect.shrunk == effect.estimate
    assert model.effects[0].standard_error == pytest.approx(0.04, abs=0.015)
    r, alpha, s, beta = model.baseline
    assert (r / alpha, s / beta) == pytest.approx((0.8 / 120.0, 0.7 / 300.0), rel=0.3)
    assert model.test is not None
    assert model.test.p_value < 1e-6
    assert clv.TimeVaryingCovariates.from_dict(model.to_dict()) == model


def test_covariates_that_stay_give_the_fit_with_static_covariates() -> None:
    log = LOG[LOG["customer_id"] < 200]
    ids = np.arange(200)
    traits = pd.DataFrame({"customer_id": ids, "web": ids % 2, "app": ids % 3 == 0})
    traits["app"] = traits["app"].astype(float)
    customers = ck.rfm_summary(log, observation_period_end=END).merge(traits)
    known = clv.fit_purchase_covariates(
        customers, family="pareto_nbd", covariate_cols=["web"],
        dropout_covariate_cols=["app"],
    )  # fmt: skip
    found = clv.fit_time_varying_covariates(
        log, covariates=traits.assign(period_start="2023-01-01"),
        covariate_cols=["web"], dropout_covariate_cols=["app"],
        observation_period_end=END,
    )  # fmt: skip
    assert found.baseline == pytest.approx(known.baseline, rel=1e-5)
    assert found.test is not None
    assert known.test is not None
    assert found.test.log_likelihood == pytest.approx(
        known.test.log_likelihood, rel=1e-12
    )
    for one, other in zip(found.effects, known.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-5)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-5)
    given: dict[str, Any] = {
        "covariates": traits.assign(period_start="2023-01-01"),
        "observation_period_end": END,
    }
    static = clv.TimeVaryingCovariates(baseline=found.baseline, effects=known.effects)
    pairs = (
        (static.with_probability_alive(customers, **given), "probability_alive",
         known.with_probability_alive(customers)),
        (static.with_expected_purchases(customers, horizon=90, **given),
         "expected_purchases", known.with_expected_purchases(customers, horizon=90)),
    )  # fmt: skip
    for scored, column, expected in pairs:
        np.testing.assert_allclose(scored[column], expected[column], rtol=1e-4)
    discounted = static.with_expected_purchases(
        customers, horizon=90, discount_rate=0.01, **given
    )
    np.testing.assert_allclose(
        discounted["expected_purchases"],
        known.with_discounted_expected_purchases(
            customers, horizon=90, discount_rate=0.01
        )["discounted_expected_purchases"],
        rtol=1e-4,
    )


def test_the_forecast_knows_what_is_to_come() -> None:
    model = clv.TimeVaryingCovariates(
        baseline=TRUTH, effects=(effect("promotion", "purchase rate", 0.9),)
    )
    cutoff = PERIODS["period_start"].iloc[21] - pd.Timedelta("1D")
    customers = ck.rfm_summary(LOG, observation_period_end=cutoff)
    scored = model.with_expected_purchases(
        customers, covariates=PERIODS, observation_period_end=cutoff, horizon=7 * 4
    )
    weeks = cutoff + pd.Timedelta("1D"), cutoff + pd.Timedelta("28D")
    within = LOG["date"].between(*weeks) & LOG["customer_id"].isin(
        customers["customer_id"]
    )
    came = float(within.sum())
    total = float(scored["expected_purchases"].sum())
    assert total == pytest.approx(came, abs=4 * np.sqrt(came))
    none = PERIODS.assign(
        promotion=PERIODS["promotion"].where(PERIODS["period_start"] <= cutoff, 0.0)
    )
    quiet = model.with_expected_purchases(
        customers, covariates=none, observation_period_end=cutoff, horizon=7 * 4
    )
    ratio = total / float(quiet["expected_purchases"].sum())
    assert ratio == pytest.approx(np.exp(0.9), rel=1e-9)


def test_a_season_of_the_index_has_an_effect_of_one() -> None:
    """The logarithm of a seasonal index as covariate: the seasonal Pareto/NBD."""
    months = pd.DataFrame({"period_start": pd.date_range("2023-01-01", END, freq="MS")})
    index = 1.0 + 0.5 * np.sin(np.arange(24) / 12 * 2 * np.pi)
    months["log_index"] = np.log(index)
    days = np.repeat(index, months["period_start"].dt.days_in_month)
    log = simulated(400, 3, days, np.ones(days.size))
    model = clv.fit_time_varying_covariates(
        log, covariates=months, covariate_cols="log_index", observation_period_end=END
    )
    found = model.effects[0]
    assert found.standard_error is not None
    assert abs(found.estimate - 1.0) < 3 * found.standard_error
    assert found.standard_error < 0.15


def effect(covariate: str, on: str, size: float) -> clv.CovariateEffect:
    return clv.CovariateEffect(
        covariate=covariate, on=on, estimate=size, standard_error=0.1, shrunk=size
    )


MODEL = clv.TimeVaryingCovariates(
    baseline=TRUTH,
    effects=(
        effect("promotion", "purchase rate", 0.9),
        effect("rival", "dropout", 1.0),
    ),
)
FEW = ck.rfm_summary(LOG[LOG["customer_id"] < 30], observation_period_end="2024-06-30")


def test_own_periods_of_equal_values_are_those_of_all() -> None:
    given: dict[str, Any] = {"observation_period_end": "2024-06-30", "horizon": 60.0}
    own = PERIODS.merge(pd.DataFrame({"customer_id": np.arange(40)}), how="cross")
    one, other = (
        MODEL.with_expected_purchases(FEW, covariates=covariates, **given)
        for covariates in (PERIODS, own.sample(frac=1.0, random_state=1))
    )
    np.testing.assert_allclose(
        one["expected_purchases"], other["expected_purchases"], rtol=1e-13
    )
    text = own.assign(customer_id=own["customer_id"].astype(str))
    with pytest.raises(ck.errors.InvalidTypeError, match="ids"):
        MODEL.with_expected_purchases(FEW, covariates=text, **given)


def test_every_library_scores_alike(
    eager_frame: Callable[[dict[str, Any]], Any],
) -> None:
    columns = ["customer_id", "frequency", "first_date", "last_date"]
    data: dict[str, Any] = {name: FEW[name].tolist() for name in columns}
    weeks: dict[str, Any] = {str(name): PERIODS[name].tolist() for name in PERIODS}
    import narwhals as nw

    customers, covariates = eager_frame(data), eager_frame(weeks)
    scored = MODEL.with_probability_alive(
        customers, covariates=covariates, observation_period_end="2024-06-30"
    )
    known = MODEL.with_probability_alive(
        FEW, covariates=PERIODS, observation_period_end="2024-06-30"
    )
    np.testing.assert_allclose(
        nw.from_native(scored, eager_only=True)["probability_alive"].to_numpy(),
        known["probability_alive"],
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"promotion": np.nan}, "promotion.*missing"),
        ({"period_start": "2024-01-01"}, "begins twice"),
    ],
)
def test_periods_that_cannot_be_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ck.errors.InvalidValueError, match=words):
        MODEL.with_probability_alive(
            FEW,
            covariates=PERIODS.assign(**change),
            observation_period_end="2024-06-30",
        )


def test_periods_have_to_reach_from_the_first_purchase_to_the_horizon() -> None:
    given: dict[str, Any] = {"observation_period_end": "2024-06-30"}
    late = PERIODS[PERIODS["period_start"] > "2023-06-01"]
    with pytest.raises(ck.errors.InvalidValueError, match="before the first period"):
        MODEL.with_probability_alive(FEW, covariates=late, **given)
    with pytest.raises(ck.errors.InvalidValueError, match="end before 2025-06-25"):
        MODEL.with_expected_purchases(FEW, covariates=PERIODS, horizon=360, **given)
    own = PERIODS.assign(customer_id=3)
    with pytest.raises(ck.errors.InvalidValueError, match="without a row"):
        MODEL.with_probability_alive(FEW, covariates=own, **given)


def test_a_fit_names_what_it_cannot_use() -> None:
    given: dict[str, Any] = {"observation_period_end": END}
    with pytest.raises(ck.errors.InvalidValueError, match="no columns"):
        clv.fit_time_varying_covariates(LOG, covariates=PERIODS, **given)
    with pytest.raises(ck.errors.InvalidValueError, match="for all"):
        clv.fit_time_varying_covariates(
            LOG,
            covariates=PERIODS.assign(promotion=1),
            covariate_cols="promotion",
            **given,
        )
    words = PERIODS.assign(promotion="yes")
    with pytest.raises(ck.errors.InvalidTypeError, match="number"):
        clv.fit_time_varying_covariates(
            LOG, covariates=words, covariate_cols="promotion", **given
        )
    once = LOG.drop_duplicates("customer_id")
    with pytest.raises(ck.errors.NotEnoughDataError, match="came back"):
        clv.fit_time_varying_covariates(
            once, covariates=PERIODS, covariate_cols="promotion", **given
        )
    given |= {"covariates": PERIODS, "covariate_cols": "promotion"}
    some = LOG[LOG["customer_id"].duplicated(keep=False)]
    one = some[some["customer_id"] == some["customer_id"].iloc[0]]
    with pytest.raises(ck.errors.NotEnoughDataError, match="at least 2 customers"):
        clv.fit_time_varying_covariates(one, **given)
    twice = {**given, "covariates": pd.concat([PERIODS, PERIODS.iloc[[1]]])}
    with pytest.raises(ck.errors.InvalidValueError, match="begins twice in 1 of"):
        clv.fit_time_varying_covariates(LOG, **twice)


def test_an_effect_that_no_purchase_shows_is_said_to_be_open() -> None:
    quiet = PERIODS.assign(promotion=(np.arange(len(PERIODS)) == len(PERIODS) - 1) * 1)
    begin = quiet["period_start"].max()
    with pytest.warns(
        ck.errors.IdentifiabilityWarning, match="promotion on purchase"
    ) as told:
        clv.fit_time_varying_covariates(
            LOG[(LOG["date"] < begin) & (LOG["customer_id"] < 300)],
            covariates=quiet,
            covariate_cols="promotion",
            observation_period_end=END,
        )
    assert told[0].filename == __file__


def test_the_unit_of_time_does_not_matter() -> None:
    given: dict[str, Any] = {
        "covariates": PERIODS,
        "observation_period_end": "2024-06-30",
    }
    r, alpha, s, beta = TRUTH
    weekly = clv.TimeVaryingCovariates(
        baseline=(r, alpha / 7, s, beta / 7), effects=MODEL.effects, time_unit="week"
    )
    alive, same = (
        model.with_probability_alive(FEW, **given)["probability_alive"]
        for model in (MODEL, weekly)
    )
    np.testing.assert_allclose(alive, same, rtol=1e-12)
    # Days that begin and end within periods, and a part of a day.
    for days in (0.5, 61.0):
        one, other = (
            model.with_expected_purchases(
                FEW, horizon=days / unit, discount_rate=1.001**unit - 1, **given
            )["expected_purchases"]
            for model, unit in ((MODEL, 1.0), (weekly, 7.0))
        )
        np.testing.assert_allclose(one, other, rtol=1e-11)


def test_a_fit_in_weeks_is_that_in_days() -> None:
    given: dict[str, Any] = {
        "covariates": PERIODS,
        "covariate_cols": "promotion",
        "dropout_covariate_cols": ["rival"],
        "observation_period_end": END,
    }
    log = LOG[LOG["customer_id"] < 100]
    days, weeks = (
        clv.fit_time_varying_covariates(log, time_unit=unit, **given)
        for unit in ("day", "week")
    )
    assert weeks.time_unit == "week"
    # Rates of leaving differ so little here that s and beta are known by their ratio.
    (r, alpha, s, beta), known = weeks.baseline, days.baseline
    np.testing.assert_allclose(
        [r, 7 * alpha, s / beta / 7],
        [known[0], known[1], known[2] / known[3]],
        rtol=1e-4,
    )
    for one, other in zip(weeks.effects, days.effects, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-4, abs=0)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-4)
    assert days.n_customers == 100


def test_the_last_day_of_the_periods_is_the_last_of_a_horizon() -> None:
    # The last period lasts 28 days, as the longest before it.
    end = PERIODS["period_start"].iloc[-1] + pd.Timedelta("27D")
    days = (end - pd.Timestamp("2024-06-30")).days
    given: dict[str, Any] = {
        "covariates": PERIODS,
        "observation_period_end": "2024-06-30",
    }
    MODEL.with_expected_purchases(FEW, horizon=float(days), **given)
    beyond = (end + pd.Timedelta("1D")).date().isoformat()
    with pytest.raises(ck.errors.InvalidValueError, match=f"end before {beyond}"):
        MODEL.with_expected_purchases(FEW, horizon=days + 0.25, **given)
