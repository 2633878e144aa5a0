"""Dates that may be missing, as day numbers."""

import numpy as np

from ..._frames import EagerFrame, day_numbers, require_dates
from ...typing import FloatArray

__all__ = ["days_reached"]


def days_reached(frame: EagerFrame, column: str) -> FloatArray:
    """Return the day number of each date; NaN where it is missing."""
    dated, _ = require_dates(frame, column)
    days = day_numbers(dated, column).astype(np.float64)  # type: ignore[arg-type]
    absent = dated.get_column(column).is_null().to_numpy()  # type: ignore[union-attr]
    return np.where(absent, np.nan, days)
