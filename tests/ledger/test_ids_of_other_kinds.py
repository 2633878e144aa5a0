"""Ids of one customer that are written in other types in other tables."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit import errors
from crmkit.ledger import Ledger

DAYS = [dt.date(2024, 1, number) for number in (5, 6, 7)]


def _ledger(make: Any, ids: list[Any], others: list[Any]) -> Any:
    lines = make(
        {"customer_id": ids, "date": DAYS, "paid_amount": [1.0, 2.0, 4.0]}, "lines"
    )
    costs = make(
        {"customer_id": others, "date": DAYS[1:], "amount": [8.0, 16.0]}, "costs"
    )
    return Ledger(lines=lines, service=costs, relationship_start="unknown")


def _of_polars(kinds: dict[str, Any]) -> Any:
    return lambda columns, which: pl.DataFrame(columns).with_columns(
        pl.col("customer_id").cast(kinds[which])
    )


def _of_pandas(kinds: dict[str, Any]) -> Any:
    return lambda columns, which: pd.DataFrame(columns).astype(
        {"customer_id": kinds[which]}
    )


def _of_arrow(kinds: dict[str, Any]) -> Any:
    def made(columns: dict[str, Any], which: str) -> pa.Table:
        ids = pa.array(columns["customer_id"]).cast(kinds[which])
        return pa.table({**columns, "customer_id": ids})

    return made


@pytest.mark.parametrize(
    ("make", "back"),
    [
        (_of_polars({"lines": pl.Int32, "costs": pl.Int64}), pl.Int32),
        (_of_polars({"lines": pl.Int64, "costs": pl.UInt8}), pl.Int64),
        (_of_pandas({"lines": np.int16, "costs": np.int64}), np.dtype(np.int16)),
        (_of_pandas({"lines": "Int64", "costs": np.int32}), pd.Int64Dtype()),
        (_of_arrow({"lines": pa.int32(), "costs": pa.int64()}), pa.int32()),
    ],
)
def test_whole_numbers_of_any_width_are_one_customer(make: Any, back: Any) -> None:
    book = _ledger(make, [7, 3, 7], [3, 7]).book
    assert book.ids.to_list() == [3, 7]
    assert book.lines.customer.tolist() == [1, 0, 1]
    assert book.service.customer.tolist() == [0, 1]
    native = book.ids.to_native()
    assert getattr(native, "dtype", None) == back or native.type == back


@pytest.mark.parametrize(
    "make",
    [
        _of_polars({"lines": pl.Categorical, "costs": pl.String}),
        _of_polars({"lines": pl.String, "costs": pl.Categorical}),
        _of_polars({"lines": pl.Enum(["x", "b", "a"]), "costs": pl.Enum(["a", "b"])}),
        _of_polars({"lines": pl.Categorical, "costs": pl.Categorical}),
        _of_pandas({"lines": "category", "costs": "object"}),
        _of_pandas({"lines": "object", "costs": "category"}),
        _of_pandas({"lines": "category", "costs": "category"}),
    ],
)
def test_labels_and_texts_are_one_customer(make: Any) -> None:
    book = _ledger(make, ["b", "x", "b"], ["b", "b"]).book
    assert book.ids.to_list() == ["b", "x"]
    assert book.lines.customer.tolist() == [0, 1, 0]
    assert book.service.customer.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("ids", "others"),
    [([1, 2, 1], ["1", "2"]), (["1", "2", "1"], [1, 2]), ([1, 2, 1], [1.0, 2.0])],
)
def test_texts_and_numbers_are_two_kinds(ids: list[Any], others: list[Any]) -> None:
    def make(columns: dict[str, Any], _: str) -> pl.DataFrame:
        return pl.DataFrame(columns)

    with pytest.raises(errors.InvalidTypeError) as caught:
        _ledger(make, ids, others)
    assert "customer_id" in str(caught.value)
