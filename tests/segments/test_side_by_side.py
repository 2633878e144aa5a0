"""Tables of groups against what they bring."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def rows_by(found: dict[str, list[Any]], key: str) -> dict[Any, dict[str, Any]]:
    names = list(found)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*found.values())]  # noqa: B905 - columns of one frame
    return {row[key]: row for row in rows}


def unknown(value: Any) -> bool:
    return str(value) in {"None", "nan", "<NA>"}  # as each library says it


def test_deciles_of_revenue_against_profit(frame: Make, columns_of: Read) -> None:
    base = frame(
        {"revenue": [float(v) for v in range(20, 0, -1)], "profit": [1.0] * 20}
    )
    found = rows_by(columns_of(segments.concentration_table(base)), "group")
    assert len(found) == 10
    assert found[1]["n_customers"] == 2
    assert found[1]["revenue"] == 39
    assert found[1]["revenue_share"] == pytest.approx(39 / 210, rel=1e-14)
    assert found[10]["profit_cumulative_share"] == pytest.approx(1, rel=1e-14)
    assert found[3]["profit_cumulative_share"] == pytest.approx(0.3, rel=1e-14)


def test_a_tie_is_never_split_between_deciles(frame: Make, columns_of: Read) -> None:
    base = frame({"revenue": [5.0] + [1.0] * 9, "profit": [1.0] * 10})
    found = rows_by(columns_of(segments.concentration_table(base)), "group")
    assert [found[at]["n_customers"] for at in range(1, 11)] == [1, 9] + [0] * 8


def test_shares_of_a_loss_are_unknown(frame: Make, columns_of: Read) -> None:
    base = frame({"revenue": [5.0, 1.0], "profit": [1.0, -2.0]})
    found = columns_of(segments.concentration_table(base, n_groups=2))
    assert all(unknown(share) for share in found["profit_share"])
    assert sorted(found["profit"]) == [-2, 1]


def test_spending_bands_with_fixed_edges(frame: Make, columns_of: Read) -> None:
    base = frame(
        {
            "revenue": [0.0, 24.99, 25.0, 60.0, 100.0, 400.0],
            "profit": [-2.0, 1.0, 2.0, 5.0, 10.0, 50.0],
        }
    )
    found = columns_of(segments.spending_bands(base, bounds=(25, 50, 100)))
    bands = {
        (None if unknown(low) else low): (customers, profit)
        for low, customers, profit in zip(
            found["from_spend"], found["n_customers"], found["profit"], strict=True
        )
    }
    assert bands == {None: (2, -1), 25: (1, 2), 50: (1, 5), 100: (2, 60)}


@pytest.mark.parametrize("bounds", [(), (50, 25), (25, 25), (float("inf"),)])
def test_bounds_must_ascend(frame: Make, bounds: tuple[float, ...]) -> None:
    base = frame({"revenue": [1.0], "profit": [1.0]})
    with pytest.raises(errors.InvalidValueError, match="'bounds'"):
        segments.spending_bands(base, bounds=bounds)


def test_a_tier_summary_adds_up(frame: Make, columns_of: Read) -> None:
    base = segments.with_value_tier(frame({"clv": [60.0, 20, 15, 3, 2]}))
    found = rows_by(columns_of(segments.tier_summary(base)), "value_tier")
    assert found["A"]["customer_share"] == 0.4
    assert found["A"]["value_share"] == 0.8
    assert (found["C"]["lowest_value"], found["C"]["highest_value"]) == (2, 3)
    assert found["C"]["mean_value"] == 2.5


def test_the_best_tier_comes_first(eager_frame: Make, columns_of: Read) -> None:
    base = segments.with_value_tier(eager_frame({"clv": [2.0, 15, 3, 60, 20]}))
    found = columns_of(segments.tier_summary(base))
    assert found["value_tier"] == ["A", "B", "C"]


def test_a_customer_without_a_tier_is_refused(frame: Make) -> None:
    base = frame({"clv": [1.0, 2.0], "value_tier": ["A", None]})
    with pytest.raises(errors.InvalidValueError, match="'value_tier': missing"):
        segments.tier_summary(base)


def test_a_hole_in_profit_is_refused(frame: Make) -> None:
    base = frame({"revenue": [1.0, 2.0], "profit": [1.0, None]})
    with pytest.raises(errors.InvalidValueError, match="'profit': missing"):
        segments.concentration_table(base)


def test_groups_that_cancel_but_for_rounding_have_no_shares(
    frame: Make, columns_of: Read
) -> None:
    base = frame({"revenue": [30.0, 20.0, 10.0], "profit": [0.1, 0.2, -0.3]})
    table = columns_of(
        segments.concentration_table(
            base, n_groups=3, rng=np.random.default_rng(1), n_resamples=19
        )
    )
    bands = columns_of(segments.spending_bands(base, bounds=(15, 25)))
    assert sum(sorted(table["profit"], reverse=True)) > 0
    for found in (table, bands):
        assert all(unknown(share) for share in found["profit_share"])
        assert all(unknown(share) for share in found["profit_cumulative_share"])
    assert all(unknown(share) for share in table["profit_share_upper"])


def test_one_name_of_a_column_is_no_list_of_letters(
    frame: Make, columns_of: Read
) -> None:
    base = frame({"revenue": [2.0, 1.0], "profit": [1.0, 1.0]})
    found = columns_of(segments.concentration_table(base, value_cols="profit"))
    assert "profit_share" in found
    assert "revenue" not in found
    with pytest.raises(errors.InvalidValueError, match="named twice: 'profit'"):
        segments.spending_bands(base, bounds=(1,), value_cols=["profit", "profit"])


def test_bands_of_an_empty_base_have_no_shares() -> None:
    base = pd.DataFrame({"revenue": [], "profit": []}, dtype=float)
    found = segments.spending_bands(base, bounds=(25,))
    assert found["n_customers"].to_list() == [0, 0]
    assert found["customer_share"].isna().all()


def test_several_columns_make_the_groups(frame: Make, columns_of: Read) -> None:
    base = {
        "value_tier": ["A", "A", "B"],
        "region": ["x", "y", "x"],
        "clv": [9.0, 5.0, 2.0],
        "cost_to_serve": [1.0, 1.0, 2.0],
    }
    both = ["value_tier", "region"]
    tiers = columns_of(segments.tier_summary(frame(base), by=both))
    assert sorted(zip(*(tiers[name] for name in both), strict=True)) == [
        ("A", "x"), ("A", "y"), ("B", "x")
    ]  # fmt: skip
    costs = columns_of(segments.cost_against_value(frame(base), by=both))
    assert sum(costs["cost_share"]) == pytest.approx(1, rel=1e-14)
    assert len(costs["verdict"]) == 3


def test_groups_may_be_categories(columns_of: Read) -> None:
    base = pd.DataFrame({"value_tier": ["A", "B", "A"], "clv": [3.0, 1.0, 2.0]})
    kind = pd.CategoricalDtype(["C", "B", "A"], ordered=True)
    named = base.astype({"value_tier": kind})
    for other in (named, pl.from_pandas(named)):
        found = columns_of(segments.tier_summary(other))
        assert [str(tier) for tier in found["value_tier"]] == ["A", "B"]
