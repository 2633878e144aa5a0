"""What a list by a model needs of the customers that it is checked on."""

from typing import Any

import pandas as pd
import pytest

from crmkit.campaigns import campaign_plan
from crmkit.errors import NotEnoughDataError


def _plan(n_mailed: int) -> Any:
    base = pd.DataFrame(
        {"customer_id": range(6), "mail_gain": [3.0, 2.0, 1.5, 1.2, 0.2, 0]}
    )
    arms = ["none"] * 3 + ["mail"] * n_mailed
    checked = pd.DataFrame({"arm": arms, "profit": range(len(arms)), "mail_gain": 2.0})
    return campaign_plan(
        base,
        check_on=checked,
        control="none",
        arm_costs={"mail": 1.0},
    )


def test_two_customers_of_each_arm_are_enough_to_check_on() -> None:
    assert _plan(2).n_selected == 4
    with pytest.raises(NotEnoughDataError, match=r"2 customers or more .* got 1 of"):
        _plan(1)


def test_one_customer_of_an_arm_has_an_effect_to_tell() -> None:
    base = pd.DataFrame({"customer_id": range(3), "mail_gain": [3.0, 0.5, 0.0]})
    checked = pd.DataFrame(
        {
            "arm": ["none", "none", "mail", "mail"],
            "profit": [5.0, 1.0, 9.0, 2.0],
            "mail_gain": [2.0, 0.0, 2.0, 0.0],
        }
    )
    plan: Any = campaign_plan(
        base, check_on=checked, control="none", arm_costs={"mail": 1.0}
    )
    told = plan.assessment.iloc[0]
    assert (told["n_planned"], told["expected_effect"]) == (1, 3.0)
    # One customer to be mailed was, and one was not.
    assert told["held_out_effect"] == 9.0 - 5.0
