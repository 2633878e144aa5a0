"""The unit of time that a model was fitted in, and what it says about an argument."""

import warnings
from math import expm1, log, log1p

from ..._check import level_of_caller, rate
from ...errors import UnitWarning
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import TimeUnit

__all__ = ["rate_in_unit", "unit_of"]

_DOUBLED = log(2)  # of a yearly factor: 100% a year


def unit_of(model: object) -> TimeUnit | None:
    """Return the unit of time a model carries; None if it carries none."""
    carried = getattr(model, "time_unit", None)
    return next((unit for unit in DAYS_PER_UNIT if unit == carried), None)


def rate_in_unit(discount_rate: float, unit: TimeUnit | None) -> float:
    """Return a rate above -1; warn if it exceeds 100% a year in a known unit.

    Such a rate is nearly always a percentage (10 for 0.1) or the rate of a year beside
    a horizon in weeks.
    """
    given = rate("discount_rate", discount_rate)
    if unit is None:
        return given
    yearly = log1p(given) * DAYS_PER_UNIT["year"] / DAYS_PER_UNIT[unit]
    if yearly > _DOUBLED:
        warnings.warn(
            f"argument 'discount_rate': {given:g} is {given:,.0%} a {unit}, "
            f"{_shown(yearly)} a year. {_remedy(given, unit)}",
            UnitWarning,
            stacklevel=level_of_caller(),
        )
    return given


def _shown(yearly: float) -> str:
    return f"{expm1(yearly):,.0%}" if yearly < log1p(1e6) else "100,000,000% or more"


def _remedy(given: float, unit: str) -> str:
    if given >= 1:
        return f"Pass {given / 100:g} if you mean {given:g}%."
    return (
        "Convert a yearly rate first: "
        f"clv.per_unit_rate({given:g}, time_unit={unit!r})."
    )
