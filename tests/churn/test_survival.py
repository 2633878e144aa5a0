"""Survival without a model: the door to the event table."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import LogRank, SurvivalCurve, fit_kaplan_meier, log_rank
from crmkit.errors import InvalidValueError, NotEnoughDataError

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
        ({"duration": [1.0, None]}, "'duration': 1 missing value in 2 rows"),
        ({"duration": [1.0, -3.0]}, "'duration': 1 negative value"),
        ({"event_observed": [1, 3]}, "'event_observed': 1 value other than 0 or 1"),
        ({"start": [0.0, 2.0]}, "'start': 1 value at or after the end"),
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
