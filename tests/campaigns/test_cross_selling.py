"""Rules between products, in baskets and in time, and offers to each customer."""

from typing import Any

import numpy as np
import pytest

from crmkit.campaigns import association_rules, cross_sell_score, next_product_rules
from crmkit.errors import InvalidValueError, NotEnoughDataError

BASKETS = [
    ["Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Milk", "Apple", "Kidney Beans", "Eggs"],
    ["Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"],
    ["Corn", "Onion", "Onion", "Kidney Beans", "Ice cream", "Eggs"],
]


def test_the_five_baskets_of_mlxtend(eager_frame: Any, columns_of: Any) -> None:
    lines = {
        "order_id": [at for at, basket in enumerate(BASKETS) for _ in basket],
        "product_id": [product for basket in BASKETS for product in basket],
    }
    found = columns_of(
        association_rules(eager_frame(lines), min_count=1, false_discovery_rate=1)
    )
    pairs = list(zip(found["antecedent"], found["consequent"], strict=True))
    onion = pairs.index(("Onion", "Eggs"))
    for name, value in (("support", 0.6), ("confidence", 1), ("lift", 1.25)):
        assert found[name][onion] == pytest.approx(value)
    assert found["certainty"][pairs.index(("Kidney Beans", "Eggs"))] == 0
    # 5 baskets cannot show anything.
    none = columns_of(association_rules(eager_frame(lines), min_count=1))
    assert none["lift"] == []


def test_false_discoveries_are_held_and_true_pairs_found(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    false, found_pairs = [], 0
    for _ in range(20):
        held = rng.random((1500, 40)) < 0.08
        # Products 0 and 1, 2 and 3, ... of the first ten belong together.
        for at in range(0, 10, 2):
            held[:, at + 1] |= held[:, at] & (rng.random(1500) < 0.25)
        basket, product = np.nonzero(held)
        rules = association_rules(
            pd.DataFrame({"order_id": basket, "product_id": product}),
            false_discovery_rate=0.1,
            min_count=3,
        )
        low = rules[["antecedent", "consequent"]].min(axis=1)
        high = rules[["antecedent", "consequent"]].max(axis=1)
        true = (low % 2 == 0) & (high == low + 1) & (high < 10)
        false.append(1 - true.mean() if len(rules) else 0.0)
        found_pairs += int(true.sum()) // 2
    assert np.mean(false) < 0.1
    assert found_pairs > 90


def test_rules_of_customers_need_another_unit_only() -> None:
    import pandas as pd

    lines = pd.DataFrame(
        {
            "order_id": np.arange(400),
            "customer_id": np.repeat(np.arange(200), 2),
            "product_id": np.tile(["a", "b"], 200),
        }
    )
    with pytest.raises(NotEnoughDataError, match="2 products or more"):
        association_rules(lines, min_count=500)
    assert len(association_rules(lines)) == 0
    lines.loc[100:, "product_id"] = "c"
    rules = association_rules(lines, basket_col="customer_id")
    assert set(rules["antecedent"]) == {"a", "b"}
    with pytest.raises(InvalidValueError, match="missing value"):
        association_rules(lines.assign(product_id=None))


def test_the_order_of_purchases_is_found(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    import datetime as dt

    camera = rng.integers(0, 200, 300)
    lens = camera + rng.integers(1, 120, 300)
    bag = rng.integers(0, 320, 300)
    days = np.concatenate([camera, lens[:150], bag])
    start = dt.datetime(2024, 1, 1)
    lines = {
        "customer_id": [*range(300), *range(150), *range(300)],
        "product_id": ["camera"] * 300 + ["lens"] * 150 + ["bag"] * 300,
        "date": [start + dt.timedelta(days=int(day)) for day in days],
    }
    found = columns_of(next_product_rules(eager_frame(lines)))
    at = list(zip(found["antecedent"], found["consequent"], strict=True)).index(
        ("camera", "lens")
    )
    assert found["n_customers"][at] == 150
    assert found["n_reversed"][at] == 0
    assert found["confidence"][at] == pytest.approx(0.5)
    assert ("lens", "camera") not in set(
        zip(found["antecedent"], found["consequent"], strict=True)
    )
    weakest = max(found["adjusted_p_value"])
    kept = next_product_rules(eager_frame(lines), false_discovery_rate=weakest)
    assert columns_of(kept) == found
    soon = columns_of(next_product_rules(eager_frame(lines), within_days=30))
    where = list(zip(soon["antecedent"], soon["consequent"], strict=True)).index(
        ("camera", "lens")
    )
    assert soon["n_customers"][where] == int((lens - camera)[:150].__le__(30).sum())


def test_the_margin_of_a_rule_is_its_confidence_times_the_margin(
    eager_frame: Any, columns_of: Any
) -> None:
    import datetime as dt

    # Cups follow tea 15 times of 20. They bring 6 of each buyer: 4 of the first line,
    # 2 of the second; nuts in the same orders have a margin below 0.
    unit = [*range(20), *range(15), *range(15), *range(20, 60)]
    lines: dict[str, list[Any]] = {
        "customer_id": unit,
        "product_id": ["tea"] * 20 + ["cups"] * 30 + ["nuts"] * 40,
        "margin": [1.0] * 20 + [4.0] * 15 + [2.0] * 15 + [-3.0] * 40,
        "date": [dt.datetime(2024, 1, 1)] * 20 + [dt.datetime(2024, 2, 1)] * 70,
    }
    together = columns_of(
        association_rules(
            eager_frame(lines), basket_col="customer_id", margin_col="margin"
        )
    )
    pairs = list(zip(together["antecedent"], together["consequent"], strict=True))
    for pair, margin, expected in (
        (("tea", "cups"), 6.0, 4.5),
        (("cups", "tea"), 1.0, 1.0),
    ):
        at = pairs.index(pair)
        assert together["margin"][at] == margin
        assert together["expected_margin"][at] == pytest.approx(expected, rel=1e-12)
    found = columns_of(next_product_rules(eager_frame(lines), margin_col="margin"))
    assert found["margin"] == [6.0]
    assert found["expected_margin"] == pytest.approx([4.5], rel=1e-12)
    holed = eager_frame(lines | {"margin": [None, *lines["margin"][1:]]})
    with pytest.raises(InvalidValueError, match="column 'margin': missing value in 1"):
        association_rules(holed, basket_col="customer_id", margin_col="margin")
    with pytest.raises(InvalidValueError, match="column 'margin': missing value in 1"):
        next_product_rules(holed, margin_col="margin")


def company(rng: np.random.Generator, customers: int) -> Any:
    """Simulate customers of 6 categories; owners of 0 take up 1 ten times as often."""
    import pandas as pd

    owned = rng.random((customers, 6)) < [0.5, 0.1, 0.5, 0.1, 0.3, 0.3]
    rows = [(who, what, 0) for who, what in zip(*np.nonzero(owned), strict=True)]
    for window in (1, 2):
        chance = np.full((customers, 6), 0.03)
        chance[:, 1] = np.where(owned[:, 0], 0.3, 0.03)
        chance[:, 3] = np.where(owned[:, 2], 0.2, 0.03)
        bought = (rng.random((customers, 6)) < chance) & ~owned
        rows += [
            (who, what, 100 * window)
            for who, what in zip(*np.nonzero(bought), strict=True)
        ]
        owned |= bought
    frame = pd.DataFrame(rows, columns=["customer_id", "category", "day"])
    frame["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], "D")
    return frame.assign(margin=1.0 + frame["category"])


def test_scores_say_how_many_will_buy(rng: np.random.Generator) -> None:
    lines = company(rng, 6000)
    scores = cross_sell_score(
        lines, observation_period_end="2024-04-19", horizon_days=60, n_offers=6
    )
    bought = lines[lines["day"] == 200][["customer_id", "category"]].assign(bought=1)
    joined = scores.merge(bought, how="left", on=["customer_id", "category"])
    joined["bought"] = joined["bought"].fillna(0)
    by_category = joined.groupby("category")[["probability", "bought"]].mean()
    assert by_category["probability"].to_numpy() == pytest.approx(
        by_category["bought"].to_numpy(), abs=0.03
    )
    assert scores["probability"].between(0, 1).all()
    # The best offer is taken more often than one at random.
    best = joined.groupby("customer_id").head(1)
    assert best["bought"].mean() > 1.5 * joined["bought"].mean()


def test_the_future_changes_no_score(rng: np.random.Generator) -> None:
    lines = company(rng, 300)
    given: dict[str, Any] = {
        "observation_period_end": "2024-04-19",
        "horizon_days": 60,
        "margin_col": "margin",
    }
    whole = cross_sell_score(lines, **given)
    past = cross_sell_score(lines[lines["day"] < 200], **given)
    merged = whole.merge(past, on=["customer_id", "category"], suffixes=("", "_past"))
    assert len(merged) == len(past)
    assert merged["score"].to_numpy() == pytest.approx(merged["score_past"].to_numpy())
    assert whole["score"].to_numpy() == pytest.approx(
        (whole["probability"] * whole["margin"]).to_numpy()
    )
    owned = lines[lines["day"] < 200][["customer_id", "category"]]
    assert not len(whole.merge(owned, on=["customer_id", "category"]))


def test_the_last_horizon_begins_the_day_after_its_length() -> None:
    import pandas as pd

    # The end is day 109, so of the last 8 days the first is day 102.
    def scored(first: int, second: int) -> Any:
        lines = company(np.random.default_rng(1), 400)
        lines = lines[lines["day"] < 200].assign(date=pd.Timestamp("2024-01-01"))
        later = lines["day"] == 100
        lines.loc[later & (lines["category"] < 3), "date"] += pd.Timedelta(days=first)
        lines.loc[later & (lines["category"] >= 3), "date"] += pd.Timedelta(days=second)
        return cross_sell_score(
            lines, observation_period_end="2024-04-19", horizon_days=8
        )

    known = scored(50, 104)
    pd.testing.assert_frame_equal(scored(101, 104), known)
    pd.testing.assert_frame_equal(scored(50, 102), known)
    assert not scored(102, 104).equals(known)
    assert not scored(50, 101).equals(known)


def test_a_log_without_a_past_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(NotEnoughDataError, match="before the last horizon"):
        cross_sell_score(
            company(rng, 30), observation_period_end="2024-04-19", horizon_days=900
        )
    lines = company(rng, 60)
    given: dict[str, Any] = {
        "observation_period_end": "2024-04-19",
        "horizon_days": 60,
    }
    assert len(cross_sell_score(lines[lines["category"] < 2], **given))
    late = (lines["category"] == 1) & (lines["day"] < 200)
    with pytest.raises(NotEnoughDataError, match="before the last horizon"):
        cross_sell_score(lines[(lines["category"] < 2) & ~late], **given)
