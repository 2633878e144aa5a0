"""Survival without a model: curves and their groups."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit.churn import (
    LogRank,
    SurvivalCurve,
    fit_kaplan_meier,
    log_rank,
    survival_by,
    with_spell,
)
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError

# Freireich et al. (1963), the classic 42 of Gehan (1965).
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TRIAL: dict[str, Any] = {
    "arm": ["6-MP"] * 21 + ["placebo"] * 21,
    "duration": TREATED + PLACEBO,
    "event_observed": TREATED_EVENT + [1] * 21,
}


def test_the_leukemia_curve_through_the_door(eager_frame: Any) -> None:
    spells = eager_frame({"duration": TREATED, "event_observed": TREATED_EVENT})
    curve = fit_kaplan_meier(spells)
    found = curve.survival_at([6, 7, 10, 13, 16, 22, 23])
    published = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    np.testing.assert_allclose(found, published, atol=5e-5)
    assert curve.median == 23
    assert curve.quantile(0.6) is None
    again = SurvivalCurve.from_dict(json.loads(json.dumps(curve.to_dict())))
    assert again == curve


@pytest.mark.parametrize(
    ("weighting", "published"),
    [
        ("log-rank", 16.79294),
        ("wilcoxon", 13.457852),
        ("tarone-ware", 15.123575),
        ("peto", 14.084139),
    ],
)
def test_the_leukemia_tests(weighting: Any, published: float, eager_frame: Any) -> None:
    test = log_rank(eager_frame(TRIAL), by="arm", weighting=weighting)
    assert test.statistic == pytest.approx(published, rel=5e-7)
    assert test.groups == ("6-MP", "placebo")
    assert list(test.observed) == [9, 21]
    assert 0 < test.p_value < 1e-3
    assert LogRank.from_dict(json.loads(json.dumps(test.to_dict()))) == test


def test_survival_given_an_age_is_a_ratio() -> None:
    import pandas as pd

    curve = fit_kaplan_meier(pd.DataFrame(TRIAL))
    whole, part = curve.survival_at([15.0]), curve.survival_at([5.0], age=10)
    assert part[0] == pytest.approx(whole[0] / curve.survival_at([10.0])[0])


def test_weights_and_delayed_entry_are_read(eager_frame: Any) -> None:
    rows = {
        "duration": [2.0, 4.0, 6.0],
        "event_observed": [True, False, True],
        "start": [0.0, 1.0, 3.0],
        "customers": [2, 1, 1],
    }
    curve = fit_kaplan_meier(
        eager_frame(rows), entry_col="start", weight_col="customers"
    )
    assert list(curve.at_risk) == [3, 2, 1]
    assert curve.survival == pytest.approx((1 / 3, 1 / 3, 0))


def test_the_restricted_mean_has_a_small_error_in_large_samples(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    lifetime = rng.exponential(10, 20_000)
    spells = pd.DataFrame(
        {"duration": np.minimum(lifetime, 25), "event_observed": lifetime <= 25}
    )
    mean, error = fit_kaplan_meier(spells).restricted_mean(until=20)
    assert abs(mean - 10 * (1 - np.exp(-2))) < 4 * error
    assert error == pytest.approx(0.046, rel=0.1)


@pytest.mark.parametrize("ask", [36.0, 1e9])
def test_the_end_of_the_data_is_the_end_of_the_curve(ask: float) -> None:
    import pandas as pd

    curve = fit_kaplan_meier(pd.DataFrame(TRIAL))
    with pytest.raises(InvalidValueError, match=r"beyond 35\.0"):
        curve.survival_at([1, ask])
    with pytest.raises(InvalidValueError, match=r"beyond 35\.0"):
        curve.restricted_mean(until=ask)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"duration": [1.0, None]}, "'duration': missing value in 1 of 2 rows"),
        ({"duration": [1.0, -3.0]}, "'duration': negative value"),
        ({"event_observed": [1, 3]}, "'event_observed': value other than 0 or 1"),
        ({"start": [0.0, 2.0]}, "'start': value at or after the end"),
    ],
)
def test_impossible_spells_are_refused(
    change: dict[str, Any], match: str, eager_frame: Any
) -> None:
    rows = {"duration": [1.0, 2], "event_observed": [1, 0], "start": [0.0, 0]} | change
    with pytest.raises(InvalidValueError, match=match):
        fit_kaplan_meier(eager_frame(rows), entry_col="start")


def test_one_group_or_no_loss_is_no_test() -> None:
    import pandas as pd

    one = pd.DataFrame(TRIAL | {"arm": "all"})
    with pytest.raises(NotEnoughDataError, match="at least 2 groups, got 1"):
        log_rank(one, by="arm")
    apart = pd.DataFrame(
        {"duration": [1, 1, 9], "event_observed": [1, 1, 0], "g": [0, 0, 1]}
    )
    with pytest.raises(NotEnoughDataError, match="a loss in one group while others"):
        log_rank(apart.assign(start=[0, 0, 3]), by="g", entry_col="start")
    with pytest.raises(NotEnoughDataError, match="lost"):
        log_rank(pd.DataFrame(TRIAL | {"event_observed": 0}), by="arm")


def test_the_median_has_the_interval_of_its_curve() -> None:
    import pandas as pd

    trial = pd.DataFrame(TRIAL)
    # LIFETEST of SAS has these, with its default log-log interval.
    placebo = fit_kaplan_meier(trial[trial["arm"] == "placebo"])
    assert placebo.median == 8
    assert tuple(placebo.interval()) == (4, 11)
    treated = fit_kaplan_meier(trial[trial["arm"] == "6-MP"])
    assert tuple(treated.interval()) == (13, np.inf)
    lower, upper = treated.interval(share=0.25)
    assert lower <= 13 <= upper
    assert treated.quantile(0.25) == 13
    with pytest.raises(NotEnoughDataError, match="Fit the curve with that level"):
        treated.interval(level=0.9)


@pytest.mark.parametrize("weight", [1.0, 0.1])
def test_a_curve_that_falls_to_0_before_others_enter_is_refused(weight: float) -> None:
    import pandas as pd

    late = pd.DataFrame(
        {
            "duration": [2.0, 9, 8, 7],
            "event_observed": [1, 0, 1, 1],
            "start": [0, 3, 3, 3],
            "weight": weight,
        }
    )
    with pytest.raises(NotEnoughDataError, match=r"stays beyond 2.* Leave out spells"):
        fit_kaplan_meier(late, entry_col="start", weight_col="weight")
    told = late[late["duration"] > 2]
    curve = fit_kaplan_meier(told, entry_col="start", weight_col="weight")
    assert curve.survival == pytest.approx((2 / 3, 1 / 3, 1 / 3))
    with pytest.raises(NotEnoughDataError, match="stays beyond 2"):
        survival_by(late.assign(g="all"), by="g", entry_col="start")


def test_survival_is_told_group_by_group(eager_frame: Any, columns_of: Any) -> None:
    after = {
        "nps_group": ["p", "p", "d", "d", "d"],
        "days_to_churn": [30, 20, 10, 10, 30],
        "churned": [0, 1, 1, 1, 0],
    }
    rows = columns_of(
        survival_by(
            eager_frame(after),
            by="nps_group",
            duration_col="days_to_churn",
            event_col="churned",
        )
    )
    assert rows["nps_group"] == ["d", "d", "p", "p"]
    assert rows["time"] == [10, 30, 20, 30]
    assert rows["survival"] == pytest.approx([1 / 3, 1 / 3, 1 / 2, 1 / 2], rel=1e-14)
    assert rows["at_risk"] == [3, 1, 2, 1]
    assert rows["survival_lower"][0] < 1 / 3 < rows["survival_upper"][0]


def test_each_group_has_its_own_curve(eager_frame: Any, columns_of: Any) -> None:
    import pandas as pd

    both: dict[str, Any] = TRIAL | {"late": [n % 2 == 1 for n in range(42)]}
    rows = pd.DataFrame(columns_of(survival_by(eager_frame(both), by=["arm", "late"])))
    plain = pd.DataFrame(both)
    assert len(rows[["arm", "late"]].drop_duplicates()) == 4
    for (arm, late), own in rows.groupby(["arm", "late"]):
        part = plain[(plain["arm"] == arm) & (plain["late"] == late)]
        curve = fit_kaplan_meier(part)
        assert own["survival"].tolist() == list(curve.survival)
        assert own["survival_upper"].tolist() == list(curve.survival_upper)
    test = log_rank(eager_frame(both), by=["arm", "late"])
    assert test.degrees_of_freedom == 3
    assert test.groups[0] == "6-MP / False"


def test_the_test_of_two_groups_is_that_of_scipy(eager_frame: Any) -> None:
    rng = np.random.default_rng(31)
    group = np.repeat(["d", "p"], [60, 80])
    life = np.ceil(rng.exponential(np.where(group == "d", 40, 70)))
    after = {
        "nps_group": group.tolist(),
        "days": np.minimum(life, 90),
        "churned": (life <= 90).astype(int),
    }
    test = log_rank(
        eager_frame(after), by="nps_group", duration_col="days", event_col="churned"
    )

    def sample(name: str) -> stats.CensoredData:
        own, ended = group == name, life <= 90
        return stats.CensoredData(
            uncensored=life[own & ended], right=np.full((own & ~ended).sum(), 90.0)
        )

    other = stats.logrank(sample("d"), sample("p"))
    assert test.statistic == pytest.approx(other.statistic**2, rel=1e-10)
    assert test.p_value == pytest.approx(other.pvalue, rel=1e-9)
    assert sum(test.observed) == pytest.approx(sum(test.expected), rel=1e-12)


def test_a_group_that_is_missing_is_refused(eager_frame: Any) -> None:
    holed = {"duration": [1.0, 2], "event_observed": [1, 0], "g": ["a", None]}
    with pytest.raises(InvalidValueError, match="'g': missing value in 1 of 2 rows"):
        survival_by(eager_frame(holed), by="g")


def test_spans_of_time_are_refused_with_the_way_to_days() -> None:
    import pandas as pd

    spells = pd.DataFrame(
        {"duration": pd.to_timedelta([3, 9], unit="D"), "event_observed": [1, 0]}
    )
    with pytest.raises(InvalidTypeError, match=r"got time spans\. .*\.dt\.days"):
        fit_kaplan_meier(spells)
    fit_kaplan_meier(spells.assign(duration=spells["duration"].dt.days))


DATES: dict[str, Any] = {
    "start_date": ["2024-01-01", "2024-02-01", "2024-03-01", "2024-03-31"],
    "end_date": ["2024-01-31", None, "2024-06-01", "2024-03-31"],
}


def _dated(build: Any, **change: Any) -> Any:
    columns = DATES | change
    return build(
        {
            name: [day and np.datetime64(day, "D").astype(object) for day in days]
            for name, days in columns.items()
        }
    )


def test_dates_become_spells(eager_frame: Any, columns_of: Any) -> None:
    customers = _dated(eager_frame)
    out = columns_of(with_spell(customers, observation_period_end="2024-03-31"))
    assert out["duration"] == [30, 59, 30, 0]
    assert out["event_observed"] == [True, False, False, True]
    weeks = columns_of(
        with_spell(customers, observation_period_end="2024-03-31", time_unit="week")
    )
    assert weeks["duration"] == pytest.approx([30 / 7, 59 / 7, 30 / 7, 0])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"end_date": ["2023-01-31", None, None, None]}, "'end_date': date before"),
        ({"start_date": ["2024-01-01"] * 3 + ["2024-05-01"]}, "date after the end"),
        ({"start_date": ["2024-01-01"] * 3 + [None]}, "'start_date': missing value"),
    ],
)
def test_dates_that_cannot_be_are_refused(
    change: dict[str, Any], match: str, eager_frame: Any
) -> None:
    dates = change | (
        {} if "end_date" in change else {"end_date": [None] * 3 + ["2025-01-01"]}
    )
    with pytest.raises(InvalidValueError, match=match):
        with_spell(_dated(eager_frame, **dates), observation_period_end="2024-03-31")
