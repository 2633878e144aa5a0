"""Intervals of the net promoter share, from its three counts.

``wald``, ``adjusted_wald`` (Rocks 2016), ``score`` (Tango 1998), ``goodman`` (1965) and
``exact_percentile``: the bootstrap over respondents with every resample enumerated.
Counts are arrays of one shape, limits on the scale -1..1, never outside it.
"""

import math

import numpy as np
from scipy.special import chdtri, ndtri

from ...typing import FloatArray
from . import nps

__all__ = ["adjusted_wald", "exact_percentile", "goodman", "score", "wald"]

_Limits = tuple[FloatArray, FloatArray]
_HALVINGS = 60  # from a width of 2 to below the rounding of a double
_REACH = 40.0  # standard deviations beyond which a probability is below 1e-300


def wald(P: FloatArray, M: FloatArray, D: FloatArray, *, level: float) -> _Limits:
    """Return x -+ z sqrt(V / n); of width zero when all answer alike."""
    return _around(P, M, D, z=-ndtri((1 - level) / 2))


def adjusted_wald(
    P: FloatArray, M: FloatArray, D: FloatArray, *, level: float
) -> _Limits:
    """Return Wald limits after adding 3/4 promoters, 6/4 passives, 3/4 detractors."""
    return wald(P + 0.75, M + 1.5, D + 0.75, level=level)


def goodman(P: FloatArray, M: FloatArray, D: FloatArray, *, level: float) -> _Limits:
    """Return limits that hold for every contrast of the three shares at once."""
    return _around(P, M, D, z=math.sqrt(chdtri(2, 1 - level)))


def score(P: FloatArray, M: FloatArray, D: FloatArray, *, level: float) -> _Limits:
    """Return the scores x that |P - D - n x| = z sqrt(n (2 q + x (1 - x))) solve.

    ``q`` is the likeliest share of detractors were the score x.
    """
    z = float(-ndtri((1 - level) / 2))
    n = P + M + D
    return _lower_score(P, D, n, z), -_lower_score(D, P, n, z)


def _lower_score(P: FloatArray, D: FloatArray, n: FloatArray, z: float) -> FloatArray:
    low = np.full(np.shape(n), -1.0)
    high = np.array((P - D) / n, dtype=np.float64)
    for _ in range(_HALVINGS):
        x = (low + high) / 2
        outside = P - D - n * x > z * np.sqrt(n * _null_variance(x, P, D, n))
        low, high = np.where(outside, x, low), np.where(outside, high, x)
    return (low + high) / 2


def _null_variance(
    x: FloatArray, P: FloatArray, D: FloatArray, n: FloatArray
) -> FloatArray:
    q = _restricted_detractors(x, P, D, n)
    return np.maximum(2 * q + x * (1 - x), 0.0)


def _restricted_detractors(
    x: FloatArray, P: FloatArray, D: FloatArray, n: FloatArray
) -> FloatArray:
    B = -D - P + (2 * n - P + D) * x
    C = -D * x * (1 - x)
    root = np.sqrt(np.maximum(B**2 - 8 * n * C, 0.0))
    # Whichever of the two forms of the root does not subtract near equals.
    plain = (root - B) / (4 * n)
    stable = -2 * C / np.where(B > 0, root + B, 1.0)
    return np.where(B > 0, stable, plain)


def exact_percentile(
    p_P: float, p_D: float, *, n: int, level: float
) -> tuple[float, float]:
    """Return the percentile bootstrap limits of infinitely many resamples."""
    tail = (1 - level) / 2
    return _lower_percentile(p_P, p_D, n, tail), -_lower_percentile(p_D, p_P, n, tail)


def _lower_percentile(p_P: float, p_D: float, n: int, tail: float) -> float:
    """Return the least score whose cumulative probability reaches ``tail``."""
    spread = math.sqrt(n * max(p_P + p_D - (p_P - p_D) ** 2, 0.0))
    centre = round(n * (p_P - p_D))
    reach = min(math.ceil(_REACH * spread) + 1, n)
    length = 2 * reach + 1
    angle = 2 * np.pi * np.arange(length) / length
    # The transform of one answer's distribution, to the n-th power, is that of the sum.
    one = p_P * np.exp(-1j * angle) + (1 - p_P - p_D) + p_D * np.exp(1j * angle)
    shifted = one**n * np.exp(1j * angle * (centre - reach))
    probability = np.fft.ifft(shifted).real
    # Rounding must not decide a tie between a cumulative probability and the tail.
    reached = np.cumsum(probability) >= tail - 1e-12
    net = centre - reach + int(np.argmax(reached))
    return max(-1.0, net / n)


def _around(P: FloatArray, M: FloatArray, D: FloatArray, *, z: float) -> _Limits:
    x = nps.net_share(P, M, D)
    half = z * np.sqrt(nps.sampling_variance(P, M, D))
    return np.maximum(x - half, -1.0), np.minimum(x + half, 1.0)
