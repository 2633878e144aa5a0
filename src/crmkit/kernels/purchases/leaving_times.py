"""When a customer may leave: the nodes of the integral over the time of leaving.

The integral is summed by Gauss-Legendre rules of eight nodes. A period is cut into
parts within which ``max(r+x, 1) log(alpha+A) + (s+1) log(beta+B)`` grows by no more
than 1/2 to first order. Then the integrand is analytic in an ellipse around each part,
with semi-axes that add up to 8, and is at most 4.3 times its value at the start there:
the relative error of each part is below 1e-13 (Trefethen 2008, "Is Gauss quadrature
better than Clenshaw-Curtis?", theorem 4.5), whatever the parameters.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.gauss_legendre import gauss_legendre
from .covariate_paths import BentTime, PathHistories, bent_time

__all__ = ["At", "Fates", "both_times", "fates_of", "log_sum"]

_NODES = 8
_LOAD = 0.5  # of one part: see the bound above
_CERTAIN = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class At:
    """Parameters, and the effects on the rate and on the dropout."""

    r: float
    alpha: float
    s: float
    beta: float
    rate: FloatArray
    dropout: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fates:
    """When a customer may leave: the nodes of the integral, and not at all.

    Attributes
    ----------
    cell, period
        The history of each node, and the period it lies in.
    since
        Time since the begin of the period; of those who stay, 0 of a last period that
        begins with the end of observation.
    log_mass
        Logarithm of the contribution to the likelihood, without what all share.
    leaves
        1, or 0 for who stays.
    purchase, death
        ``alpha + A`` and ``beta + B`` at the node.
    """

    cell: IntArray
    period: IntArray
    since: FloatArray
    log_mass: FloatArray
    leaves: FloatArray
    purchase: FloatArray
    death: FloatArray


def both_times(part: PathHistories, at: At) -> tuple[BentTime, BentTime]:
    """Measure time at the pace of purchases, and of leaving."""
    return bent_time(part, part.rate, at.rate), bent_time(
        part, part.dropout, at.dropout
    )


def fates_of(part: PathHistories, purchase: BentTime, death: BentTime, at: At) -> Fates:
    """Lay out the nodes in which a customer may leave, and who stays behind them."""
    cell, period = np.nonzero(part.after)
    length = part.after[cell, period]
    A, B = (
        scale + bent.begin[cell, period]
        for scale, bent in ((at.alpha, purchase), (at.beta, death))
    )
    a, b = purchase.pace[cell, period], death.pace[cell, period]
    k = np.maximum(at.r + part.frequency[cell], 1.0)
    # Beyond it is exp(-60) of the integral: the customer has left before.
    length = np.minimum(length, A / a * np.expm1(_CERTAIN / k))
    near = np.minimum(A / a, B / b)
    evenly = length * (k * a / A + (at.s + 1.0) * b / B)
    growth = np.log1p(length / near)
    by_growth = growth * (k + at.s + 1.0)
    parts = np.ceil(np.minimum(evenly, by_growth) / _LOAD).astype(np.int64)
    parts = np.maximum(parts, 1)
    piece = np.repeat(np.arange(cell.size), parts)
    number = np.arange(piece.size) - np.repeat(np.cumsum(parts) - parts, parts)
    edges = [(number + more) / parts[piece] for more in (0, 1)]
    rising = (by_growth < evenly)[piece]
    begin, end = (
        np.where(
            rising,
            near[piece] * np.expm1(edge * growth[piece]),
            length[piece] * edge,
        )
        for edge in edges
    )
    nodes, weights = (np.array(values) for values in gauss_legendre(_NODES))
    half = 0.5 * (end - begin)
    since = (begin[:, None] + half[:, None] * (nodes + 1.0)).ravel()
    log_width = (np.log(half)[:, None] + np.log(weights)).ravel()
    of = np.repeat(piece, _NODES)
    A, B = A[of] + a[of] * since, B[of] + b[of] * since
    leaving = np.log(at.s) + np.log(b[of]) - np.log(B) + log_width
    size, every = part.frequency.size, np.arange(part.frequency.size)
    fates = Fates(
        cell=np.concatenate([cell[of], every]),
        period=np.concatenate([period[of], np.full(size, part.after.shape[1])]),
        since=np.concatenate([since, np.zeros(size)]),
        log_mass=np.concatenate([leaving, np.zeros(size)]),
        leaves=np.concatenate([np.ones(since.size), np.zeros(size)]),
        purchase=np.concatenate([A, at.alpha + purchase.end]),
        death=np.concatenate([B, at.beta + death.end]),
    )
    x = part.frequency[fates.cell]
    # Without a purchase and soon after the first one all but nothing has happened:
    # ratios to the parameters keep the digits that differences would lose.
    fates.log_mass[:] -= (
        at.r * np.log(fates.purchase / at.alpha)
        + x * np.log(fates.purchase)
        + at.s * np.log(fates.death / at.beta)
    )
    return fates


def log_sum(fates: Fates, size: int) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the sum of each history, and the share of each node."""
    highest = np.full(size, -np.inf)
    np.maximum.at(highest, fates.cell, fates.log_mass)
    mass = np.exp(fates.log_mass - highest[fates.cell])
    total = np.bincount(fates.cell, mass, size)
    return np.log(total) + highest, mass / total[fates.cell]
