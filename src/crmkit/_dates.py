"""Dates as whole day numbers: 1970-01-01 is day 0."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from .errors import InvalidTypeError, InvalidValueError
from .typing import Day

__all__ = ["EPOCH", "date_of", "day_number", "iso_text"]

EPOCH: Final = dt.date(1970, 1, 1)


def day_number(argument: str, value: Day, *, zone: str | None = None) -> int:
    """Return the day number of a date, a datetime or an ISO-8601 text, in ``zone``.

    ``zone`` is the time zone of the dates that the day is compared with; None for
    plain dates.

    Raises
    ------
    InvalidTypeError
        If the value is not a date.
    InvalidValueError
        If the text is not ISO-8601, the value is missing, or only one of the value and
        the dates has a time zone.
    """
    moment = _parsed(argument, value)
    if not isinstance(moment, dt.datetime):
        return _since_epoch(moment)
    if (moment.tzinfo is None) != (zone is None):
        raise _unclear_zone(argument, zone)
    return _since_epoch((moment if zone is None else _local(moment, zone)).date())


def date_of(day: float) -> dt.date:
    """Return the date of a day number."""
    return EPOCH + dt.timedelta(days=int(day))


def iso_text(day: int) -> str:
    """Return a day number as an ISO-8601 date."""
    return date_of(day).isoformat()


def _since_epoch(date: dt.date) -> int:
    return date.toordinal() - EPOCH.toordinal()


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    return moment.astimezone(ZoneInfo(zone))


def _parsed(argument: str, value: object) -> dt.date:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, str):
        value = _from_iso(argument, value)
    if value is None or _is_missing(value):
        raise _refused(argument, "a missing date")
    if not isinstance(value, dt.date):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a date, a datetime or an ISO-8601 text",
            got=type(value).__name__,
            remedy="Pass a date such as '2024-12-31'.",
        )
    return value


def _is_missing(value: object) -> bool:
    """Return whether a single value is NaN or NaT, which differ from themselves."""
    # A Series differs from itself row by row, and has no truth value.
    differs: object = value != value  # noqa: PLR0124 - the test itself
    return isinstance(differs, bool | np.bool_) and bool(differs)


def _from_iso(argument: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        found = f"text {text!r} that is not an ISO-8601 date"
        raise _refused(argument, found) from None


def _refused(argument: str, found: str) -> InvalidValueError:
    return InvalidValueError(
        subject=f"argument {argument!r}",
        found=found,
        remedy="Pass a date such as '2024-12-31'.",
    )


def _unclear_zone(argument: str, zone: str | None) -> InvalidValueError:
    found = (
        "a timezone-aware datetime, but the date column has no time zone"
        if zone is None
        else f"a datetime without a time zone, but the dates are in {zone}"
    )
    return InvalidValueError(
        subject=f"argument {argument!r}",
        found=found,
        remedy="Pass a plain date, or a datetime in the time zone of the date column.",
    )
