"""What a programme changed for members, against customers alike who did not join."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit.campaigns import matched_effect_by
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.kernels.campaigns.matched_change import matched_change

CASE = {
    "member": [1, 1, 0, 0, 1, 0, 0, 1],
    "region": ["n"] * 4 + ["s"] * 3 + ["w"],
    "earlier": [10.0, 11, 9, 11, 30, 30, 30, 5],
    "before": [10.0, 12, 10, 12, 30, 31, 29, 5],
    "after": [15.0, 16, 11, 13, 30, 28, 26, 9],
    "cost": [1.0, 2, 9, 9, 3, 9, 9, 1],
    "tier": ["gold", "base", None, None, "gold", None, None, "base"],
}


def test_a_case_by_hand(eager_frame: Any, columns_of: Any) -> None:
    found = columns_of(
        matched_effect_by(
            eager_frame(CASE),
            match_cols=["region"],
            before_col="before",
            earlier_col="earlier",
            cost_col="cost",
        )
    )
    # Changes: members 5, 4 and 0; others +1 in the north and -3 in the south. The
    # member in the west has no other customer alike.
    assert found["n_members"] == [4]
    assert found["n_matched"] == [3]
    assert found["n_comparison"] == [4]
    assert found["member_change"] == pytest.approx([3])
    assert found["comparison_change"] == pytest.approx([(1 + 1 - 3) / 3])
    assert found["effect"] == pytest.approx([(4 + 3 + 3) / 3])
    assert found["earlier_effect"] == pytest.approx([(-1 + 0 + 0) / 3])
    # Costs of customers who are not members, or are not matched, do not count.
    assert found["cost"] == pytest.approx([6])
    assert found["profit"] == pytest.approx([10 - 6])
    assert found["return_on_investment"] == pytest.approx([4 / 6])
    assert found["comparison"] == ["observational"]


def test_one_stratum_is_welchs_comparison_of_changes(rng: np.random.Generator) -> None:
    member = np.arange(60) < 25
    before, after = rng.normal(10, 2, 60), rng.normal(11, 3, 60)
    base = pd.DataFrame(
        {"member": member, "before": before, "after": after, "all": "yes"}
    )
    found = matched_effect_by(base, match_cols=["all"], before_col="before").iloc[0]
    change = after - before
    welch = stats.ttest_ind(change[member], change[~member], equal_var=False)
    limits = welch.confidence_interval()
    assert found["effect_lower"] == pytest.approx(limits.low, rel=1e-9)
    assert found["effect_upper"] == pytest.approx(limits.high, rel=1e-9)
    assert found["p_value"] == pytest.approx(welch.pvalue, rel=1e-9)


def programme(rng: np.random.Generator, n: int = 800) -> Any:
    """Simulate customers of five levels: high ones join more and grow anyway."""
    level = rng.integers(0, 5, n)
    member = rng.random(n) < 0.1 + 0.15 * level
    tier = np.where(level >= 3, "gold", "base")
    effect = np.where(tier == "gold", 3.0, 1.0)
    before = 10 * level + rng.normal(0, 2, n)
    after = before + 2.0 * level + effect * member + rng.normal(0, 3, n)
    return pd.DataFrame(
        {
            "level": level,
            "member": member,
            "tier": np.where(member, tier, "none"),
            "before": before,
            "after": after,
            "cost": 2.0,
        }
    )


def test_intervals_hold_the_effect_where_a_plain_comparison_is_wrong(
    rng: np.random.Generator,
) -> None:
    held = np.zeros(2)
    naive = []
    for _ in range(200):
        base = programme(rng)
        change = (base["after"] - base["before"]).to_numpy()
        member, gold = base["member"].to_numpy(), base["level"].to_numpy() >= 3
        found = matched_change(
            change,
            member=member,
            stratum=base["level"].to_numpy(),
            group=gold.astype(np.int64),
            n_groups=2,
        )
        half = stats.t.ppf(0.975, found.freedom) * np.sqrt(found.variance)
        held += np.abs(found.effect - [1.0, 3.0]) < half
        naive.append(change[member & gold].mean() - change[~member].mean())
    assert np.all((held / 200 > 0.9) & (held / 200 < 0.99))
    assert np.mean(naive) > 5


def test_profit_by_tier_is_the_effect_less_the_cost(rng: np.random.Generator) -> None:
    found = matched_effect_by(
        programme(rng, 20_000),
        match_cols=["level"],
        by="tier",
        before_col="before",
        cost_col="cost",
    )
    n = found["n_matched"]
    expected = n * (found["effect"] - 2.0)
    assert found["profit"].tolist() == pytest.approx(expected.tolist())
    assert (found["profit"] / n).tolist() == pytest.approx([-1, 1], abs=0.4)
    assert (found["profit_lower"] < found["profit"]).all()


def test_an_earlier_effect_shows_members_who_were_on_another_path(
    rng: np.random.Generator,
) -> None:
    base = programme(rng, 4000)
    base["earlier"] = base["before"] - 4.0 * base["member"] + rng.normal(0, 2, 4000)
    found = matched_effect_by(
        base, match_cols=["level"], before_col="before", earlier_col="earlier"
    ).iloc[0]
    assert found["earlier_effect_lower"] < 4.0 < found["earlier_effect_upper"]


def test_without_a_period_before_the_outcomes_are_compared(
    eager_frame: Any, columns_of: Any
) -> None:
    base = {"member": [1, 1, 0, 0], "after": [1, 1, 1, 0], "alike": ["a"] * 4}
    found = columns_of(matched_effect_by(eager_frame(base), match_cols=["alike"]))
    assert found["effect"] == pytest.approx([0.5])


def test_members_that_nothing_can_be_compared_with_are_refused(
    eager_frame: Any,
) -> None:
    base = {"member": [1, 0], "after": [1.0, 2.0], "alike": ["a", "b"]}
    with pytest.raises(NotEnoughDataError, match="a member with a customer alike"):
        matched_effect_by(eager_frame(base), match_cols=["alike"])
    with pytest.raises(InvalidValueError, match="negative value"):
        matched_effect_by(
            eager_frame(CASE | {"cost": [-1.0] + [1.0] * 7}),
            match_cols=["region"],
            cost_col="cost",
        )


def test_without_spread_or_cost_there_is_an_effect_but_no_p_value_and_no_return() -> (
    None
):
    alike = pd.DataFrame(
        {
            "member": [1, 1, 0, 0],
            "all": ["yes"] * 4,
            "after": [3.0, 3, 1, 1],
            "cost": [0.0, 0, 5, 5],
        }
    )
    found = matched_effect_by(alike, match_cols=["all"], cost_col="cost").iloc[0]
    assert (found["effect"], found["cost"], found["profit"]) == (2.0, 0.0, 4.0)
    assert found[["p_value", "return_on_investment"]].isna().all()
    # A cost far below one unit of money is a cost.
    little = alike.assign(cost=[0.25, 0.25, 5, 5])
    found = matched_effect_by(little, match_cols=["all"], cost_col="cost").iloc[0]
    assert found["return_on_investment"] == pytest.approx((4 - 0.5) / 0.5)
