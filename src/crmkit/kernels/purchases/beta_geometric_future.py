"""The future of a customer who is still there and may leave after a purchase.

Given the history and that the customer is still there, the purchase rate is gamma
distributed with shape ``k = r + frequency`` and rate ``A = alpha + T``, and the chance
of leaving at a purchase is beta distributed with ``a`` and ``b`` plus the tosses
survived. Everything here is an expectation over that chance ``p`` of a function that is
closed in the rate: see Fader, Hardie and Lee (2005), equations 8 to 10, whose Gaussian
hypergeometric functions these are, in a form that never overflows or cancels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from ...typing import FloatArray, IntArray
from ..base.cells import per_cell
from ..base.interpolation import by_count_and_time
from ..base.special import (
    Numbers,
    log_beta_ratio,
    log_negative_binomial,
    log_negative_binomial_tail,
)
from . import counted_tosses
from .beta_expectation import log_beta_expectation
from .discounted_power import discounted_decay

__all__ = [
    "Now",
    "discounted_purchases",
    "log_pmf",
    "log_pmf_at",
    "log_survival",
    "purchases",
    "purchases_factorial_moment",
    "survival",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Now:
    """A customer who is still there: what was seen, and the model's parameters.

    ``first_toss`` is 1 where the first purchase tossed a coin too, and else 0.
    """

    frequency: Numbers
    T: Numbers
    first_toss: int
    r: float
    alpha: float
    a: float
    b: float


def survival(elapsed: Numbers, now: Now) -> FloatArray:
    """Return P(still active after ``elapsed``): ``E[(1+pt/A)^-k]``."""
    return _at(_survival, now, elapsed=elapsed)


def log_survival(elapsed: Numbers, now: Now) -> FloatArray:
    """Return the logarithm of ``survival``, exact where that underflows."""
    return _log_at(_survival, now, elapsed=elapsed)


def purchases(start: Numbers, end: Numbers, now: Now) -> FloatArray:
    """Return the expected purchases between ``start`` and ``end`` from now.

    Notes
    -----
    ``E[((1+ps/A)^-k - (1+pe/A)^-k) / p]``. Without end it is finite only for ``a > 1``.
    """
    if np.ndim(start) == 0 and float(start) == 0.0 and np.ndim(end) > 0:
        return _purchases_from_now(np.asarray(end, np.float64), now)
    return _at(_purchases, now, start=start, end=end)


def purchases_factorial_moment(elapsed: Numbers, now: Now) -> FloatArray:
    """Return ``E[X (X - 1)]`` of the number ``X`` of purchases within ``elapsed``.

    Notes
    -----
    Two purchases at ``u < v`` have the joint rate ``L^2 (1-p) exp(-L p v)``; integrated
    over time and over the rate ``L``, the second one is the chance that a negative
    binomial count of dropping purchases is two or more.
    """
    return _at(_factorial_moment, now, elapsed=elapsed)


def discounted_purchases(horizon: Numbers, log_rate: Numbers, now: Now) -> FloatArray:
    """Return the purchases within ``horizon``, each times ``exp(-log_rate * when)``."""
    return _at(_discounted, now, horizon=horizon, log_rate=log_rate)


def log_pmf(
    n: Numbers,
    t: Numbers,
    tosses: Numbers,
    *,
    k: Numbers,
    A: Numbers,
    a: Numbers,
    b: Numbers,
) -> FloatArray:
    """Return the log probability of ``n`` purchases in ``t`` and ``tosses`` coins.

    Notes
    -----
    Either all coins were survived and the time brought ``n`` purchases, or the last
    coin was lost and the time would have brought ``n`` or more: two positive terms.
    """
    tosses = np.asarray(tosses, np.float64)
    survived = log_beta_ratio(a, b, tosses)
    at_least_one = np.maximum(tosses, 1.0)
    lost = np.where(
        tosses > 0, survived + np.log(a) - np.log(b + (at_least_one - 1.0)), -np.inf
    )
    return np.logaddexp(
        survived + log_negative_binomial(n, t, r=k, alpha=A),
        lost + log_negative_binomial_tail(n, t, r=k, alpha=A),
    )


def log_pmf_at(n: Numbers, t: Numbers, now: Now) -> FloatArray:
    """Return the log probability of ``n`` purchases within ``t`` from now.

    One number within one horizon is a smooth function of ``T``, read from a series.
    """

    def of_rows(x: Numbers, T: Numbers) -> FloatArray:
        k, A, b = now.r + x, now.alpha + T, now.b + x + now.first_toss
        return log_pmf(n, t, np.asarray(n), k=k, A=A, a=now.a, b=b)

    x, T = np.asarray(now.frequency, np.float64), np.asarray(now.T, np.float64)
    one = np.ndim(n) == 0 and np.ndim(t) == 0 and np.all(np.asarray(t) > 0)
    if one and x.shape == T.shape == (T.size,):
        return by_count_and_time(of_rows, x, T, scale=now.alpha)
    return of_rows(x, T)


def _at(
    log_function: Callable[..., FloatArray], now: Now, **times: Numbers
) -> FloatArray:
    return np.exp(_log_at(log_function, now, **times))


def _log_at(
    log_function: Callable[..., FloatArray], now: Now, **times: Numbers
) -> FloatArray:
    """Evaluate once per distinct customer, at few ``T`` where times are the same."""
    x, T = np.asarray(now.frequency, np.float64), np.asarray(now.T, np.float64)

    def log_values(x: FloatArray, T: FloatArray, **when: FloatArray) -> FloatArray:
        k, A, b = now.r + x, now.alpha + T, now.b + x + now.first_toss
        return log_function(k=k, A=A, a=np.full(x.shape, now.a), b=b, **when)

    def at_one_horizon(x: FloatArray, T: FloatArray) -> FloatArray:
        same = {name: np.full(x.shape, time) for name, time in times.items()}
        return log_values(x, T, **same)

    steady = all(np.ndim(time) == 0 for time in times.values())
    # Of one horizon all are 0, all infinite, or all smooth in the logarithm. A service
    # scores one customer at a time: it is not evaluated twice to learn which.
    rows = steady and T.size > 1 and x.shape == T.shape == (T.size,)
    if rows and np.isfinite(at_one_horizon(x[:1], T[:1])[0]):
        return by_count_and_time(at_one_horizon, x, T, scale=now.alpha)
    return per_cell(log_values, x=x, T=T, **times)


def _purchases_from_now(end: FloatArray, now: Now) -> FloatArray:
    """Read many ends and ages from one series per count, in their ratio alone."""
    x, pace = np.broadcast_arrays(
        np.asarray(now.frequency, np.float64),
        end / (now.alpha + np.asarray(now.T, np.float64)),
    )
    result = np.zeros(pace.shape)

    def log_values(x: FloatArray, pace: FloatArray) -> FloatArray:
        nothing, one = np.zeros(x.shape), np.ones(x.shape)
        k, b = now.r + x, now.b + x + now.first_toss
        return _purchases(start=nothing, end=pace, k=k, A=one, a=now.a * one, b=b)

    finite, endless = (pace > 0) & np.isfinite(pace), np.isinf(pace)
    result[finite] = np.exp(
        by_count_and_time(log_values, x[finite], pace[finite], scale=0.0)
    )
    result[endless] = np.exp(per_cell(log_values, x=x[endless], pace=pace[endless]))
    return result


def _survival(
    *, elapsed: FloatArray, k: FloatArray, A: FloatArray, a: FloatArray, b: FloatArray
) -> FloatArray:
    pace = elapsed / A

    def given(p: FloatArray, rows: IntArray) -> FloatArray:
        return -k[rows, None] * np.log1p(pace[rows, None] * p)

    bend = _bend(pace, k)
    return log_beta_expectation(given, a, b, bend=bend, steepness=k)


def _purchases(
    *,
    start: FloatArray,
    end: FloatArray,
    k: FloatArray,
    A: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> FloatArray:
    endless = np.isinf(end)
    rows = {"start": start, "k": k, "A": A, "a": a, "b": b}
    until = {name: column[~endless] for name, column in rows.items()}
    ever = {name: column[endless] for name, column in rows.items()}
    result = np.empty(k.shape)
    if not endless.all():
        result[~endless] = _purchases_until(end=end[~endless], **until)
    if endless.any():
        result[endless] = _purchases_ever(**ever)
    return result


def _purchases_until(
    *,
    start: FloatArray,
    end: FloatArray,
    k: FloatArray,
    A: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> FloatArray:
    result = np.full(k.shape, -np.inf)
    some = end > start
    start, end, k, A, a, b = (v[some] for v in (start, end, k, A, a, b))
    value = np.full(k.shape, np.nan)
    now = start == 0
    value[now] = counted_tosses.log_purchases(end[now] / A[now], k[now], a[now], b[now])
    many = np.isnan(value)
    if many.any():
        value[many] = _purchases_by_chance(
            start=start[many], end=end[many], k=k[many], A=A[many], a=a[many], b=b[many]
        )
    result[some] = value
    return result


def _purchases_by_chance(
    *,
    start: FloatArray,
    end: FloatArray,
    k: FloatArray,
    A: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> FloatArray:
    before = start / A
    pace = (end - start) / A

    def given(p: FloatArray, rows: IntArray) -> FloatArray:
        there = np.log1p(before[rows, None] * p)
        gone = np.log1p(pace[rows, None] * p / (1.0 + before[rows, None] * p))
        shape = k[rows, None]
        return np.log(-np.expm1(-shape * gone) / p) - shape * there

    bend, steepness = _bend(end / A, k), k * (start > 0) + 1.0
    return log_beta_expectation(given, a, b, bend=bend, steepness=steepness)


def _purchases_ever(
    *, start: FloatArray, k: FloatArray, A: FloatArray, a: FloatArray, b: FloatArray
) -> FloatArray:
    result = np.full(k.shape, np.inf)
    ends = a > 1
    start, k, A, a, b = (value[ends] for value in (start, k, A, a, b))
    # p^-1 moves into the weight: a becomes a - 1, at the price of a ratio of betas.
    left = _survival(elapsed=start, k=k, A=A, a=a - 1.0, b=b)
    result[ends] = np.log((a + b - 1.0) / (a - 1.0)) + left
    return result


def _factorial_moment(
    *, elapsed: FloatArray, k: FloatArray, A: FloatArray, a: FloatArray, b: FloatArray
) -> FloatArray:
    result = np.full(k.shape, -np.inf)
    some = elapsed > 0
    elapsed, k, A, a, b = (v[some] for v in (elapsed, k, A, a, b))
    pace = elapsed / A

    def given(p: FloatArray, rows: IntArray) -> FloatArray:
        step = pace[rows, None] * p
        twice = betainc(2.0, k[rows, None], step / (1.0 + step))
        return np.log(twice / (p * p))

    # The factor 1 - p makes b one larger, at the price of the mean of 1 - p.
    bend, steepness = _bend(pace, k), np.full(k.shape, 2.0)
    log_mean = log_beta_expectation(given, a, b + 1.0, bend=bend, steepness=steepness)
    result[some] = np.log(2.0 * b / (a + b)) + log_mean
    return result


def _discounted(
    *,
    horizon: FloatArray,
    log_rate: FloatArray,
    k: FloatArray,
    A: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> FloatArray:
    plain, endless = log_rate == 0, (log_rate < 0) & (horizon == np.inf)
    other = ~plain & ~endless
    rows = {"horizon": horizon, "log_rate": log_rate, "k": k, "A": A, "a": a, "b": b}
    of_plain = {name: column[plain] for name, column in rows.items()}
    result = np.full(k.shape, np.inf)
    result[other] = _with_rate(**{n: column[other] for n, column in rows.items()})
    start, end = of_plain.pop("log_rate"), of_plain.pop("horizon")
    result[plain] = _purchases(start=start, end=end, **of_plain)
    return result


def _with_rate(
    *,
    horizon: FloatArray,
    log_rate: FloatArray,
    k: FloatArray,
    A: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> FloatArray:
    def given(p: FloatArray, rows: IntArray) -> FloatArray:
        return np.log(
            discounted_decay(
                k[rows, None] + 1.0,
                p / A[rows, None],
                log_rate[rows, None],
                horizon[rows, None],
            )
        )

    result = np.full(k.shape, -np.inf)
    some = horizon > 0
    horizon, log_rate, k, A, a, b = (v[some] for v in (horizon, log_rate, k, A, a, b))
    within = np.minimum(horizon, 40.0 / np.maximum(np.abs(log_rate), 1e-300))
    bend, steepness = _bend(within / A, k + 1.0), np.ones(k.shape)
    log_mean = log_beta_expectation(given, a, b, bend=bend, steepness=steepness)
    result[some] = np.log(k / A) + log_mean
    return result


def _bend(pace: FloatArray, k: FloatArray) -> FloatArray:
    """Return the logit of the chance below which ``(1 + pace p)^-k`` is 1."""
    scaled = pace * np.maximum(k, 1.0)
    return np.where(scaled > 0, -np.log(np.where(scaled > 0, scaled, 1.0)), np.inf)
