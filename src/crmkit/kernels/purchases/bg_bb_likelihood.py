"""The likelihood of purchases at numbered opportunities, with its derivatives.

A customer seen at ``T`` opportunities who last bought at number ``recency`` left after
some number ``j`` from ``recency`` to ``T - 1``, or is there still. The likelihood is
the sum over these cases, kept in logarithms; each case is a product of two ratios of
beta functions, read from tables over whole numbers.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.newton import Derivatives, Objective
from ..base.special import digamma_difference, log_gamma_ratio
from .rising_factorials import trigamma

__all__ = ["gradient", "log_shares", "objective"]

_BLOCK = 1 << 17


def log_shares(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood of a history, of being there and of having left."""
    parameters = (alpha, beta, gamma, delta)
    there, left = np.empty(frequency.shape), np.empty(frequency.shape)
    tables = _Tables.of(parameters, _longest(T))
    for rows, cases in _blocks(frequency, recency, T):
        logs = tables.log_cases(cases)
        there[rows] = logs[:, 0]
        left[rows] = _log_sum(logs[:, 1:])
    return there, left


def gradient(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return each customer's gradient on the log-parameters, one row each."""
    slopes = np.empty((frequency.size, 4))
    tables = _Tables.of((alpha, beta, gamma, delta), _longest(T))
    for rows, cases in _blocks(frequency, recency, T):
        share = _shares(tables.log_cases(cases))[1]
        slopes[rows] = np.einsum("ij,ijp->ip", share, tables.slopes(cases))
    return slopes


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives."""
    longest = _longest(T)
    blocks = list(_blocks(frequency, recency, T))

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        tables = _Tables.of(tuple(np.exp(log_parameters).tolist()), longest)
        value, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
        for rows, cases in blocks:
            total, share = _shares(tables.log_cases(cases))
            slopes = tables.slopes(cases)
            mean = np.einsum("ij,ijp->ip", share, slopes)
            mass = weights[rows, None] * share
            value += float(weights[rows] @ total)
            slope += weights[rows] @ mean
            bend += tables.bends(cases, mass)
            bend += np.einsum("ij,ijp,ijq->pq", mass, slopes, slopes, optimize=True)
            bend -= (mean * weights[rows, None]).T @ mean
        # By the logarithm of a parameter, the second derivative repeats the first.
        return value, slope, bend + np.diag(slope)

    return derivatives


@dataclass(frozen=True, slots=True, eq=False)
class _Cases:
    """For each history: there at the end, then left after each opportunity it allows.

    ``bought`` and ``seen`` count opportunities; ``left`` is 1 where the customer left.
    """

    bought: IntArray
    seen: IntArray
    left: IntArray
    possible: np.ndarray


def _longest(T: FloatArray) -> int:
    return int(T.max(initial=0.0)) + 2


def _blocks(
    frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> "list[tuple[IntArray, _Cases]]":
    """Cut the histories into blocks of about as many cases each."""
    x, t, n = (column.astype(np.int64) for column in (frequency, recency, T))
    # Histories with as many cases share a block, so that little of it is padding.
    order = np.argsort(n - t, kind="stable")
    blocks = []
    at = 0
    while at < order.size:
        size = max(_BLOCK // int(n[order[-1]] - t[order[-1]] + 1), 1)
        rows = order[at : at + size]
        unseen = (n - t)[rows, None]
        step = np.arange(int(unseen.max()) + 1)
        # Case 0 is to be there after n; case j to have left after t + j - 1.
        seen = np.where(step == 0, n[rows, None], t[rows, None] + step - 1)
        possible = step <= unseen
        seen = np.where(possible, seen, n[rows, None])
        left = np.broadcast_to((step > 0).astype(np.int64), seen.shape)
        blocks.append((rows, _Cases(x[rows, None], seen, left, possible)))
        at += size
    return blocks


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """What the four parameters add over whole numbers of opportunities.

    Each of ``log``, ``first`` and ``second`` has one row per sum of parameters that
    occurs in a beta function: alpha, beta, alpha + beta, delta, gamma + delta. They are
    differences of log gamma, of digamma and of trigamma from their value at 0.
    """

    parameters: tuple[float, ...]
    log: FloatArray
    first: FloatArray
    second: FloatArray

    @classmethod
    def of(cls, parameters: tuple[float, ...], longest: int) -> "_Tables":
        alpha, beta, gamma, delta = parameters
        base = np.array([alpha, beta, alpha + beta, delta, gamma + delta])[:, None]
        count = np.arange(longest + 1.0)
        return cls(
            parameters,
            log_gamma_ratio(base, count),
            digamma_difference(base, count),
            trigamma(base + count) - trigamma(base),
        )

    def _terms(self, table: FloatArray, cases: _Cases) -> tuple[FloatArray, ...]:
        return (
            table[0][cases.bought],
            table[1][cases.seen - cases.bought],
            table[2][cases.seen],
            table[3][cases.seen],
            table[4][cases.seen + cases.left],
        )

    def log_cases(self, cases: _Cases) -> FloatArray:
        bought, passed, both, stayed, all_in = self._terms(self.log, cases)
        logs = bought + passed - both + stayed - all_in
        logs = logs + cases.left * np.log(self.parameters[2])
        return np.where(cases.possible, logs, -np.inf)

    def slopes(self, cases: _Cases) -> FloatArray:
        """Return derivatives on log-parameters, (rows, cases, 4)."""
        alpha, beta, gamma, delta = self.parameters
        bought, passed, both, stayed, all_in = self._terms(self.first, cases)
        return np.stack(
            [
                alpha * (bought - both),
                beta * (passed - both),
                cases.left - gamma * all_in,
                delta * (stayed - all_in),
            ],
            axis=-1,
        )

    def bends(self, cases: _Cases, mass: FloatArray) -> FloatArray:
        """Sum second derivatives, without the diagonal part that repeats the slope."""
        alpha, beta, gamma, delta = self.parameters
        sums = [float(np.sum(mass * term)) for term in self._terms(self.second, cases)]
        bought, passed, both, stayed, all_in = sums
        return np.array(
            [
                [alpha**2 * (bought - both), -alpha * beta * both, 0.0, 0.0],
                [-alpha * beta * both, beta**2 * (passed - both), 0.0, 0.0],
                [0.0, 0.0, -(gamma**2) * all_in, -gamma * delta * all_in],
                [0.0, 0.0, -gamma * delta * all_in, delta**2 * (stayed - all_in)],
            ]
        ) - np.diag([0.0, 0.0, float(np.sum(mass * cases.left)), 0.0])


def _shares(logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    total = _log_sum(logs)
    return total, np.exp(logs - total[:, None])


def _log_sum(logs: FloatArray) -> FloatArray:
    if logs.shape[1] == 0:
        return np.full(logs.shape[0], -np.inf)
    # The largest term is taken out first: the others then add without underflow.
    highest = logs.max(axis=1)
    # A row without a possible case has none, and -inf minus -inf would be NaN.
    shift = np.where(np.isfinite(highest), highest, 0.0)
    total = np.exp(logs - shift[:, None]).sum(axis=1)
    some = total > 0
    safe = np.where(some, total, 1.0)
    return np.where(some, shift + np.log(safe), -np.inf)
