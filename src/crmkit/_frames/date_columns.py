"""Dates as whole day numbers (1970-01-01 is 0), in memory and in any engine."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

import narwhals.stable.v2 as nw
import numpy as np

from .._dates import EPOCH
from ..errors import InvalidTypeError, InvalidValueError
from ..typing import IntArray
from .asked_rules import Rule
from .conversion import EagerFrame, Frame, LazyFrame, with_arrays

__all__ = [
    "day_numbers",
    "epoch_day",
    "instants",
    "period_start",
    "require_dates",
    "time_zone",
    "with_day_numbers",
]

_Frame = TypeVar("_Frame", bound=Frame)


def require_dates(frame: _Frame, column: str) -> tuple[_Frame, list[Rule]]:
    """Return the frame with real dates in ``column``, and the rules they must keep.

    Text is read only where every value is ISO-8601; nothing is guessed.
    """
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object):
        frame = cast("_Frame", _with_parsed(frame, column))
    elif dtype not in (nw.Date, nw.Datetime):
        raise _not_dates(column, _described(frame, column))
    elif isinstance(frame, nw.LazyFrame) and isinstance(dtype, nw.Datetime):
        frame = cast("_Frame", _in_microseconds(frame, column, dtype))
    hole = Rule(
        column=column,
        broken=nw.col(column).is_null(),
        found="missing value",
        remedy="Drop these rows, or give them a date.",
    )
    return frame, [hole]


def _in_microseconds(frame: LazyFrame, column: str, dtype: nw.Datetime) -> LazyFrame:
    """Read other units as DuckDB's own, whose year its planner knows.

    DuckDB 2.0 takes seconds and nanoseconds for milliseconds when it estimates the
    year of a column, and then answers a comparison by the wrong estimate.
    """
    engine = frame.implementation
    own = dtype.time_unit == "us" or dtype.time_zone is not None
    if own or not (engine.is_duckdb() or engine.is_ibis()):
        return frame
    return frame.with_columns(nw.col(column).cast(nw.Datetime("us")))


def time_zone(frame: Frame, column: str) -> str | None:
    """Return the zone of a column of instants, None for plain dates."""
    dtype = frame.collect_schema()[column]
    return dtype.time_zone if isinstance(dtype, nw.Datetime) else None


def day_numbers(frame: EagerFrame, column: str) -> IntArray:
    """Read a column of dates as day numbers, in the column's own zone."""
    return np.asarray(_local(frame, column).astype("datetime64[D]"), dtype=np.int64)


def with_day_numbers(frame: Frame, names: Mapping[str, str]) -> Frame:
    """Add the day numbers of columns of dates, none of which is missing.

    ``names`` holds the new column of each column of dates.
    """
    if isinstance(frame, nw.LazyFrame):
        return frame.with_columns(
            **{new: epoch_day(column) for column, new in names.items()}
        )
    # The arithmetic of the calendar costs twenty columns, reading the dates one.
    return with_arrays(
        frame, {new: day_numbers(frame, column) for column, new in names.items()}
    )


def instants(frame: EagerFrame, column: str) -> IntArray:
    """Read a column of dates as microseconds, in the column's own zone."""
    return np.asarray(_local(frame, column).astype("datetime64[us]"), dtype=np.int64)


def _local(frame: EagerFrame, column: str) -> np.ndarray:
    series = frame[column]
    if time_zone(frame, column) is not None:
        series = series.dt.replace_time_zone(None)
    return np.asarray(series.to_numpy())


def epoch_day(column: str) -> nw.Expr:
    """Return the day number as an expression in integers, which every engine has."""
    date = nw.col(column)
    year = date.dt.year().cast(nw.Int64) - 1
    return (
        year * 365
        + _leaps_until(year)
        + date.dt.ordinal_day().cast(nw.Int64)
        - EPOCH.toordinal()
    )


def period_start(
    column: str, grain: Literal["day", "week", "month", "quarter", "year"]
) -> nw.Expr:
    """Return the day number of the first day of the period of a date."""
    date, day = nw.col(column), epoch_day(column)
    if grain == "day":
        return day
    if grain == "week":
        # 1970-01-01 was a Thursday, three days after its Monday.
        return _quotient(day + 3, 7) * 7 - 3
    if grain == "month":
        return day - date.dt.day().cast(nw.Int64) + 1
    new_year = day - date.dt.ordinal_day().cast(nw.Int64) + 1
    return new_year if grain == "year" else new_year + _days_before_quarter(date)


def _days_before_quarter(date: nw.Expr) -> nw.Expr:
    year, month = date.dt.year(), date.dt.month()
    # No remainder (Arrow lacks it): a year is leap where its quotients step up.
    leap = _leaps_until(year) - _leaps_until(year - 1)
    late = nw.when(month >= 10).then(273 + leap).otherwise(181 + leap)
    mid = nw.when(month >= 7).then(late).otherwise(90 + leap)
    return nw.when(month >= 4).then(mid).otherwise(0)


def _leaps_until(year: nw.Expr) -> nw.Expr:
    return _quotient(year, 4) - _quotient(year, 100) + _quotient(year, 400)


def _quotient(whole: nw.Expr, by: int) -> nw.Expr:
    """Divide whole numbers and round down, exactly.

    The operator // becomes a nest of cases in SQL, over which DuckDB plans for seconds.
    """
    return (whole / by).floor().cast(nw.Int64)


def _with_parsed(frame: EagerFrame, column: str) -> EagerFrame:
    values = frame[column].to_list()
    parsed = [_parsed(value) for value in values]
    wrong = [at for at, day in enumerate(parsed) if day is None]
    if wrong:
        _refuse_text(column, values, wrong)
    days = np.array(parsed, dtype="datetime64[ms]")
    series = nw.Series.from_numpy(column, days, backend=frame.implementation)
    return frame.with_columns(series)


def _parsed(value: Any) -> np.datetime64 | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return np.datetime64("NaT", "s")
    if isinstance(value, dt.datetime):
        return None if value.tzinfo else np.datetime64(value, "s")
    if isinstance(value, dt.date):
        return np.datetime64(value, "s")
    return _from_iso(value) if isinstance(value, str) else None


def _from_iso(text: str) -> np.datetime64 | None:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if instant.tzinfo else np.datetime64(instant, "s")


def _refuse_text(column: str, values: Sequence[Any], wrong: Sequence[int]) -> None:
    first = values[wrong[0]]
    if isinstance(first, str):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="non-ISO date",
            count=len(wrong),
            total=len(values),
            first=f"row {wrong[0]}, value {first!r}",
            remedy="Convert the column to dates first, naming its format.",
        )
    raise _not_dates(column, f"{type(first).__name__} {first!r} at row {wrong[0]}")


def _not_dates(column: str, got: str) -> InvalidTypeError:
    return InvalidTypeError(
        subject=f"column {column!r}",
        expected="dates or datetimes of one zone",
        got=got,
        remedy="Convert the column to dates first, naming its format and zone.",
    )


def _described(frame: Frame, column: str) -> str:
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas_like():
        return f"dtype {frame[column].to_native().dtype}"
    return str(frame.collect_schema()[column])
