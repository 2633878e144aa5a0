"""The future of a regular buyer who is still there: every k-th step is a purchase.

Given the history, that the customer is still there and has made ``phase`` steps since
the last purchase, the rate of steps is gamma distributed with shape ``r + k x + phase``
and rate ``alpha + T``, and the chance of leaving at a purchase is beta distributed with
``a`` and ``b`` plus the tosses survived. The number of steps in a time is then negative
binomial, and the ``m``-th purchase is there if ``m k - phase`` steps were made and
``m - 1`` coins survived: sums over ``m`` of positive terms, with nothing to cancel.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainccinv, gammaln

from ...typing import FloatArray, IntArray
from ..base.cells import group
from ..base.gauss_legendre import gauss_legendre
from ..base.interpolation import through_few_times
from ..base.special import (
    Numbers,
    log_beta_ratio,
    log_gamma_ratio,
    log_negative_binomial,
    log_negative_binomial_tail,
)
from .step_sums import TermBlock, blocks_of_terms

__all__ = ["RegularBuyer", "discounted", "log_pmf", "pairs", "purchases", "survival"]

_RARE = 1e-18  # chance of more steps than are summed
_BLOCK = 1 << 17
_NODES, _NODES_BY_ROOT = 9, 3.0  # of a panel of time: so many, and more by sqrt(k)
_PANEL = 0.7  # in the logarithm of time, where the phases no longer show
_DISCOUNTED_AWAY = 45.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegularBuyer:
    """Customers who are still there: what was seen of them, and the parameters."""

    frequency: FloatArray
    T: FloatArray
    k: int
    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Flat columns, one row per customer and phase."""

    shape: FloatArray
    rate: FloatArray
    a: float
    b: FloatArray
    k: int
    phase: FloatArray

    def at(self, rows: IntArray) -> "_Rows":
        part = (column[rows] for column in (self.shape, self.rate, self.b, self.phase))
        shape, rate, b, phase = part
        return _Rows(shape, rate, self.a, b, self.k, phase)


def purchases(t: Numbers, buyer: RegularBuyer) -> FloatArray:
    """Return the purchases to expect within ``t``: (customers, phases)."""
    return _by_phase(_purchases, buyer, t=t)


def pairs(t: Numbers, buyer: RegularBuyer) -> FloatArray:
    """Return ``E[X (X - 1)]`` of the purchases ``X`` within ``t``, by phase."""
    return _by_phase(_pairs, buyer, t=t)


def survival(t: Numbers, buyer: RegularBuyer) -> FloatArray:
    """Return the chance to be there still after ``t``: (customers, phases)."""
    return _by_phase(_survival, buyer, t=t)


def discounted(horizon: Numbers, log_rate: Numbers, buyer: RegularBuyer) -> FloatArray:
    """Return the purchases within ``horizon``, each times ``exp(-log_rate * when)``."""
    return _by_phase(_discounted, buyer, t=horizon, log_rate=log_rate)


def log_pmf(n: Numbers, t: Numbers, tosses: Numbers, buyer: RegularBuyer) -> FloatArray:
    """Return the log chance of ``n`` purchases in ``t`` and ``tosses`` coins, by phase.

    Notes
    -----
    Either all coins were survived and the time brought ``n`` purchases, or the last
    coin was lost and the time would have brought ``n`` or more: two positive terms.
    ``b`` of the buyer is that of now: the tosses survived are in it.
    """
    x, n, t, tosses = np.broadcast_arrays(buyer.frequency, n, t, tosses)
    shape = x.shape
    rows = _rows(x.ravel(), np.broadcast_to(buyer.T, shape).ravel(), buyer)
    count, time, coins = (
        np.repeat(column.ravel().astype(np.float64), buyer.k)
        for column in (n, t, tosses)
    )
    survived = log_beta_ratio(rows.a, rows.b, coins)
    before = rows.b + (np.maximum(coins, 1.0) - 1.0)
    lost = np.where(coins > 0, survived + np.log(rows.a) - np.log(before), -np.inf)
    steps = count * rows.k - rows.phase
    # No purchase yet is sure to have come: the tail of fewer than one step is 1.
    reached = log_negative_binomial_tail(
        np.maximum(steps, 0.0), time, r=rows.shape, alpha=rows.rate
    )
    both = np.logaddexp(survived + _log_exactly(steps, time, rows), lost + reached)
    return both.reshape(*shape, buyer.k)


def _log_exactly(steps: FloatArray, t: FloatArray, rows: _Rows) -> FloatArray:
    """Return the log chance of ``steps`` or more, but of fewer than ``k`` more."""
    parts = np.stack(
        [
            np.where(
                steps + i >= 0,
                log_negative_binomial(
                    np.maximum(steps + i, 0.0), t, r=rows.shape, alpha=rows.rate
                ),
                -np.inf,
            )
            for i in range(rows.k)
        ]
    )
    total = np.logaddexp.reduce(parts, axis=0)
    more = log_negative_binomial_tail(
        np.maximum(steps + rows.k, 1.0), t, r=rows.shape, alpha=rows.rate
    )
    # None after a short time is all but certain: 1 minus something.
    sure = (steps <= 0) & (more < np.log(0.5))
    return np.where(sure, np.log1p(-np.exp(np.where(sure, more, -1.0))), total)


def _by_phase(
    function: Callable[..., FloatArray], buyer: RegularBuyer, **when: Numbers
) -> FloatArray:
    """Evaluate once per distinct customer, at few ``T`` where times are the same."""
    shape = np.broadcast_shapes(
        np.shape(buyer.frequency), np.shape(buyer.T), *map(np.shape, when.values())
    )
    steady = all(np.size(time) == 1 for time in when.values())
    if steady:
        fixed = {n: float(np.reshape(time, -1)[0]) for n, time in when.items()}
        asked: dict[str, FloatArray] = {}
    else:
        fixed = {}
        asked = {n: np.broadcast_to(time, shape).ravel() for n, time in when.items()}
    x, T = (np.broadcast_to(c, shape).ravel() for c in (buyer.frequency, buyer.T))
    cells = group((x, T, *asked.values()), inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    times = dict(zip(asked, cells.columns[2:], strict=True))

    def values(x: FloatArray, T: FloatArray, **times: FloatArray) -> FloatArray:
        rows = _rows(x, T, buyer)
        whens = {n: np.repeat(time, buyer.k) for n, time in times.items()}
        return function(rows=rows, **whens).reshape(x.size, buyer.k)

    def logs(x: FloatArray, T: FloatArray) -> FloatArray:
        return np.log(values(x, T, **{n: np.full(x.size, w) for n, w in fixed.items()}))

    count, tenure = cells.columns[:2]
    if not steady:
        found = values(count, tenure, **times)
    # Of one horizon all are 0, all infinite, or all smooth in the logarithm.
    elif not count.size or fixed["t"] == 0 or np.isinf(fixed["t"]):
        whole = {n: np.full(count.size, w) for n, w in fixed.items()}
        found = values(count, tenure, **whole)
    else:
        found = np.exp(through_few_times(logs, count, tenure, scale=buyer.alpha))
    return found[cells.inverse].reshape(*shape, buyer.k)


def _rows(x: FloatArray, T: FloatArray, buyer: RegularBuyer) -> _Rows:
    """List each customer once for every phase."""
    k = buyer.k
    count, phase = np.repeat(x, k), np.tile(np.arange(float(k)), x.size)
    return _Rows(
        shape=buyer.r + k * count + phase,
        rate=np.repeat(buyer.alpha + T, k),
        a=buyer.a,
        b=buyer.b + count + 1.0,
        k=k,
        phase=phase,
    )


def _purchases(*, t: FloatArray, rows: _Rows) -> FloatArray:
    endless = np.isinf(t)
    result = np.empty(t.shape)
    until = rows.at(np.flatnonzero(~endless))
    result[~endless] = _summed(_nth_purchase, t[~endless], until)
    b = rows.b[endless]
    result[endless] = (rows.a + b - 1.0) / (rows.a - 1.0) if rows.a > 1 else np.inf
    return result


def _pairs(*, t: FloatArray, rows: _Rows) -> FloatArray:
    return _summed(_nth_pair, t, rows)


def _survival(*, t: FloatArray, rows: _Rows) -> FloatArray:
    endless = np.isinf(t)
    result = np.zeros(t.shape)  # everybody leaves in the end
    until = rows.at(np.flatnonzero(~endless))
    result[~endless] = _summed(_nth_stay, t[~endless], until, first=0)
    return result


def _nth_purchase(m: FloatArray, t: FloatArray, rows: _Rows) -> FloatArray:
    """Return the chance of the ``m``-th purchase: steps made, coins survived."""
    reached = log_negative_binomial_tail(
        m * rows.k - rows.phase[:, None],
        t[:, None],
        r=rows.shape[:, None],
        alpha=rows.rate[:, None],
    )
    return np.exp(reached + log_beta_ratio(rows.a, rows.b[:, None], m - 1.0))


def _nth_pair(m: FloatArray, t: FloatArray, rows: _Rows) -> FloatArray:
    return 2.0 * (m - 1.0) * _nth_purchase(m, t, rows)


def _nth_stay(m: FloatArray, t: FloatArray, rows: _Rows) -> FloatArray:
    """Return the chance that the time brings ``m`` purchases, and all were survived."""
    coins = log_beta_ratio(rows.a, rows.b[:, None], m)
    total = np.zeros(np.broadcast_shapes(m.shape, (t.size, 1)))
    for i in range(rows.k):
        steps = m * rows.k - rows.phase[:, None] + i
        exactly = log_negative_binomial(
            np.maximum(steps, 0.0),
            t[:, None],
            r=rows.shape[:, None],
            alpha=rows.rate[:, None],
        )
        total += np.where(steps >= 0, np.exp(exactly + coins), 0.0)
    return total


def _summed(
    term: Callable[[FloatArray, FloatArray, _Rows], FloatArray],
    t: FloatArray,
    rows: _Rows,
    *,
    first: int = 1,
) -> FloatArray:
    result = np.zeros(t.shape)
    for block in _terms(t, rows, first=first):
        at = block.rows
        parts = term(block.number, t[at], rows.at(at)) * block.weight
        result[at] += parts.sum(axis=1)
    return result


def _terms(t: FloatArray, rows: _Rows, *, first: int) -> Iterator[TermBlock]:
    pace = t / rows.rate
    # A gamma rate beyond its rarest, and a Poisson count beyond its rarest after it.
    steps = pace * gammainccinv(rows.shape, _RARE)
    steps = steps + 10.0 * np.sqrt(steps) + 40.0
    spread = np.sqrt((1.0 + 1.0 / np.maximum(pace, 1e-300)) / rows.shape)
    return blocks_of_terms(
        steps / rows.k + 1.0, spread, first=first, one_by_one=64 * (rows.k + 1)
    )


def _discounted(*, t: FloatArray, log_rate: FloatArray, rows: _Rows) -> FloatArray:
    # A rate below 1e-200 discounts nothing that a float can tell, and has no inverse.
    plain = np.abs(log_rate) < 1e-200
    result = np.zeros(t.shape)
    result[plain] = _purchases(t=t[plain], rows=rows.at(np.flatnonzero(plain)))
    growing = (log_rate < 0) & np.isinf(t)
    result[growing] = np.inf
    # Nothing is bought in a span of 0, whose logarithm is not finite.
    other = np.flatnonzero(~plain & ~growing & (t > 0))
    some, rate = rows.at(other), log_rate[other]
    fades = np.where(rate > 0, _DISCOUNTED_AWAY / np.abs(rate), np.inf)
    end = np.minimum(t[other], fades)
    for block in _terms(end, some, first=1):
        width = max(_BLOCK // (block.number.shape[1] * _NODES), 1)
        for start in range(0, block.rows.size, width):
            few = slice(start, start + width)
            at = block.rows[few]
            number, weight = (
                np.broadcast_to(c, (block.rows.size, c.shape[1]))[few]
                for c in (block.number, block.weight)
            )
            result[other[at]] += _with_rate(
                end[at], rate[at], some.at(at), number, weight
            )
    return result


def _with_rate(
    end: FloatArray,
    log_rate: FloatArray,
    rows: _Rows,
    number: FloatArray,
    weight: FloatArray,
) -> FloatArray:
    """Integrate over time the discounted densities of the purchases' times.

    Notes
    -----
    The ``n``-th step comes at ``t`` with density ``n / t`` times the chance of ``n``
    steps. Of all that only one exponential depends on both the time and the step.
    """
    steps = number * rows.k - rows.phase[:, None]
    coins = log_beta_ratio(rows.a, rows.b[:, None], number - 1.0)
    shape = rows.shape[:, None]
    ways = log_gamma_ratio(shape, steps) - gammaln(steps) + coins
    total = np.zeros(end.shape)
    for u, speed in _times(end, log_rate, rows):
        pace = u / rows.rate
        log_seen = np.log(pace) - np.log1p(pace)
        faded = np.exp(-log_rate * u) * speed / u
        # All in one exponential: its parts alone overflow for a heavy buyer.
        exponent = ways + steps * log_seen[:, None]
        exponent -= (rows.shape * np.log1p(pace))[:, None]
        total += faded * np.einsum("ij,ij->i", weight, np.exp(exponent))
    return total


def _times(
    end: FloatArray, log_rate: FloatArray, rows: _Rows
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Place Gauss-Legendre nodes in time: even panels first, then longer and longer."""
    pace = np.minimum(rows.k * rows.rate / rows.shape, rows.rate)
    # Regular purchases come in waves, which some 2 k gaps smooth away.
    waves = np.minimum(end, 2.0 * rows.k * pace)
    width = np.minimum(pace, 2.0 / np.abs(log_rate))
    even = max(int(np.ceil(np.max(waves / width, initial=0.0))), 1)
    longer = end > waves
    span = np.log(np.where(longer, end / np.where(longer, waves, 1.0), 1.0))
    growth = np.where(log_rate < 0, -log_rate * end * span / 8.0, 0.0)
    panels = int(np.ceil(np.max(np.maximum(span / _PANEL, growth), initial=0.0)))
    # The more regular the buyer, the narrower the waves: of width 1 / sqrt(k) of a gap.
    rule = gauss_legendre(_NODES + int(np.ceil(_NODES_BY_ROOT * np.sqrt(rows.k))))
    nodes, weights = (np.array(part) for part in rule)
    for node, share in zip(0.5 * (nodes + 1.0), 0.5 * weights, strict=True):
        for panel in range(even):
            yield waves * ((panel + node) / even), share * waves / even
        for panel in range(panels):
            u = waves * np.exp(span * ((panel + node) / panels))
            yield u, share * u * span / panels
