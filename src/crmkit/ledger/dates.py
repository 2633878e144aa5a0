"""The last day seen, as a whole day number."""

import datetime as dt
from typing import TypeAlias

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError

__all__ = ["Day", "day_number"]

Day: TypeAlias = dt.date | str

_EPOCH = dt.date(1970, 1, 1).toordinal()


def day_number(argument: str, value: Day) -> int:
    """Return the day number of a date, a datetime (its local day) or an ISO text."""
    day: object = value
    if isinstance(day, np.datetime64):
        day = day.astype("datetime64[us]").item()
    if isinstance(day, str):
        day = _from_iso(argument, day)
    if day is None or day != day:  # noqa: PLR0124 - NaT differs from itself
        raise _refused(argument, "a missing date")
    if not isinstance(day, dt.date):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a date, a datetime or an ISO-8601 text",
            got=type(value).__name__,
            remedy="Pass a day such as '2024-12-31'.",
        )
    return day.toordinal() - _EPOCH


def _from_iso(argument: str, text: str) -> dt.date:
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise _refused(argument, f"text {text!r} that is no ISO-8601 date") from None


def _refused(argument: str, found: str) -> InvalidValueError:
    return InvalidValueError(
        subject=f"argument {argument!r}",
        found=found,
        remedy="Pass a day such as '2024-12-31'.",
    )
