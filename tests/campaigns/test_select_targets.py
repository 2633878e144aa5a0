"""Targets under limits: kept limits, proven bounds, and the exact optimum."""

import itertools
from typing import Any

import numpy as np
import pytest

from crmkit.campaigns import select_targets
from crmkit.campaigns.targeting import limited_choice
from crmkit.errors import InvalidValueError, NotEnoughDataError


def contacts(rng: np.random.Generator, n: int) -> dict[str, Any]:
    return {
        "customer_id": np.repeat(np.arange(n), 2),
        "channel": ["mail", "call"] * n,
        "expected_profit": rng.normal(2, 8, 2 * n),
        "cost": rng.gamma(2, 2, 2 * n),
    }


@pytest.mark.parametrize("method", ["greedy", "exact"])
def test_limits_are_kept_and_the_bound_holds(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator, method: Any
) -> None:
    base = contacts(rng, 200)
    plan = select_targets(
        eager_frame(base),
        budget=250,
        max_contacts=90,
        capacity={"call": 30},
        method=method,
    )
    chosen = np.array(columns_of(plan.customers)["selected"])
    assert base["cost"][chosen].sum() <= 250
    assert chosen.sum() == plan.n_selected <= 90
    assert np.sum(chosen & (np.array(base["channel"]) == "call")) <= 30
    assert np.bincount(base["customer_id"][chosen]).max() == 1
    assert np.all(base["expected_profit"][chosen] > 0)
    assert plan.profit == pytest.approx(base["expected_profit"][chosen].sum())
    assert plan.profit <= plan.bound
    assert plan.gap < (0.02 if method == "greedy" else 1e-5)


def test_the_exact_choice_is_that_of_a_search(rng: np.random.Generator) -> None:
    import pandas as pd

    for _ in range(10):
        base = pd.DataFrame(contacts(rng, 5))
        # No contact, the mail, or the call of each of the five customers.
        tried = np.array(list(itertools.product([0, 1, 2], repeat=5)))
        taken = np.stack([tried == 1, tried == 2], axis=2).reshape(-1, 10)
        fits = (taken @ base["cost"].to_numpy() <= 9) & (taken[:, 1::2].sum(1) <= 2)
        best = (taken @ base["expected_profit"].to_numpy())[fits].max()
        limits: dict[str, Any] = {"budget": 9, "capacity": {"call": 2}}
        exact = select_targets(base, method="exact", **limits)
        assert exact.profit == pytest.approx(best, rel=1e-6)
        greedy = select_targets(base, method="greedy", **limits)
        assert greedy.profit <= best + 1e-9 <= greedy.bound + 1e-6


def test_the_order_of_rows_changes_no_total(rng: np.random.Generator) -> None:
    import pandas as pd

    base = pd.DataFrame(contacts(rng, 300))
    mixed = base.sample(frac=1, random_state=3)
    plans = [
        select_targets(each, budget=100, method="greedy") for each in (base, mixed)
    ]
    assert plans[0].profit == pytest.approx(plans[1].profit, rel=1e-9)
    assert plans[1].customers.index.equals(mixed.index)


def test_the_price_of_the_budget_is_what_more_of_it_brings(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    base = pd.DataFrame(contacts(rng, 20_000))
    less, more = (
        select_targets(base, budget=budget, method="greedy")
        for budget in (10_000, 10_100)
    )
    assert less.profit_per_budget_unit == pytest.approx(
        (more.profit - less.profit) / 100, rel=0.02
    )


def test_nothing_to_choose_from_is_a_choice() -> None:
    import pandas as pd

    base = pd.DataFrame({"customer_id": [1, 2], "expected_profit": [-1.0, 0.0]})
    plan = select_targets(base, max_contacts=1)
    assert (plan.n_selected, plan.profit, plan.bound, plan.gap) == (0, 0, 0, 0)


def test_what_cannot_be_planned_is_refused(rng: np.random.Generator) -> None:
    import pandas as pd

    base = pd.DataFrame(contacts(rng, 20))
    with pytest.raises(InvalidValueError, match="'fax', which is in no row"):
        select_targets(base, capacity={"fax": 1})
    with pytest.raises(InvalidValueError, match="negative value"):
        select_targets(base.assign(cost=-1.0), budget=1)
    large = pd.DataFrame({"customer_id": np.arange(20_001), "expected_profit": 1.0})
    with pytest.raises(NotEnoughDataError, match="20,001"):
        select_targets(large, max_contacts=3, method="exact")


def test_a_search_that_is_ended_early_keeps_a_proven_gap(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = rng.beta(1, 15, 30)
    given: dict[str, Any] = {
        "owner": np.arange(30),
        "used": rate[:, None],
        "limits": np.array([0.8]),
    }
    profit = rate * 75 - 0.05
    monkeypatch.setattr(limited_choice, "_MOST_BRANCHES", 40)
    best = limited_choice.limited_choice(profit, method="exact", **given)
    for nodes in (0, 1):
        monkeypatch.setattr(limited_choice, "_QUICK", nodes)
        found = limited_choice.limited_choice(profit, method="auto", **given)
        assert rate[found.selected].sum() <= 0.8 + 1e-9
        assert found.profit <= best.profit * (1 + 1e-6) <= found.bound * (1 + 2e-6)
        assert found.gap < 0.1
