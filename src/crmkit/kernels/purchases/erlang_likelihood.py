"""The likelihood of regular buyers who may leave after each purchase: MBG/CNBD-k.

Steps come at a gamma-distributed rate (shape ``r``, rate ``alpha``), every ``k``-th of
them is a purchase, and after each purchase, the first one too, the customer leaves with
a chance drawn once from a beta distribution (``a``, ``b``).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray
from ..base.cells import group, per_distinct
from ..base.newton import Derivatives, Objective
from ..base.special import log_beta_ratio, log_gamma_ratio
from .erlang_silence import log_share_silent, silence
from .nbd_terms import waiting_terms
from .rising_factorials import beta_rising, rising

__all__ = [
    "log_likelihood",
    "log_odds_dead",
    "objective",
    "regularity_log_likelihood",
]

_BLOCK = 4096  # rows whose steps stay in the cache


def log_odds_dead(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log odds that the customer left at the last purchase seen."""
    quiet = silence(T - recency, r + k * frequency, alpha + recency, k).log_quiet
    odds: FloatArray = np.log(a) - np.log(b + frequency) - quiet
    return odds


def log_likelihood(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log-likelihood of each frequency and recency.

    Notes
    -----
    Scaled as that of the MBG/NBD, which it is at ``k = 1``: the density of frequency
    and recency, divided by ``recency^(x-1) / (x-1)!``, the volume of purchase times
    that share them. So likelihoods of different ``k`` compare. What the times between
    tell of ``k`` beyond it is ``regularity_log_likelihood``.
    """
    shape, rate, since = r + k * frequency, alpha + recency, T - recency
    log_quiet = silence(since, shape, rate, k).log_quiet
    silent = log_share_silent(
        log_quiet,
        since,
        shape,
        rate,
        k,
        log_odds_left=np.log(a) - np.log(b + frequency),
    )
    return (
        per_distinct(lambda count: log_gamma_ratio(r, k * count), frequency)
        + per_distinct(lambda count: log_beta_ratio(a, b, count), frequency)
        - r * np.log1p(recency / alpha)
        - k * frequency * np.log(alpha + recency)
        + silent
        + _steps_between(frequency, recency, k)
    )


def regularity_log_likelihood(
    frequency: FloatArray, recency: FloatArray, log_gaps: FloatArray, *, k: int
) -> FloatArray:
    """Return what the times between the first and the last purchase tell of ``k``.

    Notes
    -----
    Given their sum, ``x`` gaps of gamma shape ``k`` are a Dirichlet share of it each:
    the log density, over that of ``k = 1``, needs the sum of the logarithms of the gaps
    (``log_gaps``) alone. No other parameter enters, so that a fit of ``r``, ``alpha``,
    ``a`` and ``b`` at each ``k`` is not touched by it.
    """
    several = frequency > 1
    x, log_mean = np.where(several, frequency, 1.0), _log_or_zero(recency)
    spread = (k - 1) * (log_gaps - x * log_mean)
    ways = gammaln(k * x) - gammaln(x) - x * gammaln(float(k))
    return np.where(several, spread + ways, 0.0)


def objective(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    weights: FloatArray,
    *,
    k: int,
) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives on log-parameters.

    Notes
    -----
    Only the silence after the last purchase is computed row by row; the rest is summed
    over distinct counts and recencies first.
    """
    steps = rising(k * frequency, weights)
    coins = beta_rising(frequency, weights)
    last = group((recency,), weights)
    place = np.searchsorted(last.columns[0], recency)
    made = np.bincount(place, weights * k * frequency, last.size).astype(np.float64)
    constant = float(weights @ _steps_between(frequency, recency, k))
    rows = tuple(
        np.ascontiguousarray(c) for c in (frequency, recency, T - recency, weights)
    )

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        r, alpha, a, b = np.exp(log_parameters).tolist()
        waited, slope_two, bend_two = waiting_terms(
            last.columns[0], last.weights, r, alpha, purchases=made
        )
        known, rise, rise_slope = steps(r)
        survived, (by_a, by_b), (by_aa, by_ab, by_bb) = coins(a, b)
        slope = np.array([*slope_two, a * by_a, b * by_b])
        slope[0] += r * rise
        bend = np.diag([0.0, 0.0, a * by_a + a * a * by_aa, b * by_b + b * b * by_bb])
        bend[:2, :2] = bend_two
        bend[0, 0] += r * rise + r * r * rise_slope
        bend[2, 3] = bend[3, 2] = a * b * by_ab
        value = constant + waited + known + survived
        for at in range(0, rows[0].size, _BLOCK):
            block = (column[at : at + _BLOCK] for column in rows)
            part = _silent_terms(*block, k=k, r=r, alpha=alpha, a=a, b=b)
            value += part[0]
            slope += part[1]
            bend += part[2]
        return value, slope, bend

    return derivatives


class _Quiet(NamedTuple):
    """``log Q`` with its derivatives by log r and log alpha."""

    value: FloatArray
    by_r: FloatArray
    by_alpha: FloatArray
    by_rr: FloatArray
    by_ra: FloatArray
    by_aa: FloatArray


def _silent_terms(
    frequency: FloatArray,
    recency: FloatArray,
    since: FloatArray,
    weights: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> Derivatives:
    """Sum ``log((b + x) Q + a) - log(a + b + x)``: here and silent, or gone."""
    shape, rate = r + k * frequency, alpha + recency
    quiet = _quiet(shape, rate, since, k, r=r, alpha=alpha)
    tosses = b + frequency
    value = log_share_silent(
        quiet.value, since, shape, rate, k, log_odds_left=np.log(a) - np.log(tosses)
    )
    log_here = np.log(tosses) + quiet.value
    # log((b + x) Q + a) falls into the shares of its two terms.
    here = 1.0 / (1.0 + np.exp(np.minimum(np.log(a) - log_here, 700.0)))
    firsts = (quiet.by_r, quiet.by_alpha, np.zeros_like(shape), b / tosses)
    gone = 1.0 - here
    total = a + tosses
    mass = weights * here
    slopes = (here * firsts[0], here * firsts[1], gone, here * firsts[3])
    slope = np.array([weights @ part for part in slopes])
    bend = np.zeros((4, 4))
    spread = mass * gone
    for i in (0, 1, 3):
        for j in (0, 1, 3):
            bend[i, j] = (spread * firsts[i]) @ firsts[j]
        bend[2, i] = bend[i, 2] = -(spread @ firsts[i])
    bend[2, 2] = float(spread.sum())
    bend[0, 0] += mass @ quiet.by_rr
    bend[0, 1] += mass @ quiet.by_ra
    bend[1, 0] = bend[0, 1]
    bend[1, 1] += mass @ quiet.by_aa
    bend[3, 3] += mass @ (firsts[3] * (1.0 - firsts[3]))
    of_a, of_b = a / total, b / total
    slope[2] -= weights @ of_a
    slope[3] -= weights @ of_b
    bend[2, 2] -= weights @ (of_a * (1.0 - of_a))
    bend[3, 3] -= weights @ (of_b * (1.0 - of_b))
    crossed = float(weights @ (of_a * of_b))
    bend[2, 3] += crossed
    bend[3, 2] += crossed
    return float(weights @ value), slope, bend


def _quiet(
    shape: FloatArray,
    rate: FloatArray,
    since: FloatArray,
    k: int,
    *,
    r: float,
    alpha: float,
) -> _Quiet:
    """Differentiate the log chance of silence: moments over the steps made in it."""
    found = silence(since, shape, rate, k)
    share = np.exp(found.log_phase)
    later = rate + since
    waited = -np.log1p(since / rate)
    steps, squares = np.zeros_like(shape), np.zeros_like(shape)
    first, second, both, crossed, plain = (np.zeros_like(shape) for _ in range(5))
    for j in range(k):
        if j:
            inverse = 1.0 / (shape + (j - 1))
            steps, squares = steps + inverse, squares + inverse * inverse
        mass = share[:, j]
        by_shape = steps + waited
        by_rate = shape / rate - (shape + j) / later
        first += mass * by_shape
        second += mass * by_rate
        plain += mass * (by_shape * by_shape - squares)
        crossed += mass * (by_shape * by_rate + 1.0 / rate - 1.0 / later)
        curve = (shape + j) / later**2 - shape / rate**2
        both += mass * (by_rate * by_rate + curve)
    return _Quiet(
        value=found.log_quiet,
        by_r=r * first,
        by_alpha=alpha * second,
        by_rr=r * first + r * r * (plain - first * first),
        by_ra=r * alpha * (crossed - first * second),
        by_aa=alpha * second + alpha * alpha * (both - second * second),
    )


def _steps_between(frequency: FloatArray, recency: FloatArray, k: int) -> FloatArray:
    """Return ``(k-1) x log t - log(Gamma(k x) / Gamma(x))``; 0 at ``k = 1``."""
    if k == 1:
        return np.zeros_like(frequency)
    x = np.where(frequency > 0, frequency, 1.0)
    ways = gammaln(k * x) - gammaln(x)
    return np.where(frequency > 0, (k - 1) * x * _log_or_zero(recency) - ways, 0.0)


def _log_or_zero(time: FloatArray) -> FloatArray:
    return np.log(np.where(time > 0, time, 1.0))
