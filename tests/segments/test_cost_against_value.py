"""Groups on whom more or less is spent than they are worth, at the edges."""

import pandas as pd
import pytest

from crmkit.errors import NotEnoughDataError
from crmkit.segments import cost_against_value


def base(cost: list[float], value: list[float]) -> pd.DataFrame:
    groups = list("abcdef")[: len(cost)]
    return pd.DataFrame({"value_tier": groups, "cost_to_serve": cost, "clv": value})


@pytest.mark.parametrize(
    ("tolerance", "first", "second"),
    [
        (0.25, "in proportion", "in proportion"),
        (0.24, "over-served", "under-served"),
        (0.26, "in proportion", "in proportion"),
    ],
)
def test_a_share_at_the_edge_of_the_tolerance_is_in_proportion(
    tolerance: float, first: str, second: str
) -> None:
    found = cost_against_value(base([5, 3, 4, 4], [2, 2, 2, 2]), tolerance=tolerance)
    assert found["index"].tolist() == [1.25, 0.75, 1.0, 1.0]
    assert found["verdict"].tolist() == [first, second, *["in proportion"] * 2]


def test_who_is_worth_nothing_is_over_served_if_anything_is_spent() -> None:
    found = cost_against_value(base([6, 2, 0, 0, 0], [7, 0, 0, -1, 2]))
    by_group = found.set_index("value_tier")
    assert by_group.loc[["b", "c", "d"], "index"].isna().all()
    verdicts = dict(by_group["verdict"])
    assert verdicts == {"a": "under-served", "b": "over-served", "c": "in proportion",
                        "d": "in proportion", "e": "under-served"}  # fmt: skip
    # The most valuable per customer come first.
    assert found["value_tier"].tolist() == ["a", "e", "b", "c", "d"]
    assert by_group.loc["a", "index"] == pytest.approx(0.75 / 0.875)
    assert by_group["value_share"].sum() == pytest.approx(1.0)


def test_groups_are_ordered_by_the_value_of_one_customer() -> None:
    rows = pd.concat([base([1, 1], [6, 4])] + [base([1], [3])] * 2)
    found = cost_against_value(rows)
    assert found["value_tier"].tolist() == ["a", "b"]
    assert found["n_customers"].tolist() == [3, 1]
    swapped = cost_against_value(rows.assign(clv=[6, 4.5, 3, 3]))
    assert swapped["value_tier"].tolist() == ["b", "a"]


@pytest.mark.parametrize(
    ("cost", "value"), [([0.0, 0.0], [1.0, 2.0]), ([1.0, 1.0], [2.0, -2.0])]
)
def test_nothing_spent_or_nothing_worth_is_refused(
    cost: list[float], value: list[float]
) -> None:
    with pytest.raises(NotEnoughDataError, match="a total cost and a total value"):
        cost_against_value(base(cost, value))
