"""The simulator says what it promises, and the room finds what is true in it."""

from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.datasets import SimulatedSurvey, simulate_survey
from crmkit.satisfaction import (
    fit_driver_weights,
    latest_responses,
    link_to_outcomes,
    match_respondents,
    nps,
    nps_by,
    with_nps_group,
    with_outcomes,
)


def _survey(**options: Any) -> SimulatedSurvey:
    settings: Any = {"n_customers": 3000, "rng": np.random.default_rng(17)} | options
    return simulate_survey(**settings)


def _after(survey: SimulatedSurvey) -> Any:
    answers: Any = latest_responses(
        survey.responses, as_of="2023-12-31", window_days=365
    )
    departures: Any = survey.departures
    gone = departures[departures["date"] <= np.datetime64("2023-12-31")]
    answers = answers[~answers["customer_id"].isin(gone["customer_id"])]
    return with_outcomes(
        with_nps_group(answers),
        transactions=survey.transactions,
        departures=survey.departures,
        referrals=survey.referrals,
        as_of="2023-12-31",
        horizon_days=180,
        observation_period_end="2024-12-31",
    )


def test_the_satisfied_really_stay_and_recommend() -> None:
    after = _after(_survey())
    link = link_to_outcomes(
        after, satisfied=(9, 10), others=(0, 6), outcome_col="churned"
    )
    assert link.interval(of="relative_risk").upper < 0.7
    promoters = after.loc[after["nps_group"] == "promoter", "referrals"].mean()
    detractors = after.loc[after["nps_group"] == "detractor", "referrals"].mean()
    assert promoters > 2 * detractors


def test_without_an_effect_nothing_is_found() -> None:
    after = _after(_survey(effect=0.0))
    link = link_to_outcomes(
        after, satisfied=(9, 10), others=(0, 6), outcome_col="churned"
    )
    lower, upper = link.interval(of="relative_risk", level=0.99)
    assert lower < 1 < upper


def test_silence_makes_the_score_too_high() -> None:
    honest = nps(_survey().responses).score
    flattered = nps(_survey(silence=1.5).responses).score
    assert flattered > honest + 10


def test_plans_differ_in_order() -> None:
    survey = _survey()
    responses: Any = survey.responses
    answers = responses.merge(survey.customers, on="customer_id")
    rows = nps_by(answers, by="plan")
    assert list(rows["plan"]) == ["basic", "plus", "pro"]
    assert rows["nps"].is_monotonic_increasing


def test_the_drivers_are_found_in_order() -> None:
    weights = fit_driver_weights(
        _survey().responses,
        driver_cols=["price", "speed", "staff"],
        outcome_col="score",
        customer_id_col="customer_id",
    ).importance
    assert weights["speed"] > weights["staff"] > weights["price"]


def test_every_answer_belongs_to_a_customer() -> None:
    survey = _survey()
    report = match_respondents(survey.responses, customers=survey.customers)
    assert (report.n_unmatched, report.n_customers) == (0, 3000)
    assert 0.5 < report.response_rate < 1


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_seed_and_a_library_are_kept(backend: Any) -> None:
    scores = []
    for _ in range(2):
        survey = _survey(n_customers=50, rng=np.random.default_rng(1), backend=backend)
        assert backend in type(survey.responses).__module__
        scores.append(nps(survey.responses))
    assert scores[0] == scores[1]
    assert scores[0] == nps(
        _survey(n_customers=50, rng=np.random.default_rng(1)).responses
    )


@pytest.mark.parametrize(
    "options", [{"n_customers": 0}, {"effect": -1.0}, {"response_rate": 1.5}]
)
def test_impossible_surveys_are_refused(options: Any) -> None:
    with pytest.raises(errors.InvalidValueError):
        _survey(**options)
