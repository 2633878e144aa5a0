"""Ultimate amounts of cohorts from a triangle of cumulative amounts, with their errors.

The chain ladder and its distribution-free standard errors: Mack (1993). Rows are
cohorts, columns are ages; NaN where an age is not seen yet.
"""

from typing import NamedTuple

import numpy as np

from ...typing import FloatArray

__all__ = ["Projection", "chain_ladder"]

_NOTHING = 1e-100  # points: what grows from less overflows


class Projection(NamedTuple):
    """The amounts at the last age, their standard errors, and the factors."""

    ultimate: FloatArray
    standard_error: FloatArray
    factors: FloatArray


def chain_ladder(cumulative: FloatArray) -> Projection:
    """Project each cohort to the last age by the pooled growth of the older cohorts."""
    C = np.array(cumulative, dtype=np.float64)
    n, ages = C.shape
    seen = ~np.isnan(C)
    f, variance, base = (np.ones(ages - 1), np.zeros(ages - 1), np.zeros(ages - 1))
    for k in range(ages - 1):
        both = seen[:, k] & seen[:, k + 1]
        base[k] = C[both, k].sum()
        f[k] = C[both, k + 1].sum() / base[k] if base[k] > _NOTHING else 1.0
        some = both & (C[:, k] > _NOTHING)
        if some.sum() > 1:
            off = (C[some, k + 1] / C[some, k] - f[k]) ** 2
            variance[k] = (C[some, k] @ off) / (some.sum() - 1)
        elif k > 1 and variance[k - 2] > 0:
            # One cohort shows no spread: it goes on falling as before (Mack 1993).
            variance[k] = min(
                variance[k - 1] ** 2 / variance[k - 2], *variance[k - 2 : k]
            )
        elif k > 0:
            variance[k] = variance[k - 1]
    last = ages - 1 - np.argmax(seen[:, ::-1], axis=1)
    error = np.zeros(n)
    for i in range(n):
        terms = 0.0
        for k in range(last[i], ages - 1):
            if C[i, k] > _NOTHING and base[k] > _NOTHING and f[k] > 0:
                terms += variance[k] / f[k] ** 2 * (1 / C[i, k] + 1 / base[k])
            C[i, k + 1] = C[i, k] * f[k]
        error[i] = C[i, -1] * np.sqrt(terms)
    return Projection(C[:, -1], error, f)
