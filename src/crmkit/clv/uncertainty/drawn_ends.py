"""The ends of an interval from draws, and how many draws a level needs."""

from math import ceil

import numpy as np

from ..._check import MOST_REPEATS, fraction, whole
from ...errors import InvalidValueError
from ...fits import Interval
from ...typing import FloatArray

__all__ = ["end_ranks", "ends_by_column", "enough_draws", "interval_of_draws"]


def enough_draws(n_draws: int, level: float) -> tuple[int, float]:
    """Return how many draws, and which share of them lies beyond either end.

    What comes is one more draw, so it falls beyond either end of ``n`` of them once in
    ``n + 1`` times: with fewer draws no interval is as wide as its level says.
    """
    count = whole("n_draws", n_draws, at_least=1, at_most=MOST_REPEATS)
    tail = (1 - fraction("level", level)) / 2
    needed = ceil(1 / tail - 1 - 1e-9)
    if count < needed:
        raise InvalidValueError(
            subject="argument 'n_draws'",
            found=f"{count}, too few for an interval of level {level:g}",
            remedy=f"Pass n_draws={needed} or more.",
        )
    return count, tail


def ends_by_column(drawn: FloatArray, tail: float) -> FloatArray:
    """Return the ends of each column that leave out ``tail`` of its draws per side.

    The ends are draws themselves: counts stay whole.
    """
    ranks = end_ranks(drawn.shape[0], tail)
    ordered = np.partition(drawn, ranks, axis=0)
    return ordered[list(ranks)]


def end_ranks(n_draws: int, tail: float) -> tuple[int, int]:
    """Return which of the draws in rising order are the ends, counted from 0."""
    lower = int(np.floor(tail * (n_draws + 1) + 1e-9)) - 1
    return lower, n_draws - 1 - lower


def interval_of_draws(totals: FloatArray, level: float) -> Interval:
    """Return the interval of a total from its draws."""
    tail = (1 - level) / 2
    # What comes is one more draw: its rank among n + 1 is what the level speaks of.
    lower, upper = np.quantile(totals, (tail, 1 - tail), method="weibull").tolist()
    return Interval(lower=lower, upper=upper, level=level)
