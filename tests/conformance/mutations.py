"""What may come in place of a valid argument: each row is a mistake, or harmless."""

import datetime as dt
import decimal
import fractions
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa


class Mutation(NamedTuple):
    """One changed argument; ``harmless`` ones must not change the answer.

    ``beside`` are other arguments that have to be of the same library.
    """

    what: str
    value: Any
    harmless: bool = False
    beside: Mapping[str, Any] = MappingProxyType({})


class Thing:
    """An object of a class that crmkit has never heard of."""


SCALARS: dict[str, Any] = {
    "None": None,
    "text": "x",
    "empty text": "",
    "minus one": -1,
    "zero": 0,
    "half": 0.5,
    "seven": 7,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "10**400": 10**400,
    "1e300": 1e300,
    "1e308": 1e308,
    "-1e308": -1e308,
    "1e-308": 1e-308,
    "minus nothing": -0.0,
    "1e12": 1e12,
    "10**9": 10**9,
    "5e-324": 5e-324,
    "True": True,
    "numpy True": np.bool_(True),  # noqa: FBT003 - the value is the point
    "Decimal": decimal.Decimal("0.3"),
    "Fraction": fractions.Fraction(1, 3),
    "long double": np.longdouble("0.3"),
    "complex": 1j,
    "list": [1],
    "empty list": [],
    "dictionary": {},
    "array": np.array([1.0, 2.0]),
    "Series": pd.Series([1.0, 2.0]),
    "NaT": pd.NaT,
    "date": dt.date(2024, 1, 1),
    "zoned instant": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    "far date": "9999-12-31",
    "object": Thing(),
    "class": Thing,
    "bytes": b"x",
}
COLUMN_NAMES: dict[str, Any] = {
    "absent name": "no such column",
    "None": None,
    "number": 3,
    "list": ["a", "b"],
    "Series": pd.Series(["a", "b"]),
    "array": np.array(["a"]),
    "empty text": "",
}


def mutations_of(name: str, value: Any) -> Iterator[Mutation]:
    """List what may come in place of one argument."""
    if isinstance(value, pd.DataFrame):
        yield from frame_mutations(value)
    elif name.endswith(("_col", "_cols", "_prefix")) or name == "by":
        yield from (Mutation(f"{k} as a column", v) for k, v in COLUMN_NAMES.items())
        if isinstance(value, str):
            yield Mutation("the id as a column", "customer_id")
        elif isinstance(value, list | tuple):
            yield Mutation("a list of the id", ["customer_id"])
    else:
        yield from (Mutation(k, v) for k, v in SCALARS.items())


def frame_mutations(frame: pd.DataFrame) -> Iterator[Mutation]:
    """List what may come in place of a frame: its shape, its index, each column."""
    yield Mutation("no rows", frame.head(0))
    for rows, what in ((0, "no rows"), (len(frame), "no values")):
        untyped = {str(column): pa.nulls(rows) for column in frame}
        yield Mutation(f"{what}, and no types", pa.table(untyped))
    yield Mutation("one row", frame.head(1))
    yield Mutation("rows twice", pd.concat([frame, frame]))
    yield Mutation("None", None)
    yield Mutation("a dictionary", frame.to_dict("list"))
    yield Mutation("a Series", pd.Series([1.0]))
    yield Mutation("an array", np.zeros((2, 2)))
    yield Mutation("a text", "x")
    yield from _harmless(frame)
    for column in frame.columns:
        yield from _column_mutations(frame, column)


def _harmless(frame: pd.DataFrame) -> Iterator[Mutation]:
    odd = frame.set_axis(range(7, 7 + len(frame)))
    yield Mutation("an odd index", odd, harmless=True)
    yield Mutation(
        "an index of texts", frame.set_axis([f"r{i}" for i in range(len(frame))])
    )
    first = frame.columns[0] if len(frame.columns) else None
    if first is not None:
        named = frame.set_index(first, drop=False)
        yield Mutation("an index named like a column", named, harmless=True)
    read_only = frame.copy()
    for column in read_only.columns:
        values = read_only[column].to_numpy()
        if values.dtype.kind in "iuf":
            values.setflags(write=False)
    yield Mutation("read-only values", read_only, harmless=True)
    whole = {c: "Int64" for c in frame if pd.api.types.is_integer_dtype(frame[c])}
    decimals = {c: "Float64" for c in frame if pd.api.types.is_float_dtype(frame[c])}
    yield Mutation("nullable numbers", frame.astype(whole | decimals), harmless=True)
    small = {c: "float32" for c in frame if pd.api.types.is_float_dtype(frame[c])}
    if small:
        yield Mutation("float32", frame.astype(small))


def in_polars(frame: pd.DataFrame) -> Any:
    """Give a frame of pandas to Polars; None where Polars cannot hold it."""
    import polars as pl

    try:
        return pl.from_pandas(frame.reset_index(drop=True))
    except Exception:  # noqa: BLE001 - a column of lists and numbers, say
        return None


def in_arrow(frame: pd.DataFrame) -> Any:
    """Give a frame of pandas to PyArrow; None where it cannot hold it."""
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, OverflowError, TypeError):
        return None


LIBRARIES = {"Polars": in_polars, "Arrow": in_arrow}


def _column_mutations(frame: pd.DataFrame, column: Any) -> Iterator[Mutation]:
    yield Mutation(f"without {column!r}", frame.drop(columns=column))
    values = frame[column].astype(object)
    for what, value in {
        "a hole": None,
        "NaN": float("nan"),
        "infinity": float("inf"),
        "a text": "x",
        "minus one": -1,
        "1e308": 1e308,
        "-1e308": -1e308,
        "minus nothing": -0.0,
        "5e-324": 5e-324,
        "10**30": 10**30,
        "a list": [1],
        "a boolean": True,
    }.items():
        if len(frame):
            yield Mutation(f"{what} in {column!r}", _with(frame, column, values, value))
        # The last row may be one that a function does not learn from.
        if len(frame) > 1 and what in {"NaN", "infinity"}:
            first = _with(frame, column, values, value, row=0)
            yield Mutation(f"{what} first in {column!r}", first)
    if not len(frame):
        return
    yield Mutation(
        f"categories in {column!r}", _put(frame, column, pd.Categorical(frame[column]))
    )
    mixed = [1, "1", *values[2:]][: len(frame)]
    yield Mutation(
        f"1 and '1' in {column!r}",
        _put(frame, column, pd.Series(mixed, frame.index, object)),
    )
    lists = pd.Series([[1]] * len(frame), frame.index, object)
    yield Mutation(f"lists in {column!r}", _put(frame, column, lists))
    yield Mutation(
        f"texts in {column!r}", _put(frame, column, frame[column].astype(str))
    )
    if pd.api.types.is_numeric_dtype(frame[column]):
        nothing = _put(frame, column, frame[column] * 0)
        yield Mutation(f"zeros in {column!r}", nothing)
        yield Mutation(
            f"huge numbers in {column!r}", _put(frame, column, frame[column] * 1e200)
        )
        yield Mutation(
            f"tiny numbers in {column!r}", _put(frame, column, frame[column] * 1e-300)
        )
        for what, array in _arrays_of_arrow(len(frame)).items():
            yield Mutation(f"{what} of Arrow in {column!r}", _put(frame, column, array))
    if (
        pd.api.types.is_datetime64_any_dtype(frame[column])
        and frame[column].dt.tz is None
    ):
        zoned = _put(
            frame,
            column,
            frame[column].dt.tz_localize(
                "Europe/Berlin", ambiguous=True, nonexistent="shift_forward"
            ),
        )
        yield Mutation(f"zoned dates in {column!r}", zoned)


def _arrays_of_arrow(n_rows: int) -> dict[str, Any]:
    """Return columns of Arrow that other libraries turn into floats without a word."""
    values: dict[str, tuple[list[Any], Any]] = {
        "long numbers": ([2**53 + 1], "int64[pyarrow]"),
        "the longest numbers": ([2**64 - 1], "uint64[pyarrow]"),
        "small unsigned numbers": ([1, 255], "uint8[pyarrow]"),
        "half precision": ([0.5], "float16[pyarrow]"),
    }
    return {
        what: pd.Series(
            some * (n_rows // len(some)) + some[: n_rows % len(some)], dtype=dtype
        ).array
        for what, (some, dtype) in values.items()
    }


def _put(frame: pd.DataFrame, column: Any, values: Any) -> pd.DataFrame:
    changed = frame.copy()
    changed[column] = values
    return changed


def _with(
    frame: pd.DataFrame, column: Any, values: pd.Series, value: Any, row: int = -1
) -> pd.DataFrame:
    """Put one value into a row, the last; numbers stay floats where they can."""
    changed = values.copy()
    place = [row]
    changed.iloc[place] = pd.Series([value], index=changed.index[place], dtype=object)
    if isinstance(value, float) and pd.api.types.is_numeric_dtype(frame[column]):
        return _put(frame, column, changed.astype(float))
    return _put(frame, column, changed)
