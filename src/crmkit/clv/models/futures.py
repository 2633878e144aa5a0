"""Futures of active customers, drawn given their history: purchases until leaving.

Each function takes the history (frequency, recency and ``T``) of customers who are
active, the span ahead of each, a source of randomness and the parameters of the model;
it returns the row and the time of each purchase in the span, in any order.
"""

from typing import TypeAlias

import numpy as np

from ...errors import InvalidValueError
from ...kernels.purchases import mbg_cnbd_k
from ...kernels.purchases.beta_geometric_sample import (
    sample_chances,
    sample_lifetimes,
    sample_rates,
    sample_unordered_times,
)
from ...kernels.purchases.pareto_sample import (
    sample_unordered_times as sample_unordered_times_of_race,
)
from ...typing import FloatArray, IntArray

__all__ = [
    "History",
    "coin_futures",
    "race_futures",
    "regular_futures",
    "steady_futures",
]

_MOST_DRAWN = 1e8

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
    _require_few(rate, np.minimum(lifetime, span))
    return sample_unordered_times(rate, dropout, lifetime, span, rng)


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
    _require_few(rate, np.minimum(lifetime, span))
    return sample_unordered_times_of_race(rate, lifetime, span, rng)


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
    _require_few(rate, span)
    return sample_unordered_times_of_race(rate, endless, span, rng)


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
    x, _, T = history
    _require_few((r + k * x) / (alpha + T) / k, span)
    return mbg_cnbd_k.sample_active_times(
        *history, span, rng, k=k, r=r, alpha=alpha, a=a, b=b
    )


def _require_few(rate: FloatArray, time: FloatArray) -> None:
    """Refuse to draw more purchases than a memory holds: a slip in the horizon."""
    number = float(np.sum(rate * time))
    if not number <= _MOST_DRAWN:
        raise InvalidValueError(
            subject="argument 'horizon'",
            found=f"a time in which {number:.2g} purchases would be drawn",
            remedy="Pass a shorter horizon, in the unit of T.",
        )
