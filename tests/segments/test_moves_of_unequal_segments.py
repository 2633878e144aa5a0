"""Moves between three unequal tiers, and changes of rate of unequal segments."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors, segments
from crmkit.segments import Migration

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

THREE: dict[str, Any] = {
    "tiers": ("A", "B", "C"),
    "moved": ((50.0, 7.0, 3.0), (11.0, 80.0, 9.0), (2.0, 5.0, 120.0)),
    "gone": (4.0, 0.0, 13.0),
    "new": (6.0, 10.0, 24.0),
}


def test_moves_are_counted_by_their_direction() -> None:
    found = Migration(**THREE)
    assert found.before == (64.0, 100.0, 140.0)
    assert found.after == (69.0, 102.0, 156.0)
    shares = (found.stayed_share, found.upgraded_share, found.downgraded_share)
    known = [250 / 304, 18 / 304, 19 / 304]
    assert shares == pytest.approx(known, rel=1e-14, abs=0)
    assert found.gone_share == pytest.approx(17 / 304, rel=1e-14, abs=0)
    assert str(found) == (
        "of 304 customers: 82.2% stayed, 5.9% moved up, 6.2% down, 5.6% gone; 40 new"
    )
    before, after = np.array(found.before) / 304, np.array(found.after) / 327
    index = float(((after - before) * np.log(after / before)).sum())
    assert found.population_stability_index == pytest.approx(index, rel=1e-10, abs=0)
    P = np.array(THREE["moved"]) / np.array([[64.0], [100.0], [140.0]])
    np.testing.assert_allclose(found.probabilities, P, rtol=1e-14)


def test_the_long_run_of_three_tiers_repeats_itself() -> None:
    found = Migration(**THREE)
    P = np.array(found.probabilities)
    closed = P + np.outer(1 - P.sum(axis=1), np.array(THREE["new"]) / 40)
    mixture = np.array(list(found.steady_state().values()))
    np.testing.assert_allclose(mixture @ closed, mixture, rtol=1e-10)
    assert mixture.sum() == pytest.approx(1.0, rel=1e-12, abs=0)
    value = {"A": 100.0, "B": 30.0, "C": 7.0}
    worth = np.array(list(value.values()))
    ahead = found.expected_value(value, discount_rate=0.25)
    known = np.linalg.solve(np.eye(3) - P / 1.25, worth)
    np.testing.assert_allclose(list(ahead.values()), known, rtol=1e-10)
    three = found.expected_value(value, discount_rate=0.25, periods=3)
    known = worth + P @ worth / 1.25 + P @ P @ worth / 1.25**2
    np.testing.assert_allclose(list(three.values()), known, rtol=1e-10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"moved": THREE["moved"][:2]},
        {"moved": (*THREE["moved"][:2], (1.0, 2.0))},
        {"gone": (4.0, 0.0)},
        {"new": (1.0, 2.0, 3.0, 4.0)},
        {"tiers": (), "moved": (), "gone": (), "new": ()},
    ],
)
def test_a_table_has_a_row_and_a_column_of_each_tier(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidValueError, match="a table that is not"):
        Migration(**(THREE | wrong))


@pytest.mark.parametrize("periods", [0, -1])
def test_a_value_of_no_period_is_refused(periods: int) -> None:
    value = {"A": 1.0, "B": 2.0, "C": 4.0}
    found = Migration(**THREE)
    one = found.expected_value(value, discount_rate=0.0, periods=1)
    assert one == pytest.approx(value, rel=1e-14, abs=0)
    with pytest.raises(errors.InvalidValueError, match="periods"):
        found.expected_value(value, discount_rate=0.1, periods=periods)


def test_a_change_of_rate_is_mix_and_rate_of_each_segment(
    frame: Make, columns_of: Read
) -> None:
    # The segment "gone" was there before only, "new" afterwards; "b" is in two rows.
    before = {
        "segment": ["b", "a", "gone", "b"],
        "n_customers": [30, 100, 40, 30],
        "active": [10, 70, 8, 5],
    }
    after = {
        "segment": ["new", "b", "a"],
        "n_customers": [50, 100, 250],
        "active": [40, 20, 200],
    }
    found = columns_of(segments.rate_change(frame(before), frame(after)))
    assert found["segment"] == ["a", "b", "gone", "new"]
    shares = (0.5, 0.3, 0.2, 0.0), (0.625, 0.25, 0.0, 0.125)
    for name, known in zip(("share_before", "share_after"), shares, strict=True):
        np.testing.assert_allclose(found[name], known, rtol=1e-14, atol=0)
    assert found["rate_before"][:3] == pytest.approx([0.7, 0.25, 0.2], rel=1e-14, abs=0)
    holes = {name: [pd.isna(one) for one in found[name]] for name in found}
    assert holes["rate_before"] == [False, False, False, True]
    assert holes["rate_after"] == [False, False, True, False]
    rates = [found["rate_after"][at] for at in (0, 1, 3)]
    assert rates == pytest.approx([0.8, 0.2, 0.8], rel=1e-14, abs=0)
    rate = 0.1 * (0.5 + 0.625) / 2, -0.05 * (0.3 + 0.25) / 2, 0.0, 0.0
    assert found["rate_effect"] == pytest.approx(rate, rel=1e-10, abs=1e-15)
    total = 260 / 400 - 93 / 200
    effects = sum(found["mix_effect"]) + sum(found["rate_effect"])
    assert effects == pytest.approx(total, rel=1e-10, abs=0)


def test_rates_of_nobody_cannot_change() -> None:
    some = pd.DataFrame({"segment": ["a"], "n_customers": [4], "active": [1]})
    none = some.assign(n_customers=0, active=0)
    for pair in ((some, none), (none, some)):
        with pytest.raises(errors.NotEnoughDataError, match="customers at both times"):
            segments.rate_change(*pair)
