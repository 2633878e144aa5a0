"""Movement between states as a Markov chain: shares, the long run, value to come.

Row i of ``P`` holds the probabilities of moving from state i; what is missing to 1 is
the probability of leaving for good.
"""

import numpy as np

from ...typing import FloatArray

__all__ = [
    "expected_value",
    "fades",
    "population_stability",
    "stationary",
    "transitions",
]


def transitions(counts: FloatArray, gone: FloatArray) -> FloatArray:
    """Return the share of each row's customers that moved to each column."""
    of = counts.sum(axis=1) + gone
    return np.asarray(counts / of[:, None], dtype=np.float64)


def stationary(P: FloatArray) -> FloatArray | None:
    """Return the mixture of states that stays as it is; None if it is not unique.

    Each row of ``P`` adds up to 1.
    """
    n = len(P)
    # pi P = pi has one equation too few: the sum of 1 completes it.
    system = np.vstack([P.T - np.eye(n), np.ones(n)])
    target = np.append(np.zeros(n), 1.0)
    solution, _, rank, _ = np.linalg.lstsq(system, target, rcond=1e-12)
    if rank < n:
        return None
    # Least squares may leave -1e-17 in a state that is never visited.
    positive = np.maximum(solution, 0.0)
    return np.asarray(positive / positive.sum(), dtype=np.float64)


def expected_value(
    P: FloatArray, value: FloatArray, *, discount_rate: float, periods: int | None
) -> FloatArray:
    """Return the present value, per starting state, of ``value`` in each period.

    The first period counts in full, the next is discounted once: with no end,
    v = (I - P / (1 + d))^-1 value.
    """
    step = P / (1 + discount_rate)
    if periods is None:
        # The geometric series of steps, summed without its terms.
        worth = np.linalg.solve(np.eye(len(P)) - step, value)
        return np.asarray(worth, dtype=np.float64)
    return _summed(step, value, periods)


def _summed(step: FloatArray, value: FloatArray, periods: int) -> FloatArray:
    """Return the sum of step^k value for k from 0 to periods - 1.

    The sums over n and over m periods give that over n + m, so the number is built from
    its binary digits: a thousand million periods take thirty steps.
    """
    total = np.zeros(len(step))
    block, ahead = value, step  # the sum over 1, 2, 4, ... periods, and its step
    while periods:
        if periods & 1:
            total = block + ahead @ total
        block, ahead = block + ahead @ block, ahead @ ahead
        periods >>= 1
    return total


def fades(P: FloatArray, *, discount_rate: float) -> bool:
    """Say whether a sum without end of such steps is finite."""
    largest = float(np.max(np.abs(np.linalg.eigvals(P))))
    return largest / (1 + discount_rate) < 1 - 1e-12


def population_stability(before: FloatArray, after: FloatArray) -> float | None:
    """Return sum (q - p) ln(q / p) of two mixtures; None where a state is empty."""
    p, q = before / before.sum(), after / after.sum()
    if np.any(p == 0) or np.any(q == 0):
        return None
    return float(np.sum((q - p) * np.log(q / p)))
