"""The margin of error of a net promoter score, from the number of responses."""

import math

from ..._check import fraction, whole
from ...kernels.base.intervals import normal_quantile
from .answer_deviation import ADDED, answer_deviation

__all__ = ["nps_margin_of_error"]


def nps_margin_of_error(
    *, n_responses: int, standard_deviation: float = 1.0, level: float = 0.95
) -> float:
    """Return half the width of the interval that a number of responses reaches.

    Parameters
    ----------
    n_responses
        Number of responses.
    standard_deviation
        Standard deviation of one answer counted as -1, 0 or 1; at most 1.
    level
        Confidence level of the interval.

    Returns
    -------
    float
        The margin of error in points (adjusted Wald).

    See Also
    --------
    nps_sample_size : The number of responses that reaches a margin of error.

    Examples
    --------
    >>> nps_margin_of_error(n_responses=243, standard_deviation=0.8)
    10.0
    """
    n = whole("n_responses", n_responses, at_least=1)
    z = normal_quantile(fraction("level", level))
    return 100 * answer_deviation(standard_deviation) * z / math.sqrt(n + ADDED)
