"""The part of every purchase model without dropout, summed over customers."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ...typing import FloatArray
from ..base.cells import distinct, mostly_distinct
from ..base.newton import Derivatives
from .rising_factorials import rising

__all__ = ["NbdTerms", "nbd_terms", "waiting_terms"]

NbdTerms: TypeAlias = Callable[[float, float], Derivatives]


def nbd_terms(frequency: FloatArray, T: FloatArray, weights: FloatArray) -> NbdTerms:
    """Prepare the log-likelihood of ``frequency`` purchases in ``T`` without dropout.

    Returns
    -------
    NbdTerms
        Maps ``r`` and ``alpha`` to the weighted total with its derivatives on
        ``log(r, alpha)``. It costs one term per purchase of the best customer and per
        distinct ``T``, whatever the number of customers.
    """
    counted = rising(frequency, weights)
    tenures, tenure_weights, purchases = T, weights, weights * frequency
    # Tenures that repeat are summed once each; distinct ones cost the sort.
    if not mostly_distinct(T):
        tenures, place = distinct(T)
        tenure_weights = _sums(place, weights, tenures.size)
        purchases = _sums(place, purchases, tenures.size)

    def terms(r: float, alpha: float) -> Derivatives:
        value, slope, bend = waiting_terms(
            tenures, tenure_weights, r, alpha, purchases=purchases
        )
        known, rise, rise_slope = counted(r)
        slope[0] += r * rise
        bend[0, 0] += r * rise + r * r * rise_slope
        return value + known, slope, bend

    return terms


def waiting_terms(
    T: FloatArray,
    weights: FloatArray,
    r: float,
    alpha: float,
    *,
    purchases: FloatArray | None = None,
) -> Derivatives:
    """Sum ``-r log(1 + T/alpha) - x log(alpha + T)``: derivatives on their logs."""
    plain = float(weights @ np.log1p(T / alpha))
    seen, rest = T / (alpha + T), alpha / (alpha + T)
    crossed = r * float(weights @ seen)
    value, by_alpha, curved = -r * plain, crossed, r * weights
    if purchases is not None:
        value -= float(purchases @ np.log(alpha + T))
        by_alpha -= float(purchases @ rest)
        curved = curved + purchases
    slope = np.array([-r * plain, by_alpha])
    bend = np.array([[-r * plain, crossed], [crossed, -float(curved @ (seen * rest))]])
    return value, slope, bend


def _sums(place: np.ndarray, values: FloatArray, size: int) -> FloatArray:
    return np.bincount(place, values, size).astype(np.float64)
