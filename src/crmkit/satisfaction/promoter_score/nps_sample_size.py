"""How many responses a net promoter survey needs."""

import math

from scipy.special import ndtri

from ..._check import fraction, positive, whole
from ...errors import InvalidValueError
from ...kernels.base.intervals import normal_quantile
from ...kernels.survey.nps import required_sample
from .answer_deviation import answer_deviation

__all__ = ["nps_sample_size"]


def nps_sample_size(
    *,
    margin_of_error: float | None = None,
    difference: float | None = None,
    standard_deviation: float = 1.0,
    level: float = 0.95,
    power: float = 0.8,
    population_size: int | None = None,
) -> int:
    """Return how many responses reach a margin of error, or show a difference.

    Pass either ``margin_of_error``, for one survey, or ``difference``, for the
    comparison of two groups.

    Parameters
    ----------
    margin_of_error
        Half the width of the interval to reach, in points.
    difference
        The true difference between two groups that is to be found, in points.
    standard_deviation
        Standard deviation of one answer counted as -1, 0 or 1: at most 1, the cautious
        default; 0.6 to 0.9 in most surveys.
    level
        Confidence level of the interval; 1 minus the significance level of the test.
    power
        The probability that a survey of this size finds the difference.
    population_size
        Number of customers, where a large part of them may answer: a margin of error
        then needs fewer responses.

    Returns
    -------
    int
        n = s^2 z^2 / d^2 - 3 responses for a margin of error d (adjusted Wald; Lewis
        and Sauro 2021), or n = 2 s^2 (z_level + z_power)^2 / d^2 - 3 responses in each
        of two groups for a difference d, rounded up.

    Raises
    ------
    InvalidValueError
        If both or neither of ``margin_of_error`` and ``difference`` are passed, or a
        difference comes with a population size.

    See Also
    --------
    nps_margin_of_error : The margin that a number of responses reaches.
    nps_power : The power of two groups of a given size.

    Examples
    --------
    >>> nps_sample_size(margin_of_error=10, standard_deviation=0.8)
    243
    >>> nps_sample_size(
    ...     margin_of_error=10, standard_deviation=0.8, population_size=500
    ... )
    164
    >>> nps_sample_size(difference=10, standard_deviation=0.8)
    1002
    """
    z = normal_quantile(fraction("level", level))
    z_power = float(ndtri(fraction("power", power)))
    V = answer_deviation(standard_deviation) ** 2
    if difference is None and margin_of_error is not None:
        margin = positive("margin_of_error", margin_of_error) / 100
        n = required_sample(V, half_width=margin, z=z, samples=1)
        return _rounded_up(_of_finite_population(n, population_size))
    if difference is None or margin_of_error is not None or population_size is not None:
        raise InvalidValueError(
            subject="arguments 'margin_of_error' and 'difference'",
            found="both or neither"
            if population_size is None
            else "a difference in a population of a given size",
            remedy="Pass a margin of error (with a population size if it matters), or "
            "a difference without one.",
        )
    gap = positive("difference", difference) / 100
    return _rounded_up(required_sample(V, half_width=gap, z=z + z_power, samples=2))


def _of_finite_population(n: float, population_size: int | None) -> float:
    if population_size is None:
        return n
    return n / (1 + n / whole("population_size", population_size, at_least=1))


def _rounded_up(n: float) -> int:
    # A whole n that rounding left a hair above itself must not become the next one.
    return max(1, math.ceil(n - 1e-9))
