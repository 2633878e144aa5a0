"""Whether a regular buyer is still there, and how near the next purchase."""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray
from ..base.special import log1p_exp
from .erlang_silence import silence

__all__ = ["Phase", "phase_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """The odds to have left, and the chances of each phase of those who have not.

    Attributes
    ----------
    log_odds_dead
        One per customer.
    log_phase
        Logarithms of chances that sum to one over the last axis: (customers, k).
    """

    log_odds_dead: FloatArray
    log_phase: FloatArray

    @property
    def alive(self) -> FloatArray:
        """The probability to be there still."""
        return np.exp(-log1p_exp(self.log_odds_dead))

    def mean(self, by_phase: FloatArray) -> FloatArray:
        """Average what is 0 for who left: (customers, k) to one per customer."""
        # A phase without a chance adds nothing, not even of infinity.
        share = np.exp(self.log_phase)
        parts = np.where(share > 0, by_phase, 0.0) * share
        mean: FloatArray = self.alive * parts.sum(axis=-1)
        return mean

    def log_mean_if_alive(self, by_phase: FloatArray) -> FloatArray:
        """Average logarithms of chances over the phases of who is there."""
        mean: FloatArray = np.logaddexp.reduce(self.log_phase + by_phase, axis=-1)
        return mean

    def log_mean(self, by_phase: FloatArray) -> FloatArray:
        """Return the logarithm of ``mean``, of logarithms."""
        return self.log_mean_if_alive(by_phase) - log1p_exp(self.log_odds_dead)


def phase_of(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> Phase:
    """Return what a history tells of a customer's present state."""
    since = silence(T - recency, r + k * frequency, alpha + recency, k)
    odds = np.log(a) - np.log(b + frequency) - since.log_quiet
    return Phase(odds, since.log_phase)
