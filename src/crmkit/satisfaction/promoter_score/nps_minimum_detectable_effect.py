"""The smallest difference of two net promoter scores that surveys can show."""

import math

from scipy.special import ndtri

from ..._check import fraction, whole
from ...kernels.base.intervals import normal_quantile
from .answer_deviation import ADDED, answer_deviation

__all__ = ["nps_minimum_detectable_effect"]


def nps_minimum_detectable_effect(
    *,
    n_responses: int,
    standard_deviation: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return the smallest difference that two groups of a given size can show.

    Parameters
    ----------
    n_responses
        Number of responses in each group.
    standard_deviation
        Standard deviation of one answer counted as -1, 0 or 1, in both groups; at most
        1.
    power
        The probability with which the difference is to be found.
    level
        1 minus the significance level of the two-sided test.

    Returns
    -------
    float
        The minimum detectable effect in points.

    See Also
    --------
    nps_power : The power to show a given difference.

    Examples
    --------
    >>> nps_minimum_detectable_effect(n_responses=1002, standard_deviation=0.8)
    10.0
    """
    n = whole("n_responses", n_responses, at_least=1)
    z = normal_quantile(fraction("level", level))
    z_power = float(ndtri(fraction("power", power)))
    error = answer_deviation(standard_deviation) * math.sqrt(2 / (n + ADDED))
    return 100 * (z + z_power) * error
