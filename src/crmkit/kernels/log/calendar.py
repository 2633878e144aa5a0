"""Calendar periods and rulers on whole day numbers (1970-01-01 is 0)."""

from typing import Final

import numpy as np

from ...typing import Grain, IntArray, TimeUnit

__all__ = ["DAYS_PER_UNIT", "last_day_of_period", "period_start"]

_YEAR: Final = 365.2425  # mean Gregorian year

DAYS_PER_UNIT: Final[dict[TimeUnit, float]] = {
    "day": 1.0,
    "week": 7.0,
    "month": _YEAR / 12,
    "quarter": _YEAR / 4,
    "year": _YEAR,
}


def period_start(days: IntArray, grain: Grain) -> IntArray:
    """Move each day to the first day of its period; weeks begin on Monday (ISO)."""
    if grain == "day":
        return days
    if grain == "week":
        return days - (days + 3) % 7  # 1970-01-01 was a Thursday
    if days.size:
        first, last = int(days.min()), int(days.max())
        if last - first < days.size // 2:
            # Of the few days of a long log, each is looked up once.
            return _months_start(np.arange(first, last + 1), grain)[days - first]
    return _months_start(days, grain)


def _months_start(days: IntArray, grain: Grain) -> IntArray:
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    length = _MONTHS[grain]
    first = months - months % length
    return first.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def last_day_of_period(day: int, grain: Grain) -> int:
    """Find the last day of the period that holds ``day``."""
    start = period_start(np.array([day]), grain)
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[grain]
    candidates = start[0] + np.arange(longest)
    return int(candidates[period_start(candidates, grain) == start[0]].max())


_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
