"""Means of answers that do not all count alike: weights, clusters, finite populations.

The linearised (Taylor) variance of a ratio, Kish's (1965) effective sample size, and
raking (Deming and Stephan 1940).
"""

from collections.abc import Sequence

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["effective_size", "linearised_variance", "rake", "weighted_mean"]


def weighted_mean(s: FloatArray, w: FloatArray) -> float:
    """Return sum w s / sum w."""
    return float(w @ s / w.sum())


def linearised_variance(s: FloatArray, w: FloatArray, cluster: IntArray) -> float:
    """Return G / (G - 1) sum over clusters of (sum w (s - mean))^2 / (sum w)^2."""
    w = _scaled(w)
    # The linear part of a ratio of two sums, by Taylor.
    pull = w * (s - weighted_mean(s, w))
    G = int(cluster.max()) + 1
    summed = np.bincount(cluster, pull, minlength=G)
    return float(G / (G - 1) * (summed @ summed) / w.sum() ** 2)


def effective_size(w: FloatArray) -> float:
    """Return (sum w)^2 / sum w^2: as many equal answers say as much."""
    w = _scaled(w)
    return float(w.sum() ** 2 / (w @ w))


def _scaled(w: FloatArray) -> FloatArray:
    """Return weights near 1, whose squares are numbers: by a power of 2, so exactly."""
    return np.ldexp(w, -int(np.frexp(w.max())[1]))


def rake(
    w: FloatArray,
    codes: Sequence[IntArray],
    shares: Sequence[FloatArray],
    *,
    tolerance: float,
    max_iterations: int,
) -> tuple[FloatArray, int, float]:
    """Scale the weights to one margin after the other until all of them hold.

    Returns the weights (their sum unchanged), the rounds taken, and the largest
    distance of a margin from its share.
    """
    total = w.sum()
    margins = list(zip(codes, shares, strict=True))
    rounds, apart = 0, np.inf
    while apart > tolerance and rounds < max_iterations:
        for code, share in margins:
            # Each margin in turn: correcting one disturbs the others, ever less.
            held = np.bincount(code, w, minlength=share.size)
            factor = np.divide(
                share * total, held, out=np.zeros_like(held), where=held > 0
            )
            w = w * factor[code]
        apart = max(_distance(w, code, share, total) for code, share in margins)
        rounds += 1
    return w, rounds, apart


def _distance(w: FloatArray, code: IntArray, share: FloatArray, total: float) -> float:
    held = np.bincount(code, w, minlength=share.size)
    return float(np.abs(held / total - share).max())
