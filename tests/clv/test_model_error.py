"""Ranges that contain the error of the model, learned from past forecasts."""

import datetime as dt
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import calibration_holdout_summary, clv
from crmkit._check import ProvenHistory
from crmkit.clv.checking import right_model_variance
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidTypeError, InvalidValueError

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import forecast_coverage

CUSTOMERS = pd.DataFrame(
    {
        "frequency": [26, 0, 3] * 100,
        "recency": [30.857, 0.0, 20.0] * 100,
        "T": [31.0, 39.0, 30.0] * 100,
        "monetary_value": [40.0, 0.0, 25.0] * 100,
    }
)
UNTRIED = clv.ModelError()
AHEAD: dict[str, Any] = {
    "purchases": clv.BgNbd(
        r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week"
    ),
    "spend": clv.GammaGamma(p=6.25, q=3.744, v=15.444),
    "horizon": 26.0,
    "discount_rate": 0.0018,
}


def _ranges(error: clv.ModelError | None = UNTRIED) -> clv.Ranges:
    return clv.Ranges(n_draws=400, model_error=error)


def _past(cutoff: str, days: int, size: float, **more: Any) -> clv.PastError:
    return clv.PastError(
        cutoff=cutoff,
        lead_days=days,
        horizon=days / 7,
        purchases=size,
        value=2 * size,
        **more,
    )


PAST = (
    _past("2024-01-31", 91, 0.3),
    _past("2024-03-31", 91, -0.1),
    _past("2024-06-30", 91, 0.2),
    _past("2024-01-31", 182, 0.5),
)


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_group_is_named_by_text() -> None:
    wrong: Any = 7
    with pytest.raises(InvalidTypeError, match="'group': expected"):
        UNTRIED.at(horizon=26.0, group=wrong)


def test_the_squared_scale_is_a_weighted_mean_of_default_and_past_errors() -> None:
    error = clv.ModelError(errors=PAST, default_scale=0.15, default_weight=5)
    # The windows of January (to 1 May) and March overlap: 2 of the 3 lie apart.
    found = error.at(horizon=13.0)
    mean = (0.3**2 + 0.1**2 + 0.2**2) / 3
    assert found.scale**2 == pytest.approx((5 * 0.15**2 + 2 * mean) / 7, rel=1e-12)
    assert found.degrees_of_freedom == 7
    assert (found.n_cutoffs, found.n_windows) == (3, 2)
    money = error.at(horizon=13.0, total="value")
    assert money.scale**2 == pytest.approx((5 * 0.15**2 + 2 * 4 * mean) / 7, rel=1e-12)


def test_spans_that_start_within_a_quarter_count_once() -> None:
    months = ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31")
    error = clv.ModelError(errors=tuple(_past(month, 28, 0.2) for month in months))
    # None of the five spans of 28 days overlap, but only that of May starts 91 days
    # after the one of January.
    found = error.at(horizon=4.0)
    assert (found.n_cutoffs, found.n_windows) == (5, 2)
    assert found.scale**2 == pytest.approx((4 * 0.12**2 + 2 * 0.2**2) / 6, rel=1e-12)
    assert found.degrees_of_freedom == 6


def test_a_time_of_year_that_was_not_seen_adds_an_error() -> None:
    error = clv.ModelError(errors=PAST, unseen_scale=0.3)
    seen, half = (error.at(horizon=13.0, unseen=share) for share in (0.0, 0.5))
    assert half.scale**2 == pytest.approx(seen.scale**2 + 0.5 * 0.3**2, rel=1e-12)
    assert (seen.unseen, half.unseen) == (0.0, 0.5)
    assert half.degrees_of_freedom == seen.degrees_of_freedom
    group = replace(error, by=("segment",)).at(horizon=13.0, group="new", unseen=0.5)
    assert group.scale**2 > 0.5 * 0.3**2
    nothing = clv.ModelError(unseen_scale=0.0).at(horizon=13.0, unseen=1.0)
    assert nothing.scale == pytest.approx(0.12, rel=1e-12)
    with pytest.raises(InvalidValueError, match="'unseen'"):
        error.at(horizon=13.0, unseen=1.5)
    with pytest.raises(InvalidValueError, match="unseen_scale"):
        clv.ModelError(unseen_scale=-0.1)


def test_longer_spans_count_the_errors_of_shorter_ones() -> None:
    error = clv.ModelError(errors=PAST)
    mean = (0.3**2 + 0.1**2 + 0.2**2 + 0.5**2) / 4
    found = error.at(horizon=26.0)
    assert found.scale**2 == pytest.approx((4 * 0.12**2 + 2 * mean) / 6, rel=1e-12)


def test_a_span_longer_than_any_tried_has_a_larger_error() -> None:
    error = clv.ModelError(errors=PAST)
    scales = [error.at(horizon=weeks).scale for weeks in (26.0, 52.0, 104.0)]
    assert scales == sorted(scales)
    mean = (0.3**2 + 0.1**2 + 0.2**2 + 0.5**2) / 4
    assert scales[1] ** 2 == pytest.approx((4 * 0.12**2 + 2 * 2 * mean) / 6, rel=1e-12)


def test_a_span_shorter_than_any_tried_takes_the_shortest() -> None:
    error = clv.ModelError(errors=PAST)
    assert error.at(horizon=1.0) == error.at(horizon=13.0)


def test_without_past_forecasts_the_default_counts() -> None:
    found = clv.ModelError(default_scale=0.2, default_weight=3).at(horizon=5.0)
    assert found.scale == pytest.approx(0.2, rel=1e-12)
    assert found.degrees_of_freedom == 3
    assert found.n_cutoffs == found.n_windows == 0


def test_what_chance_explains_is_not_an_error_of_the_model() -> None:
    chance = clv.ModelError(
        errors=(_past("2024-01-31", 91, 0.1, purchases_chance=0.02),)
    )
    found = chance.at(horizon=13.0)
    assert found.scale**2 == pytest.approx(4 * 0.12**2 / 5, rel=1e-12)


def test_an_error_that_cannot_be_told_is_left_out() -> None:
    unknown = clv.PastError(
        cutoff="2024-01-31", lead_days=91, horizon=13.0, purchases=None, value=0.1
    )
    error = clv.ModelError(errors=(unknown,))
    assert error.at(horizon=13.0).n_windows == 0
    assert error.at(horizon=13.0, total="value").n_windows == 1
    assert "n/a" in str(error)


def test_factors_are_student_on_the_logarithm() -> None:
    scale = clv.ErrorScale(scale=0.1, degrees_of_freedom=6.0, n_cutoffs=0, n_windows=0)
    drawn = np.log(scale.sample(20_000, rng=_rng())) / 0.1
    assert stats.kstest(drawn, stats.t(df=6).cdf).pvalue > 0.01


def test_heavy_tails_never_overflow() -> None:
    wild = clv.ErrorScale(scale=1e6, degrees_of_freedom=1.0, n_cutoffs=0, n_windows=0)
    assert np.all(np.isfinite(wild.sample(1000, rng=_rng())))


def test_the_range_is_that_of_total_times_error() -> None:
    error = clv.ModelError(default_scale=0.2, default_weight=50)
    ahead = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(error), rng=_rng())
    plain = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(None), rng=_rng())
    assert ahead.purchases == plain.purchases
    assert ahead.plain_purchases == plain.interval("purchases")
    assert ahead.plain_value == plain.interval("value")
    # Two independent errors on the logarithm: their variances add up.
    spread = (np.log(plain.interval("purchases").upper / plain.purchases)) / 1.96
    total = np.sqrt(spread**2 + 0.2**2 * 50 / 48)
    upper = plain.purchases * np.exp(1.96 * total)
    assert ahead.interval("purchases").upper == pytest.approx(upper, rel=0.05)


def test_a_range_never_narrows_and_buyers_never_outnumber_customers() -> None:
    tiny = clv.ModelError(default_scale=1e-9)
    for error in (tiny, clv.ModelError(default_scale=3.0)):
        ahead = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(error), rng=_rng())
        plain = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(None), rng=_rng())
        for total in ("purchases", "active", "value"):
            wide, narrow = ahead.interval(total), plain.interval(total)
            assert wide.lower <= narrow.lower
            assert wide.upper >= narrow.upper
        assert ahead.interval("active").upper <= ahead.n_customers


def test_a_forecast_says_what_its_ranges_rest_on() -> None:
    untried = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(), rng=_rng())
    # The oldest customer is of 39 weeks, and a year of 52.18: of 26 weeks ahead, 13.18
    # lie in a time of year that no customer has seen.
    share = (365.2425 / 7 - 39) / 26
    scale = np.sqrt(0.12**2 + share * 0.08**2)
    assert untried.value_error is not None
    assert untried.value_error.unseen == pytest.approx(share, rel=1e-12)
    assert untried.value_error.scale == pytest.approx(scale, rel=1e-12)
    assert f"{scale:.1%}, the default: no past forecast was compared" in str(untried)
    error = clv.ModelError(errors=PAST)
    tried = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(error), rng=_rng())
    assert str(tried).splitlines()[-2:] == [
        "intervals contain a model error of 37.8%, from 3 past cutoffs (2 spans apart)",
        (
            "51% of the span ahead lies in a time of year that the log has not seen: a "
            "season there is not in the forecast, and may leave its intervals"
        ),
    ]
    older = CUSTOMERS.assign(T=CUSTOMERS["T"] + 14)
    seen = clv.forecast(older, **AHEAD, ranges=_ranges(error), rng=_rng())
    assert str(seen).endswith("from 3 past cutoffs (2 spans apart)")
    plain = clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(None), rng=_rng())
    assert str(plain).endswith("intervals assume that the model is right")
    assert plain.value_error is None
    assert clv.Forecast.from_dict(tried.to_dict()) == tried


def test_the_length_of_a_year_is_known_from_any_unit_of_time() -> None:
    ahead = {**AHEAD, "purchases": replace(AHEAD["purchases"], time_unit=None)}
    shares = []
    for error in (
        UNTRIED,
        clv.ModelError(time_unit="week"),
        clv.ModelError(errors=PAST),
    ):
        found = clv.forecast(CUSTOMERS, **ahead, ranges=_ranges(error), rng=_rng())
        assert found.value_error is not None
        shares.append(found.value_error.unseen)
    share = (365.2425 / 7 - 39) / 26
    # Without any unit a year is not known, and nothing is said of seasons.
    assert shares == pytest.approx([0.0, share, share], rel=1e-12)
    path = clv.forecast(
        CUSTOMERS,
        **AHEAD,
        ranges=clv.Ranges(n_draws=400, until=(13.0,)),
        rng=_rng(),
    ).path
    # All of the first 13 weeks are unseen, and half of the 26.
    assert path[0].resampled_purchases.upper / path[0].purchases > 1.3


def test_errors_of_another_unit_are_refused() -> None:
    error = clv.ModelError(errors=PAST, time_unit="day")
    with pytest.raises(InvalidValueError, match=r"spans in 'day'.*time_unit is 'week'"):
        clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(error), rng=_rng())
    with pytest.raises(InvalidTypeError, match="'model_error'"):
        clv.forecast(CUSTOMERS, **AHEAD, ranges=_ranges(0.1), rng=_rng())  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["default_scale", "default_weight"])
def test_a_default_is_positive(field: str) -> None:
    with pytest.raises(InvalidValueError, match=field):
        clv.ModelError(**{field: 0.0})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    found = load_cdnow_sample()
    return found[found["amount"] > 0]


WEEKS = partial(calibration_holdout_summary, time_unit="week")


def test_past_errors_are_those_of_models_fitted_by_hand(log: pd.DataFrame) -> None:
    error = clv.fit_model_error(
        log,
        purchases=clv.fit_bg_nbd,
        spend=clv.fit_gamma_gamma,
        cutoffs=["1997-09-30"],
        lead_days=[273, 91],
        summary=WEEKS,
    )
    assert [each.lead_days for each in error.errors] == [91, 273]
    known = WEEKS(
        log, calibration_period_end="1997-09-30", observation_period_end="1998-06-30"
    )
    model, spend = clv.fit_bg_nbd(known), clv.fit_gamma_gamma(known)
    history = (known["frequency"], known["recency"], known["T"])
    expected = model.expected_purchases(*history, horizon=39.0)
    worth = spend.expected_spend(known["frequency"], known["monetary_value"])
    last = error.errors[1]
    assert last.horizon == 39.0
    assert last.purchases == pytest.approx(
        np.log(known["holdout_frequency"].sum() / expected.sum()), rel=1e-12
    )
    assert last.value == pytest.approx(
        np.log(known["holdout_total_amount"].sum() / (expected @ worth)), rel=1e-12
    )
    variance = model.variance_of_purchases(*history, horizon=39.0).sum()
    # Beside chance, a right model misses by what its parameters are unsure of: models
    # as plausible as the fit, drawn, say the same.
    unsure = last.purchases_chance - variance / expected.sum() ** 2
    drawn = clv.draw_models(model, n_draws=400, rng=np.random.default_rng(5))
    totals = [each.expected_purchases(*history, horizon=39.0).sum() for each in drawn]
    assert unsure == pytest.approx(np.var(np.log(totals)), rel=0.2)
    # Money scatters more than purchases do, and its parameters are unsure too.
    assert last.value_chance > last.purchases_chance


def test_a_sample_of_the_cells_shows_how_totals_move_with_the_parameters(
    log: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = calibration_holdout_summary(
        log,
        calibration_period_end="1997-09-30",
        observation_period_end="1998-06-30",
        time_unit="week",
    )
    model = clv.fit_bg_nbd(customers)
    history = ProvenHistory(
        *(customers[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    )
    worth = np.linspace(1.0, 50.0, len(customers))
    found = []
    for most in (10**9, 200):
        monkeypatch.setattr(right_model_variance, "_MOST_CELLS", most)
        found.append(
            right_model_variance.purchases_parameter_variance(
                model, history, worth, horizon=39.0
            )
        )
    assert found[1] == pytest.approx(found[0], rel=0.05)
    assert not np.array_equal(found[0], found[1])


def test_errors_known_by_a_day_are_those_learned_by_that_day(
    log: pd.DataFrame,
) -> None:
    options: dict[str, Any] = {
        "purchases": clv.fit_bg_nbd,
        "lead_days": [28, 91],
        "summary": WEEKS,
    }
    cutoffs = ["1997-06-30", "1997-07-31", "1997-09-30"]
    every = clv.fit_model_error(log, cutoffs=cutoffs, **options)
    by_then = clv.fit_model_error(
        log, cutoffs=cutoffs[:2], observation_period_end="1997-09-30", **options
    )
    assert forecast_coverage.known_by(every, dt.date(1997, 9, 30)) == by_then


def test_the_error_is_a_json_document() -> None:
    error = clv.ModelError(errors=PAST, time_unit="week", n_skipped=2)
    document = json.loads(json.dumps(error.to_dict()))
    assert clv.ModelError.from_dict(document) == error


def test_ranges_with_the_error_hold_where_a_shock_hits_all_customers() -> None:
    # One seed, a smaller copy of the benchmark: a shock that no model knows. 16
    # forecasts share two shocks; the benchmark holds 96% of ranges with shocks.
    shocked = forecast_coverage.simulated("shocks", 2, n_customers=500, days=420)
    found = [
        each for _, _, each in forecast_coverage.held(shocked, n_draws=60, leads=(91,))
    ]
    wide = sum(each.wide for each in found)
    assert wide >= 0.9 * len(found)
    assert wide > sum(each.plain for each in found)
    assert all(each.widths[1] >= each.widths[0] for each in found)
