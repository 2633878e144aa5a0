"""Draw customers who may leave after a purchase, and what they buy.

The purchases of a customer are a Poisson stream; those after which the customer would
leave are an independent thinned stream, and the first of them is the last purchase.
"""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = [
    "sample_chances",
    "sample_lifetimes",
    "sample_rates",
    "sample_times",
    "sample_unordered_times",
]

_SLOWEST = 1e-300  # a pace of leaving below it is never: one over it overflows


def sample_rates(
    shape: FloatArray, rate: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw gamma-distributed purchase rates, one per row."""
    return rng.gamma(shape) / rate


def sample_chances(
    a: FloatArray, b: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw beta-distributed chances to leave at a purchase, one per row."""
    return rng.beta(a, b)


def sample_lifetimes(
    rate: FloatArray, dropout: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw the time of the first purchase after which each customer leaves."""
    pace = rate * dropout
    waits = rng.standard_exponential(pace.shape)
    ends = pace > _SLOWEST
    return np.where(ends, waits / np.where(ends, pace, 1.0), np.inf)


def sample_times(
    rate: FloatArray,
    dropout: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases in ``(0, T]`` themselves.

    Returns
    -------
    customer, time
        One entry per purchase, by customer and then by time.
    """
    customer, time = sample_unordered_times(rate, dropout, lifetime, T, rng)
    order = np.lexsort((time, customer))
    return customer[order], time[order]


def sample_unordered_times(
    rate: FloatArray,
    dropout: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases in ``(0, T]`` in any order: the sort is most of the work."""
    until = np.minimum(lifetime, T)
    counts = rng.poisson(rate * (1.0 - dropout) * until)
    customer = np.repeat(np.arange(rate.size), counts)
    # 1 - U lies in (0, 1]: no purchase falls together with the first one.
    time = (1.0 - rng.random(customer.size)) * until[customer]
    last = np.flatnonzero((lifetime > 0) & (lifetime <= T))
    return np.concatenate([customer, last]), np.concatenate([time, lifetime[last]])
