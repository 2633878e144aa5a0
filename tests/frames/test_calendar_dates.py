"""Day numbers become dates again, before 1970 as after it."""

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from crmkit._frames.calendar_dates import _looked_up, with_calendar_dates


@pytest.mark.parametrize(
    "days", [[-400, -3, -3], [2, 400, 9], [-1, 0, 1], [0, 3], [0], []]
)
@pytest.mark.parametrize("dated", [_looked_up, with_calendar_dates])
def test_days_are_counted_from_1970(days: list[int], dated: Any) -> None:
    frame = nw.from_native(
        pl.LazyFrame(
            {"day": days, "row": range(len(days))}, schema_overrides={"day": pl.Int64}
        )
    )
    made = dated(frame, {"date": "day"}).collect().sort("row")
    first = dt.date(1970, 1, 1)
    expected = [first + dt.timedelta(days=day) for day in days]
    assert made["date"].cast(nw.Date).to_list() == expected
