"""The same customers twice, and a line through time."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    Nps,
    NpsTrend,
    PairedNpsDifference,
    nps_trend,
    paired_nps_difference,
)

Build = Callable[[dict[str, Any]], Any]

TWICE = {
    "before": [9.0, 10.0, 8.0, 7.0, 3.0, 0.0, 9.0, None],
    "after": [10.0, 8.0, 9.0, 7.0, 9.0, 6.0, None, 4.0],
}


def test_two_answers_of_each_customer_make_a_table(frame: Build) -> None:
    moved = paired_nps_difference(frame(TWICE))
    assert moved.transitions == ((1, 1, 0), (1, 1, 0), (1, 0, 1))
    assert moved.incomplete == 2
    assert moved.before == Nps(promoters=2, passives=2, detractors=2)
    assert moved.after == Nps(promoters=3, passives=2, detractors=1)
    assert moved.difference == pytest.approx(100 / 3, rel=1e-14)


def test_the_error_and_the_p_value_are_those_of_the_paired_t_test() -> None:
    import pandas as pd

    moved = paired_nps_difference(pd.DataFrame(TWICE))
    first, second = np.array([1, 1, 0, 0, -1, -1]), np.array([1, 0, 1, 0, 1, -1])
    other = stats.ttest_rel(second, first)
    assert moved.p_value == pytest.approx(other.pvalue, rel=1e-10)
    interval = other.confidence_interval(0.9)
    assert tuple(moved.interval(level=0.9)) == pytest.approx(
        (100 * interval.low, 100 * interval.high), rel=1e-10
    )


def test_who_goes_together_is_known_better_than_strangers() -> None:
    moved = PairedNpsDifference(transitions=((40, 5, 0), (5, 20, 5), (0, 5, 20)))
    assert moved.standard_error is not None
    strangers = moved.after.minus(moved.before, method="wald")
    assert moved.standard_error < strangers.standard_error / 2


def test_nobody_twice_is_refused(frame: Build) -> None:
    answers = {"before": [9.0, float("nan")], "after": [float("nan"), 3.0]}
    with pytest.raises(errors.NotEnoughDataError, match="both answers, got 0"):
        paired_nps_difference(frame(answers))


def test_one_customer_has_a_change_but_no_interval() -> None:
    moved = PairedNpsDifference(transitions=((0, 1, 0), (0, 0, 0), (0, 0, 0)))
    assert (moved.difference, moved.standard_error, moved.p_value) == (-100, None, None)
    with pytest.raises(errors.NotEnoughDataError, match="2 customers"):
        moved.interval()


def test_a_fraction_is_refused_in_either_column(frame: Build) -> None:
    answers = {"before": [9.0, 3.0], "after": [8.5, 3.0]}
    with pytest.raises(errors.InvalidValueError, match="column 'after': fractional"):
        paired_nps_difference(frame(answers))


def test_a_paired_table_travels_as_json() -> None:
    moved = PairedNpsDifference(
        transitions=((40, 5, 0), (5, 20, 5), (0, 5, 20)), incomplete=3
    )
    document = json.loads(json.dumps(moved.to_dict()))
    assert PairedNpsDifference.from_dict(document) == moved


def _answers(n: int, *, slope: float, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, 365, n))
    level = 7 + slope * day / 365 + rng.normal(0, 2, n)
    return {
        "customer_id": [f"c{at}" for at in rng.integers(0, n // 2, n)],
        "date": (np.datetime64("2024-01-01") + day).astype("datetime64[us]"),
        "score": np.clip(np.round(level), 0, 10),
    }


def test_the_slope_is_that_of_ordinary_least_squares(eager_frame: Build) -> None:
    answers = _answers(300, slope=2, seed=2)
    trend = nps_trend(eager_frame(answers), time_unit="month")
    days = (answers["date"] - answers["date"].min()).astype("timedelta64[D]")
    net = (answers["score"] >= 9) * 1.0 - (answers["score"] <= 6)
    other = stats.linregress(days.astype(float) / 30.436875, 100 * net)
    assert trend.slope == pytest.approx(other.slope, rel=1e-10)
    assert trend.standard_error == pytest.approx(other.stderr, rel=0.1)
    assert (trend.n_responses, trend.n_clusters, trend.missing) == (300, 300, 0)


def test_answers_copied_for_each_customer_do_not_look_like_more() -> None:
    import pandas as pd

    once = pd.DataFrame(_answers(200, slope=1, seed=3))
    once["customer_id"] = np.arange(200)
    thrice = pd.concat([once] * 3)
    alone = nps_trend(once, time_unit="year", customer_id_col="customer_id")
    copied = nps_trend(thrice, time_unit="year", customer_id_col="customer_id")
    naive = nps_trend(thrice, time_unit="year")
    assert copied.slope == pytest.approx(alone.slope, rel=1e-10)
    assert copied.standard_error == pytest.approx(alone.standard_error, rel=0.01)
    assert naive.standard_error < 0.6 * copied.standard_error


def test_weights_repeat_rows() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers(60, slope=1, seed=4))
    answers["weight"] = np.arange(60) % 3 + 1.0
    weighted = nps_trend(answers, time_unit="week", weight_col="weight")
    repeated = answers.loc[answers.index.repeat(answers["weight"].astype(int))]
    plain = nps_trend(repeated, time_unit="week")
    assert weighted.slope == pytest.approx(plain.slope, rel=1e-10)


def test_another_unit_is_the_same_trend() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers(100, slope=1, seed=5))
    day = nps_trend(answers, time_unit="day")
    week = nps_trend(answers, time_unit="week")
    assert week.slope == pytest.approx(7 * day.slope, rel=1e-11)
    assert week.p_value == pytest.approx(day.p_value, rel=1e-9)


def test_rows_without_an_answer_are_counted() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers(50, slope=1, seed=6))
    answers.loc[[3, 7], "score"] = np.nan
    trend = nps_trend(answers, time_unit="day")
    assert (trend.n_responses, trend.missing) == (48, 2)


def test_one_early_answer_makes_no_trend() -> None:
    import pandas as pd

    days = pd.to_datetime(["2024-01-01", *["2024-04-10"] * 40])
    answers = pd.DataFrame({"date": days, "score": [3, *[3, 8, 9, 10] * 10]})
    trend = nps_trend(answers, time_unit="week")
    # The 40 late answers are 0.25 on average, with squares about it of 27.5.
    usual = 7 * (27.5 / 39 * (1 + 1 / 40)) ** 0.5
    assert trend.standard_error == pytest.approx(usual, rel=1e-9, abs=0)


def test_one_day_has_no_trend() -> None:
    import pandas as pd

    answers = pd.DataFrame({"date": ["2024-01-01"] * 4, "score": [9, 3, 7, 8]})
    with pytest.raises(errors.NotEnoughDataError, match="on 1 days"):
        nps_trend(answers, time_unit="day")


def test_a_trend_travels_as_json() -> None:
    trend = NpsTrend(
        slope=1.5,
        standard_error=0.5,
        time_unit="month",
        n_responses=30,
        n_clusters=20,
        missing=1,
    )
    assert NpsTrend.from_dict(json.loads(json.dumps(trend.to_dict()))) == trend
