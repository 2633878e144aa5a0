"""The power of two surveys to show a difference of their net promoter scores."""

import math

from scipy.special import ndtr

from ..._check import fraction, positive, whole
from ...kernels.base.intervals import normal_quantile
from .answer_deviation import ADDED, answer_deviation

__all__ = ["nps_power"]


def nps_power(
    *,
    difference: float,
    n_responses: int,
    standard_deviation: float = 1.0,
    level: float = 0.95,
) -> float:
    """Return the probability that two groups of a given size show a difference.

    Parameters
    ----------
    difference
        The true difference of the two scores, in points.
    n_responses
        Number of responses in each group.
    standard_deviation
        Standard deviation of one answer counted as -1, 0 or 1, in both groups; at most
        1.
    level
        1 minus the significance level of the two-sided test.

    Returns
    -------
    float
        The power, 0 to 1; a significant difference with the wrong sign does not count.

    See Also
    --------
    nps_sample_size : The number of responses that reaches a power.

    Examples
    --------
    >>> nps_power(difference=10, n_responses=1002, standard_deviation=0.8)
    0.80
    """
    n = whole("n_responses", n_responses, at_least=1)
    error = answer_deviation(standard_deviation) * math.sqrt(2 / (n + ADDED))
    z = normal_quantile(fraction("level", level))
    return float(ndtr(positive("difference", difference) / 100 / error - z))
