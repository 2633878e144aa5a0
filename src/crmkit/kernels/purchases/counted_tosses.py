"""Expected purchases as a sum over the tosses that a customer has to survive.

The purchase after ``i`` others happens if the time brings more than ``i`` purchases
and ``i`` tosses are survived. Both are probabilities, so no term cancels another, and a
step from one term to the next takes no logarithm.
"""

from collections.abc import Iterator

import numpy as np

from ...typing import BoolArray, FloatArray

__all__ = ["log_purchases"]

_LADDER = (32, 128)  # terms tried before a row is left to the quadrature
_NO_MATTER = 1e-17
_BLOCK = 1 << 16


def log_purchases(
    pace: FloatArray, k: FloatArray, a: FloatArray, b: FloatArray
) -> FloatArray:
    """Return ``log E[(1 - (1 + pace p)^-k) / p]``; NaN where it takes many terms.

    Parameters
    ----------
    pace
        The time ahead over ``A``, above 0.
    k, a, b
        Shape of the purchase rate, and of the chance ``p`` of leaving at a purchase.

    Notes
    -----
    Let ``N`` be negative binomial with shape ``k`` and ``w = pace / (1 + pace)``. With
    ``s(i) = E[(1-p)^i] = (b)_i / (a+b)_i`` the value is ``sum_i P(N > i) s(i)``, or
    ``sum_j P(N = j) (s(0) + ... + s(j-1))``. Term ``j + 1`` is at most ``w (k+j)/j``
    times term ``j``, a factor that falls: the rest is at most a geometric series.
    """
    result = np.full(k.shape, np.nan)
    log_rate = np.log1p(pace)
    w = pace / (1.0 + pace)
    left = np.arange(k.size)
    for terms in _LADDER:
        # Before the terms fall they can be too large for a float.
        falling = left[w[left] * (k[left] + terms) < terms]
        for rows in _blocks(falling.size, terms):
            at = falling[rows]
            result[at] = _log_sum(w[at], k[at], a[at], b[at], terms)
        left = left[np.isnan(result[left])]
    # P(N = 1) is taken out of every term.
    return result + np.log(k * w) - k * log_rate


def _log_sum(
    w: FloatArray, k: FloatArray, a: FloatArray, b: FloatArray, terms: int
) -> FloatArray:
    j = np.arange(1.0, terms)
    counts = np.cumprod(w[:, None] * (k[:, None] + j) / (j + 1.0), axis=1)
    survived = np.cumprod((b[:, None] + j - 1.0) / ((a + b)[:, None] + j - 1.0), axis=1)
    survived[:, 0] += 1.0
    so_far = np.cumsum(survived, axis=1)
    products: FloatArray = np.multiply(counts, so_far, dtype=np.float64)
    total = 1.0 + products.sum(axis=1)
    return np.where(
        _settled(products[:, -1], total, w, k, terms), np.log(total), np.nan
    )


def _settled(
    last: FloatArray, total: FloatArray, w: FloatArray, k: FloatArray, terms: int
) -> BoolArray:
    """Tell where the terms left out come to nothing."""
    falls = w * (k + terms) / terms
    return last * falls <= (1.0 - falls) * _NO_MATTER * total


def _blocks(rows: int, terms: int) -> Iterator[slice]:
    size = _BLOCK // terms
    for at in range(0, rows, size):
        yield slice(at, at + size)
