"""The silence of a regular buyer: how many steps of ``k`` have passed since a purchase.

A buyer of regularity ``k`` makes ``k`` steps at random to each purchase. Steps come at
a gamma-distributed rate, so in a silence their number is negative binomial, and the
silence goes on while it is below ``k``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaln

from ...typing import FloatArray
from ..base.special import log1p_exp, log_gamma_ratio

__all__ = ["Silence", "log_share_silent", "silence"]


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """The chance of no purchase in a silence, of one row each.

    Attributes
    ----------
    log_quiet
        Logarithm of the chance that fewer than ``k`` steps were made.
    log_phase
        Logarithms of the chances of 0, 1, ... ``k - 1`` steps, given that it is fewer
        than ``k``: (rows, k).
    """

    log_quiet: FloatArray
    log_phase: FloatArray


def silence(since: FloatArray, shape: FloatArray, rate: FloatArray, k: int) -> Silence:
    """Return the chances of the steps made ``since`` the last purchase.

    Parameters
    ----------
    since
        Length of the silence.
    shape, rate
        The gamma distribution of the rate of steps, as the last purchase left it.
    k
        Steps to a purchase.
    """
    steps = np.arange(float(k))
    seen = since / (rate + since)
    some = seen > 0
    log_seen = np.where(some, np.log(np.where(some, seen, 1.0)), -np.inf)
    ways = log_gamma_ratio(shape[..., None], steps) - gammaln(steps + 1.0)
    # At no step and no silence the last factor is 0 * log(0), which stands for 1.
    power = np.where(steps > 0, np.maximum(steps, 1.0) * log_seen[..., None], 0.0)
    terms = ways + power - (shape * np.log1p(since / rate))[..., None]
    highest = terms.max(axis=-1, keepdims=True)
    log_quiet = highest + np.log(np.exp(terms - highest).sum(axis=-1, keepdims=True))
    return Silence(log_quiet[..., 0], terms - log_quiet)


def log_share_silent(
    log_quiet: FloatArray,
    since: FloatArray,
    shape: FloatArray,
    rate: FloatArray,
    k: int,
    *,
    log_odds_left: FloatArray,
) -> FloatArray:
    """Return the log chance of silence where some have left.

    Notes
    -----
    After a short silence it is nearly certain: then it is ``log1p`` of the chance of a
    purchase in it, whose digits one minus the chance of silence would not hold.
    """
    log_stay = -log1p_exp(log_odds_left)
    came = betainc(float(k), shape, since / (rate + since))
    early = came < 0.5
    short = np.log1p(-np.exp(log_stay) * np.where(early, came, 0.0))
    long = np.logaddexp(log_stay + log_quiet, -log1p_exp(-log_odds_left))
    return np.where(early, short, long)
