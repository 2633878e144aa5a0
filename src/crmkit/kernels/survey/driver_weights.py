"""How much of R-squared belongs to each driver, from the correlation matrix alone.

Lindeman, Merenda and Gold (1980), which is the Shapley value of R-squared; Johnson's
relative weights (2000); Pratt's measure (1987). The matrix holds the drivers in order
and the outcome last. Drivers may be groups of neighbouring columns.
"""

from collections.abc import Sequence

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["correlations", "johnson", "pratt", "shapley", "subset_r_squared"]

_SPENT = 1e-12  # variance left of a column that others determine


def correlations(columns: FloatArray, w: FloatArray) -> FloatArray:
    """Return the weighted correlation matrix of the columns."""
    centred = columns - w @ columns / w.sum()
    covariance = (centred.T * w) @ centred
    spread = np.sqrt(np.diag(covariance))
    scale = np.outer(spread, spread)
    matrix: FloatArray = np.zeros_like(scale)
    np.divide(covariance, scale, out=matrix, where=scale > 0)
    # A constant column correlates with no other column, and is 1 with itself.
    np.fill_diagonal(matrix, 1.0)
    return matrix


def subset_r_squared(R: FloatArray, sizes: Sequence[int]) -> FloatArray:
    """Return R-squared of every set of drivers; bit j of the index means driver j.

    One driver after the other is swept out of a stack of matrices that holds all sets
    of the drivers before: no regression is fitted twice, or at all.
    """
    stack = R[None]
    for size in sizes:
        without = stack[:, size:, size:]
        stack = np.concatenate([without, _swept(stack, size)])
    return 1 - stack[:, 0, 0]


def _swept(stack: FloatArray, size: int) -> FloatArray:
    for _ in range(size):
        pivot = stack[:, :1, :1]
        share = np.divide(
            stack[:, :1, 1:],
            pivot,
            out=np.zeros_like(stack[:, :1, 1:]),
            where=pivot > _SPENT,
        )
        stack = stack[:, 1:, 1:] - stack[:, 1:, :1] * share
    return stack


def shapley(worth: FloatArray) -> FloatArray:
    """Return each player's mean contribution over all orders of arrival.

    ``worth`` is indexed as ``subset_r_squared`` returns it. The parts sum to the worth
    of all players less that of none.
    """
    p = int(worth.size).bit_length() - 1
    members = _bit_count(worth.size)
    orders = np.ones(p)
    for k in range(1, p):
        orders[k] = orders[k - 1] * k / (p - k)
    parts = np.empty(p)
    for j in range(p):
        pairs = worth.reshape(-1, 2, 2**j)
        before = members.reshape(-1, 2, 2**j)[:, 0, :]
        parts[j] = np.sum((pairs[:, 1, :] - pairs[:, 0, :]) * orders[before]) / p
    return parts


def _bit_count(size: int) -> IntArray:
    count = np.zeros(1, dtype=np.int64)
    while count.size < size:
        count = np.concatenate([count, count + 1])
    return count


def johnson(R: FloatArray) -> FloatArray:
    """Return weights through the orthogonal columns closest to the drivers.

    L = R_xx^(1/2), b = L^-1 r_xy, w_j = sum_k L_jk^2 b_k^2.
    """
    values, axes = np.linalg.eigh(R[:-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > _SPENT)
    L = (axes * root) @ axes.T
    b = (axes * inverse) @ (axes.T @ R[:-1, -1])
    weights: FloatArray = L**2 @ b**2
    return weights


def pratt(R: FloatArray) -> FloatArray:
    """Return beta_j r_jy: it sums to R-squared too, but parts may be negative."""
    beta = np.linalg.solve(R[:-1, :-1], R[:-1, -1])
    weights: FloatArray = beta * R[:-1, -1]
    return weights
