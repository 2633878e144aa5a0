"""The logarithm of the probability of being active later, for each purchase model.

The probability now times that of staying on: as a sum of logarithms it is a number
where the product is too small for one. Symbols are those of the models' own files.
"""

import numpy as np

from ...typing import FloatArray
from ..base.special import Numbers, log_beta_ratio
from . import bg_bb as bb
from . import pareto_nbd as pareto

__all__ = ["bg_bb", "pareto_nbd"]


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
