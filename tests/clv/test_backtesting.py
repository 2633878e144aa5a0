"""What models would have predicted, beside what happened."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import calibration_holdout_summary, clv
from crmkit.clv.checking.forecast_accuracy import deciles, ranking_gini
from crmkit.datasets import load_cdnow_sample, simulate_purchases
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError


@pytest.fixture(scope="module")
def cdnow_backtest() -> clv.Backtest:
    return clv.backtest(
        load_cdnow_sample(),
        models={"BG/NBD": clv.fit_bg_nbd, "Pareto/NBD": clv.fit_pareto_nbd},
        cutoffs=["1997-06-30", "1997-09-30"],
        horizon_days=273,
    )


def _of(result: clv.Backtest, model: str, cutoff: str) -> clv.BacktestScore:
    return next(
        score
        for score in result.scores
        if (score.model, score.cutoff) == (model, cutoff)
    )


def test_cdnow_is_predicted_as_published(cdnow_backtest: clv.Backtest) -> None:
    # 1,882 purchases in the 39 weeks held out; BTYD's bins of BG/NBD add up to 1,653.4.
    score = _of(cdnow_backtest, "BG/NBD", "1997-09-30")
    assert score.actual == 1882
    assert score.predicted == pytest.approx(1653.4, abs=0.5)
    assert score.bias == pytest.approx(1653.4 / 1882 - 1, abs=1e-3)
    assert score.n_customers == 2357
    assert score.coverage is None


def test_every_cutoff_has_every_model_and_both_baselines(
    cdnow_backtest: clv.Backtest,
) -> None:
    names = ["BG/NBD", "Pareto/NBD", "NBD", "last period"]
    assert [score.model for score in cdnow_backtest.scores] == names * 2
    assert str(cdnow_backtest).count("\n") == 8


def test_dropout_beats_the_baselines(cdnow_backtest: clv.Backtest) -> None:
    for cutoff in ("1997-06-30", "1997-09-30"):
        off = {
            score.model: abs(score.bias or 0.0)
            for score in cdnow_backtest.scores
            if score.cutoff == cutoff
        }
        assert max(off["BG/NBD"], off["Pareto/NBD"]) < min(
            off["NBD"], off["last period"]
        )


@pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")
def test_the_last_period_is_counted_from_the_log() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b", "c", "c", "a"],
            "date": pd.to_datetime(
                [
                    "2024-01-01",
                    "2024-01-20",
                    "2024-02-10",
                    "2024-01-05",
                    "2024-01-06",
                    "2024-02-05",
                    "2024-02-09",
                    "2024-03-05",
                ]
            ),
            "amount": 1.0,
        }
    )
    result = clv.backtest(
        log,
        models={},
        cutoffs=["2024-02-29"],
        horizon_days=29,
        observation_period_end="2024-03-29",
    )
    score = _of(result, "last period", "2024-02-29")
    # In February a bought once, b never, and c, who is new, came back once.
    assert score.predicted == 2
    assert score.actual == 1
    assert score.n_customers == 3


def test_intervals_cover_what_they_promise() -> None:
    rng = np.random.default_rng(2)
    drawn = simulate_purchases(
        1500,
        purchases=clv.ParetoNbd(r=0.6, alpha=60.0, s=0.6, beta=80.0),
        spend=clv.GammaGamma(p=6.0, q=4.0, v=15.0),
        T=rng.uniform(300, 500, 1500),
        rng=rng,
        observation_period_end="2024-12-31",
    )
    result = clv.backtest(
        drawn.transactions,
        models={"Pareto/NBD": clv.fit_pareto_nbd},
        cutoffs=["2024-07-03"],
        horizon_days=180,
        rng=rng,
    )
    score = _of(result, "Pareto/NBD", "2024-07-03")
    assert score.coverage is not None
    assert score.coverage > 0.93
    low, high = score.interval()
    assert low < score.actual < high


def test_coverage_is_that_of_the_intervals_a_user_gets() -> None:
    log: pd.DataFrame = load_cdnow_sample()
    split: dict[str, Any] = {"time_unit": "week"}
    result = clv.backtest(
        log,
        models={"BG/NBD": clv.fit_bg_nbd},
        cutoffs=["1997-09-30"],
        horizon_days=273,
        summary=partial(calibration_holdout_summary, **split),
        rng=np.random.default_rng(6),
    )
    customers = calibration_holdout_summary(
        log,
        calibration_period_end="1997-09-30",
        observation_period_end="1998-06-30",
        **split,
    )
    rows = clv.with_purchases_interval(
        customers,
        purchases=clv.fit_bg_nbd(customers),
        horizon=39,
        ranges=clv.Ranges(n_draws=200, model_error=None),
        rng=np.random.default_rng(6),
    )
    inside = rows["holdout_frequency"].between(
        rows["purchases_lower"], rows["purchases_upper"]
    )
    score = _of(result, "BG/NBD", "1997-09-30")
    # The totals need futures of each customer, the intervals only futures of customers
    # alike: the few who are about as likely to have left as the tail is wide differ.
    assert score.coverage == pytest.approx(inside.mean(), rel=0.004)


def test_a_fit_all_but_free_has_a_score_and_no_coverage() -> None:
    def free(customers: Any) -> clv.Nbd:
        fit = clv.fit_nbd(customers)
        assert fit.report is not None
        return replace(fit, report=replace(fit.report, covariance=None))

    result = clv.backtest(
        load_cdnow_sample(),
        models={"free": free},
        cutoffs=["1997-09-30"],
        horizon_days=273,
        rng=np.random.default_rng(1),
    )
    score, baseline = (_of(result, name, "1997-09-30") for name in ("free", "NBD"))
    assert score.coverage is None
    with pytest.raises(NotEnoughDataError, match="Pass rng to backtest"):
        score.interval()
    assert score.predicted == baseline.predicted
    assert baseline.coverage is not None


def test_a_backtest_comes_back_from_json(cdnow_backtest: clv.Backtest) -> None:
    assert clv.Backtest.from_dict(cdnow_backtest.to_dict()) == cdnow_backtest


def test_hindsight_ranks_perfectly_and_a_constant_not_at_all() -> None:
    actual = np.array([0.0, 0, 3, 1, 7, 0])
    assert ranking_gini(actual, actual) == pytest.approx(1.0, rel=1e-12)
    assert ranking_gini(np.ones(6), actual) == pytest.approx(0.0, abs=1e-12)
    assert ranking_gini(-actual, actual) == pytest.approx(-1.0, rel=1e-12)
    assert ranking_gini(actual, np.zeros(6)) is None


def test_tenths_keep_every_customer() -> None:
    predicted = np.arange(25.0)
    parts = deciles(predicted, predicted * 2)
    assert len(parts) == 10
    assert all(after == 2 * before for before, after in parts)


def test_customers_of_one_prediction_share_what_happened() -> None:
    actual = np.array([0.0] * 10 + [1.0] * 10)
    assert deciles(np.ones(20), actual) == ((1.0, 0.5),) * 10


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"horizon_days": 0.5}, "horizon_days"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"models": {"NBD": clv.fit_nbd}}, "baseline"),
    ],
)
def test_impossible_arguments_are_refused(changes: dict[str, Any], named: str) -> None:
    options: dict[str, Any] = {
        "models": {},
        "cutoffs": ["1997-09-30"],
        "horizon_days": 30,
    }
    with pytest.raises(InvalidValueError, match=named):
        clv.backtest(load_cdnow_sample(), **{**options, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"horizon_days": 274},
            "horizon that runs past the data .*first: 1997-09-30.",
        ),
        ({"horizon_days": 1e6}, "runs past the data"),
        ({"horizon_days": 1e9}, "at most 1,000,000"),
        ({"cutoffs": []}, "'cutoffs': an empty list"),
        ({"cutoffs": ["1990-01-01"]}, "day before any purchase .*first: 1990-01-01."),
        ({"observation_period_end": "1997-10-29"}, "needs a cutoff of 1997-09-29"),
    ],
)
def test_a_cutoff_without_past_or_future_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    options: dict[str, Any] = {
        "models": {},
        "cutoffs": ["1997-09-30"],
        "horizon_days": 30,
    }
    with pytest.raises(InvalidValueError, match=said):
        clv.backtest(load_cdnow_sample(), **{**options, **changes})


@pytest.mark.parametrize("cutoffs", ["1997-09-30", None, 3])
def test_cutoffs_are_a_list(cutoffs: Any) -> None:
    with pytest.raises(InvalidTypeError, match=r"cutoffs.*a list"):
        clv.backtest(load_cdnow_sample(), models={}, cutoffs=cutoffs, horizon_days=30)


def test_any_series_of_days_is_a_list_of_cutoffs() -> None:
    days = pd.date_range("1997-08-31", "1997-09-30", freq="MS")
    result = clv.backtest(load_cdnow_sample(), models={}, cutoffs=days, horizon_days=30)
    assert {score.cutoff for score in result.scores} == {"1997-09-01"}


def test_a_cutoff_before_any_sale_is_refused() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "date": pd.to_datetime(["2024-01-01", "2024-06-01"]),
            "amount": [-1.0, 5.0],
        }
    )
    drop = partial(calibration_holdout_summary, refunds="drop")
    with pytest.raises(NotEnoughDataError, match="customers who bought by 2024-02-01"):
        clv.backtest(
            log, models={}, cutoffs=["2024-02-01"], horizon_days=30, summary=drop
        )


def test_the_last_day_of_the_data_is_the_last_day_of_a_horizon() -> None:
    result = clv.backtest(
        load_cdnow_sample(), models={}, cutoffs=["1997-09-30"], horizon_days=273
    )
    assert _of(result, "NBD", "1997-09-30").actual == 1882
