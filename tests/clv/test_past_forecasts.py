"""Past forecasts: what chance does to totals, which days are asked, and by how much."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import calibration_holdout_summary, clv
from crmkit.clv.checking import past_forecasts
from crmkit.clv.checking.forecast_accuracy import (
    deciles,
    mean_absolute_error,
    ranking_gini,
    relative_bias,
)
from crmkit.clv.checking.right_model_variance import amount_variance
from crmkit.clv.uncertainty.parameter_draws import moved
from crmkit.errors import InvalidValueError, NotEnoughDataError

PURCHASES = clv.BgNbd(r=0.9, alpha=30.0, a=0.8, b=2.5)
SPEND = clv.GammaGamma(p=2.5, q=4.0, v=25.0)
NET = clv.CredibilitySpend(collective_mean=30.0, slope=2.0, within=90.0, between=40.0)
FIRST = dt.date(2023, 1, 1)


def _day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number)).isoformat()


def _log(customers: int = 30, *, last: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    count = rng.integers(1, 9, customers)
    days = rng.integers(1, last, count.sum())
    # The first and the last day are known.
    days[0], days[-1] = 0, last
    return pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(customers), count),
            "date": pd.to_datetime([_day(int(day)) for day in days]),
            "amount": rng.gamma(2.0, 15.0, days.size),
        }
    )


LOG = _log()


def _known(end: int, days: int) -> pd.DataFrame:
    return calibration_holdout_summary(
        LOG, calibration_period_end=_day(end), observation_period_end=_day(end + days)
    )


def _error(spend: Any, *, unit: float = 1.0, **options: Any) -> clv.PastError:
    asked: dict[str, Any] = {"cutoffs": [_day(120)], "lead_days": [60], **options}
    (error,) = clv.fit_model_error(
        LOG.assign(amount=LOG["amount"] * unit),
        purchases=lambda _: PURCHASES,
        spend=lambda _: spend,
        **asked,
    ).errors
    return error


@pytest.mark.parametrize("spend", [SPEND, NET], ids=["gamma", "net"])
def test_chance_moves_money_by_purchases_amounts_and_own_means(spend: Any) -> None:
    known = _known(120, 60)
    history = [known[name].to_numpy(float) for name in ("frequency", "recency", "T")]
    mean = known["monetary_value"].to_numpy(float)
    n = PURCHASES.expected_purchases(*history, horizon=60.0)
    scatter = PURCHASES.variance_of_purchases(*history, horizon=60.0)
    worth = spend.expected_spend(history[0], mean)
    within, between = amount_variance(spend, history[0], mean)
    found = _error(spend)
    came, paid = known["holdout_frequency"].sum(), known["holdout_total_amount"].sum()
    assert found.purchases == pytest.approx(np.log(came / n.sum()), rel=1e-12, abs=0)
    assert found.value == pytest.approx(np.log(paid / (n @ worth)), rel=1e-12, abs=0)
    assert found.purchases_chance == pytest.approx(
        scatter.sum() / n.sum() ** 2, rel=1e-12, abs=0
    )
    # Of N amounts with mean M: Var N E(M)^2 + E N E Var + E N^2 Var M.
    each = scatter * worth**2 + n * within + (scatter + n**2) * between
    assert found.value_chance == pytest.approx(
        each.sum() / (n @ worth) ** 2, rel=1e-12, abs=0
    )
    assert (found.cutoff, found.lead_days, found.horizon) == (_day(120), 60, 60.0)


def test_parameters_of_spend_that_are_unsure_move_money_too() -> None:
    known = _known(120, 60)
    fit = clv.fit_gamma_gamma(known, penalty=1.0)
    assert fit.report is not None
    history = [known[name].to_numpy(float) for name in ("frequency", "recency", "T")]
    n = PURCHASES.expected_purchases(*history, horizon=60.0)
    size, axes = np.linalg.eigh(np.array(fit.report.log_covariance))
    unsure = 0.0
    for length, axis in zip(np.sqrt(size), axes.T, strict=True):
        up, down = (
            n
            @ moved(fit, sign * length * axis).expected_spend(
                known["frequency"], known["monetary_value"]
            )
            for sign in (1.0, -1.0)
        )
        unsure += float(np.log(up / down) / 2) ** 2
    by_hand = clv.GammaGamma(p=fit.p, q=fit.q, v=fit.v)
    apart = _error(fit).value_chance - _error(by_hand).value_chance
    assert unsure > 1e-4
    assert apart == pytest.approx(unsure, rel=1e-8, abs=0)
    # In another unit of money only the scale is another.
    small = replace(fit, v=fit.v * 1e-6)
    found = _error(small, unit=1e-6)
    known_chance = _error(fit).value_chance
    assert found.value_chance == pytest.approx(known_chance, rel=1e-8, abs=0)


@pytest.mark.parametrize(
    ("leads", "end", "cutoffs"),
    [
        # The latest leaves the shortest span, the first has 91 days of log before it.
        ([90, 30], 176, [(118, 30), (146, 30)]),
        ([60], 151, [(91, 60)]),
        ([60], 150, []),
        ([60, 59], 206, [(91, 59), (91, 60), (119, 59), (119, 60), (147, 59)]),
    ],
)
def test_cutoffs_go_back_by_28_days_to_91_days_of_log(
    leads: list[int], end: int, cutoffs: list[tuple[int, int]]
) -> None:
    found = clv.fit_model_error(
        LOG,
        purchases=lambda _: PURCHASES,
        lead_days=leads,
        observation_period_end=_day(end),
    )
    asked = [(each.cutoff, each.lead_days) for each in found.errors]
    assert asked == [(_day(day), lead) for day, lead in cutoffs]


def test_an_error_of_nothing_is_unknown() -> None:
    # After the log nothing came.
    found = _error(SPEND, cutoffs=[_day(200)], observation_period_end=_day(290))
    assert (found.purchases, found.value) == (None, None)
    assert found.purchases_chance > 0
    assert found.value_chance > 0


def test_a_thousand_groups_are_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_forecasts, "_MOST_GROUPS", 5)

    def split(_: pd.DataFrame, **options: Any) -> pd.DataFrame:
        rows = calibration_holdout_summary(LOG, **options)
        return rows.assign(group=[str(number % groups) for number in range(len(rows))])

    groups = 5
    asked: dict[str, Any] = {
        "purchases": lambda _: PURCHASES,
        "by": "group",
        "cutoffs": [_day(120)],
        "lead_days": [60],
        "summary": split,
    }
    assert len(clv.fit_model_error_by(LOG, **asked).errors) == 6
    groups = 6
    with pytest.raises(InvalidValueError, match="'by': 6 groups"):
        clv.fit_model_error_by(LOG, **asked)


PREDICTED = np.array([0.5, 2.0, 0.5, 3.5, 1.0, 0.25, 0.5])
ACTUAL = np.array([1.0, 4.0, 0.0, 2.0, 1.0, 0.0, 3.0])


def test_totals_and_distances_are_compared() -> None:
    assert relative_bias(PREDICTED, ACTUAL) == pytest.approx(
        8.25 / 11 - 1, rel=1e-12, abs=0
    )
    assert relative_bias(PREDICTED, np.zeros(7)) is None
    assert mean_absolute_error(PREDICTED, ACTUAL) == pytest.approx(
        (0.5 + 2 + 0.5 + 1.5 + 0 + 0.25 + 2.5) / 7, rel=1e-12, abs=0
    )


def test_customers_of_one_prediction_are_ranked_by_chance() -> None:
    # Three customers of a prediction of 0.5 share 4 purchases.
    shared = np.array([0.0, 4 / 3, 4 / 3, 4 / 3, 1.0, 4.0, 2.0])
    ranks = np.arange(-6, 7, 2)
    known = float(ranks @ shared) / float(ranks @ np.sort(ACTUAL))
    found = ranking_gini(PREDICTED, ACTUAL)
    assert found == pytest.approx(known, rel=1e-12, abs=0)
    assert ranking_gini(PREDICTED, np.full(7, 2.0)) is None


def test_tenths_of_12_customers_are_two_pairs_and_eight_alone() -> None:
    predicted = np.array([5.0, 1.0, 1.0, 7.0, 3.0, 9.0, 2.0, 8.0, 6.0, 4.0, 11.0, 10.0])
    actual = predicted**2
    parts = deciles(predicted, actual)
    known = [(1.0, 1.0), (2.5, 6.5), *((float(n), float(n * n)) for n in range(4, 12))]
    np.testing.assert_allclose(parts, known, rtol=1e-12, atol=0)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_differences_are_found_below_one_less_the_level(share: float) -> None:
    def found(p_value: float, **level: float) -> bool:
        return clv.Heterogeneity(
            n_customers=1_234,
            rate=0.5,
            statistic=9.0,
            z=1.0,
            p_value=p_value,
            signal_share=0.257,
        ).found(**level)

    level = 1 - share
    assert not found(1 - level, level=level)
    assert found((1 - level) * 0.999, level=level)
    assert found(0.0499)
    assert not found(0.0501)


@pytest.mark.parametrize(("p_value", "noise"), [(0.049, False), (0.05, True)])
def test_a_ranking_is_said_to_be_noise_from_a_chance_of_5_percent_on(
    p_value: float, *, noise: bool
) -> None:
    found = clv.Heterogeneity(
        n_customers=1_234,
        rate=0.5,
        statistic=9.0,
        z=1.0,
        p_value=p_value,
        signal_share=0.257,
    )
    said = (
        "26% of the spread of purchase counts is more than chance "
        f"(p = {p_value}, 1,234 customers)."
    )
    if noise:
        said += " No difference between customers was found: a ranking is noise."
    assert str(found) == said


def test_two_customers_are_too_few_to_correlate_and_said_to_be_two() -> None:
    rows = pd.DataFrame({"frequency": [1, 2, 0], "monetary_value": [3.0, 5.0, 8.0]})
    with pytest.raises(NotEnoughDataError, match=r"different frequency.*got 2\."):
        clv.spend_independence(rows)


def test_an_error_is_a_logarithm_and_its_chance_that_of_the_total() -> None:
    log_ratio = past_forecasts._log_ratio
    assert log_ratio(0.5, 0.25) == pytest.approx(np.log(2), rel=1e-15)
    assert log_ratio(1.0, 4.0) == pytest.approx(-np.log(4), rel=1e-15)
    assert log_ratio(0.0, 1.0) is None
    assert log_ratio(1.0, 0.0) is None
    variance = np.array([2.0, 3.0])
    chance = past_forecasts._chance(variance, np.array([0.1, 0.4]))
    assert chance == pytest.approx(20.0, rel=1e-14)
    assert past_forecasts._chance(variance, np.zeros(2)) == 0.0
