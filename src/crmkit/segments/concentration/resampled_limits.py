"""Intervals from resampling the customers, one resample in memory at a time."""

from collections.abc import Callable

import numpy as np

from ..._check import MOST_REPEATS, fraction, random_source, whole
from ...errors import NotEnoughDataError
from ...fits import Interval, told
from ...kernels.base.intervals import bootstrap, percentile_interval
from ...typing import FloatArray, IntArray, Progress
from .holdings import Holdings

__all__ = ["resampled_interval", "resampled_limits"]

Limits = tuple[FloatArray, FloatArray]


def resampled_limits(
    statistic: Callable[[IntArray], FloatArray],
    *,
    units: int | IntArray,
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None = None,
) -> Limits | None:
    """Return the percentile limits of a statistic; None without ``rng``.

    The statistic is told how often each unit was drawn, or of units given as sizes of
    blocks, how many of each block were.
    """
    span = fraction("level", level)
    count = whole("n_resamples", n_resamples, at_least=1, at_most=MOST_REPEATS)
    turns = told(range(count), progress)
    if rng is None:
        return None
    draws = bootstrap(statistic, units=units, resamples=turns, rng=random_source(rng))
    # Where a resample leaves one of its numbers undefined (NaN), the limits of that
    # number are undefined too: leaving out such resamples would make it look surer.
    return percentile_interval(draws, level=span)


def resampled_interval(
    held: Holdings,
    prepared: Callable[[Holdings], Callable[[IntArray], float]],
    *,
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None = None,
) -> Interval | None:
    """Return the interval of one number; refuse a base whose resamples lack it.

    ``prepared`` sets up what all resamples share, and returns what measures one of them
    from how often each entry was drawn: NaN where that has no such number.
    """
    units, sizes = (held, held.value.size) if rng is None else held.drawn_units()
    measured = prepared(units)

    def resampled(times: IntArray) -> FloatArray:
        found = measured(times)
        if np.isnan(found):
            raise NotEnoughDataError(
                needed="enough customers above zero that every resample has some",
                got=f"a resample without, of {units.value.size} customers",
                remedy="Leave out rng: this base is too small for an interval.",
            )
        return np.asarray(found)

    limits = resampled_limits(
        resampled,
        units=sizes,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
    )
    if limits is None:
        return None
    return Interval(lower=float(limits[0]), upper=float(limits[1]), level=level)
