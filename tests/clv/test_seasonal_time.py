"""Operational time against a calendar, day by day, in any unit of time."""

import datetime as dt
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.models.seasonality import period_of_days
from crmkit.clv.models.seasonality_fit import _codes, _event_days, _lengths
from crmkit.errors import InvalidValueError
from crmkit.typing import HistoryColumns

MONTHS = tuple((np.arange(12) ** 2 % 11 / 10 + 0.5).tolist())
WEEKS = tuple((np.arange(52) ** 2 % 17 / 10 + 0.5).tolist())
EPOCH = dt.date(1970, 1, 1)
FAIR = dt.date(2024, 3, 2)
FAIR_EVENT = clv.SeasonalEvent(
    name="fair", days=((FAIR - EPOCH).days,), index=7.5, log_error=0.1
)
SEASONS = {
    "month": clv.Seasonality(period="month", index=MONTHS, events=(FAIR_EVENT,)),
    "week": clv.Seasonality(period="week", index=WEEKS, events=(FAIR_EVENT,)),
}
UNITS: dict[Any, float] = {"day": 1.0, "week": 7.0, "year": 365.2425}


def _period(period: str, day: dt.date) -> int:
    if period == "month":
        return day.month - 1
    return min((day - dt.date(day.year, 1, 1)).days // 7, 51)


def _index(period: str, day: dt.date) -> float:
    if day == FAIR:
        return 7.5
    return SEASONS[period].index[_period(period, day)]


def _sum(period: str, after: dt.date, until: dt.date) -> float:
    days = [after + dt.timedelta(days=n + 1) for n in range((until - after).days)]
    return sum(_index(period, day) for day in days)


@pytest.mark.parametrize("period", ["month", "week"])
def test_every_day_has_the_period_of_the_calendar(period: str) -> None:
    # A common and a leap year, before and after 1970.
    for first in (dt.date(1967, 12, 30), dt.date(2023, 12, 1)):
        days = [first + dt.timedelta(days=n) for n in range(440)]
        numbers = np.array([(day - EPOCH).days for day in days])
        known = [_period(period, day) for day in days]
        assert period_of_days(numbers, period).tolist() == known


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("period", ["month", "week"])
def test_a_horizon_is_the_sum_of_the_index_of_its_days(
    period: Literal["month", "week"], unit: Any
) -> None:
    start, season = dt.date(2024, 2, 20), SEASONS[period]
    for days in (1, 11, 12, 300, 500):
        until = start + dt.timedelta(days=days)
        known = _sum(period, start, until) / UNITS[unit]
        found = season.operational_horizon(start, days / UNITS[unit], time_unit=unit)
        # A span in years is rounded to a hair of a day.
        assert found == pytest.approx(known, rel=1e-12, abs=0)
        part = 0.25 * _index(period, until + dt.timedelta(days=1)) / UNITS[unit]
        found = season.operational_horizon(
            start, (days + 0.25) / UNITS[unit], time_unit=unit
        )
        assert found == pytest.approx(known + part, rel=1e-12, abs=0)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("period", ["month", "week"])
def test_recency_and_age_are_sums_of_the_index_of_their_days(
    period: Literal["month", "week"], unit: Any
) -> None:
    end = dt.date(2024, 4, 5)
    dates = [
        (dt.date(2023, 11, 20), dt.date(2024, 3, 9)),
        (dt.date(2024, 3, 1), dt.date(2024, 3, 2)),
        (end, end),
        (dt.date(2024, 1, 31), dt.date(2024, 1, 31)),
    ]
    customers = pd.DataFrame(dates, columns=["first_date", "last_date"])
    found = SEASONS[period].with_operational_time(
        customers, observation_period_end=end, time_unit=unit
    )
    for column, known in {
        "operational_recency": [_sum(period, *pair) for pair in dates],
        "operational_T": [_sum(period, first, end) for first, _ in dates],
    }.items():
        np.testing.assert_allclose(
            found[column], np.array(known) / UNITS[unit], rtol=1e-12, atol=0
        )


def test_days_outside_the_observation_are_counted_and_refused() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-05", "2024-01-09"])
    rows = pd.DataFrame({"first_date": days, "last_date": days})
    season = SEASONS["month"]
    season.with_operational_time(rows, observation_period_end="2024-01-09")
    words = "'last_date': day after observation_period_end in 2 of 3 rows"
    with pytest.raises(InvalidValueError, match=words):
        season.with_operational_time(rows, observation_period_end="2024-01-04")
    early = rows.assign(last_date=days - pd.to_timedelta([0, 1, 0], unit="D"))
    words = "'last_date': day before 'first_date' in 1 of 3 rows"
    with pytest.raises(InvalidValueError, match=words):
        season.with_operational_time(early, observation_period_end="2024-01-09")


def test_the_days_of_a_year_are_those_of_its_periods_and_events() -> None:
    year = 365.2425
    months = _lengths("month", {})
    assert months.tolist() == pytest.approx(
        [31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], rel=1e-12, abs=0
    )
    weeks = _lengths("week", {})
    assert weeks.tolist() == pytest.approx([7.0] * 51 + [8.2425], rel=1e-12, abs=0)
    assert months.sum() == pytest.approx(year, rel=1e-12, abs=0)
    days = [dt.date(2021, 1, 5), dt.date(2021, 6, 1), dt.date(2022, 1, 5)]
    numbers = np.array([(day - EPOCH).days for day in days])
    with_events = _lengths("month", {"one": numbers[:1], "fair": numbers})
    assert with_events[12:].tolist() == [1.0, 1.5]
    assert with_events[:12].tolist() == months.tolist()


@pytest.mark.parametrize(("period", "parts"), [("month", 12), ("week", 52)])
def test_days_of_an_event_have_a_part_of_their_own(period: str, parts: int) -> None:
    first = (dt.date(2024, 2, 27) - EPOCH).days
    calendar = np.arange(first, first + 6)
    events = _event_days(
        {"one": ["2024-02-28"], "fair": ["2024-03-02", "2030-01-01", "2024-03-01"]}
    )
    known = [_period(period, EPOCH + dt.timedelta(days=int(day))) for day in calendar]
    known[1], known[3:5] = parts, [parts + 1] * 2
    assert _codes(calendar, period, events).tolist() == known
    # On the first day nobody comes back.
    alone = _event_days({"late": ["2024-02-27", "2024-03-04"]})
    with pytest.raises(InvalidValueError, match="no day of 'late' in the log"):
        _codes(calendar, period, alone)


@pytest.mark.parametrize("horizon", [0.5, 3.0, 17.5])
def test_discounted_purchases_in_weeks_are_those_in_days(horizon: float) -> None:
    history = {"frequency": [0, 2, 9], "recency": [0.0, 5.0, 28.0], "T": [20.0, 30, 30]}
    weeks = pd.DataFrame(history)
    days = weeks.assign(recency=weeks["recency"] * 7, T=weeks["T"] * 7)
    season, rate = SEASONS["week"], 0.03
    options: dict[str, Any] = {"observation_period_end": "2024-02-20"}
    in_weeks = season.with_discounted_expected_purchases(
        weeks,
        purchases=clv.BgNbd(r=0.5, alpha=9.0, a=0.9, b=3.0),
        horizon=horizon,
        discount_rate=rate,
        time_unit="week",
        **options,
    )
    in_days = season.with_discounted_expected_purchases(
        days,
        purchases=clv.BgNbd(r=0.5, alpha=63.0, a=0.9, b=3.0),
        horizon=horizon * 7,
        discount_rate=(1 + rate) ** (1 / 7) - 1,
        **options,
    )
    column = "discounted_expected_purchases"
    np.testing.assert_allclose(in_weeks[column], in_days[column], rtol=1e-11, atol=0)
    assert (in_weeks[column] > 0).all()


def test_no_time_ahead_brings_nothing() -> None:
    rows = pd.DataFrame({"frequency": [2], "recency": [5.0], "T": [30.0]})
    found = SEASONS["month"].with_discounted_expected_purchases(
        rows,
        purchases=clv.BgNbd(r=0.5, alpha=9.0, a=0.9, b=3.0),
        observation_period_end="2024-02-20",
        horizon=0.0,
        discount_rate=0.1,
    )
    assert found["discounted_expected_purchases"].tolist() == [0.0]


def test_a_day_of_twice_the_usual_pace_counts_twice() -> None:
    # Without dropout purchases come at one rate in operational time, and the discounted
    # sum is an integral over three stretches of days.
    doubled = range(19_000, 19_005)
    season = clv.Seasonality(
        period="month",
        index=(1.0,) * 12,
        events=(
            clv.SeasonalEvent(
                name="sale", days=tuple(doubled), index=2.0, log_error=0.1
            ),
        ),
    )
    end = str(np.datetime64(doubled[0], "D") - np.timedelta64(11, "D"))
    customers = pd.DataFrame(
        {"frequency": [3.0], "operational_recency": [30.0], "operational_T": [40.0]}
    )
    found = season.with_discounted_expected_purchases(
        customers,
        purchases=clv.Nbd(r=0.5, alpha=9.0, time_unit="day"),
        observation_period_end=end,
        horizon=25.0,
        discount_rate=0.01,
        columns=HistoryColumns(recency="operational_recency", T="operational_T"),
    )

    def discounted(start: float, until: float) -> float:
        return float((1.01**-start - 1.01**-until) / np.log(1.01))

    stretches = discounted(0, 10) + 2 * discounted(10, 15) + discounted(15, 25)
    assert found["discounted_expected_purchases"][0] == pytest.approx(
        3.5 / 49 * stretches, rel=1e-9, abs=0
    )
