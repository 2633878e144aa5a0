"""Futures of customers, drawn given their history: when they buy until they leave."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, purchase_history, random_source
from ...kernels.purchases import pareto_nbd
from ...kernels.purchases.beta_geometric_sample import (
    sample_chances,
    sample_lifetimes,
    sample_rates,
    sample_times,
)
from ...typing import FloatArray, IntArray

__all__ = ["coin_times", "race_times"]


def coin_times(
    alive: Callable[..., FloatArray],
    history: tuple[ArrayLike, ArrayLike, ArrayLike],
    parameters: Mapping[str, float],
    *,
    stayed: int,
    horizon: float,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the row and time of each purchase in ``(0, horizon]`` after now.

    ``stayed`` counts the purchases a customer alive stayed after, beyond the repeat
    ones: 1 where leaving at the very first purchase is possible.
    """
    random_source(rng)
    x, t_x, T = (np.ravel(column) for column in purchase_history(*history))
    there = np.flatnonzero(rng.random(x.size) < alive(x, t_x, T))
    x, T = x[there], T[there]
    rate = sample_rates(parameters["r"] + x, parameters["alpha"] + T, rng)
    after = parameters["b"] + x + stayed
    dropout = sample_chances(np.full(x.size, parameters["a"]), after, rng)
    lifetime = sample_lifetimes(rate, dropout, rng)
    span = np.full(x.size, nonnegative("horizon", horizon))
    rows, times = sample_times(rate, dropout, lifetime, span, rng)
    return there[rows], times


def race_times(
    alive: Callable[..., FloatArray],
    history: tuple[ArrayLike, ArrayLike, ArrayLike],
    parameters: Mapping[str, float],
    *,
    horizon: float,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the same for customers who may leave at any moment."""
    random_source(rng)
    x, t_x, T = (np.ravel(column) for column in purchase_history(*history))
    there = np.flatnonzero(rng.random(x.size) < alive(x, t_x, T))
    x, T = x[there], T[there]
    rate = rng.gamma(parameters["r"] + x) / (parameters["alpha"] + T)
    leaving = rng.gamma(parameters["s"], size=x.size) / (parameters["beta"] + T)
    # 1e-300 stands for a rate of 0, which underflow can bring: nobody lives for ever.
    lifetime = rng.standard_exponential(x.size) / np.maximum(leaving, 1e-300)
    span = np.full(x.size, nonnegative("horizon", horizon))
    rows, times = pareto_nbd.sample_purchase_times(rate, lifetime, span, rng)
    return there[rows], times
