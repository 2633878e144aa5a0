"""Ultimate amounts of cohorts from a triangle of cumulative amounts, with their errors.

The chain ladder and its distribution-free standard errors: Mack (1993). Rows are
cohorts, columns are ages; NaN where an age is not seen yet.
"""

from typing import NamedTuple

import numpy as np

from ...typing import FloatArray

__all__ = ["Projection", "chain_ladder"]


# The square of a growth beyond it would be too large for a number.
_STEEPEST = 1e75


class Projection(NamedTuple):
    """The amounts at the last age, their standard errors, and the factors.

    ``freedom`` holds the degrees of freedom of each error, by Satterthwaite (1946): the
    variance of an age that one cohort shows alone counts as known by 1.
    """

    ultimate: FloatArray
    standard_error: FloatArray
    freedom: FloatArray
    factors: FloatArray


def chain_ladder(cumulative: FloatArray) -> Projection:
    """Project each cohort to the last age by the pooled growth of the older cohorts."""
    C = np.array(cumulative, dtype=np.float64)
    n, ages = C.shape
    seen = ~np.isnan(C)
    f, variance, base = (np.ones(ages - 1), np.zeros(ages - 1), np.zeros(ages - 1))
    known_by = np.ones(ages - 1)
    for k in range(ages - 1):
        both = seen[:, k] & seen[:, k + 1]
        base[k] = C[both, k].sum()
        with np.errstate(over="ignore"):  # from next to nothing to anything
            f[k] = C[both, k + 1].sum() / base[k] if base[k] > 0 else 1.0
        f[k] = min(f[k], _STEEPEST)
        some = both & (C[:, k] > 0)
        if some.sum() > 1:
            with np.errstate(over="ignore"):
                each = np.minimum(C[some, k + 1] / C[some, k], _STEEPEST)
            off = (each - f[k]) ** 2
            known_by[k] = some.sum() - 1
            variance[k] = (C[some, k] @ off) / known_by[k]
        elif k > 1 and variance[k - 2] > 0:
            # One cohort shows no spread: it goes on falling as before (Mack 1993).
            variance[k] = min(
                variance[k - 1] ** 2 / variance[k - 2], *variance[k - 2 : k]
            )
        elif k > 0:
            variance[k] = variance[k - 1]
    last = ages - 1 - np.argmax(seen[:, ::-1], axis=1)
    error, freedom = np.zeros(n), np.ones(n)
    for i in range(n):
        terms = np.zeros(ages - 1)
        for k in range(last[i], ages - 1):
            # Next to nothing so far has an infinite relative error.
            if C[i, k] > 0 and base[k] > 0 and f[k] > 0:
                with np.errstate(over="ignore", invalid="ignore"):
                    unknown = 1 / C[i, k] + 1 / base[k]
                    terms[k] = variance[k] / f[k] ** 2 * min(unknown, _STEEPEST)
            C[i, k + 1] = C[i, k] * f[k]
        error[i] = C[i, -1] * np.sqrt(terms.sum())
        if terms.any():
            share = terms / terms.max()  # squares of it are numbers
            freedom[i] = share.sum() ** 2 / np.sum(share**2 / known_by)
    return Projection(C[:, -1], error, freedom, f)
