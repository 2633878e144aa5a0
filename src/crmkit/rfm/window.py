"""The end of observation, the grain of an occasion and the ruler of time."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from .._check import one_of
from ..errors import InvalidTypeError, InvalidValueError
from ..kernels.calendar import (
    DAYS_PER_UNIT,
    Grain,
    TimeUnit,
    last_day_of_period,
    period_start,
)
from ..typing import FloatArray, IntArray

__all__ = ["Day", "Window", "day_number", "open_window"]

Day = dt.date | str

_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which rows are seen, what makes one occasion, and how time is measured."""

    end_day: int
    grain: Grain
    unit_days: float

    @property
    def end_period(self) -> int:
        """First day of the period that holds the end."""
        return int(period_start(np.array([self.end_day]), self.grain)[0])

    @property
    def ends_its_period(self) -> bool:
        """Whether the end is the last day of its period."""
        return self.end_day == last_day_of_period(self.end_day, self.grain)

    def period(self, days: IntArray) -> IntArray:
        """Move each day to the first day of its period."""
        return period_start(days, self.grain)

    def length(self, days: IntArray) -> FloatArray:
        """Measure a number of days with the ruler."""
        return days / self.unit_days


def open_window(
    end: Day, *, argument: str, grain: Grain, time_unit: TimeUnit, zone: str | None
) -> Window:
    """Check the three choices and put them together."""
    return Window(
        end_day=day_number(argument, end, zone=zone),
        grain=one_of("grain", grain, tuple(DAYS_PER_UNIT)),
        unit_days=DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))],
    )


def day_number(argument: str, value: Day, *, zone: str | None) -> int:
    """Return the day number of a date, an instant or an ISO text, in ``zone``.

    Raises
    ------
    InvalidTypeError
        If it is no date.
    InvalidValueError
        If the text is not ISO-8601, the value is missing, or the zone is unclear.
    """
    moment = _parsed(argument, value)
    if not isinstance(moment, dt.datetime):
        return moment.toordinal() - _EPOCH
    if (moment.tzinfo is None) != (zone is None):
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"an instant {'without' if zone else 'with'} a time zone beside "
            f"dates {'in ' + zone if zone else 'without one'}",
            remedy="Pass a plain date, or an instant in the zone of the date column.",
        )
    local = moment if zone is None else moment.astimezone(ZoneInfo(zone))
    return local.date().toordinal() - _EPOCH


def _parsed(argument: str, value: object) -> dt.date:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, str):
        value = _from_iso(argument, value)
    if value is None or value != value:  # noqa: PLR0124 - NaT differs from itself
        raise _refused(argument, "a missing date")
    if not isinstance(value, dt.date):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a date, a datetime or an ISO-8601 text",
            got=type(value).__name__,
            remedy="Pass the last day seen, such as '2024-12-31'.",
        )
    return value


def _from_iso(argument: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise _refused(argument, f"text {text!r} that is no ISO-8601 date") from None


def _refused(argument: str, found: str) -> InvalidValueError:
    return InvalidValueError(
        subject=f"argument {argument!r}",
        found=found,
        remedy="Pass the last day seen, such as '2024-12-31'.",
    )
