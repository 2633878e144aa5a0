"""Loyalty types, traits and the three degrees."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit import campaigns, errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def test_behaviour_and_attitude_make_four_types(frame: Make, columns_of: Read) -> None:
    base = {"share_of_wallet": [0.9, 0.1, 0.5, 0.49], "attitude": [9, 7, 6, 6]}
    found = columns_of(
        segments.with_loyalty_type(frame(base), behaviour_from=0.5, attitude_from=7)
    )
    kinds = dict(zip(found["share_of_wallet"], found["loyalty_type"], strict=True))
    assert kinds == {0.9: "true", 0.1: "latent", 0.5: "spurious", 0.49: "none"}
    assert set(kinds.values()) == set(segments.LOYALTY_TYPES)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_who_did_not_answer_has_no_type(frame: Make, hole: float | None) -> None:
    base = {"share_of_wallet": [0.9, 0.1], "attitude": [9.0, hole]}
    with pytest.raises(errors.InvalidValueError, match="'attitude': 1 missing value"):
        segments.with_loyalty_type(frame(base), behaviour_from=0.5, attitude_from=7)


def test_an_e_type_shows_every_trait(frame: Make, columns_of: Read) -> None:
    base = {"frequency": [9, 9, 1], "trust": [5, 2, 1]}
    found = columns_of(
        segments.with_e_type(frame(base), traits={"frequency": 6, "trust": 4})
    )
    rows = sorted(zip(found["e_traits"], found["e_type"], strict=True))
    assert rows == [(0, False), (1, False), (2, True)]


def test_no_traits_are_refused(frame: Make) -> None:
    with pytest.raises(errors.InvalidValueError, match="'traits'"):
        segments.with_e_type(frame({"a": [1]}), traits={})


DEGREES = {
    "customer_id": list("abcdef"),
    "clv": [900.0, 900.0, 900.0, 900.0, 10.0, -5.0],
    "satisfaction": [3, 9, 3, 9, 3, 9],
    "probability_alive": [0.2, 0.2, 0.9, 0.9, 0.1, 0.0],
}


def test_first_things_first(eager_frame: Make, columns_of: Read) -> None:
    found = columns_of(
        campaigns.retention_priority(
            eager_frame(DEGREES), contribution_from=500, satisfaction_from=7
        )
    )
    assert found["customer_id"] == list("abcdef")
    assert found["priority"] == [1, 2, 3, 4, 5, 5]
    assert found["value_at_risk"] == pytest.approx([720, 720, 90, 90, 9, 0])
    assert found["reasons"] == [
        "high contribution, has probably left, dissatisfied",
        "high contribution, has probably left",
        "high contribution, dissatisfied",
        "high contribution",
        "has probably left, dissatisfied",
        "has probably left",
    ]


def test_priorities_are_the_same_in_an_engine(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        campaigns.retention_priority(
            frame(DEGREES), contribution_from=500, satisfaction_from=7
        )
    )
    by_id = dict(zip(found["customer_id"], found["priority"], strict=True))
    assert by_id == dict(zip("abcdef", [1, 2, 3, 4, 5, 5], strict=True))


def test_nobody_is_lost_twice(eager_frame: Make, columns_of: Read) -> None:
    alive, clv = [0.2, 0.5, 1.0], [10.0, 50.0, 70.0]
    base = {
        "customer_id": list("abc"),
        "value_if_alive": [v / p for v, p in zip(clv, alive, strict=True)],
        "satisfaction": [9, 9, 9],
        "probability_alive": alive,
    }
    found = columns_of(
        campaigns.retention_priority(
            eager_frame(base),
            contribution_from=0,
            satisfaction_from=7,
            contribution_col="value_if_alive",
        )
    )
    lost = dict(zip(found["customer_id"], found["value_at_risk"], strict=True))
    # What is there and what is lost add up to the value of somebody still there.
    assert [lost[i] + v for i, v in zip("abc", clv, strict=True)] == pytest.approx(
        base["value_if_alive"]
    )


def test_a_probability_outside_its_range_is_refused(frame: Make) -> None:
    base = {**DEGREES, "probability_alive": [1.5] * 6}
    with pytest.raises(errors.InvalidValueError, match="outside 0 to 1"):
        campaigns.retention_priority(
            frame(base), contribution_from=500, satisfaction_from=7
        )


def test_spending_beside_value(frame: Make, columns_of: Read) -> None:
    base = {
        "value_tier": ["A", "A", "B", "C"],
        "clv": [400.0, 400.0, 150.0, 50.0],
        "cost_to_serve": [20.0, 20.0, 15.0, 45.0],
    }
    found = columns_of(segments.cost_against_value(frame(base)))
    verdict = dict(zip(found["value_tier"], found["verdict"], strict=True))
    assert verdict == {"A": "under-served", "B": "in proportion", "C": "over-served"}
    index = dict(zip(found["value_tier"], found["index"], strict=True))
    assert index == pytest.approx({"A": 0.5, "B": 1.0, "C": 9.0})


def test_spending_on_a_tier_that_brings_nothing_is_over_serving(
    frame: Make, columns_of: Read
) -> None:
    base = {
        "value_tier": ["A", "Z"],
        "clv": [100.0, -5.0],
        "cost_to_serve": [50.0, 50.0],
    }
    found = columns_of(segments.cost_against_value(frame(base)))
    verdict = dict(zip(found["value_tier"], found["verdict"], strict=True))
    assert verdict["Z"] == "over-served"


def test_spending_nothing_at_all_is_refused(frame: Make) -> None:
    base = {"value_tier": ["A"], "clv": [1.0], "cost_to_serve": [0.0]}
    with pytest.raises(errors.NotEnoughDataError, match="a total cost"):
        segments.cost_against_value(frame(base))
