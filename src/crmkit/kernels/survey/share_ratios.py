"""Two shares against each other: their ratio, their odds ratio, their difference.

Katz et al. (1978) for the ratio, Woolf (1955) for the odds ratio, both on the scale of
logarithms; Newcombe's (1998) hybrid score interval for the difference. Isotonic
regression by pooling adjacent violators (Ayer et al. 1955).
"""

import numpy as np

from ...typing import FloatArray
from ..base import intervals

__all__ = ["isotonic", "odds_ratio", "relative_risk", "risk_difference"]

_Estimate = tuple[float, float, float]


def relative_risk(a: float, n: float, b: float, m: float, *, level: float) -> _Estimate:
    """Return (a / n) / (b / m) with its limits; a and b are above 0."""
    ratio = a / n / (b / m)
    error = np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return _on_log_scale(ratio, error, level)


def odds_ratio(a: float, n: float, b: float, m: float, *, level: float) -> _Estimate:
    """Return the odds of a in n over those of b in m; no cell is 0."""
    ratio = a * (m - b) / (b * (n - a))
    error = np.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b))
    return _on_log_scale(ratio, error, level)


def risk_difference(
    a: float, n: float, b: float, m: float, *, level: float
) -> _Estimate:
    """Return a / n - b / m with limits that combine two Wilson intervals."""
    p, q = a / n, b / m
    low_p, high_p = intervals.wilson(np.array(a), np.array(n), level=level)
    low_q, high_q = intervals.wilson(np.array(b), np.array(m), level=level)
    # Newcombe: the distances to the limits of each share add like sides.
    below = np.hypot(p - low_p, high_q - q)
    above = np.hypot(high_p - p, q - low_q)
    return p - q, float(p - q - below), float(p - q + above)


def _on_log_scale(ratio: float, error: float, level: float) -> _Estimate:
    factor = float(np.exp(intervals.normal_quantile(level) * error))
    return ratio, ratio / factor, ratio * factor


def isotonic(y: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the rising values closest to y, weighted."""
    level: list[list[float]] = []
    for value, w in zip(y.tolist(), weight.tolist(), strict=True):
        level.append([value, w, 1])
        # Neighbours that fall are pooled, back as far as the pool makes others fall.
        while len(level) > 1 and level[-2][0] > level[-1][0]:
            last, before = level.pop(), level[-1]
            total = before[1] + last[1]
            before[0] = (before[0] * before[1] + last[0] * last[1]) / total
            before[1], before[2] = total, before[2] + last[2]
    return np.repeat([value for value, _, _ in level], [int(k) for _, _, k in level])
