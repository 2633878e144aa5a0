"""Spend by credibility: a customer's own mean, shrunk by how much it can be believed.

Amounts of a customer vary about the own mean with one variance (within), the own means
about a line in ``log(1 + frequency)`` with another (between). Buhlmann and Straub
(1970) for a constant line; Hachemeister (1975) for a sloping one. Only means and
variances are used, so amounts of any sign and shape will do.

``frequency`` counts the amounts, ``mean`` is their mean and ``variance`` their sample
variance, with ``frequency - 1`` degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray

__all__ = ["SpendStructure", "belief", "estimate_structure", "expected_spend"]


_ROUNDING = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpendStructure:
    """The line of expected means, and the two variances about it.

    Attributes
    ----------
    collective_mean, slope
        Expected mean amount at ``log(1 + frequency) = 0``, and its rise by one.
    within, between
        Variance of a customer's amounts, and of the own means about the line;
        ``between`` is 0 where the means differ no more than chance makes them.
    covariance
        Of ``collective_mean`` and ``slope``.
    """

    collective_mean: float
    slope: float
    within: float
    between: float
    covariance: FloatArray


def estimate_structure(
    frequency: FloatArray,
    mean: FloatArray,
    variance: FloatArray,
    weights: FloatArray,
    *,
    sloping: bool,
) -> SpendStructure:
    """Estimate the line and the variances, from customers with an amount or more.

    Notes
    -----
    Within is the pooled variance. Between is the moment estimator that is unbiased
    about a line fitted by weights ``frequency``, cut off at 0: with a constant line
    that of Buhlmann and Gisler (2005, section 4.8). Then the line is fitted again,
    with weights of one over the variance of each mean.
    """
    freedom = weights * (frequency - 1.0)
    several = frequency > 1
    within = float(freedom[several] @ variance[several] / freedom.sum())
    design = _design(frequency, sloping=sloping)
    mass = weights * frequency
    gram = design.T @ (mass[:, None] * design)
    line = np.asarray(np.linalg.solve(gram, design.T @ (mass * mean)), np.float64)
    spread = float(mass @ (mean - design @ line) ** 2)
    # Rounding leaves this much beside the line even where all customers are alike.
    if spread <= _ROUNDING**2 * float(mass @ mean**2):
        spread = 0.0
    # Each customer is one mean, so weights count customers and square nothing.
    squared = design.T @ ((mass * frequency)[:, None] * design)
    scale = float(mass.sum() - np.trace(np.linalg.solve(gram, squared)))
    groups = float(weights.sum()) - design.shape[1]
    between = max((spread - groups * within) / scale, 0.0) if scale > 0 else 0.0
    covariance: FloatArray = np.zeros_like(gram)
    # One price for all lies on the first line, which is then known without error.
    if between + within > 0:
        precision = weights / (between + within / frequency)
        information = design.T @ (precision[:, None] * design)
        covariance = np.asarray(np.linalg.inv(information), np.float64)
        line = covariance @ (design.T @ (precision * mean))
    full = np.zeros((2, 2))
    full[: line.size, : line.size] = covariance
    return SpendStructure(
        collective_mean=float(line[0]),
        slope=float(line[1]) if sloping else 0.0,
        within=within,
        between=between,
        covariance=full,
    )


def belief(frequency: FloatArray, *, within: float, between: float) -> FloatArray:
    """Return the weight of a customer's own mean: 0 for nothing seen, towards 1."""
    signal = frequency * between
    # Without amounts, or without any scatter at all, there is nothing to believe.
    total = signal + within
    return np.divide(signal, total, out=np.zeros_like(total), where=total > 0)


def expected_spend(
    frequency: FloatArray,
    mean: FloatArray,
    *,
    collective_mean: float,
    slope: float,
    within: float,
    between: float,
) -> FloatArray:
    """Return the mean amount to expect: between the own mean and the line."""
    line = collective_mean + slope * np.log1p(frequency)
    return line + belief(frequency, within=within, between=between) * (mean - line)


def _design(frequency: FloatArray, *, sloping: bool) -> FloatArray:
    one = np.ones_like(frequency)
    return np.stack([one, np.log1p(frequency)] if sloping else [one], axis=1)
