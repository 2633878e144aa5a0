"""Convert a yearly discount rate to another unit of time."""

from math import expm1, log1p

from ..._check import one_of, rate
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import TimeUnit

__all__ = ["per_unit_rate"]


def per_unit_rate(annual: float, *, time_unit: TimeUnit) -> float:
    """Convert an effective yearly rate to the effective rate of another unit of time.

    Parameters
    ----------
    annual
        The yearly rate: 0.1 for 10%.
    time_unit
        The unit of ``T`` and ``horizon``: "day", "week", "month", "quarter" or "year",
        a year being 365.2425 days.

    Returns
    -------
    float
        The rate per unit that compounds to ``annual`` in a year.

    Raises
    ------
    InvalidValueError
        If the rate is -1 or less, or the unit is unknown.

    Examples
    --------
    >>> per_unit_rate(0.10, time_unit="week")
    0.001828
    >>> (1 + per_unit_rate(0.10, time_unit="month")) ** 12
    1.100000
    """
    days = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    return expm1(log1p(rate("annual", annual)) * days / DAYS_PER_UNIT["year"])
