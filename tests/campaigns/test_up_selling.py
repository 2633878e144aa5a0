"""Dearer products, purchase paths, and customers whom shops share."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.campaigns import (
    association_rules,
    cross_sell_score,
    purchase_paths,
    up_sell_score,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

START = dt.datetime(2024, 1, 1)


def climbers(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Simulate three tiers: a fifth of basic buyers move up in each window."""
    tier = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    rows = [(who, int(at), 0) for who, at in enumerate(tier)]
    for window in (1, 2):
        chance = np.array([0.2, 0.1, 0.0])[tier]
        moved = rng.random(n) < chance
        tier = tier + moved
        rows += [
            (int(who), int(tier[who]), 100 * window) for who in np.flatnonzero(moved)
        ]
    frame = pd.DataFrame(rows, columns=["customer_id", "tier", "day"])
    names = np.array(["basic", "plus", "premium"])
    return frame.assign(
        product_id=names[frame["tier"]],
        category="phone",
        price=np.array([10.0, 15.0, 30.0])[frame["tier"]],
        margin=np.array([4.0, 6.0, 15.0])[frame["tier"]],
        date=pd.Timestamp(START) + pd.to_timedelta(frame["day"], "D"),
    )


GIVEN: dict[str, Any] = {"observation_period_end": "2024-04-19", "horizon_days": 60}


def test_the_chance_to_move_up_is_found(rng: np.random.Generator) -> None:
    lines = climbers(rng, 6000)
    found: Any = up_sell_score(lines, margin_col="margin", **GIVEN)
    one = found.groupby("product_id").first()
    assert one["next_product"].to_dict() == {"basic": "plus", "plus": "premium"}
    assert one["gain"].to_dict() == {"basic": 2.0, "plus": 9.0}
    assert one["probability"].to_dict() == pytest.approx(
        {"basic": 0.2, "plus": 0.1}, abs=0.03
    )
    # What came in the next window is what was expected.
    moved = lines[lines["day"] == 200]["customer_id"]
    came = found["customer_id"].isin(moved).sum()
    assert came == pytest.approx(found["probability"].sum(), rel=0.1)
    assert (found["score"] == found["probability"] * found["gain"]).all()
    top = lines[(lines["day"] < 200) & (lines["product_id"] == "premium")]
    assert not found["customer_id"].isin(top["customer_id"]).any()


def test_the_future_changes_no_offer(eager_frame: Any, columns_of: Any) -> None:
    lines = climbers(np.random.default_rng(1), 200)
    later = pd.DataFrame(
        {
            "customer_id": [1],
            "product_id": ["gold"],
            "category": "phone",
            "price": 12.0,
            "date": pd.Timestamp("2024-12-01"),
        }
    )
    names = list(later.columns)
    whole = pd.concat([lines[names], later])
    past = columns_of(up_sell_score(lines[names][lines["day"] < 200], **GIVEN))
    # Nanoseconds, as pandas 2 keeps them, would be written as whole numbers.
    columns = whole.to_dict("list") | {"date": [*map(pd.Timestamp, whole["date"])]}
    found = columns_of(up_sell_score(eager_frame(columns), **GIVEN))
    assert found == past


def test_the_best_of_several_categories_comes_first(
    eager_frame: Any, columns_of: Any
) -> None:
    lines = {
        "customer_id": [0, 0, 1, 1, 2, 3],
        "category": ["tea", "cups", "tea", "cups", "nuts", "tea"],
        "product_id": ["bags", "mug", "leaves", "china", "nuts", "bags"],
        "price": [3.0, 5.0, 4.0, 50.0, 2.0, 3.0],
        "date": [START] * 5 + [START + dt.timedelta(days=100)],
    }
    given: dict[str, Any] = GIVEN | {"observation_period_end": "2024-04-20"}
    found = columns_of(up_sell_score(eager_frame(lines), **given))
    # No customer moved, so all chances are 0; customers 1 and 2 are at the top.
    assert found["customer_id"] == [0, 0, 3]
    assert set(found["probability"]) == {0.0}
    one = columns_of(up_sell_score(eager_frame(lines), n_offers=1, **given))
    assert one["customer_id"] == [0, 3]


def test_ladders_without_a_second_step_are_refused(eager_frame: Any) -> None:
    lines: dict[str, Any] = {
        "customer_id": [1, 2],
        "category": ["tea", "cups"],
        "product_id": ["bags", "mug"],
        "price": [3.0, 5.0],
        "date": [START, START],
    }
    with pytest.raises(NotEnoughDataError, match="a category of 2 products"):
        up_sell_score(eager_frame(lines), **GIVEN)
    with pytest.raises(InvalidValueError, match="product in two categories"):
        up_sell_score(eager_frame(lines | {"product_id": ["bags", "bags"]}), **GIVEN)
    with pytest.raises(NotEnoughDataError, match="purchases up to"):
        up_sell_score(
            eager_frame(lines), observation_period_end="2020-01-01", horizon_days=60
        )


def test_paths_count_every_customer_once(eager_frame: Any, columns_of: Any) -> None:
    def on(day: int) -> dt.datetime:
        return START + dt.timedelta(days=day)

    lines = {
        "customer_id": ["a", "a", "a", "b", "b", "b", "c", "d", "d", "d"],
        "category": [
            *("tea", "cups", "tea", "tea", "cups", "nuts", "tea"),
            *("tea", "nuts", "cups"),
        ],
        "date": [on(d) for d in (0, 4, 9, 0, 6, 20, 3, 0, 0, 5)],
    }
    found = columns_of(purchase_paths(eager_frame(lines), n_steps=2, min_count=1))
    rows = list(
        zip(
            found["step_1"],
            [step if isinstance(step, str) else None for step in found["step_2"]],
            found["n_customers"],
            found["median_days"],
            strict=True,
        )
    )
    assert rows[0] == ("tea", "cups", 2, 5)
    assert set(rows[1:]) == {("tea", None, 1, 0), ("nuts + tea", "cups", 1, 5)}
    assert sum(found["n_customers"]) == 4
    assert sum(found["share"]) == pytest.approx(1)
    longer = columns_of(purchase_paths(eager_frame(lines), n_steps=3, min_count=1))
    assert max(longer["median_days"]) == 20
    assert columns_of(purchase_paths(eager_frame(lines), min_count=3))["share"] == []


def test_overlap_of_shops_is_a_rule_between_customers(rng: np.random.Generator) -> None:
    visited = rng.random((500, 3)) < [0.5, 0.3, 0.2]
    who, shop = np.nonzero(visited)
    lines = pd.DataFrame({"customer_id": who, "shop": np.array(list("abc"))[shop]})
    found: Any = association_rules(
        lines,
        basket_col="customer_id",
        product_col="shop",
        false_discovery_rate=1,
        min_count=1,
    )
    n = len(np.unique(who))
    for one, other in ((0, 1), (1, 0), (2, 0)):
        row = found[
            (found["antecedent"] == "abc"[one]) & (found["consequent"] == "abc"[other])
        ].iloc[0]
        both = (visited[:, one] & visited[:, other]).sum()
        either = (visited[:, one] | visited[:, other]).sum()
        assert row["confidence"] == pytest.approx(both / visited[:, one].sum())
        assert row["jaccard"] == pytest.approx(both / either)
        assert row["support"] == pytest.approx(both / n)


def test_scores_add_up_to_the_cross_selling_part_of_value_to_come(
    rng: np.random.Generator,
) -> None:
    n = 5000
    owned = rng.random((n, 5)) < [0.5, 0.1, 0.5, 0.1, 0.3]
    rows = [(who, what, 0) for who, what in zip(*np.nonzero(owned), strict=True)]
    for window in (1, 2):
        chance = np.full((n, 5), 0.05)
        chance[:, 1] = np.where(owned[:, 0], 0.3, 0.05)
        known = owned.any(axis=1, keepdims=True)
        bought = (rng.random((n, 5)) < chance) & ~owned & known
        rows += [
            (who, what, 100 * window)
            for who, what in zip(*np.nonzero(bought), strict=True)
        ]
        owned |= bought
    lines = pd.DataFrame(rows, columns=["customer_id", "category", "day"])
    lines["date"] = pd.Timestamp(START) + pd.to_timedelta(lines["day"], "D")
    lines["paid_amount"] = 10.0 + 5.0 * lines["category"]
    lines["cost_amount"] = 6.0
    lines["margin"] = lines["paid_amount"] - lines["cost_amount"]
    scores: Any = cross_sell_score(lines, n_offers=5, margin_col="margin", **GIVEN)
    ledger = ck.Ledger(lines=lines)
    standards = ck.clv.fit_references(ledger, as_of="2024-12-31")
    parts: list[Any] = [
        ck.clv.clv_components(
            ledger,
            references=standards,
            as_of=day,
            time_unit="year",
            discount_rate=0.0,
            cross_sell="first_only",
        )
        for day in ("2024-04-19", "2024-12-31")
    ]
    came = parts[1]["clv3"].sum() - parts[0]["clv3"].sum()
    assert scores["score"].sum() == pytest.approx(came, rel=0.06)
