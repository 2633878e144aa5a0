"""The net promoter share: promoters less detractors, of all who answered.

An answer counts s = 1, 0 or -1; the score is its mean x = (P - D) / n, the variance of
one answer is V = p_P + p_D - x^2. Counts may be weighted, and arrays of any shape;
everything is on the scale -1..1.
"""

import numpy as np

from ...typing import FloatArray

__all__ = [
    "difference",
    "homogeneity",
    "net_share",
    "required_sample",
    "sampling_variance",
    "variance",
]


def net_share(P: FloatArray, M: FloatArray, D: FloatArray) -> FloatArray:
    """Return (P - D) / n."""
    return (P - D) / (P + M + D)


def variance(P: FloatArray, M: FloatArray, D: FloatArray) -> FloatArray:
    """Return the variance of one answer, divisor n."""
    n = P + M + D
    # (n (P + D) - (P - D)^2) / n^2, written without the difference of equals.
    return (M * (P + D) + 4 * P * D) / n**2


def sampling_variance(P: FloatArray, M: FloatArray, D: FloatArray) -> FloatArray:
    """Return the variance of the score itself, V / n."""
    return variance(P, M, D) / (P + M + D)


def difference(
    first: FloatArray, second: FloatArray, *, added: float
) -> tuple[float, float]:
    """Return the signed difference of two scores, and its variance.

    ``first`` and ``second`` hold P, M, D; ``added`` answers (a quarter promoters, half
    passives, a quarter detractors) are put into each sample: 0 is Wald, 3 adjusted.
    """
    prior = added * np.array([0.25, 0.5, 0.25])
    a, b = first + prior, second + prior
    spread = sampling_variance(*a) + sampling_variance(*b)
    return float(net_share(*a) - net_share(*b)), float(spread)


def homogeneity(x: FloatArray, v: FloatArray) -> tuple[float, float]:
    """Return sum of (x_k - mean)^2 / v_k, and the mean weighted by 1 / v_k."""
    weight = 1 / v
    mean = float(weight @ x / weight.sum())
    return float(weight @ (x - mean) ** 2), mean


def required_sample(V: float, *, half_width: float, z: float, samples: int) -> float:
    """Return n = samples V z^2 / d^2 - 3 for each of one or two samples.

    For power, ``z`` is the sum of the two quantiles; the 3 are the answers that the
    adjusted interval adds by itself.
    """
    return samples * V * z**2 / half_width**2 - 3
