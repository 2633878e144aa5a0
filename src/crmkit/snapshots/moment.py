"""Days as whole numbers: cut-offs, and the end of what was observed."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError

__all__ = ["Day", "as_text", "cutoff_days", "day_number"]

Day = dt.date | str

_EPOCH = dt.date(1970, 1, 1).toordinal()


def day_number(argument: str, value: Day) -> int:
    """Return the day number of a date or an ISO text; 1970-01-01 is 0."""
    moment: object = value
    if isinstance(moment, np.datetime64):
        moment = moment.astype("datetime64[us]").item()
    if isinstance(moment, str):
        moment = _from_iso(argument, moment)
    if not isinstance(moment, dt.date) or moment != moment:  # noqa: PLR0124 - NaT
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a date or an ISO-8601 text",
            got=repr(value),
            remedy="Pass a date such as '2024-12-31'.",
        )
    return moment.toordinal() - _EPOCH


def cutoff_days(cutoffs: Sequence[Day]) -> list[int]:
    """Return distinct cut-offs in ascending order."""
    if isinstance(cutoffs, str | dt.date):
        cutoffs = [cutoffs]
    days = sorted({day_number("cutoffs", each) for each in cutoffs})
    if not days:
        raise InvalidValueError(
            subject="argument 'cutoffs'", found="no date", remedy="Pass at least one."
        )
    return days


def _from_iso(argument: str, text: str) -> dt.date:
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"text {text!r} that is no ISO-8601 date",
            remedy="Pass a date such as '2024-12-31'.",
        ) from None


def as_text(day: int) -> str:
    """Return a day number as an ISO date."""
    return dt.date.fromordinal(day + _EPOCH).isoformat()
