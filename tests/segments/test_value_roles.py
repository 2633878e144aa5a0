"""MVC, MGC, BZ: disjoint, exhaustive, frozen."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

BASE = {
    "customer_id": list("abcdef"),
    "clv": [800.0, 100.0, 60.0, -20.0, 40.0, -5.0],
    "potential_value": [900.0, 700.0, 70.0, -10.0, 40.0, 8.0],
}


def roles_of(found: dict[str, list[Any]]) -> dict[str, str]:
    return dict(zip(found["customer_id"], found["value_role"], strict=True))


def test_each_customer_has_the_role_of_the_first_rule(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(segments.with_value_role(frame(BASE)))
    assert roles_of(found) == {
        "a": "MVC",
        "b": "MGC",
        "c": "migrator",
        "d": "BZ",
        "e": "migrator",
        "f": "migrator",  # below zero, with a path above it
    }
    actions = dict(zip(found["value_role"], found["role_action"], strict=True))
    assert actions == segments.ROLE_ACTIONS


def test_the_actual_value_can_decide_alone(frame: Make, columns_of: Read) -> None:
    found = columns_of(segments.with_value_role(frame(BASE), below_zero="actual"))
    assert roles_of(found)["f"] == "BZ"


def test_frozen_roles_do_not_move(frame: Make, columns_of: Read) -> None:
    roles = segments.fit_value_roles(frame(BASE))
    later = {"customer_id": ["x"], "clv": [799.0], "potential_value": [1400.0]}
    assert roles_of(columns_of(roles.with_value_role(frame(later)))) == {"x": "MGC"}


def test_nobody_is_valuable_where_all_are_below_zero(
    frame: Make, columns_of: Read
) -> None:
    base = {"customer_id": ["a", "b"], "clv": [-1.0, -2.0], "potential_value": [-1, 0]}
    found = columns_of(segments.with_value_role(frame(base)))
    assert roles_of(found) == {"a": "BZ", "b": "MGC"}


def test_a_potential_below_the_actual_is_refused(frame: Make) -> None:
    base = frame({"clv": [5.0], "potential_value": [4.0]})
    with pytest.raises(errors.InvalidValueError, match="value below 'clv'"):
        segments.with_value_role(base)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_refused(frame: Make, hole: float | None) -> None:
    base = frame({"clv": [5.0, 1.0], "potential_value": [9.0, hole]})
    with pytest.raises(errors.InvalidValueError, match="'potential_value': missing"):
        segments.with_value_role(base)


def test_roles_travel_as_json(frame: Make) -> None:
    roles = segments.fit_value_roles(frame(BASE))
    document = json.loads(json.dumps(roles.to_dict()))
    assert segments.ValueRoles.from_dict(document) == roles


def test_roles_of_a_base_without_value_travel_too(frame: Make) -> None:
    base = {"clv": [-1.0], "potential_value": [-1.0]}
    roles = segments.fit_value_roles(frame(base))
    assert roles.most_valuable_from is None
    assert segments.ValueRoles.from_dict(roles.to_dict()) == roles


values = st.lists(
    st.tuples(st.integers(-50, 100), st.integers(0, 100)), min_size=1, max_size=30
)


@given(values, st.sampled_from(["both", "actual"]))
def test_the_rules_are_disjoint_and_exhaustive(
    pairs: list[tuple[int, int]], below_zero: Any
) -> None:
    import polars as pl

    base = pl.DataFrame(
        {
            "clv": [float(actual) for actual, _ in pairs],
            "potential_value": [float(actual + more) for actual, more in pairs],
        }
    )
    roles = segments.fit_value_roles(base, below_zero=below_zero)
    found = roles.with_value_role(base)
    assert set(found["value_role"]) <= set(segments.ROLE_ACTIONS)
    by_role = found.partition_by("value_role", as_dict=True)
    assert sum(part.height for part in by_role.values()) == len(pairs)
    mvc = by_role.get(("MVC",))
    if mvc is not None:
        others = found.filter(pl.col("value_role") != "MVC")["clv"].to_list()
        assert min(mvc["clv"].to_list()) > max(others, default=float("-inf"))
