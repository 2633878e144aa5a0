"""Draw regular buyers who may leave after a purchase, and what they buy."""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["sample_lives", "sample_steps", "sample_times"]

_LONGEST = 2**62


def sample_lives(dropout: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw after how many further purchases each customer leaves: 1 or more."""
    leaves = dropout > 0
    lives = rng.geometric(np.where(leaves, dropout, 1.0))
    # A chance below the smallest number is never; a count has room for much.
    return np.where(leaves, np.clip(lives, 1, _LONGEST), np.inf).astype(np.float64)


def sample_steps(
    rate: FloatArray, span: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Draw the steps of each customer in ``(0, span]``."""
    return rng.poisson(rate * span)


def sample_times(
    rate: FloatArray,
    phase: FloatArray,
    lives: FloatArray,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    k: int,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases in ``(0, span]``: number of the customer, and time.

    Parameters
    ----------
    rate
        Steps per unit of time.
    phase
        Steps made since the last purchase, below ``k``.
    lives
        Purchases until the customer leaves.
    span, rng, k
        The time, a source of randomness, and the steps to a purchase.

    Returns
    -------
    customer, time
        One entry per purchase, by customer and then by time.
    """
    steps = sample_steps(rate, span, rng)
    customer = np.repeat(np.arange(rate.size), steps)
    # 1 - U lies in (0, 1]: no purchase falls together with the one before.
    time = (1.0 - rng.random(customer.size)) * span[customer]
    order = np.lexsort((time, customer))
    time = time[order]
    before = np.cumsum(steps) - steps
    number = np.arange(customer.size) - before[customer] + 1 + phase[customer]
    bought = (number % k == 0) & (number // k <= lives[customer])
    return customer[bought], time[bought]
