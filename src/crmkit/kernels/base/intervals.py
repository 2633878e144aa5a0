"""Intervals and tests: shares, means, resampling, many comparisons.

Wilson (1927) and Clopper & Pearson (1934) for a share; Student (1908) for a mean, from
sums alone; the percentile bootstrap over units drawn with their multiplicity; Holm
(1979) and Benjamini & Hochberg (1995) for several p-values at once. Counts may be
arrays of any shape.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri, pdtrc, stdtrit

from ...typing import FloatArray, IntArray

__all__ = [
    "benjamini_hochberg",
    "bonferroni",
    "bootstrap",
    "clopper_pearson",
    "holm",
    "mean_limits",
    "normal_quantile",
    "percentile_interval",
    "two_sided_p",
    "wilson",
]

_MANY = 2**14  # units from which a table of chances pays for itself
_BLOCK = 2**15
_SPREAD = 1e-12  # of the mean square: below it, sums of squares are rounding

Statistic = Callable[[IntArray], FloatArray]


def normal_quantile(level: float) -> float:
    """Return z with probability ``level`` between -z and z."""
    return float(-ndtri((1 - level) / 2))


def two_sided_p(z: FloatArray) -> FloatArray:
    """Return the probability that a standard normal is further from 0 than ``z``."""
    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def wilson(
    successes: FloatArray, trials: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits where the score test of the share just rejects."""
    k = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    upper = _wilson_upper(k, n, level)
    return 1 - _wilson_upper(n - k, n, level), upper


def _wilson_upper(k: FloatArray, n: FloatArray, level: float) -> FloatArray:
    z2 = normal_quantile(level) ** 2
    half = np.sqrt(z2 * (k * (n - k) / n + z2 / 4))
    # At k = n the formula is 1 up to rounding; a share has no limit above 1.
    return np.asarray(np.where(k == n, 1.0, (k + z2 / 2 + half) / (n + z2)))


def clopper_pearson(
    successes: FloatArray, trials: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits whose exact binomial tails are each half of 1 - level."""
    k = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    tail = (1 - level) / 2
    lower = betaincinv(np.maximum(k, 1), n - k + 1, tail)
    upper = betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail)
    return np.where(k == 0, 0.0, lower), np.where(k == n, 1.0, upper)


def mean_limits(
    total: FloatArray,
    squares: FloatArray,
    count: FloatArray,
    *,
    level: float,
    signed: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return Student's limits of a mean, from a total and a sum of squares.

    Unless the values are ``signed``, the limits are those of the logarithm of the mean,
    by the delta method: then none is below 0, and a long upper tail is missed less
    often. NaN where fewer than two values, or no difference between them, tell nothing
    of the spread.
    """
    with np.errstate(all="ignore"):
        mean = total / count
        variance = squares / count - mean**2
        known = (count > 1) & (variance > _SPREAD * squares / count)
        error = np.sqrt(np.where(known, variance, np.nan) / (count - 1))
        reach = stdtrit(np.maximum(count - 1, 1.0), (1 + level) / 2) * error
        if signed:
            lower, upper = mean - reach, mean + reach
        else:
            lower, upper = mean / np.exp(reach / mean), mean * np.exp(reach / mean)
    finite = np.isfinite(lower) & np.isfinite(upper)
    return np.where(finite, lower, np.nan), np.where(finite, upper, np.nan)


def bootstrap(
    statistic: Statistic,
    *,
    units: int | IntArray,
    resamples: int | Iterable[int],
    rng: np.random.Generator,
) -> FloatArray:
    """Return ``statistic`` on resamples: it is told how often each unit was drawn.

    It must not keep that array, which the next resample overwrites. ``resamples`` is
    their number, or what yields once for each of them.

    A unit is a row, or a customer with all of its rows: the caller decides. Given as an
    array, ``units`` are the sizes of blocks, and the statistic is told how many units
    of each block were drawn.
    """
    if not isinstance(units, int):
        draws = _drawn_from_blocks(units, rng)
    elif units >= _MANY:
        draws = _drawn_by_poisson(units, rng)
    else:
        draws = _drawn_one_by_one(units, rng)
    turns = range(resamples) if isinstance(resamples, int) else resamples
    return np.array([statistic(next(draws)) for _ in turns], dtype=np.float64)


def _drawn_one_by_one(units: int, rng: np.random.Generator) -> Iterator[IntArray]:
    while True:
        yield np.bincount(rng.integers(units, size=units), minlength=units)


def _drawn_from_blocks(sizes: IntArray, rng: np.random.Generator) -> Iterator[IntArray]:
    units = int(sizes.sum())
    while True:
        yield rng.multinomial(units, sizes / units)


def _drawn_by_poisson(units: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Draw as often as there are units: the same distribution, in a third of the time.

    Independent Poisson counts are multinomial once their total is known, and draws may
    be added one by one. So the counts have a mean a little below 1, and the few draws
    that are missing are added; no place in memory is looked up for the others. Each
    resample overwrites the one before: fresh memory costs as much as the numbers in it.
    """
    mean = 1.0 - 6.0 / math.sqrt(units)
    # The chance of a count above k, in steps of 2**-32; above 13 it is 1e-11.
    tails = np.rint(pdtrc(np.arange(14), mean) * 2.0**32)
    steps = [np.uint32(step) for step in tails if step >= 1]
    small, times = np.empty(units, np.uint8), np.empty(units, np.int64)
    while True:
        small[:] = 0
        for start in range(0, units, _BLOCK):  # stays in the cache for all steps
            block = small[start : start + _BLOCK]
            # Whole words of the generator, in halves: asked for 32 bits at a time, it
            # would take three times as long.
            pairs = (block.size + 1) // 2
            words = rng.integers(
                0, 2**64 - 1, size=pairs, dtype=np.uint64, endpoint=True
            )
            uniform = words.view(np.uint32)[: block.size]
            for step in steps:
                block += uniform < step
        missing = units - int(small.sum(dtype=np.int64))
        if missing < 0:  # six standard deviations: hardly ever
            continue
        times[:] = small
        np.add.at(times, rng.integers(units, size=missing), 1)
        yield times


def by_content(rows: Sequence[FloatArray]) -> Callable[[IntArray], IntArray]:
    """Prepare to hand draws to rows by what they hold: their order leaves no trace.

    ``rows`` are the columns that tell one unit from another.
    """
    order = np.lexsort(tuple(rows))

    def placed(drawn: IntArray) -> IntArray:
        times = np.empty_like(drawn)
        times[order] = drawn
        return times

    return placed


def percentile_interval(
    draws: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits that leave half of 1 - level of the draws on each side."""
    tail = (1 - level) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail], axis=0)
    return lower, upper


def bonferroni(p: FloatArray) -> FloatArray:
    """Return p-values fit for being the smallest of several."""
    return np.minimum(1.0, p * p.size)


def holm(p: FloatArray) -> FloatArray:
    """Return p-values that hold the chance of any false discovery (step-down)."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * (p.size - np.arange(p.size))
    return _in_place_of(order, np.minimum(1.0, np.maximum.accumulate(steps)))


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Return p-values that hold the share of false discoveries (step-up)."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * p.size / np.arange(1, p.size + 1)
    rising = np.minimum.accumulate(steps[::-1])[::-1]
    return _in_place_of(order, np.minimum(1.0, rising))


def _in_place_of(order: IntArray, values: FloatArray) -> FloatArray:
    result = np.empty_like(values)
    result[order] = values
    return result
