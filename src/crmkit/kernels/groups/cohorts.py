"""Cohorts: who of those acquired together is active at each age, and pooled rates.

``active[c, a]`` counts cohort c at age a; ``seen[c, a]`` says whether that age has been
lived through at all. A cell not seen is unknown, never 0.
"""

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "chained",
    "climbs",
    "mix_and_rate",
    "observable",
    "pooled",
    "pooled_sums",
    "triangle",
]


def triangle(
    cohort: IntArray, period: IntArray, weight: FloatArray, periods: int
) -> FloatArray:
    """Add up weights by cohort and age, age 0 being the cohort's own period."""
    place = cohort * periods + (period - cohort)
    summed = np.bincount(place, weight, minlength=periods * periods)
    return np.asarray(summed, np.float64).reshape(periods, periods)


def climbs(turn: IntArray, amount: FloatArray) -> FloatArray:
    """Return by how much each amount raises the square of its customer's running sum.

    ``turn`` counts a customer's activities from 0; a customer's rows are together and
    in order. Squares of running sums are then sums of climbs, which can be added up
    by cohort and age without a row per customer and age.
    """
    running = amount.copy()
    sizes = np.bincount(turn, minlength=1)
    few = np.min_scalar_type(sizes.size)  # short numbers are sorted by counting
    order = np.argsort(turn.astype(few), kind="stable")
    for at in np.split(order, np.cumsum(sizes)[:-1])[1:]:
        running[at] += running[at - 1]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(amount * (2 * running - amount), dtype=np.float64)


def observable(periods: int, complete: int) -> BoolArray:
    """Say which cells end within the first ``complete`` periods."""
    at = np.arange(periods)
    return at[:, None] + at[None, :] < complete


def pooled(active: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return, per age, who is active and of how many, over cohorts seen at that age."""
    return pooled_sums(active, seen), pooled_sums(active[:, :1], seen)


def pooled_sums(sums: FloatArray, seen: BoolArray) -> FloatArray:
    """Add up, per age, the cohorts seen at that age."""
    return np.asarray(np.where(seen, sums, 0.0).sum(axis=0), dtype=np.float64)


def chained(
    active: FloatArray, seen: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return period-on-period rates, their product and Greenwood's standard error.

    The rate of age a compares a with a - 1 over the cohorts seen at a; at age 0 it
    is 1. Where customers come back, a rate can pass 1, and no error is defined; where
    they come back after an age at which no customer was active, no rate is.
    """
    now = np.where(seen[:, 1:], active[:, 1:], 0.0).sum(axis=0)
    before = np.where(seen[:, 1:], active[:, :-1], 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.concatenate(([1.0], np.where(before > 0, now / before, np.nan)))
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
