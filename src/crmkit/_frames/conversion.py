"""Open frames of any library, and return them in that library, order and index."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError

from ..errors import InvalidTypeError, InvalidValueError, MissingColumnError, shown
from ..typing import FloatArray, IntoDataFrameT, IntoFrameT
from .column_writers import hint

__all__ = [
    "EagerFrame",
    "Frame",
    "LazyFrame",
    "collect",
    "column_names",
    "column_types",
    "is_lazy",
    "native",
    "numbers",
    "plain_numbers",
    "read",
    "read_eager",
    "row_count",
    "table",
    "with_arrays",
    "with_columns_of",
    "with_plain_text",
]

EagerFrame: TypeAlias = nw.DataFrame[Any]
LazyFrame: TypeAlias = nw.LazyFrame[Any]
Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]
FrameT = TypeVar("FrameT", EagerFrame, LazyFrame, Frame)

_COUNTED = (bool, int, float, np.bool_, np.integer, np.floating)
_WIDE = (nw.Int128, nw.UInt128)  # integers that NumPy does not have


def read(frame: object, columns: Sequence[str]) -> Frame:
    """Open a frame of any library, with at least these columns, once each.

    A frame that is open already is handed on, with a look at its columns alone.
    """
    _require_names(columns)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        _require_columns(columns, column_names(frame))
        return frame
    try:
        opened = cast("Frame", nw.from_native(cast("Any", frame)))
        names = column_names(opened)
    except DuplicateError:
        raise _duplicated(frame) from None
    except TypeError:
        raise _not_a_frame(frame, "a DataFrame or a lazy frame") from None
    _require_columns(columns, names)
    _require_wide(opened, columns)
    return _told_apart(opened)


def _require_wide(frame: Frame, columns: Sequence[str]) -> None:
    """Refuse half precision, which Arrow cannot compare and Polars cannot round."""
    if frame.implementation.is_pandas_like():
        return
    for column, dtype in column_types(frame, columns).items():
        if dtype == nw.Float16:
            raise InvalidTypeError(
                subject=f"column {column!r}",
                expected="numbers of at least 32 bits",
                got=str(dtype),
                remedy="Convert the column to float32 first.",
            )


def _require_columns(columns: Sequence[str], names: Sequence[str]) -> None:
    absent = [name for name in columns if name not in names]
    if absent:
        known = [str(name) for name in names]
        raise MissingColumnError(absent, known, hint=hint(absent))


def _told_apart(frame: Frame) -> Frame:
    """Take the name off a pandas index that a column has too: it would be ambiguous."""
    if not _clashing(frame):
        return frame
    copy = cast("EagerFrame", frame).to_native().copy(deep=False)
    copy.index = copy.index.set_names([None] * copy.index.nlevels)
    return cast("Frame", nw.from_native(copy, eager_only=True))


def _clashing(frame: Frame) -> bool:
    if isinstance(frame, nw.LazyFrame) or not frame.implementation.is_pandas():
        return False
    named = frame.to_native()
    return any(name is not None and name in named.columns for name in named.index.names)


def _require_names(columns: Sequence[object]) -> None:
    # Before any comparison: a Series compared with a name has no truth value.
    for name in columns:
        if not isinstance(name, str):
            raise InvalidTypeError(
                subject="a column to read",
                expected="its name, a text",
                got=f"{type(name).__name__} {shown(name)}",
                remedy="Pass the name of one column to each *_col argument.",
            )


def read_eager(frame: object, columns: Sequence[str]) -> EagerFrame:
    """Open a frame whose data are in memory."""
    opened = read(frame, columns)
    if isinstance(opened, nw.LazyFrame):
        raise _not_a_frame(frame, "a DataFrame in memory", "Collect it first.")
    return opened


def native(frame: Frame, like: IntoFrameT) -> IntoFrameT:
    """Hand the frame back in the caller's library, under the type of ``like``."""
    made = frame.to_native()
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas():
        made = _with_index_name_of(like, made)
    return cast("IntoFrameT", made)


def _with_index_name_of(like: object, made: Any) -> Any:
    """Give the index back the name that ``read`` took off it."""
    names = getattr(getattr(like, "index", None), "names", None)
    if names is not None and all(name is None for name in names):
        return made  # at once: one customer at a time, opening costs more than scoring
    opened = nw.from_native(cast("Any", like), pass_through=True)
    if not isinstance(opened, nw.DataFrame) or not _clashing(opened):
        return made
    index = opened.to_native().index
    if not made.index.equals(index):  # a summary, whose rows are not the caller's
        return made
    named = made.copy(deep=False)
    named.index = index
    return named


def column_names(frame: Frame) -> list[str]:
    """Name the columns, in order."""
    if isinstance(frame, nw.DataFrame):
        return frame.columns
    return frame.collect_schema().names()


def column_types(frame: Frame, columns: Sequence[str]) -> dict[str, nw.dtypes.DType]:
    """Return what each of some columns holds; only theirs is looked up in memory."""
    if isinstance(frame, nw.DataFrame):
        _require_columns(columns, frame.columns)
        return {column: frame.get_column(column).dtype for column in columns}
    schema = frame.collect_schema()
    _require_columns(columns, schema.names())
    return {column: schema[column] for column in columns}


def is_lazy(frame: Frame) -> bool:
    """Return whether the data are still in an engine."""
    return isinstance(frame, nw.LazyFrame)


def collect(frame: Frame) -> EagerFrame:
    """Bring what little is left of a query into memory."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def row_count(frame: Frame) -> int:
    """Count the rows, in the engine where they lie."""
    if isinstance(frame, nw.DataFrame):
        return len(frame)
    return int(frame.select(nw.len().alias("rows")).collect()["rows"].item())


def numbers(frame: EagerFrame, column: str) -> FloatArray:
    """Read one column as float64; a hole becomes NaN."""
    values: np.ndarray | None = plain_numbers(frame, column)
    if values is None:
        series = _numeric(frame.get_column(column), column)
        if series.dtype in _WIDE:
            series = series.cast(nw.Float64)
        values = series.to_numpy()
        if values.dtype.kind not in "iuf":
            values = series.cast(nw.Float64).to_numpy()
    values = np.asarray(values, dtype=np.float64).view()
    values.flags.writeable = False
    return values


def _numeric(series: nw.Series[Any], column: str) -> nw.Series[Any]:
    """Refuse what a cast would read as numbers, or fail on: texts, lists, dates."""
    dtype = series.dtype
    if dtype.is_numeric() or dtype == nw.Boolean:
        return series
    kinds: set[str] = {str(dtype)}
    if dtype == nw.Object:
        values = series.drop_nulls().to_list()
        kinds = {type(value).__name__ for value in values}
        # Flags with a hole are objects in pandas, and so are integers beyond 2**64.
        if all(isinstance(value, _COUNTED) for value in values):
            return _from_objects(series, column, values)
    raise InvalidTypeError(
        subject=f"column {column!r}",
        expected="numbers",
        got=", ".join(sorted(kinds)),
        remedy="Convert the column to float or int first.",
    )


def _from_objects(
    series: nw.Series[Any], column: str, values: Sequence[Any]
) -> nw.Series[Any]:
    if any(abs(value) > sys.float_info.max for value in values):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="number beyond 1.8e308, the largest float",
            remedy="Correct these rows.",
        )
    return series


def plain_numbers(frame: Frame, column: str) -> FloatArray | None:
    """Read a column of NumPy's own numbers from pandas, at a tenth of the detour."""
    if isinstance(frame, nw.LazyFrame) or not frame.implementation.is_pandas():
        return None
    series = frame.to_native()[column]
    kind = getattr(series.dtype, "kind", "O")
    plain = isinstance(series.dtype, np.dtype) and kind in "iuf"
    return np.asarray(series.to_numpy(), np.float64) if plain else None


def with_arrays(frame: EagerFrame, arrays: Mapping[str, np.ndarray]) -> EagerFrame:
    """Add one column per array, row for row, whatever the index."""
    _require_names(tuple(arrays))
    backend = frame.implementation
    if backend.is_pandas() and all(a.dtype.kind in "iufb" for a in arrays.values()):
        # One customer at a time, the detour costs more than the score.
        wide = frame.to_native().assign(**{k: _own(v) for k, v in arrays.items()})
        return cast("EagerFrame", nw.from_native(wide, eager_only=True))
    return frame.with_columns(
        *(_series(name, values, backend) for name, values in arrays.items())
    )


def with_plain_text(frame: FrameT, columns: Sequence[str]) -> FrameT:
    """Give text its plain type in a table of Arrow, which joins and stacks no other.

    What Polars or pandas hand over is large text, what a CSV file holds is not.
    """
    if not frame.implementation.is_pyarrow():
        return frame
    types = column_types(frame, columns)
    texts = [column for column in columns if types[column] == nw.String]
    return frame.with_columns(nw.col(name).cast(nw.String) for name in texts)


def with_columns_of(
    frame: IntoDataFrameT, arrays: Mapping[str, np.ndarray]
) -> IntoDataFrameT:
    """Add arrays to a native frame in memory, and hand it back native."""
    return native(with_arrays(read_eager(frame, ()), arrays), frame)


def table(
    like: Frame, columns: Mapping[str, "np.ndarray | nw.Series[Any]"]
) -> EagerFrame:
    """Make a frame in memory, in the library of ``like``; Arrow for SQL engines."""
    known = like.implementation.is_pandas_like() or like.implementation.is_polars()
    backend = like.implementation if known else nw.Implementation.PYARROW
    series = [
        _plain(values).alias(name)
        if isinstance(values, nw.Series)
        else _series(name, values, backend)
        for name, values in columns.items()
    ]
    return series[0].to_frame().with_columns(*series[1:])


def _plain(series: nw.Series[Any]) -> nw.Series[Any]:
    """Forget a pandas index: the rows of a new frame count from 0."""
    if not series.implementation.is_pandas_like():
        return series
    return nw.from_native(series.to_native().reset_index(drop=True), series_only=True)


def _series(name: str, values: np.ndarray, backend: nw.Implementation) -> Any:
    if values.dtype.kind in "OUT":
        return nw.new_series(name, values.tolist(), backend=cast("Any", backend))
    return nw.Series.from_numpy(name, _own(values), backend=cast("Any", backend))


def _own(values: np.ndarray) -> np.ndarray:
    """Return an array that a frame may hold: whole, writable, of this machine."""
    array = np.ascontiguousarray(values)
    if not array.flags.writeable or array.dtype.byteorder not in "=|":
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def _not_a_frame(
    frame: object, expected: str, remedy: str | None = None
) -> InvalidTypeError:
    return InvalidTypeError(
        subject="the frame",
        expected=expected,
        got=type(frame).__name__,
        remedy=remedy
        or "Pass a pandas, Polars or PyArrow DataFrame, or a lazy frame of an engine.",
    )


def _duplicated(frame: object) -> InvalidValueError:
    names = Counter(str(name) for name in cast("Any", frame).columns)
    name, count = names.most_common(1)[0]
    return InvalidValueError(
        subject=f"column {name!r}",
        found=f"{count} columns of this name",
        remedy="Rename or drop the others.",
    )
