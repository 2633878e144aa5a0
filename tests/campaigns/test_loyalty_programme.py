"""Points, their liability, ultimate redemption, and rules of tiers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.campaigns import (
    points_by,
    redemption_by_cohort,
    tier_rule_outcomes,
    with_points_liability,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError


def test_the_published_liability_of_points(frame: Any, columns_of: Any) -> None:
    found = columns_of(
        with_points_liability(
            frame(
                {
                    "paid_amount": [100_000.0] * 2,
                    "goods_price": [100_000.0] * 2,
                    "points_price": [9_500.0] * 2,
                    "redeemed": [4_500, 8_500],
                    "expected_redeemed": [9_500, 9_700],
                }
            )
        )
    )
    order = np.argsort(found["redeemed"])
    deferred, earned, owed = (
        np.round(np.array(found[f"points_{name}"])[order])
        for name in ("deferred", "revenue", "liability")
    )
    assert deferred.tolist() == [8676, 8676]  # ASC 606, Example 52
    assert 100_000 - deferred[0] == 91_324
    assert earned[0] == 4_110
    assert earned[1] - earned[0] == 3_493
    assert owed.tolist() == [4_566, 1_073]


def test_the_liability_of_the_ifrs_handbook() -> None:
    # KPMG's handbook of IFRS 15, examples 10A and 10B. Its printed revenues follow
    # from 9,000 allocated to the points; relative prices of 100,000 and 9,700 would
    # give 8,842.
    years = pd.DataFrame(
        {
            "paid_amount": 100_000.0,
            "goods_price": 91_000.0,
            "points_price": 9_000.0,
            "redeemed": [4_500, 8_500, 8_500],
            "expected_redeemed": [9_700, 9_900, 9_200],
        }
    )
    earned = with_points_liability(years)["points_revenue"]
    assert round(earned[0]) == 4_175
    assert round(earned[1] - earned[0]) == 3_552
    assert round(earned[2] - earned[0]) == 4_140


@given(st.floats(0, 1e6), st.floats(0.01, 1e6), st.floats(0, 1e6), st.floats(0, 1))
def test_revenue_and_liability_are_what_was_deferred(
    paid: float, goods: float, points: float, share: float
) -> None:
    import pandas as pd

    row = pd.DataFrame(
        {
            "paid_amount": [paid],
            "goods_price": [goods],
            "points_price": [points],
            "redeemed": [100 * share],
            "expected_redeemed": [100.0],
        }
    )
    found = with_points_liability(row).iloc[0]
    parts = found["points_revenue"] + found["points_liability"]
    assert parts == pytest.approx(found["points_deferred"], rel=1e-12, abs=1e-9)
    assert found["points_liability"] >= 0


def test_more_redeemed_than_expected_is_refused(frame: Any) -> None:
    base = {
        "paid_amount": [1.0],
        "goods_price": [1.0],
        "points_price": [1.0],
        "redeemed": [5.0],
        "expected_redeemed": [4.0],
    }
    with pytest.raises(InvalidValueError, match="above the points expected"):
        with_points_liability(frame(base))


def test_points_are_conserved(frame: Any, columns_of: Any) -> None:
    base = {
        "partner": ["air", "air", "hotel"],
        "issued": [500, 300, 0],
        "redeemed": [0, 200, 60],
        "expired": [0, 10, 0],
    }
    found = columns_of(points_by(frame(base), by="partner", expired_col="expired"))
    assert sum(found["outstanding"]) == 800 - 260 - 10
    rate = dict(zip(found["partner"], found["redemption_rate"], strict=True))
    assert rate["air"] == 0.25
    assert rate["hotel"] is None or np.isnan(rate["hotel"])


def triangle(rng: np.random.Generator, cohorts: int) -> tuple[dict[str, Any], Any]:
    """Simulate cohorts whose points are redeemed with the same chances by age."""
    chance = np.array([0.25, 0.2, 0.12, 0.08, 0.05, 0.02])
    rows: dict[str, list[float]] = {
        name: [] for name in ("cohort", "age", "issued", "redeemed")
    }
    truth = []
    for cohort in range(cohorts):
        # Points move in bundles of 100.
        issued = 100 * int(rng.integers(300, 900))
        counts = rng.multinomial(issued // 100, [*chance, 1 - chance.sum()]) * 100
        truth.append(int(counts[:-1].sum()))
        for age in range(min(chance.size, cohorts - cohort)):
            for name, value in zip(
                rows, (cohort, age, issued, counts[age]), strict=True
            ):
                rows[name].append(value)
    return rows, truth


def test_ultimate_redemption_covers_the_truth(rng: np.random.Generator) -> None:
    import pandas as pd

    covered, open_cohorts = 0, 0
    found, young = pd.DataFrame(), pd.Series(dtype=bool)
    for _ in range(60):
        rows, truth = triangle(rng, 12)
        found = redemption_by_cohort(pd.DataFrame(rows))
        young = found["age"] < 5
        inside = (found["expected_redeemed_lower"] <= np.array(truth) + 1e-9) & (
            found["expected_redeemed_upper"] >= np.array(truth) - 1e-9
        )
        covered += int((inside & young).sum())
        open_cohorts += int(young.sum())
    assert 0.88 < covered / open_cohorts < 0.99
    assert found["breakage"].min() >= 0
    closed = found[~young]
    assert (closed["expected_redeemed"] == closed["redeemed"]).all()


def test_a_triangle_in_every_library(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    rows, _ = triangle(rng, 4)
    found = columns_of(redemption_by_cohort(eager_frame(rows)))
    assert found["cohort"] == [0, 1, 2, 3]
    assert found["age"] == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"age": [0, 2, 0]}, "not at all before a later one"),
        ({"age": [0, 0, 0]}, "a cohort of age 1"),
        ({"issued": [10.0, 11.0, 10.0]}, "differs from that of its cohort"),
        ({"redeemed": [6.0, 6.0, 1.0]}, "more points redeemed than issued"),
    ],
)
def test_impossible_triangles_are_refused(change: dict[str, Any], match: str) -> None:
    import pandas as pd

    base = {
        "cohort": [1, 1, 2],
        "age": [0, 1, 0],
        "issued": [10.0, 10.0, 10.0],
        "redeemed": [1.0, 1.0, 1.0],
    }
    with pytest.raises((InvalidValueError, NotEnoughDataError), match=match):
        redemption_by_cohort(pd.DataFrame(base | change))


def test_a_higher_bar_moves_customers_down(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    base = eager_frame(
        {
            "customer_id": np.tile(np.arange(500), 3),
            "period": np.repeat([2022, 2023, 2024], 500),
            "n_trips": rng.poisson(rng.gamma(1, 20, 1500)),
        }
    )
    now = columns_of(tier_rule_outcomes(base, qualify={"silver": 14, "gold": 52}))
    new = columns_of(tier_rule_outcomes(base, qualify={"silver": 20, "gold": 60}))
    for found in (now, new):
        n = np.array(found["n_customers"]).reshape(3, 3)
        assert n.sum(axis=1).tolist() == [500] * 3
        change = np.array(found["n_entered"]) - np.array(found["n_left"])
        assert np.diff(n, axis=0).ravel().tolist() == change[3:].tolist()
    assert (
        np.array(new["n_customers"])[0::3].sum()
        > np.array(now["n_customers"])[0::3].sum()
    )


def test_a_tier_may_be_kept_with_less_than_it_takes_to_win_it() -> None:
    import pandas as pd

    trips = pd.DataFrame(
        {"customer_id": 1, "period": [1, 2, 3, 4], "n_trips": [60, 40, 12, 12]}
    )
    rule: dict[str, Any] = {
        "qualify": {"silver": 14, "gold": 52},
        "retain": {"silver": 10, "gold": 40},
    }
    found = tier_rule_outcomes(trips, **rule)
    held = found[found["n_customers"] == 1]
    assert held["tier"].tolist() == ["gold", "gold", "silver", "silver"]
    assert held["n_retained_only"].tolist() == [0, 1, 1, 1]
    with pytest.raises(InvalidValueError, match="above the one to qualify"):
        tier_rule_outcomes(trips, qualify={"silver": 14}, retain={"silver": 15})
    with pytest.raises(InvalidValueError, match="do not rise"):
        tier_rule_outcomes(trips, qualify={"silver": 14, "gold": 14})
    near = tier_rule_outcomes(trips, qualify={"silver": 14.25, "gold": 14.5})
    assert (
        near[near["n_customers"] == 1]["tier"].tolist() == ["gold"] * 2 + ["none"] * 2
    )
    with pytest.raises(InvalidValueError, match="two rows in a period"):
        tier_rule_outcomes(trips.assign(period=1), qualify={"silver": 14})


def test_a_higher_bar_saves_its_rewards(eager_frame: Any, columns_of: Any) -> None:
    base = {
        "customer_id": ["a", "b", "c"],
        "period": [1, 1, 1],
        "n_trips": [10.0, 15.0, 60.0],
        "margin": [50.0, 90.0, 400.0],
    }
    given: dict[str, Any] = {
        "value_col": "margin",
        "reward_rates": {"silver": 1.0, "gold": 2.0},
    }
    now, new = (
        columns_of(
            tier_rule_outcomes(
                eager_frame(base), qualify={"silver": bar, "gold": 52}, **given
            )
        )
        for bar in (14, 20)
    )
    assert now["reward_cost"] == [0, 15, 120]
    assert now["profit"] == [50, 75, 280]
    # The customer of 15 trips loses silver: 15 trips at a reward of 1 are saved.
    assert sum(new["profit"]) - sum(now["profit"]) == 15
    with pytest.raises(InvalidValueError, match="a reward for 'lead'"):
        tier_rule_outcomes(
            eager_frame(base), qualify={"silver": 14}, reward_rates={"lead": 1.0}
        )


@given(seed=st.integers(0, 9999))
def test_no_point_is_lost_or_made(seed: int) -> None:
    import pandas as pd

    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    moves = pd.DataFrame(
        {
            "partner": rng.choice(["air", "hotel", "shop"], n),
            "issued": rng.integers(0, 500, n),
            "redeemed": rng.integers(0, 300, n),
            "expired": rng.integers(0, 50, n),
        }
    )
    parts = points_by(moves, by="partner", expired_col="expired")
    whole = points_by(moves, expired_col="expired").iloc[0]
    for name in ("issued", "redeemed", "expired", "outstanding"):
        assert parts[name].sum() == pytest.approx(whole[name])
    assert (
        whole["outstanding"] == whole["issued"] - whole["redeemed"] - whole["expired"]
    )


@settings(max_examples=25)
@given(seed=st.integers(0, 9999), value=st.floats(0.001, 2.0))
def test_liability_and_triangle_tell_one_story(seed: int, value: float) -> None:
    import pandas as pd

    rows, _ = triangle(np.random.default_rng(seed), 6)
    found = redemption_by_cohort(pd.DataFrame(rows))
    # Each point issued is redeemed so far, to be redeemed, or breakage.
    to_come = found["expected_redeemed"] - found["redeemed"]
    parts = found["redeemed"] + to_come + found["breakage"]
    assert parts.tolist() == pytest.approx(found["issued"].tolist())
    assert (to_come >= -1e-9).all()
    # The oldest cohort is at the end of its triangle.
    assert to_come[0] == pytest.approx(0)
    owed = with_points_liability(
        found.assign(
            paid_amount=100.0 * found["issued"],
            goods_price=100.0 * found["issued"],
            points_price=value * found["expected_redeemed"],
        )
    )
    whole = owed["points_revenue"] + owed["points_liability"]
    assert whole.tolist() == pytest.approx(owed["points_deferred"].tolist())
    # What is owed is the share of the deferred part that is still to come.
    share = to_come / found["expected_redeemed"]
    assert owed["points_liability"].tolist() == pytest.approx(
        (owed["points_deferred"] * share).tolist(), abs=1e-9
    )
    assert owed["points_liability"][0] == pytest.approx(0, abs=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 9999), bar=st.integers(1, 30))
def test_customers_and_value_are_in_one_tier_each(seed: int, bar: int) -> None:
    import pandas as pd

    rng = np.random.default_rng(seed)
    base = pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(20), 3),
            "period": np.repeat([1, 2, 3], 20),
            "n_trips": rng.poisson(12, 60),
        }
    )
    found: Any = tier_rule_outcomes(
        base, qualify={"silver": bar, "gold": bar + 10}, reward_rates={"gold": 1.0}
    )
    by_period = found.groupby("period")
    assert (by_period["n_customers"].sum() == 20).all()
    trips = base.groupby("period")["n_trips"].sum()
    assert by_period["value"].sum().tolist() == trips.tolist()
    assert (by_period["n_entered"].sum() == by_period["n_left"].sum()).all()


def test_next_to_no_points_leave_bounds_and_no_warning() -> None:
    triangle = pd.DataFrame(
        {
            "cohort": [1, 1, 1, 2, 2, 3],
            "age": [0, 1, 2, 0, 1, 0],
            "issued": [10.0, 10, 10, 12, 12, 15],
            "redeemed": [3.0, 2, 1, 4, 2, 5],
        }
    )
    for row in range(6):
        tiny = triangle.copy()
        tiny.loc[row, "redeemed"] = 5e-324
        found = redemption_by_cohort(tiny)
        assert (found["expected_redeemed"] >= found["redeemed"]).all()
        assert (found["expected_redeemed_upper"] <= found["issued"]).all()
    # An age of a billion would need a triangle of a billion columns.
    with pytest.raises(InvalidValueError, match="age beyond the number of rows"):
        redemption_by_cohort(triangle.assign(age=[0, 1, 2, 0, 1, 10**9]))


def test_bars_may_be_one_apart_or_at_zero_but_not_equal() -> None:
    periods = pd.DataFrame(
        {"customer_id": [1, 2, 3], "period": [1, 1, 1], "n_trips": [0, 1, 2]}
    )
    found = tier_rule_outcomes(periods, qualify={"low": 0, "mid": 1, "top": 2})
    assert found["n_customers"].tolist() == [0, 1, 1, 1]
    with pytest.raises(InvalidValueError, match="bars that do not rise"):
        tier_rule_outcomes(periods, qualify={"low": 1, "top": 1})
    with pytest.raises(InvalidValueError, match="bars that do not rise"):
        tier_rule_outcomes(periods, qualify={})
    with pytest.raises(InvalidValueError, match="retain above"):
        tier_rule_outcomes(periods, qualify={"top": 2}, retain={"top": 2.5})
    same = tier_rule_outcomes(periods, qualify={"top": 2}, retain={"top": 2})
    assert same.equals(tier_rule_outcomes(periods, qualify={"top": 2}))
