"""Draw Pareto/NBD customers, how long they stay, and when they buy."""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = [
    "lifetimes",
    "sample_customers",
    "sample_purchase_times",
    "sample_unordered_times",
]

_SLOWEST = 1e-300  # a rate of leaving below it is never: one over it overflows


def sample_customers(
    size: int,
    rng: np.random.Generator,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw new customers: purchase rate, rate of leaving, lifetime."""
    rate = rng.gamma(r, size=size) / alpha
    dropout = rng.gamma(s, size=size) / beta
    return rate, dropout, lifetimes(dropout, rng)


def sample_purchase_times(
    rate: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the repeat purchases in ``(0, T]``: number of the customer, and time."""
    customer, time = sample_unordered_times(rate, lifetime, T, rng)
    order = np.lexsort((time, customer))
    return customer[order], time[order]


def sample_unordered_times(
    rate: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the repeat purchases in ``(0, T]`` by customer, with times in any order."""
    until = np.minimum(lifetime, T)
    customer = np.repeat(np.arange(rate.size), rng.poisson(rate * until))
    # 1 - U lies in (0, 1]: no purchase falls together with the first one.
    return customer, (1.0 - rng.random(customer.size)) * until[customer]


def lifetimes(dropout: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw how long each customer stays, given the rate of leaving."""
    waits: FloatArray = rng.standard_exponential(dropout.shape)
    ends = dropout > _SLOWEST
    return np.where(ends, waits / np.where(ends, dropout, 1.0), np.inf)
