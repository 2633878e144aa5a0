"""Cut-offs: the first days that are not seen."""

import datetime as dt
from collections.abc import Sequence

from .._dates import day_number
from ..errors import InvalidValueError
from ..typing import Day

__all__ = ["cutoff_days"]


def cutoff_days(cutoffs: Sequence[Day], *, zone: str | None) -> list[int]:
    """Return distinct cut-offs in ascending order."""
    if isinstance(cutoffs, str | dt.date):
        cutoffs = [cutoffs]
    days = sorted({day_number("cutoffs", each, zone=zone) for each in cutoffs})
    if not days:
        raise InvalidValueError(
            subject="argument 'cutoffs'", found="no date", remedy="Pass at least one."
        )
    return days
