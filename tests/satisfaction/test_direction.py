"""Drivers that lower the outcome are told from those that raise it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.satisfaction import importance_performance, penalty_reward

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def _ratings(n: int = 900) -> dict[str, Any]:
    rng = np.random.default_rng(12)
    helps, harms, middle, nothing = rng.integers(1, 6, size=(4, n)).astype(float)
    overall = 6 + helps - 1.5 * harms - 2 * np.abs(middle - 3) + rng.normal(0, 1, n)
    return {
        "helps": helps,
        "harms": harms,
        "middle": middle,
        "nothing": nothing,
        "overall": overall,
    }


DRIVERS = ["helps", "harms", "middle", "nothing"]


def test_an_important_driver_that_lowers_the_outcome_is_reversed(
    eager_frame: Build, columns_of: Read
) -> None:
    rows = columns_of(
        importance_performance(
            eager_frame(_ratings()),
            driver_cols=DRIVERS,
            outcome_col="overall",
            scale=(1, 5),
        )
    )
    assert rows["direction"] == ["positive", "negative", "none", "none"]
    assert rows["quadrant"][1] == "reversed"
    assert "reversed" not in (rows["quadrant"][0], *rows["quadrant"][2:])
    assert rows["importance"][1] == max(rows["importance"])


def test_turning_a_scale_around_turns_the_direction(columns_of: Read) -> None:
    import pandas as pd

    ratings = pd.DataFrame(_ratings())
    turned = ratings.assign(harms=6 - ratings["harms"])
    options: Any = {"driver_cols": DRIVERS, "outcome_col": "overall", "scale": (1, 5)}
    before, after = (
        columns_of(importance_performance(rows, **options))
        for rows in (ratings, turned)
    )
    assert (before["direction"][1], after["direction"][1]) == ("negative", "positive")
    assert after["importance"] == pytest.approx(before["importance"], rel=1e-10)


def test_effects_of_the_wrong_sign_have_kinds_of_their_own(
    eager_frame: Build, columns_of: Read
) -> None:
    rows = columns_of(
        penalty_reward(
            eager_frame(_ratings()),
            driver_cols=DRIVERS,
            outcome_col="overall",
            scale=(1, 5),
            low_at_most=2,
            high_at_least=4,
            level=0.99,
        )
    )
    assert rows["direction"] == ["positive", "negative", "mixed", "none"]
    assert rows["kind"] == ["hybrid", "reversed", "mixed", "neutral"]
    assert rows["penalty"][1] > 0 > rows["reward"][1]
    assert rows["penalty"][2] < 0
    assert rows["reward"][2] < 0


def test_a_zero_for_not_applicable_is_refused(eager_frame: Build) -> None:
    ratings = _ratings()
    ratings["helps"][7] = 0
    options: Any = {"driver_cols": DRIVERS, "outcome_col": "overall", "scale": (1, 5)}
    with pytest.raises(errors.InvalidValueError, match="not applicable") as refused:
        penalty_reward(eager_frame(ratings), low_at_most=2, high_at_least=4, **options)
    assert "column 'helps': out-of-scale answer in 1 of 900 rows" in str(refused.value)
    with pytest.raises(errors.InvalidValueError, match="scale is 1 to 5"):
        importance_performance(eager_frame(ratings), **options)


def test_each_driver_needs_more_rows_than_coefficients() -> None:
    import pandas as pd

    # One driver: an intercept and two indicators, so 4 rows leave one free.
    rows = pd.DataFrame({"a": [1, 3, 5, 5], "y": [1.0, 2.0, 3.5, 3.0]})
    options: Any = {
        "driver_cols": ["a"],
        "outcome_col": "y",
        "scale": (1, 5),
        "low_at_most": 2,
        "high_at_least": 4,
    }
    found = penalty_reward(rows, **options)
    assert found["penalty"].tolist() == pytest.approx([-1.0], rel=1e-12)
    assert found["reward"].tolist() == pytest.approx([1.25], rel=1e-12)
    # One degree of freedom: t = 12.7, so a reward of 2.9 errors does not count. The one
    # low rating and the one between leave no residual: the others tell their error.
    assert found["reward_error"].tolist() == pytest.approx([0.1875**0.5], rel=1e-12)
    assert found["penalty_error"].tolist() == pytest.approx([0.25**0.5], rel=1e-12)
    assert found["kind"].tolist() == ["neutral"]
    with pytest.raises(errors.NotEnoughDataError, match="needs 4 rows"):
        penalty_reward(rows.head(3), **options)
