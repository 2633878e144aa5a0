"""Cohorts: who of those acquired together is active at each age, and pooled rates.

``active[c, a]`` counts cohort c at age a; ``seen[c, a]`` says whether that age has been
lived through at all. A cell not seen is unknown, never 0.
"""

import numpy as np

from ..typing import BoolArray, FloatArray, IntArray

__all__ = ["chained", "mix_and_rate", "observable", "pooled", "triangle"]


def triangle(
    cohort: IntArray, period: IntArray, weight: FloatArray, periods: int
) -> FloatArray:
    """Add up weights by cohort and age, age 0 being the cohort's own period."""
    place = cohort * periods + (period - cohort)
    summed = np.bincount(place, weight, minlength=periods * periods)
    return np.asarray(summed, np.float64).reshape(periods, periods)


def observable(periods: int, complete: int) -> BoolArray:
    """Say which cells end within the first ``complete`` periods."""
    at = np.arange(periods)
    return at[:, None] + at[None, :] < complete


def pooled(active: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return, per age, who is active and of how many, over cohorts seen at that age."""
    counted = np.where(seen, active, 0.0).sum(axis=0)
    of = np.where(seen, active[:, :1], 0.0).sum(axis=0)
    return counted, of


def chained(
    active: FloatArray, seen: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return period-on-period rates, their product and Greenwood's standard error.

    The rate of age a compares a with a - 1 over the cohorts seen at a; at age 0 it
    is 1. Where customers come back, a rate can pass 1, and no error is defined.
    """
    now = np.where(seen[:, 1:], active[:, 1:], 0.0).sum(axis=0)
    before = np.where(seen[:, 1:], active[:, :-1], 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.concatenate(([1.0], now / before))
        terms = (before - now) / (now * before)
    curve = np.asarray(np.cumprod(rate), dtype=np.float64)
    terms = np.where(now > before, np.nan, terms)
    summed = np.concatenate(([0.0], np.cumsum(terms)))
    with np.errstate(invalid="ignore"):
        error = np.where(curve == 0, 0.0, curve * np.sqrt(summed))
    return rate, curve, np.where(np.isfinite(error), error, np.nan)


def mix_and_rate(
    first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Split the change of an overall rate, per segment, into mix and rate, exactly.

    Each side is (share of the whole, rate of the segment). With weights averaged over
    the two sides there is no interaction left over; the mix of a segment counts
    against the average of both overall rates, so that growing is good only for
    segments better than the whole.
    """
    w1, r1 = first
    w2, r2 = second
    overall = (w1 @ r1 + w2 @ r2) / 2
    mix = (w2 - w1) * ((r1 + r2) / 2 - overall)
    rate = (w1 + w2) / 2 * (r2 - r1)
    return mix, rate
