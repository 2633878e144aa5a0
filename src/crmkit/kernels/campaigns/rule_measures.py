"""Measures of a rule "who has A has C", from four counts.

``both`` of ``n`` units have A and C, ``a`` have A, ``c`` have C. Agrawal et al. (1993):
support, confidence; Brin et al. (1997): lift, conviction; Piatetsky-Shapiro (1991):
leverage; Zhang (2000); Shortliffe and Buchanan (1975): the certainty factor; Kulczynski
(1927); Jaccard (1901). Fisher (1935) for the p-value.
"""

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray
from ..base.intervals import normal_quantile

__all__ = ["fisher_greater", "lift_limits", "measures"]

_SMALL = 1e-17  # of the sum: later terms change no digit


def measures(
    both: FloatArray, a: FloatArray, c: FloatArray, n: float
) -> dict[str, FloatArray]:
    """Return all measures by name."""
    support, of_a, of_c = both / n, a / n, c / n
    confidence = both / a
    leverage = support - of_a * of_c
    above = confidence >= of_c
    # Both branches: below the base rate the factor is measured against it, in [-1, 0].
    room = np.where(above, 1 - of_c, of_c)
    most = np.maximum(support * (1 - of_a), of_a * (of_c - support))
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(confidence < 1, (1 - of_c) / (1 - confidence), np.inf)
        odds = both * (n - a - c + both) / ((a - both) * (c - both))
    return {
        "support": support,
        "confidence": confidence,
        # The same to the last digit in both directions: equal lifts are sorted.
        "lift": both * n / (a * c),
        "leverage": leverage,
        "conviction": conviction,
        "zhang": np.divide(leverage, most, out=np.zeros_like(most), where=most > 0),
        "jaccard": both / (a + c - both),
        "kulczynski": (confidence + both / c) / 2,
        "certainty": np.divide(
            confidence - of_c, room, out=np.zeros_like(room), where=room > 0
        ),
        "odds_ratio": odds,
    }


def lift_limits(
    both: FloatArray, a: FloatArray, c: FloatArray, n: float, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of lift on the scale of its logarithm, by the delta method."""
    p, of_a, of_c = both / n, a / n, c / n
    pull = 1 / p - 1 / of_a - 1 / of_c
    # The mean of the derivative over all units is -1, whatever the counts.
    square = p * pull**2 + (of_a - p) / of_a**2 + (of_c - p) / of_c**2
    error = np.sqrt(np.maximum(square - 1, 0.0) / n)
    reach = np.exp(normal_quantile(level) * error)
    lift = p / (of_a * of_c)
    return lift / reach, lift * reach


def fisher_greater(
    both: FloatArray, a: FloatArray, c: FloatArray, n: float
) -> FloatArray:
    """Return P(at least ``both`` in common) when C is independent of A.

    1 where ``both`` is not above its expectation: no positive association to test.
    """
    result = np.ones(both.shape)
    at = np.flatnonzero(both > a * c / n)
    k, x, y = both[at], a[at], c[at]
    first = _log_choose(x, k) + _log_choose(n - x, y - k) - _log_choose(n, y)
    total, term, active = np.ones(k.size), np.ones(k.size), np.arange(k.size)
    j = k.copy()
    while active.size:
        # Above its mean the distribution falls: each term is smaller than the last.
        i = active
        term[i] *= (x[i] - j[i]) * (y[i] - j[i])
        term[i] /= (j[i] + 1) * (n - x[i] - y[i] + j[i] + 1)
        total[i] += term[i]
        j[i] += 1
        active = i[term[i] > _SMALL * total[i]]
    result[at] = np.minimum(np.exp(first) * total, 1.0)
    return result


def _log_choose(n: FloatArray | float, k: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1) - gammaln(n - k + 1))
