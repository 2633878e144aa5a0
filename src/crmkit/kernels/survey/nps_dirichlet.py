"""The net promoter share when the three shares have a Dirichlet distribution.

With S = p_P + p_D ~ Beta(a + c, b) and, independent of it, p_P / S ~ Beta(a, c), the
score is x = S (2 p_P / S - 1), so that
P(score <= x) = E[I_t(a, c)] with t = (1 + x / S) / 2 cut to 0..1: one smooth integral.
"""

import numpy as np
from scipy.special import betainc, betaincinv, betaln

__all__ = ["cumulative", "quantile"]

# Nodes and weights of the tanh-sinh rule on 0..1: blind to poles at either end.
_STEP = 1 / 32
_AT = np.arange(-4.0, 4.0 + _STEP / 2, _STEP)
_EXCESS = np.pi * np.sinh(_AT)
_FROM_LEFT = 1 / (1 + np.exp(-_EXCESS))
_FROM_RIGHT = 1 / (1 + np.exp(_EXCESS))
_WEIGHT = _STEP * np.pi * np.cosh(_AT) * _FROM_LEFT * _FROM_RIGHT
_NEGLIGIBLE = 1e-17


def cumulative(x: float, *, a: float, b: float, c: float) -> float:
    """Return P(p_P - p_D <= x) when the shares are Dirichlet(a, b, c).

    ``a`` belongs to promoters, ``b`` to passives, ``c`` to detractors.
    """
    first = float(betaincinv(a + c, b, _NEGLIGIBLE))
    last_left = float(betaincinv(b, a + c, _NEGLIGIBLE))  # 1 - the last S that counts
    start = max(abs(x), first)
    width = 1 - last_left - start
    sure = float(betainc(a + c, b, abs(x))) if x > 0 else 0.0
    if width <= 0:
        return min(1.0, sure)
    S = start + width * _FROM_LEFT
    rest = last_left + width * _FROM_RIGHT
    below = betainc(a, c, np.clip((S + x) / (2 * S), 0.0, 1.0))
    log_density = (a + c - 1) * np.log(S) + (b - 1) * np.log(rest) - betaln(a + c, b)
    return sure + float(width * np.sum(_WEIGHT * np.exp(log_density) * below))


def quantile(probability: float, *, a: float, b: float, c: float) -> float:
    """Return the score below which ``probability`` lies."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slower to import than crmkit

    return float(
        brentq(
            lambda x: cumulative(x, a=a, b=b, c=c) - probability,
            -1.0,
            1.0,
            xtol=1e-13,
            rtol=1e-13,
        )
    )
