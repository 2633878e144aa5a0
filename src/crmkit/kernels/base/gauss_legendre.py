"""Nodes and weights of Gauss-Legendre rules, each computed once."""

from functools import cache

import numpy as np

__all__ = ["gauss_legendre"]


@cache
def gauss_legendre(nodes: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the nodes on [-1, 1] and their weights.

    Finding them takes longer than scoring a hundred customers with them.
    """
    at, weights = np.polynomial.legendre.leggauss(nodes)
    return tuple(at.tolist()), tuple(weights.tolist())
