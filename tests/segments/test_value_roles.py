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
    "current_value": [800.0, 100.0, 60.0, -20.0, 40.0, -5.0],
    "potential_value": [100.0, 600.0, 10.0, 10.0, 0.0, 13.0],
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
    later = {"customer_id": ["x"], "current_value": [799.0], "potential_value": [601.0]}
    assert roles_of(columns_of(roles.with_value_role(frame(later)))) == {"x": "MGC"}


def test_nobody_is_valuable_where_all_are_below_zero(
    frame: Make, columns_of: Read
) -> None:
    base = {
        "customer_id": ["a", "b"],
        "current_value": [-1.0, -2.0],
        "potential_value": [0, 2],
    }
    found = columns_of(segments.with_value_role(frame(base)))
    assert roles_of(found) == {"a": "BZ", "b": "MGC"}


def test_a_negative_potential_is_refused(frame: Make) -> None:
    base = frame({"current_value": [5.0], "potential_value": [-4.0]})
    with pytest.raises(
        errors.InvalidValueError, match="'potential_value': negative value"
    ):
        segments.with_value_role(base)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_refused(frame: Make, hole: float | None) -> None:
    base = frame({"current_value": [5.0, 1.0], "potential_value": [9.0, hole]})
    with pytest.raises(errors.InvalidValueError, match="'potential_value': missing"):
        segments.with_value_role(base)


def test_roles_travel_as_json(frame: Make) -> None:
    roles = segments.fit_value_roles(frame(BASE))
    document = json.loads(json.dumps(roles.to_dict()))
    assert segments.ValueRoles.from_dict(document) == roles


def test_roles_of_a_base_without_value_travel_too(frame: Make) -> None:
    base = {"current_value": [-1.0], "potential_value": [0.0]}
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
            "current_value": [float(actual) for actual, _ in pairs],
            "potential_value": [float(more) for _, more in pairs],
        }
    )
    roles = segments.fit_value_roles(base, below_zero=below_zero)
    found = roles.with_value_role(base)
    assert set(found["value_role"]) <= set(segments.ROLE_ACTIONS)
    by_role = found.partition_by("value_role", as_dict=True)
    assert sum(part.height for part in by_role.values()) == len(pairs)
    mvc = by_role.get(("MVC",))
    if mvc is not None:
        others = found.filter(pl.col("value_role") != "MVC")["current_value"].to_list()
        assert min(mvc["current_value"].to_list()) > max(others, default=float("-inf"))


def test_a_role_begins_exactly_at_its_bound(frame: Make, columns_of: Read) -> None:
    fitted = segments.fit_value_roles(frame(BASE))
    # 800 of the gains of 1,000 are 80%; 600 of a potential of 733 are more than 80%.
    assert (fitted.most_valuable_from, fitted.most_growable_from) == (800.0, 600.0)
    edges = {
        "customer_id": list("abcdefg"),
        "current_value": [800.0, 799.9, 799.9, -5.0, -5.0, -5.0, 0.0],
        "potential_value": [0.0, 600.0, 599.9, 5.0, 4.9, 600.0, 0.0],
    }
    expected = {
        "a": "MVC",
        "b": "MGC",
        "c": "migrator",
        "d": "migrator",
        "e": "BZ",
        "f": "MGC",
        "g": "migrator",
    }
    assert roles_of(columns_of(fitted.with_value_role(frame(edges)))) == expected
    stated = segments.fit_value_roles(
        frame(BASE), most_valuable_share=0.8, most_growable_share=0.8, below_zero="both"
    )
    assert stated == fitted
    other = segments.fit_value_roles(frame(BASE), below_zero="actual")
    found = roles_of(columns_of(other.with_value_role(frame(edges))))
    assert found == expected | {"d": "BZ", "f": "BZ"}


def test_where_no_value_or_potential_is_above_zero_there_is_no_such_role(
    frame: Make, columns_of: Read
) -> None:
    nothing = {
        "customer_id": list("abc"),
        "current_value": [0.0, -1.0, 0.0],
        "potential_value": [0.0, 0.0, 0.0],
    }
    fitted = segments.fit_value_roles(frame(nothing))
    assert (fitted.most_valuable_from, fitted.most_growable_from) == (None, None)
    found = roles_of(columns_of(fitted.with_value_role(frame(nothing))))
    assert found == {"a": "migrator", "b": "BZ", "c": "migrator"}
    # Half a unit of value is value.
    some = nothing | {"current_value": [0.5, -1.0, 0.0]}
    assert segments.fit_value_roles(frame(some)).most_valuable_from == 0.5
