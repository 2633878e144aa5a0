"""Each step to a dearer product, scored customer by customer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crmkit.campaigns import up_sell_score

START = pd.Timestamp("2024-01-01")


def climbs() -> Any:
    """Draw lines of two categories: three phones, and four teas."""
    rng = np.random.default_rng(11)
    n = 500
    tier, tea = rng.integers(0, 4, n), rng.random(n) < 0.5
    product = np.where(tea, tier + 3, tier % 3)
    # The order of the prices is not that of the names.
    price = np.array([20.0, 10.0, 35.0, 4.0, 9.0, 2.0, 6.5])[product]
    day = rng.integers(0, 90, n)
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 160, n),
            "category": np.where(tea, "tea", "phone"),
            "product_id": np.array(list("abcdefg"))[product],
            "price": price + rng.integers(-3, 4, n) / 4,
            "margin": price / 3 + rng.integers(-3, 4, n) / 8,
            "day": day,
            "date": START + pd.to_timedelta(day, "D"),
        }
    )


@pytest.mark.parametrize("worth", ["price", "margin"])
def test_each_step_up_is_scored_customer_by_customer(worth: str) -> None:
    lines = climbs()
    seen = lines[lines["day"] <= 80]
    means = seen.groupby("product_id")[["price", "margin"]].mean()
    of = dict(zip(seen["product_id"], seen["category"], strict=True))
    steps = {
        kind: sorted(
            (name for name in of if of[name] == kind),
            key=lambda name: means["price"][name],
        )
        for kind in ("phone", "tea")
    }

    def standing(rows: Any) -> dict[tuple[Any, ...], int]:
        return {
            place: max(steps[place[1]].index(name) for name in each["product_id"])
            for place, each in rows.groupby(["customer_id", "category"])
        }

    # The last horizon of 30 days begins on day 51.
    before = standing(seen[seen["day"] <= 50])
    after = standing(seen[seen["day"] > 50])
    chance: dict[tuple[str, int], float] = {}
    for kind, ladder in steps.items():
        on = [(place, at) for place, at in before.items() if place[1] == kind]
        below = [(place, at) for place, at in on if at < len(ladder) - 1]
        moved = [(place, at) for place, at in below if after.get(place, -1) > at]
        base = len(moved) / len(below)
        for step in range(len(ladder) - 1):
            n = sum(at == step for _, at in below)
            took = sum(at == step for _, at in moved)
            chance[kind, step] = (took + 20 * base) / (n + 20)
    truth = []
    now_at = standing(seen)
    for who in sorted(seen["customer_id"].unique()):
        offers = []
        for kind, ladder in steps.items():
            at = now_at.get((who, kind), len(ladder))
            if at >= len(ladder) - 1:
                continue
            now, then = ladder[at : at + 2]
            gain = means[worth][then] - means[worth][now]
            likely = chance[kind, at]
            offers.append((who, kind, now, then, likely, gain, likely * gain))
        truth += sorted(offers, key=lambda row: -row[-1])
    given: dict[str, Any] = {
        "observation_period_end": "2024-03-21",
        "horizon_days": 30,
        "margin_col": None if worth == "price" else worth,
    }
    found = up_sell_score(lines, **given)
    names = ["customer_id", "category", "product_id", "next_product"]
    assert [*map(tuple, found[names].to_numpy())] == [row[:4] for row in truth]
    figures = found[["probability", "gain", "score"]].to_numpy()
    assert_allclose(figures, [row[4:] for row in truth], rtol=1e-12, atol=0)
    one = up_sell_score(lines, n_offers=1, **given)
    assert one.equals(
        found.groupby("customer_id", sort=False).head(1).reset_index(drop=True)
    )
