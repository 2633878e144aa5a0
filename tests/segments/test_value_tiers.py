"""Value tiers: frozen, tie-safe, and the same in every library."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

BASE = {"customer_id": list("abcde"), "clv": [3.0, 60, 15, 2, 20]}
PROGRAMME = segments.ValueTiers(
    labels=("gold", "silver", "basic"), cuts=(500.0, 100.0), keep=(400.0, 80.0)
)


def tier_of(found: dict[str, list[Any]], column: str = "value_tier") -> dict[str, Any]:
    return dict(zip(found["customer_id"], found[column], strict=True))


def test_the_first_eighty_per_cent_of_value_are_tier_a(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(segments.with_value_tier(frame(BASE)))
    assert tier_of(found) == {"a": "C", "b": "A", "c": "B", "d": "C", "e": "A"}


def test_order_and_columns_stay(eager_frame: Make, columns_of: Read) -> None:
    found = columns_of(segments.with_value_tier(eager_frame(BASE)))
    assert found["customer_id"] == BASE["customer_id"]
    assert found["clv"] == BASE["clv"]


def test_the_library_stays(frame: Make) -> None:
    base = frame(BASE)
    assert type(segments.with_value_tier(base)) is type(base)


def test_an_odd_index_stays_and_the_input_too() -> None:
    import pandas as pd

    base = pd.DataFrame(BASE, index=[7, 7, 1, 0, 3])
    before = base.copy()
    found = segments.with_value_tier(base)
    assert list(found.index) == [7, 7, 1, 0, 3]
    assert list(found["value_tier"]) == ["C", "A", "B", "C", "A"]
    pd.testing.assert_frame_equal(base, before)


def test_the_fit_says_what_each_tier_is(frame: Make) -> None:
    tiers = segments.fit_value_tiers(frame(BASE))
    assert tiers.cuts == (20.0, 15.0)
    assert tiers.n_customers == (2.0, 1.0, 2.0)
    assert tiers.values == (80, 15, 5)


def test_a_frozen_fit_does_not_move_with_the_base(
    frame: Make, columns_of: Read
) -> None:
    tiers = segments.fit_value_tiers(frame(BASE))
    richer = frame({"customer_id": ["x", "y"], "clv": [1000.0, 19.0]})
    assert tier_of(columns_of(tiers.with_value_tier(richer))) == {"x": "A", "y": "B"}


def test_a_pyramid_by_customers(frame: Make) -> None:
    base = frame({"clv": [float(v) for v in range(1, 101)]})
    tiers = segments.fit_value_tiers(
        base,
        share_of="customers",
        shares=(0.01, 0.05, 0.20, 1.0),
        labels=("top", "big", "medium", "small"),
    )
    assert tiers.n_customers == (1, 4, 15, 80)


def test_an_empty_tier_is_said_to_be_empty(frame: Make) -> None:
    tiers = segments.fit_value_tiers(frame({"clv": [97.0, 1, 1, 1]}))
    assert tiers.n_customers == (1, 0, 3)


def test_losses_stand_in_the_last_tier(frame: Make, columns_of: Read) -> None:
    base = frame({"customer_id": ["a", "b", "c"], "clv": [50.0, -40.0, 0.0]})
    found = tier_of(columns_of(segments.with_value_tier(base)))
    gains = tier_of(columns_of(segments.with_value_tier(base, share_of="gains")))
    assert gains == found
    assert found == {"a": "A", "b": "C", "c": "C"}


def test_a_base_that_loses_money_is_cut_by_its_gains(frame: Make) -> None:
    base = frame({"clv": [5.0, 3.0, -20.0]})
    with pytest.raises(errors.InvalidValueError, match='share_of="gains"'):
        segments.fit_value_tiers(base)
    assert segments.fit_value_tiers(base, share_of="gains").n_customers == (2, 0, 1)


def test_a_base_without_gain_has_no_tiers_by_value(frame: Make) -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a customer above 0"):
        segments.fit_value_tiers(frame({"clv": [0.0, -1.0]}))


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_missing_value_is_refused_by_name(frame: Make, hole: float | None) -> None:
    customers = frame({"customer_id": ["a", "b", "c"], "clv": [5.0, hole, 1.0]})
    with pytest.raises(
        errors.InvalidValueError, match="column 'clv': missing value in 1 of 3 rows"
    ):
        PROGRAMME.with_value_tier(customers)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_that_is_kept_has_no_tier(
    frame: Make, columns_of: Read, hole: float | None
) -> None:
    base = frame({"customer_id": ["a", "b", "c"], "clv": [5.0, hole, 1.0]})
    found = columns_of(segments.with_value_tier(base, missing="keep"))
    tier = tier_of(found)
    assert (tier["a"], tier["c"]) == ("A", "B")
    assert str(tier["b"]) in {"None", "nan", "<NA>"}  # as each library says it


def test_an_infinite_value_is_refused_even_when_holes_are_kept(frame: Make) -> None:
    base = frame({"clv": [1.0, None, float("inf")]})
    with pytest.raises(errors.InvalidValueError, match="infinite value"):
        segments.with_value_tier(base, missing="keep")


def test_text_is_refused(frame: Make) -> None:
    with pytest.raises(errors.InvalidTypeError, match="column 'clv'"):
        segments.with_value_tier(frame({"clv": ["10.00"]}))


def test_a_missing_column_is_named(frame: Make) -> None:
    with pytest.raises(errors.MissingColumnError, match="'CLV'"):
        segments.with_value_tier(frame({"CLV": [1.0]}))


def test_a_dict_is_no_frame() -> None:
    with pytest.raises(errors.InvalidTypeError, match="DataFrame"):
        segments.with_value_tier({"clv": [1.0]})  # type: ignore[type-var] # the test


@pytest.mark.parametrize(
    "shares", [(), (0.8,), (0.9, 0.8, 1.0), (0.8, 0.8, 1.0), (0.0, 1.0), (0.5, 1.5)]
)
def test_shares_must_rise_to_one(frame: Make, shares: tuple[float, ...]) -> None:
    with pytest.raises(errors.InvalidValueError, match="'shares'"):
        segments.fit_value_tiers(frame(BASE), shares=shares)


@pytest.mark.parametrize("labels", [("A", "B"), ("A", "A", "B")])
def test_labels_must_be_different_and_enough(frame: Make, labels: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="'labels'"):
        segments.fit_value_tiers(frame(BASE), labels=labels)


def test_a_kept_tier_is_lost_more_slowly_than_it_is_earned(
    frame: Make, columns_of: Read
) -> None:
    members = frame(
        {
            "customer_id": list("abcdefgh"),
            "clv": [450.0, 450, 399, 85, 85, 10, 600, 500],
            "value_tier": [
                *("gold", "silver", "gold", "gold", "basic", "gold", None, "basic")
            ],
        }
    )
    found = tier_of(columns_of(PROGRAMME.with_kept_tier(members)), "kept_tier")
    assert found == {
        "a": "gold",  # still above gold's keep bar
        "b": "silver",  # never earned gold
        "c": "silver",  # fell below gold's bar, earns silver
        "d": "silver",  # fell below gold's bar, above silver's keep bar
        "e": "basic",
        "f": "basic",
        "g": "gold",  # a new customer earns like anybody
        "h": "gold",  # the bar itself earns it
    }


def test_an_unknown_previous_tier_is_refused(frame: Make) -> None:
    members = frame({"clv": [1.0], "value_tier": ["platinum"]})
    with pytest.raises(errors.InvalidValueError, match="tier that is not one of"):
        PROGRAMME.with_kept_tier(members)


def test_keeping_needs_bars(frame: Make) -> None:
    tiers = segments.ValueTiers(labels=("A", "B"), cuts=(1.0,))
    with pytest.raises(errors.NotEnoughDataError, match="keep bar"):
        tiers.with_kept_tier(frame({"clv": [1.0], "value_tier": ["A"]}))


def test_tier_probabilities_add_up_to_one(frame: Make, columns_of: Read) -> None:
    base = frame(
        {
            "clv": [100.0, 480.0, 50.0],
            "clv_lower": [60.0, 400.0, 50.0],
            "clv_upper": [140.0, 560.0, 50.0],
        }
    )
    found = columns_of(PROGRAMME.with_tier_probability(base))
    names = [f"probability_{label}" for label in PROGRAMME.labels]
    sums = np.sum([found[name] for name in names], axis=0)
    assert sums == pytest.approx([1, 1, 1], rel=1e-12)
    by_value = dict(zip(found["clv"], found["probability_silver"], strict=True))
    assert by_value[100.0] == pytest.approx(0.5, rel=1e-9)
    assert by_value[50.0] == 0


def test_the_width_of_the_interval_is_its_level(frame: Make, columns_of: Read) -> None:
    # Of a normal value, 68.27 % lie within one standard deviation, here 20.
    base = frame({"clv": [100.0], "clv_lower": [80.0], "clv_upper": [120.0]})
    tiers = segments.ValueTiers(labels=("A", "B"), cuts=(120.0,))
    found = columns_of(tiers.with_tier_probability(base, level=0.6826894921370859))
    assert found["probability_A"] == pytest.approx([0.15865525393145707], rel=1e-12)


def test_a_value_outside_its_interval_counts_as_the_nearer_end(
    frame: Make, columns_of: Read
) -> None:
    values = {"clv": [3.0, 0.0], "clv_lower": [0.0, 0.0], "clv_upper": [0.0, 0.0]}
    found = columns_of(PROGRAMME.with_tier_probability(frame(values)))
    rest = list(found)[-1]
    assert found[rest] == [1.0, 1.0]


def test_an_interval_upside_down_is_refused(frame: Make) -> None:
    base = frame({"clv": [3.0], "clv_lower": [5.0], "clv_upper": [2.0]})
    with pytest.raises(errors.InvalidValueError, match="'clv_lower': value above"):
        PROGRAMME.with_tier_probability(base)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cuts": (1.0, 2.0)},
        {"cuts": (float("nan"), 1.0)},
        {"cuts": (1.0,)},
        {"keep": (600.0, 80.0)},
        {"keep": (80.0,)},
        {"keep": (80.0, 90.0)},
    ],
)
def test_tiers_by_hand_are_checked(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"labels": ("g", "s", "b"), "cuts": (500.0, 100.0)}
    with pytest.raises(errors.InvalidValueError):
        segments.ValueTiers(**{**facts, **wrong})


def test_tiers_travel_as_json(frame: Make) -> None:
    tiers = segments.fit_value_tiers(frame({"clv": [0.1, 1 / 3, 2.0]}))
    document = json.loads(json.dumps(tiers.to_dict()))
    assert segments.ValueTiers.from_dict(document) == tiers


def test_tiers_can_be_hashed() -> None:
    assert len({PROGRAMME, PROGRAMME}) == 1


@given(
    st.lists(st.integers(-5, 60), min_size=1, max_size=40).filter(
        lambda values: sum(values) > 0
    ),
    st.randoms(use_true_random=False),
)
def test_nobody_outranks_a_customer_worth_more(values: list[int], random: Any) -> None:
    import polars as pl

    order = list(range(len(values)))
    random.shuffle(order)
    base = pl.DataFrame({"id": range(len(values)), "clv": values})
    tiers = segments.with_value_tier(base)["value_tier"].to_list()
    shuffled = segments.with_value_tier(base[order]).sort("id")["value_tier"].to_list()
    assert shuffled == tiers
    by_value = sorted(zip(values, tiers, strict=True), key=lambda pair: -pair[0])
    assert [tier for _, tier in by_value] == sorted(tiers)
    assert len(set(by_value)) == len(set(values))


def test_a_refusal_leaves_the_input_alone() -> None:
    import pandas as pd

    base = pd.DataFrame({"clv": [1.0, None]})
    before = base.copy()
    with pytest.raises(errors.InvalidValueError):
        segments.with_value_tier(base)
    pd.testing.assert_frame_equal(base, before)


def test_tiers_read_as_a_line_each() -> None:
    programme = segments.ValueTiers(
        labels=("gold", "basic"), cuts=(1500.0,), keep=(900.0,), value_col="spend"
    )
    assert str(programme) == (
        "gold: spend from 1,500.00, kept from 900.00\nbasic: spend below 1,500.00"
    )
    found = segments.ValueTiers(
        labels=("A", "B"),
        cuts=(0.0125,),
        n_customers=(1200.0, 3.0),
        values=(90.0, 0.01),
    )
    assert str(found) == (
        "A: clv from 0.0125 (customers: 1,200)\nB: clv below 0.0125 (customers: 3)"
    )
    everybody = segments.ValueTiers(labels=("all",), cuts=())
    assert str(everybody) == "all: clv of any size"


def test_a_tier_from_1_on_is_written_in_cents_and_one_below_in_digits() -> None:
    tiers = segments.ValueTiers(labels=("a", "b", "c"), cuts=(1.0, 0.12345))
    said = str(tiers)
    assert "from 1.00" in said
    assert "from 0.1235" in said
    assert "below 0.1235" in said
