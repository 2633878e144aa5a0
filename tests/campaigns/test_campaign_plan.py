"""From a pilot to a list with its expected profit, and policies compared."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.campaigns import arm_effects, campaign_plan, policy_profit, select_targets
from crmkit.errors import (
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    NotEnoughDataError,
)
from crmkit.kernels.base.intervals import normal_quantile
from crmkit.kernels.campaigns.arm_cells import arm_cells, planned_gain, shrunk_effects
from crmkit.kernels.campaigns.policy_value import gain_per_customer, mean_with_variance

ARMS = np.array(["none", "mail", "call"])


def pilot(rng: np.random.Generator, n: int, *, cells: int = 4) -> dict[str, Any]:
    """Draw arms at random; a call earns more the higher the number of the cell."""
    cell, arm = rng.integers(0, cells, n), rng.integers(0, 3, n)
    gain = np.where(arm == 2, 2.0 * cell, np.where(arm == 1, 1.5, 0.0))
    profit = rng.normal(20, 4, n) + gain
    return {
        "segment": [f"s{at}" for at in cell],
        "arm": list(ARMS[arm]),
        "profit": [float(value) for value in profit],
    }


GIVEN: dict[str, Any] = {
    "by": "segment",
    "control": "none",
    "arm_costs": {"mail": 0.5, "call": 3.0},
}


def test_the_list_keeps_its_limits_and_its_books(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = {"customer_id": [*range(80)], "segment": [f"s{at % 4}" for at in range(80)]}
    plan = campaign_plan(
        eager_frame(base),
        pilot=eager_frame(pilot(rng, 3000)),
        check_on=eager_frame(pilot(rng, 3000)),
        budget=70,
        capacity={"call": 10},
        **GIVEN,
    )
    rows, assessed = columns_of(plan.customers), columns_of(plan.assessment)
    assert rows["customer_id"] == base["customer_id"]
    assert rows["planned_arm"].count("call") == 10
    assert plan.n_selected == 80 - rows["planned_arm"].count("none")
    assert plan.cost == rows["planned_arm"].count("mail") * 0.5 + 30 <= 70
    assert sum(rows["expected_profit"]) == pytest.approx(plan.planned_profit)
    assert sum(assessed["n_planned"]) == plan.n_selected
    costs = {"mail": 0.5, "call": 3.0}
    held_out = sum(
        n * (effect - costs[arm])
        for n, effect, arm in zip(
            assessed["n_planned"],
            assessed["held_out_effect"],
            assessed["arm"],
            strict=True,
        )
    )
    assert plan.profit == pytest.approx(held_out)
    # Calls go where they earn most: to the last cell.
    called = {
        s
        for s, arm in zip(rows["segment"], rows["planned_arm"], strict=True)
        if arm == "call"
    }
    assert called == {"s3"}
    assert "n_selected=" in repr(plan)


def test_the_held_out_profit_is_honest_and_that_of_the_pilot_is_not(
    rng: np.random.Generator,
) -> None:
    cells, n = 30, 1500
    truth = np.zeros((cells, 3))
    truth[:, 1:] = rng.normal(1.0, 1.0, (cells, 2))
    held, surprise, luck = 0, [], []
    for _ in range(300):
        measured = []
        for _half in range(2):
            cell, arm = rng.integers(0, cells, n), rng.integers(0, 3, n)
            profit = rng.normal(0, 4, n) + truth[cell, arm]
            measured.append(arm_cells(profit, cell, arm, (cells, 3)))
        raw, shrunk = shrunk_effects(measured[0], 0)
        best = shrunk.argmax(axis=1)
        planned = np.zeros((cells, 3))
        planned[np.arange(cells), best] = 10.0
        planned[:, 0] = 0.0
        expected = float((planned * truth).sum())
        gain, variance = planned_gain(measured[1], planned, 0)
        held += abs(gain - expected) < normal_quantile(0.95) * np.sqrt(variance)
        surprise.append(gain - expected)
        luck.append(float((planned * raw).sum()) - expected)
    assert 0.92 < held / 300 < 0.98
    error = np.std(surprise) / np.sqrt(300)
    assert abs(np.mean(surprise)) < 3 * error
    assert np.mean(luck) > 10 * error


def test_effects_of_cells_that_do_not_differ_are_drawn_together(
    rng: np.random.Generator,
) -> None:
    cell, arm = rng.integers(0, 20, 4000), rng.integers(0, 2, 4000)
    same = arm_cells(rng.normal(0, 3, 4000) + arm, cell, arm, (21, 2))
    raw, shrunk = shrunk_effects(same, 0)
    assert np.nanstd(shrunk[:20, 1]) < 0.4 * np.nanstd(raw[:20, 1])
    # A cell that was never seen has the mean effect.
    assert np.isnan(raw[20, 1])
    assert shrunk[20, 1] == pytest.approx(shrunk[:20, 1].mean(), abs=0.2)
    apart = arm_cells(rng.normal(0, 0.1, 4000) + arm * cell, cell, arm, (20, 2))
    raw, shrunk = shrunk_effects(apart, 0)
    assert shrunk[:, 1] == pytest.approx(raw[:, 1], abs=0.01)


def test_the_variance_of_a_plan_counts_a_shared_control_once() -> None:
    # Two treatments in one cell: their effects share the noise of the control mean.
    outcome = np.array([1.0, 3, 10, 14, 20, 26])
    found = arm_cells(
        outcome, np.zeros(6, dtype=np.int64), np.array([0, 0, 1, 1, 2, 2]), (1, 3)
    )
    gain, variance = planned_gain(found, np.array([[0.0, 2.0, 1.0]]), 0)
    assert gain == 2 * (12 - 2) + (23 - 2)
    assert variance == pytest.approx(9 * 2 / 2 + 4 * 8 / 2 + 18 / 2)


@settings(max_examples=12)
@given(seed=st.integers(0, 9999), budget=st.floats(1e-9, 60) | st.just(0.0))
def test_no_plan_spends_more_than_its_budget(seed: int, budget: float) -> None:
    rng = np.random.default_rng(seed)
    n, room = 30, int(rng.integers(0, 8))
    contacts = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 20, n),
            "channel": rng.choice(["mail", "call"], n),
            "expected_profit": rng.normal(2, 4, n),
            "cost": rng.uniform(0, 5, n),
            "minutes": rng.uniform(0, 3, n),
        }
    )
    plan = select_targets(
        contacts,
        budget=budget,
        capacity={"call": room},
        units_col="minutes",
        method="greedy",
    )
    chosen = contacts[plan.customers["selected"]]
    assert plan.cost <= budget + 1e-9
    assert chosen.loc[chosen["channel"] == "call", "minutes"].sum() <= room + 1e-9
    assert not chosen["customer_id"].duplicated().any()
    assert (chosen["expected_profit"] > 0).all()
    assert plan.profit <= plan.bound + 1e-9


def test_expiring_stock_goes_to_those_who_pay_most_for_it() -> None:
    # 10 pieces expire. A customer takes one with some chance; what is left is worth 2.
    offers = pd.DataFrame({"customer_id": range(60), "rate": [0.5] * 30 + [0.1] * 30})
    offers["channel"], offers["cost"] = "lot 7", 0.1
    offers["expected_profit"] = offers["rate"] * (9.0 - 2.0) - offers["cost"]
    plan = select_targets(offers, capacity={"lot 7": 10}, units_col="rate")
    chosen = offers[plan.customers["selected"]]
    assert chosen["rate"].sum() == pytest.approx(10)
    assert (chosen["rate"] == 0.5).all()
    with pytest.raises(InvalidValueError, match="negative value"):
        select_targets(
            offers.assign(rate=-1.0), capacity={"lot 7": 10}, units_col="rate"
        )


def test_policies_are_judged_without_being_carried_out(
    rng: np.random.Generator,
) -> None:
    held = np.zeros(2)
    for _ in range(200):
        n = 3000
        cell, arm = rng.integers(0, 4, n), rng.choice(3, n, p=[0.5, 0.3, 0.2])
        gain = np.array([[0, 1, -2], [0, 1, 0], [0, 1, 2], [0, 1, 4.0]])
        profit = rng.normal(20, 4, n) + gain[cell, arm]
        rule, model = np.full(n, 1), np.where(cell < 2, 1, 2)
        none = np.zeros(n, dtype=np.int64)
        for at, (policy, other, truth) in enumerate(
            ((model, none, 2.0), (model, rule, 1.0))
        ):
            mean, variance = mean_with_variance(
                gain_per_customer(profit, arm, policy, other)
            )
            half = normal_quantile(0.95) * np.sqrt(variance)
            # Policies are judged for customers drawn like these: 2 and 1 on average.
            held[at] += abs(mean - truth) < half
    assert np.all((held / 200 > 0.91) & (held / 200 <= 0.99))


def test_the_differences_are_those_of_the_profits(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = pilot(rng, 400)
    base["all"] = ["mail"] * 400
    base["some"] = ["call" if s == "s3" else "none" for s in base["segment"]]
    base["none_at_all"] = ["none"] * 400
    found = columns_of(
        policy_profit(
            eager_frame(base),
            policy_cols=["all", "some", "none_at_all"],
            control="none",
        )
    )
    assert found["policy"] == ["all", "some", "none_at_all"]
    assert found["share_treated"][0] == 1
    assert found["profit"][2] == found["profit_lower"][2] == 0
    first = found["profit"][0]
    assert found["difference"][1:] == pytest.approx(
        [found["profit"][1] - first, -first]
    )
    assert found["difference"][0] is None or np.isnan(found["difference"][0])
    with pytest.raises(InvalidValueError, match="'visit', to which no customer"):
        policy_profit(
            eager_frame(base | {"all": ["visit"] * 400}),
            policy_cols=["all"],
            control="none",
        )
    with pytest.raises(NotEnoughDataError, match="control arm 'nothing'"):
        policy_profit(eager_frame(base), policy_cols=["all"], control="nothing")


def test_effects_by_group_are_those_of_the_group_alone(
    frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = pilot(rng, 300, cells=2)
    both = columns_of(arm_effects(frame(base), control="none", by="segment"))
    for segment in ("s0", "s1"):
        rows = [at for at, s in enumerate(base["segment"]) if s == segment]
        part = {name: [values[at] for at in rows] for name, values in base.items()}
        alone = columns_of(arm_effects(frame(part), control="none"))
        for arm in ("mail", "call"):
            at = next(
                at
                for at in range(len(both["arm"]))
                if (both["segment"][at], both["arm"][at]) == (segment, arm)
            )
            for name in ("n_customers", "effect", "effect_lower", "p_value"):
                assert both[name][at] == pytest.approx(
                    alone[name][alone["arm"].index(arm)], rel=1e-6
                )
    base["segment"][0], base["arm"][0] = "s9", "mail"
    with pytest.raises(InvalidValueError, match="which is in no row of a group"):
        arm_effects(frame(base), control="none", by="segment")


def test_what_cannot_be_planned_is_refused(rng: np.random.Generator) -> None:
    base = pd.DataFrame({"segment": ["s0"] * 5})
    learned, checked = (pd.DataFrame(pilot(rng, 600)) for _ in range(2))
    given = GIVEN | {"pilot": learned, "check_on": checked}
    for wrong, kind, found in (
        ({"arm_costs": {"fax": 1.0}}, InvalidValueError, "arm 'fax' with fewer"),
        ({"arm_costs": {"none": 1.0}}, InvalidValueError, "the control among"),
        ({"capacity": {"fax": 1}}, InvalidValueError, "which has no cost"),
        ({"check_on": checked.head(3)}, NotEnoughDataError, "to check on"),
        ({"pilot": learned.assign(segment=1)}, InvalidTypeError, "one type in all"),
    ):
        with pytest.raises(kind, match=found):
            campaign_plan(base, **{**given, **wrong})


def expected_by_model(
    rng: np.random.Generator, n: int, *, noise: float = 0.0
) -> dict[str, Any]:
    """Draw arms; what a call adds is written on a score that a model knows."""
    value, arm = rng.random(n), rng.integers(0, 3, n)
    gain = np.where(arm == 2, 8 * value, np.where(arm == 1, 1.0, 0.0))
    return {
        "arm": list(ARMS[arm]),
        "profit": [float(each) for each in rng.normal(20, 4, n) + gain],
        "mail_gain": [1.0] * n,
        "call_gain": [float(each) for each in 8 * value + noise * rng.normal(0, 1, n)],
    }


MODEL: dict[str, Any] = {
    "control": "none",
    "arm_costs": {"mail": 0.5, "call": 3.0},
}


def test_a_list_of_a_model_keeps_its_limits_and_its_books(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = expected_by_model(rng, 60)
    plan = campaign_plan(
        eager_frame({name: base[name] for name in ("mail_gain", "call_gain")}),
        check_on=eager_frame(expected_by_model(rng, 1500)),
        budget=60,
        **MODEL,
    )
    rows, assessed = columns_of(plan.customers), columns_of(plan.assessment)
    calls, mails = (rows["planned_arm"].count(arm) for arm in ("call", "mail"))
    assert plan.cost == 0.5 * mails + 3 * calls <= 60
    assert plan.n_selected == mails + calls == sum(assessed["n_planned"])
    assert sum(rows["expected_profit"]) == pytest.approx(plan.planned_profit)
    # Calls go to the highest gains.
    called = [
        gain
        for gain, arm in zip(base["call_gain"], rows["planned_arm"], strict=True)
        if arm == "call"
    ]
    assert sorted(base["call_gain"])[-len(called) :] == sorted(called)
    assert assessed["expected_effect"][1] == pytest.approx(np.mean(called))
    assert assessed["held_out_effect"][1] == pytest.approx(np.mean(called), abs=1.5)


def test_the_profit_held_out_is_that_of_the_list_and_not_what_the_model_hopes(
    rng: np.random.Generator,
) -> None:
    held, off = 0, []
    planned = 0.0
    for _ in range(40):
        base = pd.DataFrame(expected_by_model(rng, 300, noise=2.0))
        truth = base["call_gain"].copy()
        # The model is twice too sure, and wrong at random as well.
        base["call_gain"] *= 2
        check = pd.DataFrame(expected_by_model(rng, 1200, noise=2.0))
        check["call_gain"] *= 2
        plan = campaign_plan(base, check_on=check, **MODEL)
        called = plan.customers["planned_arm"] == "call"
        # The mean true gain of a noisy prediction, by the regression on it.
        real = (
            8 * np.clip((truth[called] - 4) * (64 / 12) / (64 / 12 + 4) + 4, 0, 8) / 8
        )
        earned = float((real - 3).sum()) + 0.5 * float(
            (plan.customers["planned_arm"] == "mail").sum()
        )
        assert plan.planned_profit > plan.profit
        lower, upper = plan.interval()
        held += lower < earned < upper
        off.append(plan.profit - earned)
        planned = plan.planned_profit
    assert held >= 35
    assert abs(np.mean(off)) < 0.15 * planned


def test_a_model_that_knows_more_earns_more_than_a_rule(
    rng: np.random.Generator,
) -> None:
    check = pd.DataFrame(expected_by_model(rng, 6000))
    check["band"] = np.where(check["call_gain"] > 4, "high", "low")
    pilot = pd.DataFrame(expected_by_model(rng, 6000))
    pilot["band"] = rng.choice(["high", "low"], 6000)  # a rule of no use
    check["blind"] = rng.choice(["high", "low"], 6000)
    base = check.head(1000)
    limits: dict[str, Any] = {"budget": 900, "check_on": check}
    model = campaign_plan(base, **limits, **MODEL)
    rule = campaign_plan(
        base.assign(band=base["blind"]),
        pilot=pilot,
        by="band",
        control="none",
        arm_costs=MODEL["arm_costs"],
        budget=900,
        check_on=check.assign(band=check["blind"]),
    )
    assert model.interval().lower > rule.profit


def test_one_source_of_expectations_is_asked_for(rng: np.random.Generator) -> None:
    base = pd.DataFrame(expected_by_model(rng, 200)).assign(segment="s")
    for wrong, found in (
        ({"by": "segment"}, "'pilot' and 'by': only one of them"),
        ({"pilot": base}, "'pilot' and 'by': only one of them"),
        ({"capacity": {"fax": 1}}, "which has no cost"),
    ):
        with pytest.raises(InvalidValueError, match=found):
            campaign_plan(base, check_on=base, **{**MODEL, **wrong})
    with pytest.raises(MissingColumnError, match="'call_gain'"):
        campaign_plan(base[["arm"]], check_on=base, **MODEL)
    with pytest.raises(NotEnoughDataError, match="of arm 'call'"):
        campaign_plan(base, check_on=base[base["arm"] != "call"], **MODEL)
