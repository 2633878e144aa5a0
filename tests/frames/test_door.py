"""A column of any kind is read as the same float64, and the caller's own stays so."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit._frames import numbers, read_eager, with_arrays

HOLE = [3, None, 5]
FULL = [3, 4, 5]
MONEY = [Decimal(3), None, Decimal(5)]

FRAMES: dict[str, Any] = {
    "pandas float64": pd.DataFrame({"x": [3.0, np.nan, 5.0]}),
    "pandas float32": pd.DataFrame({"x": [3.0, np.nan, 5.0]}, dtype=np.float32),
    "pandas Int64": pd.DataFrame({"x": HOLE}, dtype="Int64"),
    "pandas Float32": pd.DataFrame({"x": HOLE}, dtype="Float32"),
    "pandas int64[pyarrow]": pd.DataFrame({"x": HOLE}, dtype="int64[pyarrow]"),
    "pandas decimal": pd.DataFrame(
        {"x": pd.Series(MONEY, dtype=pd.ArrowDtype(pa.decimal128(9, 2)))}
    ),
    "Polars Int16": pl.DataFrame({"x": HOLE}, schema={"x": pl.Int16}),
    "Polars Int128": pl.DataFrame({"x": HOLE}, schema={"x": pl.Int128}),
    "Polars Float32": pl.DataFrame({"x": HOLE}, schema={"x": pl.Float32}),
    "Polars Decimal": pl.DataFrame({"x": MONEY}),
    "PyArrow uint8": pa.table({"x": pa.array(HOLE, pa.uint8())}),
    "PyArrow float in chunks": pa.table({"x": pa.chunked_array([[3.0, None], [5.0]])}),
    "PyArrow decimal": pa.table({"x": pa.array(MONEY)}),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_column_of_any_kind_is_read_as_float64(kind: str) -> None:
    found = numbers(read_eager(FRAMES[kind], ["x"]), "x")
    assert found.dtype == np.float64
    assert np.array_equal(found, [3.0, np.nan, 5.0], equal_nan=True)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": FULL}, dtype=np.uint64),
        pd.DataFrame({"x": FULL}, dtype="int64[pyarrow]"),
        pl.DataFrame({"x": FULL}, schema={"x": pl.Int128}),
        pa.table({"x": FULL}),
    ],
)
def test_a_column_without_a_hole_is_too(frame: Any) -> None:
    found = numbers(read_eager(frame, ["x"]), "x")
    assert found.dtype == np.float64
    assert found.tolist() == [3.0, 4.0, 5.0]


def test_flags_are_read_as_0_and_1() -> None:
    for flags in (pd.DataFrame({"x": [True, False]}), pa.table({"x": [True, False]})):
        assert numbers(read_eager(flags, ["x"]), "x").tolist() == [1.0, 0.0]


def test_what_is_read_cannot_be_written_and_the_callers_own_can() -> None:
    mine = np.array([3.0, 4.0, 5.0])
    frame = pd.DataFrame({"x": mine}, copy=False)
    read = numbers(read_eager(frame, ["x"]), "x")
    assert not read.flags.writeable
    assert mine.flags.writeable
    frame.loc[0, "x"] = 9.0
    assert frame["x"].tolist() == [9.0, 4.0, 5.0]


def test_a_column_written_back_is_a_copy_of_the_one_read() -> None:
    frame = read_eager(pd.DataFrame({"x": np.array([3.0, 4.0])}), ["x"])
    again = with_arrays(frame, {"y": numbers(frame, "x")}).to_native()
    again["x"] *= 2.0
    again.loc[0, "y"] = 7.0
    assert again["y"].tolist() == [7.0, 4.0]
    assert numbers(frame, "x").tolist() == [3.0, 4.0]
