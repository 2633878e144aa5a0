"""The odds that a Pareto/NBD customer has left, by the cheaper of two formulas.

Both are exact to rounding. One row alone takes an integral over the unseen moment of
leaving. Many customers with one number of purchases take the difference of two races
(see ``pareto_dropout_integral``): each is a function of one time, read from a series.
The difference cancels where the odds are small. There the integral is taken again,
unless only ``1 + odds`` is asked for, to which small odds add no error.
"""

import numpy as np
from scipy.special import expit

from ...typing import FloatArray
from ..base.cells import per_cell
from ..base.interpolation import by_count_and_time, common_counts
from ..base.special import Numbers
from .pareto_counts import log_window
from .pareto_dropout_integral import log_race_of_rows

__all__ = ["log_odds_dead", "log_window_of", "probability_alive"]

# Races are exact to 1e-15 of 1 + odds, so odds from here on are exact to 1e-13.
_LEAST_ODDS = 0.01


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return ``1 / (1 + odds)``: 1 where ``recency`` equals ``T``."""
    at = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    odds = _by_either(frequency, recency, T, least=0.0, **at)
    return expit(-odds)


def log_odds_dead(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the log odds that the customer left between ``recency`` and ``T``."""
    at = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    return _by_either(frequency, recency, T, least=_LEAST_ODDS, **at)


def log_window_of(
    width: FloatArray, *, k: Numbers, A: Numbers, s: float, B: Numbers
) -> FloatArray:
    """Return the log of the integral over leaving, once per distinct row."""
    return per_cell(log_window, width=width, k=k, A=A, s=s, B=B)


def _by_either(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    least: float,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return log odds: of common frequencies by races where they are ``least``."""
    at = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    if not frequency.shape == recency.shape == T.shape == (T.size,):
        return _by_integral(frequency, recency, T, **at)
    common = common_counts(frequency)
    if not common.any():
        return _by_integral(frequency, recency, T, **at)
    every = bool(common.all())
    kept = slice(None) if every else common
    raced = _by_races(frequency[kept], recency[kept], T[kept], **at)
    if every:
        result, again = raced, raced < np.log(least) if least else ~common
    else:
        result = np.empty(T.shape)
        result[common] = raced
        again = ~common | (result < np.log(least)) if least else ~common
    if again.any():
        result[again] = _by_integral(frequency[again], recency[again], T[again], **at)
    return result


def _by_integral(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    since, k = T - recency, r + frequency
    A, B = alpha + recency, beta + recency
    gain = k * np.log1p(since / A) + s * np.log1p(since / B)
    if since.shape == k.shape == (since.size,):  # rows here are rarely equal
        window = log_window(width=since, k=k, A=A, s=np.full(k.shape, s), B=B)
    else:
        window = log_window_of(since, k=k, A=A, s=s, B=B)
    odds: FloatArray = np.log(s) + gain + window
    return odds


def _by_races(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    at = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    # Without a repeat purchase the last one is the first, at time 0: one race for all.
    back = np.flatnonzero(frequency > 0)
    x, u = (
        np.concatenate([every, some[back]])
        for every, some in ((frequency, frequency), (T, recency))
    )
    chances = by_count_and_time(
        lambda x, u: log_race_of_rows(x, u, **at), x, u, scale=min(alpha, beta)
    )
    log_missing = chances[: T.size]
    log_died = np.full(T.size, log_race_of_rows(np.zeros(1), np.zeros(1), **at)[0])
    log_died[back] = chances[T.size :]
    since = T - recency
    log_died += (r + frequency) * np.log1p(since / (alpha + recency))
    log_died += s * np.log1p(since / (beta + recency))
    log_missing -= log_died
    # Rounding may take a difference that is all but 0 above it.
    np.minimum(log_missing, 0.0, out=log_missing)
    with np.errstate(divide="ignore"):  # odds of 0 have the logarithm of 0
        log_died += np.log(-np.expm1(log_missing))
    log_died[since == 0] = -np.inf
    return log_died
