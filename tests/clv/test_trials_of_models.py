"""Trials of models at past cutoffs: what is known, what came, and pairs of models."""

import datetime as dt
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import calibration_holdout_summary, clv, with_occasion_details
from crmkit._check import known_history
from crmkit.clv.checking.choice_trials import (
    Candidate,
    Trial,
    candidates,
    money_scores,
    trial_of,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.snapshots import TransactionColumns

FIRST = dt.date(2023, 1, 1)
ORIGIN = (FIRST - dt.date(1970, 1, 1)).days
COLUMNS = TransactionColumns()
NBD = clv.Nbd(r=0.6, alpha=6.0)


def _day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number)).isoformat()


ROWS = [
    # Customer, day and amount; the first day is a Sunday.
    ("a", 0, 5.0),
    ("a", 1, 9.0),
    ("a", 2, 20.0),
    ("b", 4, 7.0),
    ("a", 30, 3.0),
    ("b", 31, -2.0),
    ("b", 40, 8.0),
    ("a", 50, 4.0),
    ("a", 51, 6.0),
]
LOG = pd.DataFrame(
    {
        "customer_id": [row[0] for row in ROWS],
        "date": pd.to_datetime([_day(row[1]) for row in ROWS]),
        "amount": [row[2] for row in ROWS],
    }
)
OPTIONS: dict[str, Any] = {"grain": "week", "time_unit": "week", "refunds": "drop"}


def test_a_trial_counts_occasions_as_its_summary_does() -> None:
    asked: list[dict[str, Any]] = []

    def noted(log: Any, **options: Any) -> Any:
        asked.append(options)
        return calibration_holdout_summary(log, **options)

    summary = partial(noted, **OPTIONS)
    trial = trial_of(LOG, ORIGIN + 49, 7, summary, COLUMNS)
    assert asked[0]["calibration_period_end"] == dt.date.fromisoformat(_day(49))
    assert asked[0]["observation_period_end"] == dt.date.fromisoformat(_day(56))
    known = with_occasion_details(
        calibration_holdout_summary(
            LOG,
            calibration_period_end=_day(49),
            observation_period_end=_day(56),
            **OPTIONS,
        ),
        transactions=LOG,
        observation_period_end=_day(49),
        **OPTIONS,
    )
    customers: Any = trial.customers
    pd.testing.assert_frame_equal(customers, known)
    assert trial.cutoff == _day(49)
    # Of a the days 1 and 2 are one week, and so are days 50 and 51.
    assert np.asarray(trial.history.frequency).tolist() == [2.0, 1.0]
    assert trial.amounts.tolist() == [16.0, 8.0]
    assert trial.came.tolist() == [1.0, 0.0]
    assert trial.paid.tolist() == [10.0, 0.0]
    assert trial.span == pytest.approx(known["holdout_T"].iloc[0], rel=1e-14, abs=0)


def test_a_trial_of_one_customer_keeps_details_that_are_known() -> None:
    def summary(log: Any, **options: Any) -> Any:
        found = calibration_holdout_summary(log, **options)
        return found.assign(monetary_variance=0.25)

    one = LOG[LOG["customer_id"] == "a"]
    trial = trial_of(one, ORIGIN + 45, 6, summary, COLUMNS)
    assert trial.span == 6.0
    assert (trial.came.tolist(), trial.paid.tolist()) == ([2.0], [10.0])
    customers: Any = trial.customers
    assert customers["monetary_variance"].tolist() == [0.25]
    assert "log_gaps" not in customers


def _trial(cutoff: str, paid: list[float]) -> Trial:
    ones = np.ones(len(paid))
    return Trial(
        cutoff=cutoff,
        customers=LOG,
        history=known_history(ones, ones, 2 * ones),
        amounts=ones,
        span=3.0,
        came=ones,
        paid=np.array(paid),
    )


def _candidate(
    name: str, *expected: list[float], reason: str | None = None
) -> Candidate:
    return Candidate(
        name=name,
        scores=(),
        expected=tuple(np.array(each) for each in expected),
        losses=(),
        reason=reason,
    )


def test_money_is_scored_by_cutoff_for_each_pair_that_was_fitted() -> None:
    trials = [_trial("2024-01-31", [10.0, 2.0]), _trial("2024-02-29", [4.0])]
    bought = [
        _candidate("n", [1.0, 3.0], [0.5]),
        _candidate("lost", reason="too young"),
        _candidate("m", [2.0, 0.0], [1.5]),
    ]
    paid = [
        _candidate("none", reason="too few"),
        _candidate("s", [4.0, 2.0], [6.0]),
    ]
    found = money_scores(bought, paid, trials)
    assert [(one.cutoff, one.purchases, one.spend) for one in found] == [
        ("2024-01-31", "n", "s"),
        ("2024-01-31", "m", "s"),
        ("2024-02-29", "n", "s"),
        ("2024-02-29", "m", "s"),
    ]
    assert [one.predicted for one in found] == [10.0, 8.0, 3.0, 9.0]
    assert [one.actual for one in found] == [12.0, 12.0, 4.0, 4.0]
    assert [one.mean_absolute_error for one in found] == [5.0, 2.0, 1.0, 5.0]


def test_a_fit_that_failed_is_told_before_what_it_held_impossible() -> None:
    trials = [_trial("2024-01-31", [1.0]), _trial("2024-02-29", [1.0])]

    def score(name: str, model: str, trial: Trial) -> Any:
        if model == "fails" and trial is trials[1]:
            raise NotEnoughDataError(needed="more", got="less", remedy="Wait.")
        return name, trial.came, np.array([np.inf, 1.0])

    def named(model: str) -> Any:
        return lambda _: model

    fits = {"one": named("fails"), "two": named("fits")}
    one, two = candidates(fits, trials, score)
    assert one.reason is not None
    assert one.reason.startswith("at 2024-02-29: ")
    assert (len(one.scores), len(one.expected), len(one.losses)) == (1, 1, 1)
    assert two.reason == "it gave no chance to what a customer did"
    assert len(two.scores) == 2


def test_models_are_chosen_from_a_horizon_of_a_day_on() -> None:
    log = LOG[LOG["amount"] > 0]
    asked: dict[str, Any] = {
        "purchases": {"n": lambda _: NBD},
        "spend": {},
        "cutoffs": [_day(49)],
    }
    found = clv.model_choice(log, horizon_days=1, **asked)
    (score,) = found.purchase_scores
    assert (found.horizon_days, score.n_customers, score.actual) == (1, 2, 1.0)
    # Three more of a in 49 days, one of b in 45.
    known = 3.6 / 55 + 1.6 / 51
    assert score.predicted == pytest.approx(known, rel=1e-12, abs=0)
    with pytest.raises(InvalidValueError, match="'horizon_days'"):
        clv.model_choice(log, horizon_days=0, **asked)
