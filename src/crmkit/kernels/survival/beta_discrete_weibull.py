"""Beta-discrete-Weibull: shifted-beta-geometric with habits that grow or fade.

Fader, Hardie, Liu, Davin and Steenburgh (2018), "How to project customer retention
revisited: the role of duration dependence", Journal of Interactive Marketing 43.
S(t) = B(a, b + t^c) / B(a, b); at c = 1 it is the shifted-beta-geometric. With c > 1 a
customer grows likelier to leave with tenure, with c < 1 less likely.
"""

import numpy as np
from scipy.special import polygamma, psi

from ...typing import FloatArray
from ..base.newton import Derivatives
from ..base.special import log_beta_ratio

__all__ = ["log_likelihood_sums", "log_survival", "retention"]


def log_survival(renewals: FloatArray, *, a: float, b: float, c: float) -> FloatArray:
    """Return ln S(t) = ln B(a, b + t^c) - ln B(a, b)."""
    # Beyond 1e152 the series would overflow: no customer is left there either way.
    power = np.exp(np.minimum(c * np.log(np.maximum(renewals, 1.0)), 350.0))
    return log_beta_ratio(a, b, np.where(renewals > 0, power, 0.0))


def retention(renewal: FloatArray, *, a: float, b: float, c: float) -> FloatArray:
    """Return r(t) = S(t) / S(t - 1)."""
    after = log_survival(renewal, a=a, b=b, c=c)
    before = log_survival(renewal - 1, a=a, b=b, c=c)
    return np.asarray(np.exp(after - before), dtype=np.float64)


def log_likelihood_sums(
    renewal: FloatArray,
    lost: FloatArray,
    kept: FloatArray,
    *,
    log_parameters: FloatArray,
) -> Derivatives:
    """Return the log-likelihood, its gradient and Hessian in (log a, log b, log c).

    With D = ln r(t), each renewal adds kept * D + lost * ln(1 - e^D).
    """
    a, b, c = (float(entry) for entry in np.exp(log_parameters))
    value_after, first_after, second_after = _log_survival_derivatives(renewal, a, b, c)
    before = _log_survival_derivatives(renewal - 1, a, b, c)
    D = value_after - before[0]
    D_i = first_after - before[1]
    D_ij = second_after - before[2]
    gone = -np.expm1(D)
    by_D = kept - lost * np.exp(D) / gone
    by_D_twice = -lost * np.exp(D) / gone**2
    value = kept @ D + lost @ np.log(gone)
    scale = np.array([a, b, c])
    gradient = scale * (D_i @ by_D)
    curved = (D_i * by_D_twice) @ D_i.T + D_ij @ by_D
    return float(value), gradient, np.outer(scale, scale) * curved + np.diag(gradient)


def _log_survival_derivatives(
    t: FloatArray, a: float, b: float, c: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln S(t) and its derivatives in a, b, c, along the first axes."""
    u = t**c
    log_t = np.log(np.where(t > 0, t, 1.0))
    u_c = u * log_t
    whole, stay = psi(a + b + u), psi(b + u)
    whole_2, stay_2 = polygamma(1, a + b + u), polygamma(1, b + u)
    by_u, by_u_twice = stay - whole, stay_2 - whole_2
    first = np.stack([psi(a + b) - whole, by_u - psi(b) + psi(a + b), by_u * u_c])
    aa = polygamma(1, a + b) - whole_2
    bb = by_u_twice - polygamma(1, b) + polygamma(1, a + b)
    ac, bc = -whole_2 * u_c, by_u_twice * u_c
    cc = by_u_twice * u_c**2 + by_u * u_c * log_t
    second = np.stack(
        [np.stack([aa, aa, ac]), np.stack([aa, bb, bc]), np.stack([ac, bc, cc])]
    )
    return log_survival(t, a=a, b=b, c=c), first, second
