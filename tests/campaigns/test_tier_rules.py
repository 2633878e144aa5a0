"""Rules of tiers, walked through customer by customer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crmkit.campaigns import tier_rule_outcomes
from crmkit.errors import InvalidValueError, NotEnoughDataError

WIN = {"bronze": 5.0, "silver": 12.0, "gold": 20.0}
KEEP = {"silver": 9.0, "gold": 15.0}


def walked(
    rows: Any, keep: dict[str, float], rates: dict[str, float]
) -> list[list[Any]]:
    """Return the rows of the result, by following each customer through the periods."""
    tiers = ["none", *WIN]
    bars = [WIN[name] for name in WIN]
    kept = [keep.get(name, WIN[name]) for name in WIN]
    status = dict.fromkeys(rows["customer_id"], 0)
    found = []
    for period in sorted(rows["period"].unique()):
        now = rows[rows["period"] == period].set_index("customer_id")
        cells = {name: [0, 0, 0, 0, 0.0, 0.0] for name in tiers}
        for who, before in [*status.items()]:
            done = now["nights"].get(who, 0.0)
            won = sum(done >= bar for bar in bars)
            held = max([0, *(t for t in range(1, before + 1) if done >= kept[t - 1])])
            after = max(won, held)
            cell = cells[tiers[after]]
            cell[0] += 1
            cell[1] += after != before
            cells[tiers[before]][2] += after != before
            cell[3] += held > won
            cell[4] += now["margin"].get(who, 0.0)
            cell[5] += rates.get(tiers[after], 0.0) * done
            status[who] = after
        for name, cell in cells.items():
            found.append([period, name, *cell, cell[4] - cell[5]])
    return found


@pytest.mark.parametrize("keep", [KEEP, {}, {"bronze": 2.0}])
def test_each_customer_is_followed_through_the_periods(keep: dict[str, float]) -> None:
    rng = np.random.default_rng(8)
    rows = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(60), 4),
            "period": np.tile([2021, 2022, 2023, 2024], 60),
            "nights": rng.integers(0, 26, 240).astype(float),
            "margin": rng.integers(-20, 90, 240) / 4,
        }
    )
    # Some stay away for a period, and all bars are met exactly by someone.
    rows = rows.sample(frac=0.85, random_state=2)
    assert {*WIN.values(), *KEEP.values(), 2.0} < {*rows["nights"]}
    rates = {"silver": 0.75, "gold": 2.5}
    given: dict[str, Any] = {"qualify": WIN, "retain": keep, "activity_col": "nights"}
    found: Any = tier_rule_outcomes(
        rows, reward_rates=rates, value_col="margin", **given
    )
    names = ["n_customers", "n_entered", "n_left", "n_retained_only", "value"]
    assert [*found] == ["period", "tier", *names, "reward_cost", "profit"]
    truth = walked(rows, keep, rates)
    assert found[["period", "tier"]].to_numpy().tolist() == [row[:2] for row in truth]
    assert_allclose(
        found[[*names, "reward_cost", "profit"]].to_numpy(float),
        np.array([row[2:] for row in truth], dtype=float),
        rtol=1e-13,
        atol=0,
    )
    assert (found["n_retained_only"].sum() > 0) == bool(keep)
    # Without a value the activity is added up; without rewards nothing is taken off.
    plain: Any = tier_rule_outcomes(rows, **given)
    assert [*plain] == ["period", "tier", *names]
    truth = walked(rows.assign(margin=rows["nights"]), keep, {})
    assert plain["value"].tolist() == [row[6] for row in truth]


def test_a_rule_needs_a_row_and_names_of_its_tiers() -> None:
    rows = pd.DataFrame({"customer_id": [1], "period": [1], "n_trips": [3.0]})
    assert tier_rule_outcomes(rows, qualify={"top": 3})["n_customers"].tolist() == [
        0,
        1,
    ]
    with pytest.raises(NotEnoughDataError, match="at least 1 row"):
        tier_rule_outcomes(rows[:0], qualify={"top": 3})
    with pytest.raises(InvalidValueError, match="a bar to retain 'best', which no bar"):
        tier_rule_outcomes(rows, qualify={"top": 3}, retain={"best": 1})
    with pytest.raises(InvalidValueError, match="a bar to retain 'a', which no bar"):
        tier_rule_outcomes(rows, qualify={"top": 3}, retain={"b": 1, "a": 1})
    with pytest.raises(InvalidValueError, match="a reward for 'a', which no bar"):
        tier_rule_outcomes(rows, qualify={"top": 3}, reward_rates={"b": 1, "a": 1})
    with pytest.raises(InvalidValueError, match="qualify"):
        tier_rule_outcomes(rows, qualify={"top": -1})
    with pytest.raises(InvalidValueError, match="retain"):
        tier_rule_outcomes(rows, qualify={"top": 3}, retain={"top": -1})
    with pytest.raises(InvalidValueError, match="n_trips"):
        tier_rule_outcomes(rows.assign(n_trips=-1.0), qualify={"top": 3})
    # A value may be a loss; the activity may not.
    lost = tier_rule_outcomes(
        rows.assign(margin=-2.0), qualify={"top": 3}, value_col="margin"
    )
    assert lost["value"].tolist() == [0.0, -2.0]
