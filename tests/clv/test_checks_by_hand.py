"""Tables of comparisons, counts and trials, worked out by hand on a few customers."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from crmkit import clv
from crmkit._check import known_history
from crmkit.clv.checking.choice_scores import log_chances
from crmkit.clv.checking.choice_trials import Trial, candidates, of_purchases, of_spend
from crmkit.clv.checking.holdout_error import HoldoutError
from crmkit.clv.checking.own_mean_spend import own_mean_spend
from crmkit.errors import InvalidValueError, NotEnoughDataError

MODEL = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
NBD = clv.Nbd(r=0.6, alpha=6.0)
SPEND = clv.GammaGamma(p=6.2, q=3.7, v=15.4)


def _score(name: str, parameters: int, log_likelihood: float, **more: Any) -> Any:
    return clv.ModelScore(
        name=name,
        n_parameters=parameters,
        log_likelihood=log_likelihood,
        aic=2 * parameters - 2 * log_likelihood,
        bic=0.0,
        **more,
    )


COMPARED = clv.ModelComparison(
    n_customers=9.0,
    scores=(
        _score("four", 4, -1234.5),
        _score("three", 3, -1237.25),
        _score("other three", 3, -1237.75),
    ),
)


def test_weights_of_evidence_fall_with_half_the_distance_in_aic() -> None:
    # The criteria are 2477, 2480.5 and 2481.5.
    raw = np.exp([0.0, -1.75, -2.25])
    np.testing.assert_allclose(
        list(COMPARED.weights.values()), raw / raw.sum(), rtol=1e-12, atol=0
    )
    assert str(COMPARED).splitlines() == [
        "model        parameters  log-likelihood           AIC  weight",
        f"four                  4      -1,234.500     2,477.000   {1 / raw.sum():.3f}",
        "three                 3      -1,237.250     2,480.500   0.136",
        "other three           3      -1,237.750     2,481.500   0.082",
    ]


def test_a_model_far_behind_has_no_weight() -> None:
    far = clv.ModelComparison(
        n_customers=9.0, scores=(_score("near", 2, -10.0), _score("far", 2, -2000.0))
    )
    assert far.weights == {"near": 1.0, "far": 0.0}


def test_a_larger_model_has_more_parameters() -> None:
    ratio = COMPARED.likelihood_ratio("three", "four")
    assert (ratio.statistic, ratio.degrees_of_freedom) == (5.5, 1)
    assert ratio.p_value == pytest.approx(chi2.sf(5.5, 1), rel=1e-12, abs=0)
    known = f"likelihood ratio 5.50 on 1 degree of freedom, p = {chi2.sf(5.5, 1):.2g}"
    assert str(ratio) == known
    words = "3 parameters, against 3.*Name the model with more parameters"
    with pytest.raises(InvalidValueError, match=rf"{words}"):
        COMPARED.likelihood_ratio("three", "other three")
    worse = clv.ModelComparison(
        n_customers=9.0, scores=(_score("few", 2, -50.0), _score("many", 5, -50.5))
    )
    ratio = worse.likelihood_ratio("few", "many")
    assert (ratio.statistic, ratio.p_value) == (-1.0, 1.0)


def test_what_came_after_is_shown_beside_the_criteria() -> None:
    known = HoldoutError(
        predicted=3.0,
        actual=4.0,
        bias=-0.25,
        mean_absolute_error=0.5128,
        log_score=-0.98213,
    )
    nothing = HoldoutError(
        predicted=3.0, actual=0.0, bias=None, mean_absolute_error=1.25, log_score=None
    )
    shown = clv.ModelComparison(
        n_customers=9.0,
        scores=(
            _score("one", 2, -10.0, holdout=known),
            _score("two", 2, -10.0, holdout=nothing),
        ),
    )
    head, *rows = str(shown).splitlines()
    assert head.endswith("AIC  weight    bias     MAE  log score")
    assert [row.split() for row in rows] == [
        ["one", "2", "-10.000", "24.000", "0.500", "-25.0%", "0.513", "-0.9821"],
        ["two", "2", "-10.000", "24.000", "0.500", "n/a", "1.250", "n/a"],
    ]
    assert {len(row) for row in rows} == {len(head)}


def test_of_models_as_good_the_first_name_comes_first_and_weights_count() -> None:
    rows = pd.DataFrame(
        {
            "frequency": [2, 0, 5],
            "recency": [4.0, 0.0, 9.0],
            "T": [10.0, 8.0, 10.0],
            "w": [1.0, 4.0, 2.0],
        }
    )
    found = clv.compare_models(rows, models={"b": NBD, "a": NBD}, weight_col="w")
    assert [score.name for score in found.scores] == ["a", "b"]
    each = NBD.log_likelihood(rows["frequency"], rows["recency"], rows["T"])
    total = float(each @ rows["w"].to_numpy())
    for score in found.scores:
        assert score.log_likelihood == pytest.approx(total, rel=1e-12, abs=0)
        assert score.aic == pytest.approx(4 - 2 * total, rel=1e-12, abs=0)
        known = 2 * np.log(7.0) - 2 * total
        assert score.bic == pytest.approx(known, rel=1e-12, abs=0)
    alone = clv.compare_models(rows.head(1), models={"a": NBD}, weight_col="w")
    assert alone.n_customers == 1
    assert alone.scores[0].bic == pytest.approx(-2 * each[0], rel=1e-12, abs=0)


def test_a_backtest_shows_what_is_unknown() -> None:
    def score(model: str, **more: Any) -> clv.BacktestScore:
        given: dict[str, Any] = {
            "n_customers": 5,
            "predicted": 1234.56,
            "actual": 987.0,
            "bias": 0.2508,
            "mean_absolute_error": 0.1234,
            "gini": 0.5,
            "calibration": (),
        }
        return clv.BacktestScore(model=model, cutoff="2024-01-31", **{**given, **more})

    unknown = score("NBD", predicted=2.0, actual=0.0, bias=None, gini=None)
    found = clv.Backtest(horizon_days=30, scores=(score("BG/NBD"), unknown))
    assert str(found).splitlines() == [
        "cutoff      model   predicted    actual    bias     MAE   Gini",
        "2024-01-31  BG/NBD    1,234.6     987.0  +25.1%   0.123  0.500",
        "2024-01-31  NBD           2.0       0.0     n/a   0.123    n/a",
    ]


HISTORIES = pd.DataFrame(
    {
        "frequency": [0, 1, 2, 9, 3],
        "recency": [0.0, 2.0, 3.0, 6.0, 1.0],
        "T": [4.0, 4.0, 6.0, 6.0, 9.0],
        "monetary_value": [0.0, 20.0, 35.0, 12.0, 90.0],
    }
)


def test_each_model_has_rows_for_each_number_of_purchases() -> None:
    found = clv.frequency_fit(HISTORIES, models={"m": MODEL, "n": NBD}, most=3)
    assert found["model"].tolist() == ["m"] * 4 + ["n"] * 4
    assert found["n_purchases"].tolist() == [0, 1, 2, 3] * 2
    assert found["actual"].tolist() == [1, 1, 1, 2] * 2
    ages = HISTORIES["T"].to_numpy()
    for name, model in {"m": MODEL, "n": NBD}.items():
        below = [
            float(model.probability_of_n_purchases_new_customer(n, ages).sum())
            for n in range(3)
        ]
        known = [*below, 5 - sum(below)]
        own = found.loc[found["model"] == name, "expected"]
        np.testing.assert_allclose(own, known, rtol=1e-12, atol=0)
    for most in (0, 10_001):
        with pytest.raises(InvalidValueError, match="'most'"):
            clv.frequency_fit(HISTORIES, models={"m": MODEL}, most=most)
    assert len(clv.frequency_fit(HISTORIES, models={"m": NBD}, most=1)) == 2


def test_bins_of_spend_are_of_one_width_and_the_last_is_open() -> None:
    found = clv.spend_fit(HISTORIES, spend=SPEND, n_bins=4)
    amounts = [20.0, 35.0, 12.0, 90.0]
    top = float(np.quantile(amounts, 0.99))
    edges = np.arange(4) * top / 4
    np.testing.assert_allclose(found["lower"], edges, rtol=1e-12, atol=0)
    np.testing.assert_allclose(found["upper"][:3], edges[1:], rtol=1e-12, atol=0)
    assert np.isnan(found["upper"].iloc[3])
    # 12 and 20 lie below 22.1, 35 below 44.2, and 90 above 66.3.
    assert found["actual"].tolist() == [0.5, 0.25, 0.0, 0.25]
    with pytest.raises(InvalidValueError, match="'n_bins'"):
        clv.spend_fit(HISTORIES, spend=SPEND, n_bins=1)
    assert len(clv.spend_fit(HISTORIES, spend=SPEND, n_bins=2)) == 2


def _days(*numbers: int) -> list[str]:
    return [
        (dt.date(2023, 1, 1) + dt.timedelta(days=day)).isoformat() for day in numbers
    ]


LOG = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", "a", "c", "b", "c", "c"],
        "date": pd.to_datetime(_days(0, 3, 4, 9, 10, 13, 14, 14)),
        "amount": 1.0,
    }
)


def test_purchases_are_tracked_period_by_period_from_the_first_day() -> None:
    found = clv.tracking(
        LOG, models={"n": NBD}, observation_period_end=_days(14)[0], step_days=5
    )
    ends = [4, 9, 14]
    assert [str(day.date()) for day in found["period_end"]] == _days(*ends)
    assert found["actual"].tolist() == [1, 1, 2]
    assert found["cumulative_actual"].tolist() == [1, 2, 4]
    firsts = np.array([0, 4, 10])
    total = [
        float(NBD.expected_purchases_new_customer(np.maximum(end - firsts, 0)).sum())
        for end in ends
    ]
    cumulative = found["cumulative_expected"]
    np.testing.assert_allclose(cumulative, total, rtol=1e-12, atol=0)
    each = np.diff(total, prepend=0.0)
    np.testing.assert_allclose(found["expected"], each, rtol=1e-10, atol=0)
    early = clv.tracking(
        LOG,
        models={"n": NBD},
        observation_period_end=_days(14)[0],
        calibration_period_end=_days(4)[0],
        step_days=14,
    )
    # Of a and b alone; the first day ends a period of its own.
    assert early["cumulative_actual"].tolist() == [0, 3]


def test_a_path_has_one_row_for_each_day_and_customer_known() -> None:
    model = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
    days = _days(13, 3, 13, 0)
    path = clv.probability_alive_path(LOG, model=model, days=days)
    assert path["customer_id"].tolist() == ["a", "a", "a", "b", "c"]
    assert [str(day.date()) for day in path["date"]] == _days(0, 3, 13, 13, 13)
    known = model.probability_alive(
        [0, 1, 2, 1, 0], [0.0, 3.0, 9.0, 9.0, 0.0], [0.0, 3.0, 13.0, 9.0, 3.0]
    )
    np.testing.assert_allclose(path["probability_alive"], known, rtol=1e-12, atol=0)
    with pytest.raises(InvalidValueError, match=r"'customer_id_col'.*path adds"):
        clv.probability_alive_path(
            LOG.rename(columns={"customer_id": "probability_alive", "date": "day"}),
            model=model,
            days=days,
            customer_id_col="probability_alive",
            date_col="day",
        )


def test_own_means_are_believed_and_others_pay_their_mean() -> None:
    model = own_mean_spend(HISTORIES)
    found = model.expected_spend([0, 1, 7], [5.0, 20.0, 3.0])
    assert found.tolist() == [(20.0 + 35.0 + 12.0 + 90.0) / 4, 20.0, 3.0]
    assert model.credibility([0, 1]).tolist() == [0.0, 1.0]
    assert (model.within, model.between) == (0.0, 1.0)
    with pytest.raises(NotEnoughDataError, match="came back"):
        own_mean_spend(HISTORIES.head(1))


def _trial(came: list[float], paid: list[float], cutoff: str = "2024-01-31") -> Trial:
    names = ("frequency", "recency", "T")
    x, recency, T = (HISTORIES[name].to_numpy(float) for name in names)
    return Trial(
        cutoff=cutoff,
        customers=HISTORIES,
        history=known_history(x, recency, T),
        amounts=HISTORIES["monetary_value"].to_numpy(),
        span=3.0,
        came=np.array(came),
        paid=np.array(paid),
    )


def test_a_trial_loses_log_chances_and_squared_errors_of_mean_amounts() -> None:
    trial = _trial([1.0, 0.0, 2.0, 5.0, 0.0], [20.0, 0.0, 30.0, 100.0, 0.0])
    score, expected, losses = of_purchases("m", MODEL, trial)
    x, recency, T = (np.asarray(column) for column in trial.history)
    known = MODEL.expected_purchases(x, recency, T, horizon=3.0)
    np.testing.assert_allclose(expected, known, rtol=1e-12, atol=0)
    chances = [
        MODEL.probability_of_n_purchases(
            x[at], recency[at], T[at], n=int(n), horizon=3.0
        )
        for at, n in enumerate(trial.came)
    ]
    logs = np.log(np.array(chances, dtype=float).ravel())
    np.testing.assert_allclose(losses, -logs, rtol=1e-12, atol=0)
    same = log_chances(MODEL, trial.history, trial.came, 3.0)
    np.testing.assert_allclose(same, logs, rtol=1e-12, atol=0)
    assert (score.model, score.cutoff) == ("m", "2024-01-31")
    paid, worth, losses = of_spend("s", SPEND, trial)
    each = SPEND.expected_spend(x, trial.amounts)
    np.testing.assert_allclose(worth, each, rtol=1e-12, atol=0)
    off = each[[0, 2, 3]] - [20.0, 15.0, 20.0]
    squares = np.array([1.0, 2.0, 5.0]) * off**2 / (8 / 3)
    np.testing.assert_allclose(losses, squares, rtol=1e-12, atol=0)
    assert paid.root_mean_square_error == pytest.approx(
        np.sqrt(losses.mean()), rel=1e-12, abs=0
    )
    with pytest.raises(NotEnoughDataError, match="in the 3 after 2024-01-31"):
        of_spend("s", SPEND, _trial([0.0] * 5, [0.0] * 5))


def test_a_model_that_holds_what_came_impossible_is_not_chosen() -> None:
    trials = [
        _trial([1.0, 0.0, 2.0, 5.0, 0.0], [1.0] * 5),
        _trial([9.0, 0.0, 2.0, 5.0, 0.0], [1.0] * 5, "2024-02-29"),
    ]

    class _Certain:
        def expected_purchases(self, *history: Any, horizon: float) -> Any:
            return history[0] * horizon

        def probability_of_n_purchases(
            self, *history: Any, n: int, horizon: float
        ) -> Any:
            return np.full(len(history[0]), 0.1 if n * horizon < 27 else 0.0)

    def failing(_: Any) -> Any:
        raise NotEnoughDataError(needed="more", got="less", remedy="Wait.")

    fits = {"known": lambda _: MODEL, "sure": lambda _: _Certain(), "none": failing}
    known, sure, none = candidates(fits, trials, of_purchases)
    assert (known.reason, len(known.losses), len(known.scores)) == (None, 2, 2)
    assert sure.reason == "it gave no chance to what a customer did"
    assert none.reason is not None
    assert none.reason.startswith("at 2024-02-29: ")
    assert (none.name, none.losses, none.expected) == ("none", (), ())
