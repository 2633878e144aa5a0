"""Numbers on both sides of each bound, and frames that come back as they were."""

import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crmkit as ck
from crmkit._frames import (
    cell_scores,
    conversion,
    number_rules,
    nw,
    probability_rules,
    read,
    refuse,
    unsound,
    whole_rules,
    with_group_values,
)
from crmkit._frames.column_rules import HUGE
from crmkit.errors import InvalidTypeError, InvalidValueError

LIBRARIES: list[Any] = [pd.DataFrame, pl.DataFrame, pl.LazyFrame]
LEAST = 5e-324
KINDS: dict[str, Any] = {
    "any": lambda frame: number_rules(frame, "x"),
    "nonnegative": lambda frame: number_rules(frame, "x", sign="nonnegative"),
    "positive": lambda frame: number_rules(frame, "x", sign="positive"),
    "share": lambda frame: probability_rules(frame, "x"),
    "whole": lambda frame: whole_rules(frame, "x", at_most=10.0),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("any", HUGE, ""),
        ("any", -HUGE, ""),
        ("any", float(np.nextafter(HUGE, np.inf)), "value beyond"),
        ("any", float(np.nextafter(-HUGE, -np.inf)), "value beyond"),
        ("any", np.inf, "infinite"),
        ("any", -np.inf, "infinite"),
        ("nonnegative", 0.0, ""),
        ("nonnegative", -0.0, ""),
        ("nonnegative", -LEAST, "negative value"),
        ("positive", LEAST, ""),
        ("positive", 0.0, "value of 0 or less"),
        ("share", 0.0, ""),
        ("share", 1.0, ""),
        ("share", -LEAST, "value outside 0 to 1"),
        ("share", 1 + 2**-52, "value outside 0 to 1"),
        ("whole", 0.0, ""),
        ("whole", 10.0, ""),
        ("whole", 11.0, "value above 10"),
        ("whole", 9.5, "value that is not whole"),
        ("whole", -1.0, "negative value"),
    ],
)
def test_a_bound_belongs_to_what_is_allowed(
    library: Any, kind: str, value: float, said: str
) -> None:
    opened = read(library({"x": [1.0, value]}), ["x"])
    rules = KINDS[kind](opened)
    if said:
        with pytest.raises(InvalidValueError, match=f"{said}.* in 1 of 2 rows"):
            refuse(opened, rules)
    else:
        refuse(opened, rules)
    if kind == "any":
        marked = opened.select(nw.col("x"), broken=unsound(opened, "x"))
        found: Any = marked.collect() if isinstance(marked, nw.LazyFrame) else marked
        assert found["broken"].to_list() == [False, bool(said)]


@pytest.mark.parametrize("kind", ["float32", "int64"])
def test_narrow_and_whole_numbers_have_no_bound_to_pass(kind: str) -> None:
    values = np.array([3, 2**31 - 1]).astype(kind)
    for library in LIBRARIES:
        opened = read(library({"x": values}), ["x"])
        refuse(opened, number_rules(opened, "x", sign="positive"))
        less = read(library({"x": -values}), ["x"])
        with pytest.raises(InvalidValueError, match="negative value in 2 of 2 rows"):
            refuse(less, number_rules(less, "x", sign="nonnegative"))


def test_whole_numbers_of_numpy_may_be_beyond_those_of_floats() -> None:
    for library in (pd.DataFrame, pl.DataFrame):
        frame: Any = library({"clv": [1, 2**53 + 1]})
        tiers = ck.segments.with_value_tier(frame)["value_tier"]
        assert list(map(str, tiers)) == ["C", "A"]


@pytest.mark.parametrize("library", LIBRARIES[:2])
def test_what_a_group_has_in_common_stands_beside_its_rows(library: Any) -> None:
    frame: Any = library({"who": ["b", "a", "b", "a"], "day": [3, 9, 5, 1]})
    if library is pd.DataFrame:
        frame.index = pd.Index([7, 7, 2, 0], name="line")
    found: Any = with_group_values(
        read(frame, []), ["who"], {"last": nw.col("day").max()}
    ).to_native()
    assert list(found["who"]) == ["b", "a", "b", "a"]
    assert list(found["last"]) == [5, 9, 5, 9]
    if library is pd.DataFrame:
        assert found.index.equals(frame.index)


def test_a_name_of_an_index_is_taken_off_only_where_a_column_has_it() -> None:
    columns = {"line": [1, 2], "x": [3.0, 4.0]}
    named = pd.Index([5, 6], name="row")
    kept = read(pd.DataFrame(columns, index=named), ["x"]).to_native()
    assert kept.index.name == "row"
    both = pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=["row", "line"])
    frame = pd.DataFrame(columns, index=both)
    assert list(read(frame, ["x"]).to_native().index.names) == [None, None]
    assert list(frame.index.names) == ["row", "line"]
    plain = pd.DataFrame(columns)
    assert read(plain, ["x"]).to_native() is plain


def test_what_is_no_frame_is_refused_with_its_remedy() -> None:
    libraries = "Pass a pandas, Polars or PyArrow DataFrame, or a lazy frame of an"
    with pytest.raises(InvalidTypeError, match=libraries):
        read([1, 2], ["x"])
    with pytest.raises(InvalidTypeError, match="Collect it first"):
        conversion.read_eager(pl.LazyFrame({"x": [1]}), ["x"])


def test_as_many_histories_are_fetched_as_four_gigabytes_hold() -> None:
    assert cell_scores.MAX_FETCHED * 200 == 4_000_000_000
    assert cell_scores.MAX_CELLS == 5_000_000


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_whole_number_in_an_object_may_be_the_largest_float(sign: int) -> None:
    largest = int(sys.float_info.max)
    for more in (0, 1):
        values = [sign * (largest + more), None, 3]
        frame = conversion.read_eager(pd.DataFrame({"x": values}, dtype=object), ["x"])
        if more:
            with pytest.raises(InvalidValueError, match=r"beyond 1\.8e308"):
                conversion.numbers(frame, "x")
        else:
            found = conversion.numbers(frame, "x")
            assert found[[0, 2]].tolist() == [sign * sys.float_info.max, 3.0]
            assert np.isnan(found[1])
