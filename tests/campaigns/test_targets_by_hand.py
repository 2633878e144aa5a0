"""Whom to contact, whom to keep and what a plan earns, counted customer by customer."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crmkit.campaigns import (
    campaign_plan,
    profit_by_budget,
    select_targets,
    with_retention_priority,
    with_value_of_retention,
)
from crmkit.errors import InvalidValueError

CONTACTS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4, 5],
        "expected_profit": [12.0, 9.0, 4.0, 1.0, -3.0],
        "cost": [2.0, 3.0, 2.0, 4.0, 0.5],
    }
)


def test_each_budget_has_its_contacts_its_bound_and_its_price() -> None:
    found: Any = profit_by_budget(CONTACTS, budgets=[20, 0, 3, 4, 11, 6.5, 4])
    # By profit for each unit of cost: 6, 3, 2 and 1/4. The bound takes a part of the
    # first contact that does not fit, and the price is what that part brings.
    truth: dict[str, list[float]] = {
        "budget": [0.0, 3.0, 4.0, 6.5, 11.0, 20.0],
        "n_selected": [0, 1, 2, 2, 4, 4],
        "cost": [0.0, 2.0, 4.0, 5.0, 11.0, 11.0],
        "profit": [0.0, 12.0, 16.0, 21.0, 26.0, 26.0],
        "bound": [0.0, 15.0, 18.0, 24.0, 26.0, 26.0],
        "profit_per_budget_unit": [0.0, 3.0, 3.0, 2.0, 0.0, 0.0],
    }
    assert [*found] == [*truth]
    for name, values in truth.items():
        assert_allclose(found[name], values, rtol=1e-12, atol=0, err_msg=name)
    # Two contacts at most, and the dearer channel has room for one and a half units.
    more = CONTACTS.assign(
        channel=["call", "call", "mail", "mail", "mail"], units=[1.0, 1.6, 1, 1, 1]
    )
    given: dict[str, Any] = {"capacity": {"call": 1.5}, "units_col": "units"}
    limited: Any = profit_by_budget(more, budgets=[30, 6], max_contacts=2, **given)
    assert limited["n_selected"].tolist() == [2, 2]
    assert limited["profit"].tolist() == [16.0, 16.0]
    assert limited["cost"].tolist() == [4.0, 4.0]
    # Without units, each contact takes one.
    plain = profit_by_budget(more, budgets=[30], capacity={"call": 2})
    assert plain["profit"].tolist() == [26.0]


@pytest.mark.parametrize("method", ["auto", "exact"])
def test_units_of_a_channel_and_all_limits_together_are_kept(method: Any) -> None:
    rng = np.random.default_rng(6)
    rows = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(5), 2),
            "channel": ["mail", "call"] * 5,
            "expected_profit": rng.uniform(-2, 9, 10).round(2),
            "cost": rng.uniform(0.5, 4, 10).round(2),
            "minutes": rng.uniform(1, 6, 10).round(1),
        }
    )
    given: dict[str, Any] = {
        "budget": 8.0,
        "max_contacts": 3,
        "capacity": {"call": 7.5, "mail": 9.0},
    }
    best, taken = 0.0, np.zeros(10)
    for choice in product([0, 1, 2], repeat=5):
        take = np.array([[each == 1, each == 2] for each in choice]).ravel()
        minutes = take * rows["minutes"].to_numpy()
        fits = take @ rows["cost"] <= 8 and take.sum() <= 3
        fits = fits and minutes[1::2].sum() <= 7.5 and minutes[::2].sum() <= 9
        if fits and take @ rows["expected_profit"] > best:
            best, taken = float(take @ rows["expected_profit"]), take
    plan = select_targets(rows, units_col="minutes", method=method, **given)
    assert plan.profit == pytest.approx(best, rel=1e-9, abs=0)
    assert plan.customers["selected"].tolist() == taken.tolist()
    assert plan.cost == pytest.approx(float(taken @ rows["cost"]), rel=1e-12, abs=0)
    assert plan.n_selected == taken.sum()
    assert plan.bound == pytest.approx(best, rel=2e-4, abs=0)
    assert plan.gap == pytest.approx(1 - best / plan.bound, rel=1e-6, abs=1e-12)
    assert select_targets(rows, max_contacts=3).profit_per_budget_unit is None


def test_a_cost_that_is_not_limited_is_added_up_all_the_same() -> None:
    plan = select_targets(CONTACTS, max_contacts=2)
    assert (plan.cost, plan.profit, plan.n_selected) == (5.0, 21.0, 2)
    free = select_targets(CONTACTS.drop(columns="cost"), max_contacts=2)
    assert (free.cost, free.profit) == (0.0, 21.0)
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"budget": -1}, "budget"),
        ({"max_contacts": -1}, "max_contacts"),
        ({"capacity": {"mail": -1}}, "capacity"),
    ]
    for wrong, told in wrongs:
        with pytest.raises(InvalidValueError, match=told):
            select_targets(CONTACTS.assign(channel="mail"), **wrong)


def test_a_degree_begins_at_its_bar_and_content_customers_at_theirs() -> None:
    rows = pd.DataFrame(
        {
            "clv_if_active": [500.0, 499.9, 500.0, 500.0, 500.0, 0.0],
            "churn_risk": [0.5, 0.5, 0.49, 0.5, 0.49, 0.2],
            "satisfaction": [6.9, 6.9, 6.9, 7.0, 7.0, 7.0],
            "persuadability": [0.25, 0.5, 0.5, 1.0, 0.0, 0.5],
        }
    )
    found: Any = with_retention_priority(
        rows, clv_from=500, satisfaction_from=7, persuadability_col="persuadability"
    )
    assert found["retention_priority"].tolist() == [1, 5, 3, 2, 4, 5]
    assert found["retention_reasons"].tolist() == [
        "high value, likely to leave, dissatisfied",
        "likely to leave, dissatisfied",
        "high value, dissatisfied",
        "high value, likely to leave",
        "high value",
        "nothing in particular",
    ]
    assert_allclose(
        found["value_at_risk"],
        rows["clv_if_active"] * rows["churn_risk"] * rows["persuadability"],
        rtol=1e-14,
        atol=0,
    )
    higher: Any = with_retention_priority(rows, clv_from=500, risk_from=0.51)
    assert higher["retention_priority"].tolist() == [4, 5, 4, 4, 4, 5]
    for bar in (0.0, 1.0):
        with_retention_priority(rows, clv_from=500, risk_from=bar)
    for wrong in (-0.01, 1.01):
        with pytest.raises(InvalidValueError, match="risk_from"):
            with_retention_priority(rows, clv_from=500, risk_from=wrong)


def test_a_point_of_retention_is_worth_its_slope_with_growth() -> None:
    tiers = pd.DataFrame(
        {"n_customers": [10, 4], "margin": [3.0, 7.0], "retention": [0.6, 0.875]}
    )
    found: Any = with_value_of_retention(tiers, discount_rate=0.25, margin_growth=0.125)
    # d/dr of r / (1 + i - r (1 + g)) is (1 + i) / (1 + i - r (1 + g)) ^ 2.
    truth = [
        n * margin * 1.25 / (1.25 - kept * 1.125) ** 2 / 100
        for n, margin, kept in tiers.itertuples(index=False)
    ]
    assert_allclose(found["value_of_a_point"], truth, rtol=1e-13, atol=0)
    # At 1 + i = r (1 + g) there is no limit any more.
    edge = tiers.assign(retention=[0.5, 0.5])
    with pytest.raises(InvalidValueError, match="no limit"):
        with_value_of_retention(edge, discount_rate=0.0, margin_growth=1.0)
    assert (
        len(with_value_of_retention(edge, discount_rate=0.0, margin_growth=0.99)) == 2
    )


def test_a_modelled_plan_is_checked_on_customers_drawn_at_random() -> None:
    costs = {"mail": 1.0, "call": 2.5}
    base = pd.DataFrame(
        {
            "mail_gain": [3.0, 0.5, 2.0, 1.5, 0.0],
            "call_gain": [4.0, 2.0, 5.0, 2.75, 7.5],
        }
    )
    rng = np.random.default_rng(2)
    n = 60
    check = pd.DataFrame(
        {
            "arm": rng.choice(["none", "mail", "call", "fax"], n),
            "profit": rng.integers(0, 40, n) / 4,
            "mail_gain": rng.integers(0, 12, n) / 4,
            "call_gain": rng.integers(0, 24, n) / 4,
        }
    )
    found: Any = campaign_plan(base, check_on=check, control="none", arm_costs=costs)
    arms, price = ["none", "mail", "call"], np.array([0, 1.0, 2.5])

    def best(rows: Any) -> Any:
        net = np.column_stack(
            [np.zeros(len(rows)), rows["mail_gain"] - 1, rows["call_gain"] - 2.5]
        )
        return net.argmax(axis=1), net.max(axis=1)

    plan, net = best(base)
    # A customer that no treatment pays for is left alone.
    assert plan.tolist() == [1, 0, 2, 1, 2]
    assert found.customers["planned_arm"].tolist() == [arms[each] for each in plan]
    assert found.customers["expected_profit"].tolist() == net.tolist()
    assert (found.n_selected, found.cost) == (4, 7.0)
    assert found.planned_profit == net.sum()
    known = check[check["arm"] != "fax"]
    drawn = known["arm"].map(arms.index).to_numpy()
    policy, _ = best(known)
    earned = known["profit"].to_numpy() - price[drawn]
    share = np.bincount(drawn) / drawn.size
    signs = (drawn == policy) * 1.0 - (drawn == 0)
    terms = signs * (earned - earned.mean()) / share[drawn]
    assert found.profit == pytest.approx(5 * terms.mean(), rel=1e-12, abs=0)
    error = 5 * terms.std(ddof=1) / np.sqrt(drawn.size)
    assert found.standard_error == pytest.approx(error, rel=1e-12, abs=0)
    outcome = known["profit"].to_numpy()
    effects = [
        outcome[(policy == at) & (drawn == at)].mean()
        - outcome[(policy == at) & (drawn == 0)].mean()
        for at in (1, 2)
    ]
    told = found.assessment
    assert told["arm"].tolist() == ["mail", "call"]
    assert told["expected_effect"].tolist() == [2.25, 6.25]
    assert_allclose(told["held_out_effect"], effects, rtol=1e-12, atol=0)
    assert told["n_planned"].tolist() == [2, 2]
    # An arm that nobody should have has no effect to tell.
    none: Any = campaign_plan(
        base.assign(mail_gain=0.0),
        check_on=check.assign(mail_gain=0.0),
        control="none",
        arm_costs=costs,
    ).assessment
    assert none["n_planned"].tolist()[0] == 0
    assert none[["expected_effect", "held_out_effect"]].iloc[0].isna().all()


def test_the_limits_of_a_plan_shrink_with_the_customers_it_is_checked_on() -> None:
    base = pd.DataFrame({"mail_gain": np.arange(20, 0, -1) / 2})
    check = pd.DataFrame(
        {
            "arm": ["none", "mail"] * 5,
            "profit": [1.0, 4.0, 2.0, 9.0, 0.0, 2.5, 3.0, 3.5, 1.5, 2.0],
            "mail_gain": np.arange(10, 0, -1) / 1.0,
        }
    )
    found: Any = campaign_plan(
        base,
        check_on=check,
        control="none",
        arm_costs={"mail": 0.5},
        budget=6.0,
        capacity={"mail": 8},
    )
    # Eight of twenty customers are mailed, so four of the ten are.
    assert (found.n_selected, found.cost) == (8, 4.0)
    policy = np.arange(10) < 4
    mailed = np.arange(10) % 2 == 1
    outcome = check["profit"].to_numpy()
    truth = outcome[policy & mailed].mean() - outcome[policy & ~mailed].mean()
    assert found.assessment["held_out_effect"].tolist() == [truth]
    earned = outcome - 0.5 * mailed
    signs = (mailed == policy) * 1.0 - ~mailed
    terms = signs * (earned - earned.mean()) * 2
    assert found.profit == pytest.approx(20 * terms.mean(), rel=1e-12, abs=0)
