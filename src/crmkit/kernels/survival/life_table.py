"""Whole periods: how many customers faced each renewal, and how many were lost."""

import numpy as np

from ...typing import BoolArray, FloatArray

__all__ = ["cohort_life_table", "discounted_residual", "life_table"]


def life_table(
    entry: FloatArray, duration: FloatArray, event: BoolArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return renewals 1, 2, ... with the weight lost and kept at each.

    A customer of ``duration`` t with an event kept t - 1 renewals and was lost at
    renewal t; without an event, kept all t. Renewals up to ``entry`` were not seen.
    """
    last = int(duration.max(initial=0.0))
    ended = duration.astype(np.int64)
    lost = np.bincount(ended, weight * event, minlength=last + 1)
    # Who is lost at renewal n has made the n - 1 before it.
    reached = _at_least(np.where(event, ended - 1, ended), weight, last)
    # Renewals made before observation began were not seen.
    kept = reached - _at_least(entry.astype(np.int64), weight, last)
    return np.arange(1.0, last + 1), lost[1:].astype(np.float64), kept


def cohort_life_table(
    survivors: list[FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return renewals, lost and kept, from each cohort's survivors at 0, 1, 2, ..."""
    last = max(curve.size for curve in survivors) - 1
    lost, kept = np.zeros(last), np.zeros(last)
    for curve in survivors:
        renewals = curve.size - 1
        lost[:renewals] -= np.diff(curve)
        kept[:renewals] += curve[1:]
    return np.arange(1.0, last + 1), lost, kept


def discounted_residual(
    log_survival: FloatArray, tenure: FloatArray, *, terms: int, discount: float
) -> FloatArray:
    """Return sum over j < terms of S(n + 1 + j) / S(n) discount^j for each tenure n.

    ``log_survival`` is the curve at 0, 1, 2, ...; it reaches max(tenure) + terms.
    """
    factor = discount ** np.arange(terms)
    distinct, place = np.unique(tenure.astype(np.int64), return_inverse=True)
    values = np.array(
        [
            np.exp(log_survival[n + 1 : n + 1 + terms] - log_survival[n]) @ factor
            for n in distinct
        ]
    )
    # Before NumPy 2 the places are flat, whatever the shape was.
    return np.asarray(values[place.reshape(tenure.shape)], dtype=np.float64)


def _at_least(whole: np.ndarray, weight: FloatArray, last: int) -> FloatArray:
    """Return the weight of the numbers that are t or more, for t = 1 .. last."""
    counts = np.bincount(whole, weight, minlength=last + 1)
    return np.asarray(np.cumsum(counts[::-1])[::-1][1:], dtype=np.float64)
