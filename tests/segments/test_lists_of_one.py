"""What has to be a list is refused in a sentence where it is none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors, segments

BASE = pd.DataFrame(
    {
        "clv": np.arange(40.0),
        "revenue": np.arange(40.0),
        "profit": 1.0,
        "value_tier": ["A", "B"] * 20,
        "previous_tier": ["A", "B"] * 20,
    }
)


def scores(**bounds: Any) -> object:
    usual = {f"{name}_bounds": (1,) for name in ("recency", "frequency", "monetary")}
    return segments.RfmScores(**{**usual, **bounds})


CALLS: dict[str, Callable[[Any], object]] = {
    "bounds": lambda given: segments.spending_bands(BASE, bounds=given),
    "n_clusters": lambda given: segments.fit_clusters(
        BASE, value_cols=["clv"], n_clusters=given, rng=np.random.default_rng(1)
    ),
    "cuts": lambda given: segments.ValueTiers(labels=("A", "B"), cuts=given),
    "keep": lambda given: segments.ValueTiers(
        labels=("A", "B"), cuts=(9.0,), keep=given
    ),
    "labels": lambda given: segments.fit_value_tiers(BASE, labels=given),
    "shares": lambda given: segments.fit_value_tiers(BASE, shares=given),
    "tiers": lambda given: segments.with_tier_change(BASE, tiers=given),
    "recency_bounds": lambda given: scores(recency_bounds=given),
    "frequency_bounds": lambda given: scores(frequency_bounds=given),
    "monetary_bounds": lambda given: scores(monetary_bounds=given),
}


@pytest.mark.parametrize("given", [3, 0.8, "ABC"])
@pytest.mark.parametrize("argument", CALLS)
def test_one_member_is_no_list(argument: str, given: object) -> None:
    kind = type(given).__name__
    sentence = rf"'{argument}'.*: expected (a list|a tuple or a list), got {kind}"
    with pytest.raises(errors.InvalidTypeError, match=sentence):
        CALLS[argument](given)


def test_columns_of_values_are_a_list_or_one_name() -> None:
    one: Any = "profit"
    none: Any = 3
    found = segments.concentration_table(BASE, value_cols=one)
    assert "profit_share" in found.columns
    with pytest.raises(errors.InvalidTypeError, match="'value_cols': expected a list"):
        segments.concentration_table(BASE, value_cols=none)


def test_traits_are_columns_and_bars() -> None:
    names: Any = ["clv"]
    with pytest.raises(errors.InvalidTypeError, match="'traits': expected a dict"):
        segments.with_e_type(BASE, traits=names)


@pytest.mark.parametrize("name", [None, ["clv"]])
def test_a_column_is_named_by_a_text(name: Any) -> None:
    with pytest.raises(errors.InvalidTypeError, match="a column to read: expected its"):
        segments.gini(BASE, value_col=name)
