"""A simulated survey follows the laws that it states, each to its chance."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

from crmkit.datasets import simulate_survey
from crmkit.errors import InvalidValueError
from crmkit.typing import FloatArray

N, EFFECT, RATE, SILENCE = 12_000, 0.8, 0.3, 0.6
DAYS = 731  # 2023 and 2024
WAVES = pd.to_datetime(["2023-02-15", "2023-05-16", "2023-08-14", "2023-11-12"])


@pytest.fixture(scope="module", name="survey")
def fixture_survey() -> Any:
    return simulate_survey(
        n_customers=N,
        rng=np.random.default_rng(11),
        effect=EFFECT,
        response_rate=RATE,
        silence=SILENCE,
    )


def _number(ids: Any) -> Any:
    return ids.str.slice(1).astype(int).to_numpy()


def _day(dates: Any) -> Any:
    return (dates - pd.Timestamp("2023-01-01")).dt.days.to_numpy()


def _seen(survey: Any) -> FloatArray:
    """Return the days until each customer left, to half a day."""
    seen = np.full(N, float(DAYS))
    seen[_number(survey.departures["customer_id"])] = (
        _day(survey.departures["date"]) + 0.5
    )
    return seen


def _close(found: float, expected: float, variance: float) -> bool:
    return abs(found - expected) < 4 * np.sqrt(variance)


def test_satisfaction_is_normal_about_the_mean_of_its_plan(survey: Any) -> None:
    for at, plan in enumerate(("basic", "plus", "pro")):
        rows = survey.customers["plan"] == plan
        assert _close(rows.sum(), N / 3, N * 2 / 9)
        theta = survey.customers["satisfaction"][rows].to_numpy()
        assert stats.kstest(theta - 0.3 * (at - 1), "norm").pvalue > 0.001
    assert survey.customers["customer_id"].tolist() == [f"c{at:06}" for at in range(N)]


@pytest.mark.parametrize(
    ("table", "column", "slope", "gap"),
    [
        ("departures", "customer_id", -0.7, 500.0),
        ("transactions", "customer_id", 0.2, 30.0),
        ("referrals", "referrer_id", 0.9, 600.0),
    ],
)
def test_events_are_as_many_as_their_rates_by_satisfaction(
    survey: Any, table: str, column: str, slope: float, gap: float
) -> None:
    theta = survey.customers["satisfaction"].to_numpy()
    events = getattr(survey, table)
    who, day = _number(events[column]), _day(events["date"])
    # Events less the rate over the time seen are a martingale, with any weights.
    rates = np.exp(slope * EFFECT * theta) / gap * _seen(survey)
    for weight in (np.ones(N), theta, theta**2):
        variance = float(weight**2 @ rates)
        assert _close(weight[who].sum(), float(weight @ rates), variance)
    assert day.min() >= 0
    assert np.all(day <= _seen(survey)[who])
    if table != "departures":
        share = (day + 0.5) / _seen(survey)[who]
        assert share.mean() == pytest.approx(0.5, abs=0.01)
        rows = events.sort_values([column, "date"], kind="stable")
        assert rows.index.equals(events.index)


def test_amounts_are_one_more_than_a_gamma_law(survey: Any) -> None:
    amount = survey.transactions["amount"].to_numpy()
    assert amount.min() >= 1
    np.testing.assert_allclose(np.round(amount, 2), amount, rtol=1e-14, atol=0)
    assert _close(amount.mean(), 31.0, 300 / amount.size)
    # The fourth central moment of the law is 300**2 * (3 + 6 / 3).
    assert _close(amount.var(), 300.0, 300**2 * 4 / amount.size)


def test_customers_answer_by_wave_if_they_are_there(survey: Any) -> None:
    theta, seen = survey.customers["satisfaction"].to_numpy(), _seen(survey)
    chance = expit(np.log(RATE / (1 - RATE)) + SILENCE * theta)
    for wave in WAVES:
        rows = survey.responses["date"] == wave
        who = _number(survey.responses["customer_id"][rows])
        day = (wave - pd.Timestamp("2023-01-01")).days
        # Who left by the end of the day does not answer on it.
        assert seen[who].min() >= day + 1
        there = seen > day + 1
        for weight in (there * 1.0, there * theta):
            expected, spread = weight @ chance, weight**2 @ (chance * (1 - chance))
            assert _close(weight[who].sum(), float(expected), float(spread))
    assert survey.responses["date"].isin(WAVES).all()


@pytest.mark.parametrize(
    ("column", "mean", "slope", "noise", "low", "high"),
    [
        ("score", 7.6, 1.8, 1.2, 0, 10),
        ("csat", 3.8, 0.8, 0.6, 1, 5),
        ("speed", 6.5, 1.6, 1.2, 1, 10),
        ("staff", 7.5, 1.0, 1.5, 1, 10),
        ("price", 5.0, 0.2, 2.0, 1, 10),
    ],
)
def test_ratings_are_satisfaction_with_noise_rounded(
    survey: Any, *, column: str, mean: float, slope: float, noise: float,
    low: int, high: int,
) -> None:  # fmt: skip
    who = _number(survey.responses["customer_id"])
    theta = survey.customers["satisfaction"].to_numpy()[who]
    found = survey.responses[column].to_numpy()
    assert low <= found.min()
    assert found.max() == high
    edges = np.arange(low, high) + 0.5
    above = stats.norm.sf((edges - mean - slope * theta[:, None]) / noise)
    for at, edge in enumerate(edges):
        for weight in (np.ones(who.size), theta):
            chance = above[:, at]
            assert _close(
                float(weight @ (found > edge)),
                float(weight @ chance),
                float(weight**2 @ (chance * (1 - chance))) + 1,
            )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"effect": 3.0}, ""),
        ({"effect": 3.0000001}, "'effect'"),
        ({"silence": 100.0}, ""),
        ({"silence": -100.0}, ""),
        ({"silence": 100.00001}, "'silence'"),
        ({"silence": -100.00001}, "'silence'"),
        ({"n_customers": 1}, ""),
        ({"n_customers": 0}, "'n_customers'"),
    ],
)
def test_options_are_taken_to_their_limits(options: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"n_customers": 20, **options}
    if said:
        with pytest.raises(InvalidValueError, match=said):
            simulate_survey(rng=np.random.default_rng(1), **given)
        return
    survey: Any = simulate_survey(rng=np.random.default_rng(1), **given)
    assert len(survey.customers) == given["n_customers"]
