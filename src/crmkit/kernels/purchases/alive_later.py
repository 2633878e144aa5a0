"""The logarithm of the probability of being active later, for each purchase model.

The probability now times that of staying on: as a sum of logarithms it is a number
where the product is too small for one. Symbols are those of the models' own files.
"""

import numpy as np

from ...typing import FloatArray
from ..base.special import Numbers, log_beta_ratio
from . import beta_geometric_future
from . import bg_bb as bb
from . import bg_nbd as bg
from . import mbg_nbd as mbg
from . import pareto_nbd as pareto

__all__ = ["bg_bb", "bg_nbd", "mbg_nbd", "pareto_nbd"]


def bg_nbd(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the logarithm of P(active at ``T + elapsed``) of the BG/NBD."""
    now = beta_geometric_future.Now(
        frequency=frequency, T=T, first_toss=0, r=r, alpha=alpha, a=a, b=b
    )
    alive = bg.log_probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    return alive + beta_geometric_future.log_survival(elapsed, now)


def mbg_nbd(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the logarithm of P(active at ``T + elapsed``) of the MBG/NBD."""
    now = beta_geometric_future.Now(
        frequency=frequency, T=T, first_toss=1, r=r, alpha=alpha, a=a, b=b
    )
    alive = mbg.log_probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    return alive + beta_geometric_future.log_survival(elapsed, now)


def pareto_nbd(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the logarithm of P(active at ``T + elapsed``) of the Pareto/NBD."""
    alive = pareto.log_probability_alive(
        frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta
    )
    return alive - s * np.log1p(elapsed / (beta + T))


def bg_bb(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the logarithm of P(active at ``T + elapsed``) of the BG/BB."""
    alive = bb.log_probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    return alive + log_beta_ratio(gamma, delta + T, elapsed)
