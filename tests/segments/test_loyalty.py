"""Loyalty types, and traits."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit import errors, segments

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
    with pytest.raises(errors.InvalidValueError, match="'attitude': missing value"):
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
