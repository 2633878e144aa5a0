"""Periods by NumPy, checked against Python's own calendar."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.log.calendar import last_day_of_period, period_start
from crmkit.typing import Grain

EPOCH = dt.date(1970, 1, 1).toordinal()
DATES = st.dates(dt.date(1600, 1, 1), dt.date(2400, 12, 31))


def _first_day(date: dt.date, grain: Grain) -> dt.date:
    if grain == "week":
        return date - dt.timedelta(days=date.weekday())
    if grain == "day":
        return date
    month = {
        "month": date.month,
        "quarter": (date.month - 1) // 3 * 3 + 1,
        "year": 1,
    }[grain]
    return date.replace(month=month, day=1)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@given(date=DATES)
def test_a_period_starts_where_the_calendar_says(grain: Grain, date: dt.date) -> None:
    day = date.toordinal() - EPOCH
    found = int(period_start(np.array([day]), grain)[0])
    assert found == _first_day(date, grain).toordinal() - EPOCH


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@given(date=DATES)
def test_the_day_after_the_last_begins_a_period(grain: Grain, date: dt.date) -> None:
    day = date.toordinal() - EPOCH
    last = last_day_of_period(day, grain)
    days = np.array([day, last, last + 1])
    starts = period_start(days, grain)
    assert starts[0] == starts[1]
    assert starts[2] == last + 1
