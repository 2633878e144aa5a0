"""How much of a span ahead falls into a time of year that a log has not seen."""

from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import TimeUnit
from .model_error import ModelError

__all__ = ["unseen_share"]


def unseen_share(
    age: float, horizon: float, *, unit: TimeUnit | None, error: ModelError
) -> float:
    """Return the share of the span ahead that lies less than a year after the start.

    ``age`` is that of the oldest customer, who is as old as the log. Where neither the
    model nor a past forecast tells the unit of time, a year is not known: the share is
    then 0.
    """
    year = _year(unit, error)
    if year is None or horizon == 0:
        return 0.0
    return min(max(year - age, 0.0), horizon) / horizon


def _year(unit: TimeUnit | None, error: ModelError) -> float | None:
    """Return the length of a year in the unit of ``T``."""
    known = unit or error.time_unit
    if known in DAYS_PER_UNIT:
        return DAYS_PER_UNIT["year"] / DAYS_PER_UNIT[known]
    spans = [each for each in error.errors if each.horizon > 0]
    if not spans:
        return None
    # In operational time a single span may run fast or slow: all together do not.
    days = sum(each.lead_days for each in spans)
    return DAYS_PER_UNIT["year"] * sum(each.horizon for each in spans) / days
