"""The confidence interval of an estimate with a standard error (Student's t)."""

import math

from scipy.special import stdtrit

from .._check import fraction
from ..fits import Interval

__all__ = ["student_interval"]


def student_interval(
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    level: float,
    *,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Interval:
    """Return the interval, cut where the estimated number cannot go."""
    t = float(stdtrit(degrees_of_freedom, 0.5 + fraction("level", level) / 2))
    lowest, highest = bounds
    return Interval(
        lower=max(lowest, estimate - t * standard_error),
        upper=min(highest, estimate + t * standard_error),
        level=level,
    )
