"""Draw regular buyers who may leave after a purchase, and what they buy."""

import numpy as np

from ...typing import FloatArray, IntArray
from . import beta_geometric_sample
from .erlang_phase import phase_of

__all__ = [
    "sample_active_times",
    "sample_customers",
    "sample_lives",
    "sample_purchase_times",
    "sample_times",
]

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


def sample_customers(
    size: int,
    rng: np.random.Generator,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw new customers: rate of steps, chance to leave, purchases until leaving.

    The first purchase is not counted: 0 left right after it.
    """
    rate = beta_geometric_sample.sample_rates(
        np.full(size, r), np.full(size, alpha), rng
    )
    dropout = beta_geometric_sample.sample_chances(
        np.full(size, a), np.full(size, b), rng
    )
    return rate, dropout, sample_lives(dropout, rng) - 1.0


def sample_purchase_times(
    rate: FloatArray,
    lives: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
    *,
    k: int,
) -> tuple[IntArray, FloatArray]:
    """Draw the repeat purchases in ``(0, T]``: number of the customer, and time."""
    none = np.zeros(rate.shape)
    return sample_times(rate, none, lives, T, rng, k=int(k))


def sample_active_times(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the row and time after ``T`` of the purchases of active customers."""
    steps_each = int(k)
    phase = phase_of(frequency, recency, T, k=steps_each, r=r, alpha=alpha, a=a, b=b)
    reached = np.cumsum(np.exp(phase.log_phase), axis=1)
    drawn = rng.random(frequency.size)[:, None] * reached[:, -1:]
    steps = np.minimum((reached <= drawn).sum(axis=1), steps_each - 1)
    shape = r + steps_each * frequency + steps
    rate = beta_geometric_sample.sample_rates(shape, alpha + T, rng)
    dropout = beta_geometric_sample.sample_chances(
        np.full(frequency.size, a), b + frequency + 1.0, rng
    )
    lives = sample_lives(dropout, rng)
    return sample_times(rate, steps, lives, span, rng, k=steps_each)
