"""Day numbers as dates again, where they lie: no expression of narwhals makes them."""

from collections.abc import Mapping
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np

from .._dates import EPOCH
from .conversion import LazyFrame, collect
from .joined_table import beside

__all__ = ["with_calendar_dates"]


def with_calendar_dates(frame: LazyFrame, days: Mapping[str, str]) -> LazyFrame:
    """Add dates to a lazy frame, by the name of the column of day numbers of each."""
    implementation = frame.implementation
    if implementation.is_ibis():
        return _in_ibis(frame, days)
    number = {name: nw.col(day).cast(nw.Int32) for name, day in days.items()}
    if implementation.is_polars():
        dates = {name: day.cast(nw.Date) for name, day in number.items()}
        return frame.with_columns(**dates)
    if (
        implementation.is_duckdb()
        or implementation.is_pyspark()
        or implementation.is_pyspark_connect()
    ):
        # SQL adds a whole number to a date as days.
        dates = {name: nw.lit(EPOCH) + day for name, day in number.items()}
        return frame.with_columns(**dates)
    return _looked_up(frame, days)


def _in_ibis(frame: LazyFrame, days: Mapping[str, str]) -> LazyFrame:
    import ibis  # noqa: PLC0415 - only an Ibis user has it

    rows = frame.to_native()
    epoch = ibis.date(EPOCH.isoformat())
    dates = {
        # PostgreSQL makes an instant of the sum.
        name: (epoch + rows[day].as_interval("D")).cast("date")
        for name, day in days.items()
    }
    return cast("LazyFrame", nw.from_native(rows.mutate(**dates)))


def _looked_up(frame: LazyFrame, days: Mapping[str, str]) -> LazyFrame:
    """Join the dates of the day numbers, which costs a pass for their range."""
    joined = frame
    for name, day in days.items():
        ends = collect(frame.select(nw.col(day).min().alias("a"), nw.col(day).max()))
        low, high = ends["a"].item(), ends[day].item()
        known: Any = np.arange(low or 0, (high or 0) + 1)
        lookup = beside(frame, {day: known, name: known.astype("datetime64[D]")})
        joined = joined.join(lookup, on=day, how="left")
    return joined
