"""Dates that may be missing, as day numbers."""

from collections.abc import Sequence

import numpy as np

from ..._frames import EagerFrame, day_numbers, require_dates
from ...errors import InvalidValueError
from ...typing import FloatArray

__all__ = ["days_reached", "require_order"]


def days_reached(frame: EagerFrame, column: str) -> FloatArray:
    """Return the day number of each date; NaN where it is missing."""
    dated, _ = require_dates(frame, column)
    days = day_numbers(dated, column).astype(np.float64)
    absent = dated.get_column(column).is_null().to_numpy()
    return np.where(absent, np.nan, days)


def require_order(days: Sequence[FloatArray], closed_col: str) -> None:
    """Refuse cases that were closed, or last seen, before they were opened."""
    wrong = np.flatnonzero(days[1] < days[0])
    if wrong.size:
        raise InvalidValueError(
            subject=f"column {closed_col!r}",
            found="case closed, or still seen, before it was opened",
            count=wrong.size,
            total=days[0].size,
            first=f"row {int(wrong[0])}",
            remedy="Correct the days, or pass a later as_of.",
        )
