"""Periods of covariates against a calendar, day by day."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import _frames
from crmkit.clv.models.covariate_periods import CovariatePeriods, covariate_periods
from crmkit.errors import InvalidValueError
from crmkit.typing import IntArray

# Customer, first day of the period, value. Some periods follow another of one value,
# some customers share a course, and the first value of c is the last of b.
ROWS = [
    ("a", 10, 1.0),
    ("a", 14, 1.0),
    ("a", 20, 2.0),
    ("b", 10, 1.0),
    ("b", 20, 2.0),
    ("c", 10, 2.0),
    ("d", 5, 0.0),
    ("d", 6, 3.0),
    ("d", 7, 0.0),
    ("d", 10, 0.0),
    ("e", 10, 2.0),
    ("unknown", 1, 9.0),
]
WHO = ["e", "d", "c", "b", "a"]
# The last period lasts as long as the longest before it; a single one never ends.
CLOSE = {"a": 26, "b": 30, "d": 13}


def _read(rows: list[tuple[str, int, float]] = ROWS) -> CovariatePeriods:
    table = pd.DataFrame(rows, columns=["customer_id", "day", "value"])
    table["period_start"] = pd.Timestamp("1970-01-01") + pd.to_timedelta(
        table.pop("day"), unit="D"
    )
    customers = _frames.read_eager(pd.DataFrame({"customer_id": WHO}), ["customer_id"])
    return covariate_periods(
        table.sample(frac=1, random_state=3),
        customers,
        names=["value"],
        period_start_col="period_start",
        customer_id_col="customer_id",
    )


def _value(who: str, day: int) -> float:
    """Return the value of the last period of a customer that has begun."""
    return [value for name, start, value in ROWS if name == who and start <= day][-1]


def _days(*numbers: int) -> IntArray:
    return np.array(numbers, dtype=np.int64)


def test_the_value_of_each_day_is_that_of_the_last_period_begun() -> None:
    periods = _read()
    for path, who in zip(periods.path, WHO, strict=True):
        first = min(start for name, start, _ in ROWS if name == who)
        days = np.arange(first, CLOSE.get(who, 60))
        found = periods.at(np.full(days.size, path), days)[:, 0]
        assert found.tolist() == [_value(who, int(day)) for day in days]


def test_days_are_counted_after_one_up_to_and_including_another() -> None:
    periods = _read()
    for path, who in zip(periods.path, WHO, strict=True):
        first = min(start for name, start, _ in ROWS if name == who)
        for after in (first - 1, first, first + 1, 12, 19, 20):
            for until in (after, after + 1, 20, 24):
                counted = periods.days(_days(path), _days(after), _days(until))[0]
                inside = range(max(after + 1, first), until + 1)
                assert counted.sum() == len(inside) or until > CLOSE.get(who, 60) - 1
                known = [day for day in inside if day < CLOSE.get(who, 60)]
                total = float(counted @ periods.values[path, :, 0])
                assert total == sum(_value(who, day) for day in known)


def test_neighbours_of_one_value_are_one_period_and_courses_are_shared() -> None:
    periods = _read()
    # c and e share theirs; a and b differ only in the day their last period ends.
    assert periods.path[0] == periods.path[2]
    assert len(set(periods.path.tolist())) == 4
    begin = {who: periods.begin[at] for who, at in zip(WHO, periods.path, strict=True)}
    assert begin["a"].tolist() == [10, 20, 26, 26]
    assert begin["b"].tolist() == [10, 20, 30, 30]
    assert begin["d"].tolist() == [5, 6, 7, 13]
    assert begin["c"][0] == 10
    assert (begin["c"][1:] == 2**40).all()


def test_a_first_purchase_needs_a_period_and_the_end_too() -> None:
    periods = _read([row for row in ROWS if row[0] != "d"] + [("d", 10, 1.0)])
    first = np.full(len(WHO), 9)
    # The time of a first purchase on day 9 begins after it, on day 10.
    periods.require(first, 25, column="p")
    with pytest.raises(InvalidValueError, match=r"purchase of 1970-01-09.*01-11"):
        periods.require(first - _days(0, 0, 0, 0, 1), 25, column="p")
    ended = r"periods end before 1970-01-27.*until 1970-01-26"
    with pytest.raises(InvalidValueError, match=ended):
        periods.require(first, 26, column="p")


@pytest.mark.parametrize(
    ("beyond", "name"), [(0, "9999-12-31"), (1, "the end of the horizon")]
)
def test_a_horizon_past_the_last_day_of_a_calendar_has_a_name(
    beyond: int, name: str
) -> None:
    last = (np.datetime64("9999-12-31") - np.datetime64("1970-01-01")).astype(int)
    with pytest.raises(InvalidValueError, match=f"end before {re.escape(name)}"):
        _read().require(np.full(len(WHO), 10), int(last) + beyond, column="p")


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([("a", 3, 1.0), ("a", 3, 2.0)], "begins twice for one customer"),
        ([("a", 3, 1.0)], "customer without a row"),
    ],
)
def test_what_periods_must_be_is_said(rows: list[Any], match: str) -> None:
    others = [(who, 3, 1.0) for who in "bcde"] if "twice" in match else []
    with pytest.raises(InvalidValueError, match=match):
        _read([*rows, *others])
