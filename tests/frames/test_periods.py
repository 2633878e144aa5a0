"""The first day of a period, computed where the dates lie, is the calendar's."""

import datetime as dt
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit._frames.date_columns import period_start

FIRST = np.datetime64("1896-12-25")
DAYS = FIRST + np.arange(76_000).astype("timedelta64[D]")  # to 2105: three leap rules


def _expected(grain: str) -> list[dt.date]:
    dates: list[dt.date] = DAYS.tolist()
    if grain == "week":
        return [day - dt.timedelta(day.weekday()) for day in dates]
    months = {"day": 0, "month": 1, "quarter": 3, "year": 12}[grain]
    if not months:
        return dates
    return [
        dt.date(day.year, (day.month - 1) // months * months + 1, 1) for day in dates
    ]


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_each_period_starts_where_the_calendar_says(grain: Any, library: Any) -> None:
    frame = nw.from_native(library({"day": DAYS.astype("datetime64[ms]")}))
    found = frame.select(start=period_start("day", grain))["start"].to_numpy()
    expected = np.array(_expected(grain), dtype="datetime64[D]").astype(np.int64)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("grain", ["week", "quarter"])
def test_an_engine_starts_a_period_before_1970_where_the_calendar_says(
    grain: Any,
) -> None:
    rows = duckdb.connect().from_arrow(pa.table({"day": DAYS}))
    frame = nw.from_native(rows).select("day", start=period_start("day", grain))
    found = frame.collect().sort("day")["start"].to_numpy()
    expected = np.array(_expected(grain), dtype="datetime64[D]").astype(np.int64)
    np.testing.assert_array_equal(found, expected)
