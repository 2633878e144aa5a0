"""Answers on both sides of the ends of a scale, whole and fractional."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crmkit import errors
from crmkit.satisfaction import csat, importance_performance, weighted_nps

Build = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("fractions", "score", "place"),
    [
        ("error", 1.0, 0),
        ("error", 5.0, 4),
        ("error", 0.0, "out-of-scale"),
        ("error", 6.0, "out-of-scale"),
        ("error", 0.99, "out-of-scale"),
        ("error", 5.01, "out-of-scale"),
        ("error", 1.01, "fractional"),
        ("down", 1.0, 0),
        ("down", 0.99, "out-of-scale"),
        ("down", 1.99, 0),
        ("down", 5.99, 4),
        ("down", 6.0, "out-of-scale"),
        ("nearest", 0.5, 0),
        ("nearest", 0.49, "out-of-scale"),
        ("nearest", 1.49, 0),
        ("nearest", 1.5, 1),
        ("nearest", 5.49, 4),
        ("nearest", 5.5, "out-of-scale"),
    ],
)
def test_an_answer_is_a_point_of_the_scale_or_refused(
    frame: Build, fractions: Any, score: float, place: int | str
) -> None:
    answers = frame({"score": [score, 3.0, 3.0]})
    if isinstance(place, str):
        with pytest.raises(errors.InvalidValueError, match=f"{place} answer in 1 of 3"):
            csat(answers, fractions=fractions)
    else:
        counts = csat(answers, fractions=fractions).counts
        assert counts == tuple((at == place) + 2 * (at == 2) for at in range(5))
    if fractions == "error" and score in {1.01, 5.01}:
        with pytest.raises(errors.InvalidValueError, match="fractional answer"):
            csat(answers, fractions=fractions, out_of_range="drop")
        return
    found = csat(answers, fractions=fractions, out_of_range="drop")
    assert found.dropped == isinstance(place, str)
    assert found.n_responses == 3 - found.dropped


def test_a_sample_may_be_the_whole_population_and_not_more() -> None:
    answers = pd.DataFrame({"score": [10, 9, 3, 8]})
    plain = weighted_nps(answers)
    whole = weighted_nps(answers, population_size=4)
    assert whole.standard_error == 0.0
    half = weighted_nps(answers, population_size=8)
    ratio = half.standard_error / plain.standard_error
    assert ratio == pytest.approx(0.5**0.5, rel=1e-12, abs=0)
    with pytest.raises(errors.InvalidValueError, match="3 customers, of whom 4"):
        weighted_nps(answers, population_size=3)
    with pytest.raises(errors.InvalidValueError, match="population_size"):
        weighted_nps(answers, population_size=0)
    two = weighted_nps(answers[:2])
    assert (two.n_clusters, two.n_responses, two.missing) == (2, 2, 0)
    with pytest.raises(errors.NotEnoughDataError, match="got 1"):
        weighted_nps(answers[:1])


def test_drivers_at_the_foot_of_the_scale_lag_by_their_importance() -> None:
    rows = pd.DataFrame(
        {
            "a": [1.0] * 6,
            "b": [1.0] * 6,
            "y": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0],
        }
    )
    rows.loc[5, "a"] = 1.0 + 1e-9
    rows.loc[4, "b"] = 1.0 + 1e-9
    found = importance_performance(
        rows, driver_cols=["a", "b"], outcome_col="y", scale=(1, 5)
    )
    performance = 100 * 1e-9 / 6 / 4
    assert found["performance"].tolist() == pytest.approx([performance] * 2, rel=1e-6)
    gap = 2 * found["importance"] - 1
    assert found["gap"].tolist() == pytest.approx(gap.tolist(), abs=1e-6)
    with pytest.raises(errors.NotEnoughDataError, match="needs 4 rows"):
        importance_performance(
            rows[:3], driver_cols=["a", "b"], outcome_col="y", scale=(1, 5)
        )
