"""Rows of periods, and curves over ranked customers, counted one by one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from crmkit.churn import (
    calibration_curve,
    churn_metrics,
    fit_discrete_hazard,
    gain_curve,
    person_periods,
    survival_metrics,
)
from crmkit.churn.classifier.scored_outcomes import refuse_overflow
from crmkit.errors import InvalidValueError, NotEnoughDataError

SPELLS = pd.DataFrame(
    {
        "who": ["a", "b", "c", "d"],
        "duration": [3, 5, 2, 4],
        "event_observed": [1, 0, 1, 1],
        "entry": [0, 3, 1, 0],
    }
)


def test_each_period_at_risk_is_a_row() -> None:
    found: Any = person_periods(SPELLS, entry_col="entry")
    rows = [
        (who, period, bool(seen) and period == end)
        for who, end, seen, entry in SPELLS.itertuples(index=False)
        for period in range(entry + 1, end + 1)
    ]
    assert [*found.columns] == [*SPELLS, "period", "event"]
    assert [*zip(found["who"], found["period"], found["event"], strict=True)] == rows
    whole: Any = person_periods(SPELLS)
    assert len(whole) == 14
    assert whole["period"].tolist()[3:8] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("column", "least", "values", "told"),
    [
        ("duration", 1, [3, 0, 2.5, 4], "in 2 of 4 rows.*row 1, value 0.0"),
        ("duration", 1, [3, 5, 0.5, 1.5], "in 2 of 4 rows.*row 2, value 0.5"),
        ("entry", 0, [0.5, 1.25, 1, 0], "in 2 of 4 rows.*row 0, value 0.5"),
    ],
)
def test_a_period_that_is_not_whole_is_named(
    column: str, least: int, values: list[float], told: str
) -> None:
    wrong = SPELLS.assign(**{column: values})
    match = rf"'{column}'.*not a whole number of {least} or more {told}"
    with pytest.raises(InvalidValueError, match=match):
        person_periods(wrong, entry_col="entry" if column == "entry" else None)


def test_more_than_a_hundred_million_periods_are_refused() -> None:
    long = SPELLS.assign(duration=[100_000_001, 1, 1, 1], entry=[0, 0, 0, 0])
    told = r"durations of 100,000,004 periods in all.*at most 100,000,000 rows"
    with pytest.raises(InvalidValueError, match=told):
        person_periods(long, entry_col="entry")
    late = long.assign(entry=[100_000_000, 0, 0, 0])
    assert person_periods(late, entry_col="entry")["period"].iloc[0] == 100_000_001


def test_the_interval_of_an_area_stays_within_0_and_1() -> None:
    judged = pd.DataFrame(
        {
            "churn_risk": [0.9, 0.8, 0.7, 0.4, 0.35, 0.1],
            "churned": [1, 1, 0, 1, 0, 0],
        }
    )
    found = churn_metrics(judged)
    error = found.auc_standard_error
    assert error is not None
    z = norm.ppf(0.65)
    inner = found.interval(level=0.3)
    assert_allclose(
        [*inner], [found.auc - z * error, found.auc + z * error], rtol=1e-9, atol=0
    )
    assert found.interval().upper == 1.0
    assert replace(found, auc=1 - found.auc).interval().lower == 0.0
    assert str(replace(found, n_customers=12_345, n_churned=1_200)) == (
        f"AUC {found.auc:.3f}, Brier score {found.brier_score:.3f} "
        "(base rate alone: 0.250), 1,200 of 12,345 customers left"
    )


def test_a_gain_counts_the_churners_of_each_share() -> None:
    churned = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    judged = pd.DataFrame({"score": [*range(20, 0, -2)], "left": churned})
    given: dict[str, Any] = {"risk_col": "score", "churned_col": "left"}
    found: Any = gain_curve(judged, points=5, **given)
    shares = np.arange(1, 6) / 5
    gains = np.array([2, 3, 3, 4, 4]) / 4
    assert_allclose(found["share_targeted"], shares, rtol=1e-14, atol=0)
    assert_allclose(found["share_captured"], gains, rtol=1e-14, atol=0)
    assert_allclose(found["lift"], gains / shares, rtol=1e-14, atol=0)
    assert len(gain_curve(judged, **given)) == 10
    # Within equal scores churners are spread evenly, and a cut may part them.
    tied: Any = gain_curve(judged.assign(score=[3, 3, 3, 3, 2, 1, 1, 1, 1, 1]), **given)
    spread = [0.75, 1.5, 2.25, 3, 3, 3.2, 3.4, 3.6, 3.8, 4]
    assert_allclose(4 * tied["share_captured"], spread, rtol=1e-13, atol=0)
    one: Any = gain_curve(judged, points=1, **given)
    assert one["lift"].tolist() == [1.0]
    with pytest.raises(InvalidValueError, match="points"):
        gain_curve(judged, points=0, **given)


def test_a_bin_of_risks_has_its_mean_and_its_rate() -> None:
    risk = np.array([0.05, 0.6, 0.1, 0.3, 0.3, 0.8, 0.2])
    churned = np.array([0, 1, 0, 1, 0, 1, 1])
    judged = pd.DataFrame({"churn_risk": risk, "churned": churned})
    # Of three bins of seven customers the first has three, and equal risks are in one.
    bins = [[0, 2, 6], [3, 4], [1, 5]]
    found: Any = calibration_curve(judged, bins=3)
    assert found["n_customers"].tolist() == [3, 2, 2]
    means = [risk[rows].mean() for rows in bins]
    assert_allclose(found["mean_risk"], means, rtol=1e-14, atol=0)
    rates = [churned[rows].mean() for rows in bins]
    assert_allclose(found["churn_rate"], rates, rtol=1e-14, atol=0)
    assert calibration_curve(judged, bins=1)["n_customers"].tolist() == [7]
    with pytest.raises(InvalidValueError, match="bins"):
        calibration_curve(judged, bins=0)
    many = pd.DataFrame({"churn_risk": np.arange(50) / 50, "churned": [0, 1] * 25})
    assert calibration_curve(many)["n_customers"].tolist() == [5] * 10


def test_what_came_must_be_of_both_kinds_and_is_counted() -> None:
    judged = pd.DataFrame({"churn_risk": [0.2, 0.3, 0.4], "churned": [1, 1, 1]})
    with pytest.raises(NotEnoughDataError, match="3 who left of 3"):
        gain_curve(judged)
    assert len(gain_curve(judged.assign(churned=[1, 1, 0]), points=2)) == 2


def test_a_time_is_judged_where_some_have_left_and_some_stay_longer() -> None:
    spells = pd.DataFrame({"duration": [2, 2, 3, 5, 5], "event_observed": 1})
    model = fit_discrete_hazard(person_periods(spells), baseline="constant")

    def judged(time: float, learned: pd.DataFrame) -> int:
        found = survival_metrics(
            spells, survival=model, times=[time], learned_from=learned
        )
        return len(found.auc)

    assert judged(2, spells) == judged(4, spells) == 1
    for time, gone in ((1, 0), (5, 5)):
        told = f"customers who left by {time:g} and others.* got {gone} who left of 5"
        with pytest.raises(NotEnoughDataError, match=told):
            judged(time, spells)
    # A censored customer ends what is known of the censoring at its own time.
    for last, late in ((5, False), (4, True)):
        learned = spells.assign(duration=[2, 2, 3, 5, last])
        learned = learned.assign(event_observed=[1, 1, 1, 1, 0])
        if late:
            with pytest.raises(InvalidValueError, match=r"last censoring at 4\.0"):
                judged(4, learned)
        else:
            assert judged(4, learned) == 1


def test_amounts_are_refused_where_twice_their_number_overflows() -> None:
    # Above: twice two times 4.5e307 is beyond the largest number, 1.797e308.
    refuse_overflow(np.array([4.49e307, -1.0]), "clv")
    refuse_overflow(np.array([]), "clv")
    for large in ([4.5e307, 1.0], [1.0, -4.5e307]):
        with pytest.raises(InvalidValueError, match="'clv': values whose sum is too"):
            refuse_overflow(np.array(large), "clv")
