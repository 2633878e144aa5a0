"""What policies earn, with limits and p-values, from the definition by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit.campaigns import policy_profit
from crmkit.errors import InvalidValueError, NotEnoughDataError

PILOT = pd.DataFrame(
    {
        "arm": ["none", "mail", "call", "mail", "none", "mail", "call", "none", "mail"],
        "profit": [1.0, 4.0, 9.0, 3.0, 2.0, 7.0, 8.5, 0.5, 6.0],
        "all": ["mail"] * 9,
        "some": [
            "none",
            "mail",
            "mail",
            "call",
            "call",
            "none",
            "call",
            "mail",
            "mail",
        ],
        "same": ["mail"] * 9,
    }
)


def _terms(policy: str, other: str) -> Any:
    """Return the weighted terms of each customer (Horvitz and Thompson 1952)."""
    share = {"none": 3 / 9, "mail": 4 / 9, "call": 2 / 9}
    mean = PILOT["profit"].mean()
    others = PILOT[other] if other != "none" else ["none"] * 9
    return np.array(
        [
            ((arm == one) - (arm == two)) * (profit - mean) / share[arm]
            for arm, profit, one, two in zip(
                PILOT["arm"], PILOT["profit"], PILOT[policy], others, strict=True
            )
        ]
    )


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_limits_and_p_values_are_those_of_the_weighted_terms(level: float) -> None:
    found: Any = policy_profit(
        PILOT, policy_cols=["all", "some", "same"], control="none", level=level
    )
    z = stats.norm.ppf(0.5 + level / 2)
    assert found["share_treated"].tolist() == pytest.approx([1, 7 / 9, 1], rel=1e-15)
    for name, row in zip(("all", "some", "same"), found.itertuples(), strict=True):
        terms = _terms(name, "none")
        error = terms.std(ddof=1) / 3
        np.testing.assert_allclose(
            [row.profit, row.profit_lower, row.profit_upper],
            terms.mean() + error * np.array([0, -z, z]),
            rtol=1e-12,
        )
    terms = _terms("some", "all")
    error = terms.std(ddof=1) / 3
    row = found.iloc[1]
    np.testing.assert_allclose(
        [row["difference"], row["difference_lower"], row["difference_upper"]],
        terms.mean() + error * np.array([0, -z, z]),
        rtol=1e-12,
    )
    p = 2 * stats.norm.sf(abs(terms.mean()) / error)
    assert row["p_value"] == pytest.approx(p, rel=1e-11, abs=0)
    # The first policy again differs from itself by nothing, for certain.
    names = ["difference", "difference_lower", "difference_upper", "p_value"]
    assert found[names].iloc[2].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert found[names].iloc[0].isna().all()


def test_a_difference_without_noise_is_certain() -> None:
    pilot = pd.DataFrame(
        {
            "arm": ["none", "mail", "none", "mail"],
            "profit": [0.0, 2.0, 0.0, 2.0],
            "nobody": ["none"] * 4,
            "all": ["mail"] * 4,
        }
    )
    found: Any = policy_profit(pilot, policy_cols=["nobody", "all"], control="none")
    assert found["difference"][1] == found["difference_lower"][1] == 2.0
    assert found["p_value"][1] == 0.0
    two: Any = policy_profit(pilot[:2], policy_cols=["nobody", "all"], control="none")
    assert two["difference"][1] == 2.0
    with pytest.raises(NotEnoughDataError, match="2 customers or more"):
        policy_profit(pilot[:1], policy_cols=["nobody"], control="none")


def test_a_refusal_names_the_arm_and_five_of_those_that_were_drawn() -> None:
    pilot = pd.DataFrame({"arm": [*"abcdef"], "profit": 1.0, "best": [*"aabbz?"]})
    with pytest.raises(
        InvalidValueError,
        match=r"arm '\?', to which .* the arms \['a', 'b', 'c', 'd', 'e'\]\.",
    ):
        policy_profit(pilot, policy_cols=["best"], control="a")
    with pytest.raises(
        NotEnoughDataError,
        match=r"arm 'none'.* 6 customers in arms \['a', 'b', 'c', 'd', 'e'\]",
    ):
        policy_profit(pilot, policy_cols=["best"], control="none")


@pytest.mark.parametrize("unit", [2.0**-20, 2.0**20])
def test_the_unit_of_profit_changes_no_p_value(unit: float) -> None:
    plain, other = (
        policy_profit(
            PILOT.assign(profit=PILOT["profit"] * each),
            policy_cols=["all", "some"],
            control="none",
        )
        for each in (1.0, unit)
    )
    assert 0.001 < plain["p_value"][1] < 0.999
    assert other["p_value"][1] == pytest.approx(plain["p_value"][1], rel=1e-9, abs=0)
