"""How many answers a survey needs, and what a given number of answers can show.

The standard deviation is that of one answer that counts -1, 0 or 1: at most 1, the
cautious default; 0.6 to 0.9 in most surveys. Margins and differences are in points.
"""

import math

from scipy.special import ndtr, ndtri

from ..._check import fraction, positive, whole
from ...errors import InvalidValueError
from ...kernels.base.intervals import normal_quantile
from ...kernels.survey.nps import required_sample

__all__ = [
    "nps_answers_needed",
    "nps_answers_to_compare",
    "nps_detectable_difference",
    "nps_margin",
    "nps_power",
]

_ADDED = 3  # the answers the adjusted interval adds by itself


def nps_answers_needed(
    *,
    margin: float,
    standard_deviation: float = 1.0,
    level: float = 0.95,
    population_size: int | None = None,
) -> int:
    """Return how many answers hold the score to plus and minus ``margin`` points.

    Parameters
    ----------
    margin
        Half the width of the interval to reach, in points.
    standard_deviation
        Of one answer, between 0 and 1.
    level
        Of the interval.
    population_size
        How many customers there are, if an answer of most of them is in sight: the
        number needed is then smaller.

    Returns
    -------
    int
        n = s^2 z^2 / d^2 - 3, rounded up (adjusted Wald; Lewis and Sauro 2021).

    Examples
    --------
    >>> nps_answers_needed(margin=10, standard_deviation=0.8)
    243
    >>> nps_answers_needed(margin=10, standard_deviation=0.8, population_size=500)
    164
    """
    n = required_sample(
        _deviation(standard_deviation) ** 2,
        half_width=positive("margin", margin) / 100,
        z=normal_quantile(fraction("level", level)),
        samples=1,
    )
    if population_size is not None:
        N = whole("population_size", population_size, at_least=1)
        n = n / (1 + n / N)
    return _up(n)


def nps_margin(
    *, answers: int, standard_deviation: float = 1.0, level: float = 0.95
) -> float:
    """Return the half width, in points, that this many answers reach.

    Parameters
    ----------
    answers
        How many.
    standard_deviation
        Of one answer, between 0 and 1.
    level
        Of the interval.

    Returns
    -------
    float
        The margin in points.

    Examples
    --------
    >>> nps_margin(answers=243, standard_deviation=0.8)
    10.0
    """
    n = whole("answers", answers, at_least=1)
    z = normal_quantile(fraction("level", level))
    return 100 * _deviation(standard_deviation) * z / math.sqrt(n + _ADDED)


def nps_answers_to_compare(
    *,
    difference: float,
    standard_deviation: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> int:
    """Return how many answers each of two groups needs to show a difference.

    Parameters
    ----------
    difference
        The true difference to be found, in points.
    standard_deviation
        Of one answer, between 0 and 1, in both groups.
    power
        How often a survey of this size finds it.
    level
        One less the chance of a false alarm.

    Returns
    -------
    int
        n = 2 s^2 (z_level + z_power)^2 / d^2 - 3 for each group, rounded up.

    Examples
    --------
    >>> nps_answers_to_compare(difference=10, standard_deviation=0.8)
    1002
    """
    z = normal_quantile(fraction("level", level)) + float(
        ndtri(fraction("power", power))
    )
    n = required_sample(
        _deviation(standard_deviation) ** 2,
        half_width=positive("difference", difference) / 100,
        z=z,
        samples=2,
    )
    return _up(n)


def nps_power(
    *,
    difference: float,
    answers: int,
    standard_deviation: float = 1.0,
    level: float = 0.95,
) -> float:
    """Return how often two groups of this size would show the difference.

    Parameters
    ----------
    difference
        The true difference, in points.
    answers
        In each group.
    standard_deviation
        Of one answer, between 0 and 1, in both groups.
    level
        One less the chance of a false alarm.

    Returns
    -------
    float
        A probability; a difference found with the wrong sign does not count.

    Examples
    --------
    >>> nps_power(difference=10, answers=1002, standard_deviation=0.8)
    0.80
    """
    n = whole("answers", answers, at_least=1)
    error = _deviation(standard_deviation) * math.sqrt(2 / (n + _ADDED))
    z = normal_quantile(fraction("level", level))
    return float(ndtr(positive("difference", difference) / 100 / error - z))


def nps_detectable_difference(
    *,
    answers: int,
    standard_deviation: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return the smallest difference two groups of this size show often enough.

    Parameters
    ----------
    answers
        In each group.
    standard_deviation
        Of one answer, between 0 and 1, in both groups.
    power
        How often it is to be found.
    level
        One less the chance of a false alarm.

    Returns
    -------
    float
        The difference in points.

    Examples
    --------
    >>> nps_detectable_difference(answers=1002, standard_deviation=0.8)
    10.0
    """
    n = whole("answers", answers, at_least=1)
    z = normal_quantile(fraction("level", level)) + float(
        ndtri(fraction("power", power))
    )
    return 100 * _deviation(standard_deviation) * z * math.sqrt(2 / (n + _ADDED))


def _deviation(value: float) -> float:
    if positive("standard_deviation", value) > 1:
        raise InvalidValueError(
            subject="argument 'standard_deviation'",
            found=f"invalid value {value!r}",
            remedy="One answer counts -1, 0 or 1: its deviation is at most 1.",
        )
    return value


def _up(n: float) -> int:
    return max(1, math.ceil(n - 1e-9))
