"""Futures of active customers, drawn given their history: purchases until leaving.

Each function takes the history (frequency, recency and ``T``) of customers who are
active, the span ahead of each, a source of randomness and the parameters of the model;
it returns the row and the time of each purchase in the span.
"""

from typing import TypeAlias

import numpy as np

from ...kernels.purchases import mbg_cnbd_k, pareto_nbd
from ...kernels.purchases.beta_geometric_sample import (
    sample_chances,
    sample_lifetimes,
    sample_rates,
    sample_times,
)
from ...typing import FloatArray, IntArray

__all__ = [
    "History",
    "coin_futures",
    "race_futures",
    "regular_futures",
    "steady_futures",
]

History: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]


def coin_futures(
    history: History,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    stayed: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases of customers who may leave after each of them.

    ``stayed`` counts the purchases an active customer stayed after, beyond the repeat
    ones: 1 where leaving at the very first purchase is possible.
    """
    x, _, T = history
    rate = sample_rates(r + x, alpha + T, rng)
    dropout = sample_chances(np.full(x.size, a), b + x + stayed, rng)
    lifetime = sample_lifetimes(rate, dropout, rng)
    return sample_times(rate, dropout, lifetime, span, rng)


def race_futures(
    history: History,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases of customers who may leave at any moment."""
    x, _, T = history
    rate = rng.gamma(r + x) / (alpha + T)
    leaving = rng.gamma(s, size=x.size) / (beta + T)
    # Underflow can bring a rate of 0; 1e-300 keeps the lifetime a number.
    lifetime = rng.standard_exponential(x.size) / np.maximum(leaving, 1e-300)
    return pareto_nbd.sample_purchase_times(rate, lifetime, span, rng)


def steady_futures(
    history: History,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    r: float,
    alpha: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases of customers who never leave."""
    x, _, T = history
    rate = rng.gamma(r + x) / (alpha + T)
    endless = np.full(x.size, np.inf)
    return pareto_nbd.sample_purchase_times(rate, endless, span, rng)


def regular_futures(
    history: History,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the purchases of regular customers, who were silent for a while."""
    return mbg_cnbd_k.sample_active_times(
        *history, span, rng, k=k, r=r, alpha=alpha, a=a, b=b
    )
