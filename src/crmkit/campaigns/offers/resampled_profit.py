"""The bootstrap interval of a profit that is the best of many cuts."""

from collections.abc import Callable, Sequence

import numpy as np

from ..._check import MOST_REPEATS, fraction, random_source, whole
from ...fits import Interval, told
from ...kernels.base.intervals import bootstrap, by_content, percentile_interval
from ...typing import FloatArray, IntArray, Progress

__all__ = ["resampled_interval"]


def resampled_interval(
    best: Callable[[FloatArray], float],
    *,
    rows: Sequence[FloatArray],
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None = None,
) -> Interval | None:
    """Return the interval of a measure that is told how often each row is drawn.

    Rows stay in the order of the ranking, so that nothing is sorted twice; ``rows`` are
    the columns that tell one customer from another. Without ``rng`` it is None.
    """
    inside = fraction("level", level)
    repeats = whole("n_resamples", n_resamples, at_least=2, at_most=MOST_REPEATS)
    turns = told(range(repeats), progress)
    if rng is None:
        return None
    source = random_source(rng)
    # Draws go to rows by what they hold, so that the order of the rows does not matter.
    placed = by_content(rows)

    def measured(drawn: IntArray) -> FloatArray:
        return np.asarray(best(placed(drawn).astype(np.float64)))

    draws = bootstrap(measured, units=rows[0].size, resamples=turns, rng=source)
    lower, upper = percentile_interval(draws, level=inside)
    return Interval(lower=float(lower), upper=float(upper), level=inside)
