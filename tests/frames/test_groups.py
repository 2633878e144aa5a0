"""Rows of one id share a number; the numbers follow the ids."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit._frames import group_rows, read_eager
from crmkit._frames.row_groups import _ranked_hashes


@pytest.mark.parametrize(
    "ids",
    [
        ["b", "a", "b", "c"],
        [20, 10, 20, 30],
        [2**60, 5, 2**60, 2**61],
        [2.5, -1.0, 2.5, 7.0],
        [-5, -7, -5, 0],
    ],
)
def test_codes_follow_the_ascending_ids(eager_frame: Any, ids: list[Any]) -> None:
    groups = group_rows(read_eager(eager_frame({"id": ids}), ["id"]), "id")
    assert groups.codes.tolist() == [1, 0, 1, 2]
    assert groups.ids.to_list() == sorted(set(ids))
    assert groups.count == 3


def test_categories_and_narrow_integers_keep_their_type() -> None:
    log = pd.DataFrame(
        {
            "kind": pd.Categorical(["y", "x", "y"], ["z", "y", "x"]),
            "small": np.array([200, 100, 200], dtype=np.uint8),
        }
    )
    opened = read_eager(log, [])
    assert group_rows(opened, "kind").ids.to_list() == ["x", "y"]
    small = group_rows(opened, "small")
    assert small.ids.to_numpy().dtype == np.uint8
    assert small.codes.tolist() == [1, 0, 1]


def test_a_missing_text_of_arrow_is_a_group_without_a_warning() -> None:
    opened = read_eager(pa.table({"id": ["b", None, "a", "b"]}), ["id"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups = group_rows(opened, "id")
    assert groups.codes.tolist() == [2, 0, 1, 2]
    assert groups.ids.to_list() == [None, "a", "b"]


def test_no_rows_make_no_groups(eager_frame: Any) -> None:
    opened = read_eager(eager_frame({"id": ["a"]}), ["id"]).head(0)
    assert group_rows(opened, "id").count == 0


@given(
    st.lists(st.text("ab\0é😀 Z", max_size=12), min_size=1, max_size=30),
    st.sampled_from([0, 70]),
)
@settings(max_examples=60)
def test_texts_of_polars_are_in_the_order_of_their_characters(
    ids: list[str], longer_by: int
) -> None:
    made = [each + "x" * longer_by for each in ids]
    groups = group_rows(read_eager(pl.DataFrame({"id": made}), ["id"]), "id")
    assert groups.ids.to_list() == sorted(set(made))
    assert [groups.ids.to_list()[code] for code in groups.codes] == made


@given(
    st.lists(st.text("ab\0é Z", max_size=9), min_size=1, max_size=30),
    st.sampled_from(["texts", "codes"]),
    st.integers(0, 3),
)
@settings(max_examples=60)
def test_texts_of_arrow_are_in_the_order_of_their_characters(
    ids: list[str], kind: str, skipped: int
) -> None:
    made = pa.array(["zz"] * skipped + ids)[skipped:]
    column = made.dictionary_encode() if kind == "codes" else made
    groups = group_rows(read_eager(pa.table({"id": column}), ["id"]), "id")
    assert groups.ids.to_list() == sorted(set(ids))
    assert [groups.ids.to_list()[code] for code in groups.codes] == ids


@pytest.mark.parametrize("ids", [[None], ["ab2", None, "ab1"] * 2])
def test_a_missing_text_is_a_group_that_comes_first(ids: list[str | None]) -> None:
    opened = read_eager(pl.DataFrame({"id": ids}, schema={"id": pl.String}), ["id"])
    groups = group_rows(opened, "id")
    assert groups.ids.to_list() == [None, "ab1", "ab2"][: groups.count]
    assert [groups.ids.to_list()[code] for code in groups.codes] == ids


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=120
    )
)
@settings(max_examples=60)
def test_hashes_that_begin_alike_are_told_apart(pairs: list[tuple[int, int]]) -> None:
    hashes = np.array([(a << 60) | b for a, b in pairs], dtype=np.uint64)
    expected = np.unique(hashes, return_inverse=True)[1]
    assert _ranked_hashes(hashes).tolist() == expected.tolist()
