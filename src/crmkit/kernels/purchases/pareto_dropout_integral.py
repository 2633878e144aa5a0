"""The race between the next purchase and leaving, with its derivatives.

Take a customer active after a time ``u`` with ``x`` purchases. The purchase rate is
gamma distributed with shape ``k = r + x`` and rate ``A = alpha + u``, the rate of
leaving with shape ``s`` and rate ``B = beta + u``. ``H(x, u)`` is the chance of leaving
before the next purchase.

The likelihood of a whole history needs nothing else: the odds of having left are
``exp(E) H(x, t_x) - H(x, T)`` with
``E = k log((alpha+T)/(alpha+t_x)) + s log((beta+T)/(beta+t_x))``. So a fit evaluates
one integral per distinct ``(x, u)``, far fewer than customers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.interpolation import through_few_times
from ..base.special import Numbers

__all__ = ["PAIRS", "Race", "log_race", "race"]

_Nodes: TypeAlias = tuple[FloatArray, FloatArray, tuple[FloatArray, ...]]

# The ten entries of a symmetric matrix on log(r, alpha, s, beta), row by row.
PAIRS = tuple((i, j) for i in range(4) for j in range(i, 4))

_TAIL = 39.0
_STEP = 0.25
_MARGIN = 2.0
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """``log H`` per row, its gradient (rows, 4) and Hessian (rows, 10)."""

    log_chance: FloatArray
    slope: FloatArray
    bend: FloatArray


def race(
    x: FloatArray, u: FloatArray, *, r: float, alpha: Numbers, s: float, beta: Numbers
) -> Race:
    """Return P(leaving before the next purchase), and its derivatives.

    ``x`` is in rising order, unless rows have their own ``alpha`` and ``beta``.

    Notes
    -----
    ``H = s/B * integral over w of (1 + w/A)^-k (1 + w/B)^-(s+1)`` by the trapezoid rule
    in ``log w``, stretched exponentially beyond the bends of the integrand. The step of
    1/4 leaves an error near 1e-17. Derivatives of its logarithm are means and
    covariances of the derivatives of the integrand's logarithm, by the same nodes.
    """
    if np.ndim(alpha) or np.ndim(beta):
        # Rows of different paces share no times to read between.
        alone = _race(x, u, r=r, alpha=alpha, s=s, beta=beta)
        return Race(alone[0][:, 0], *alone[1:])

    def at_every_time(x: FloatArray, u: FloatArray) -> FloatArray:
        every = _race(x, u, r=r, alpha=alpha, s=s, beta=beta)
        return np.concatenate(every, axis=1)

    values = through_few_times(
        at_every_time, x, u, scale=float(np.minimum(alpha, beta))
    )
    return Race(values[:, 0], values[:, 1:5], values[:, 5:])


def log_race(
    x: FloatArray, u: FloatArray, *, r: float, alpha: float, s: float, beta: float
) -> FloatArray:
    """Return the logarithm of P(leaving before the next purchase)."""

    def at_every_time(x: FloatArray, u: FloatArray) -> FloatArray:
        B = beta + u
        result = np.empty((x.size, 1))
        for rows, nodes in _blocks(r + x, alpha + u, s, B):
            result[rows, 0] = nodes[0]
        result += (np.log(s) - np.log(B))[:, None]
        return result

    return through_few_times(at_every_time, x, u, scale=min(alpha, beta))[:, 0]


def _race(
    x: FloatArray, u: FloatArray, *, r: float, alpha: Numbers, s: float, beta: Numbers
) -> tuple[FloatArray, FloatArray, FloatArray]:
    k, A, B = r + x, alpha + u, beta + u
    log_integral = np.empty(x.shape)
    moments = np.empty((x.size, 14))
    for rows, nodes in _blocks(k, A, s, B):
        log_integral[rows], mass, parts = nodes
        weighted = [mass * part for part in parts]
        means = [part.sum(axis=1) for part in weighted]
        means += [np.einsum("ij,ij->i", weighted[i], parts[j]) for i, j in PAIRS]
        moments[rows] = np.stack(means, axis=1)
    slope, bend = _derivatives(moments, np.stack([r / k, alpha / A, beta / B]), k, s)
    return (log_integral + np.log(s) - np.log(B))[:, None], slope, bend


def _blocks(
    k: FloatArray, A: FloatArray, s: float, B: FloatArray
) -> Iterator[tuple[IntArray, _Nodes]]:
    """Cut the rows into blocks that need about as many nodes."""
    first, last, left, right = _ranges(k, A, s, B)
    nodes = np.ceil((last - first) / _STEP).astype(np.int64) + 1
    order = np.argsort(nodes, kind="stable")
    at = 0
    while at < order.size:
        rows = order[at : at + max(_BLOCK // int(nodes[order[at]]), 1)]
        rows = rows[nodes[rows] <= nodes[rows[0]] + 8]
        yield (
            rows,
            _integrand(
                np.linspace(first[rows], last[rows], int(nodes[rows[-1]]), axis=1),
                (left[rows, None], right[rows, None]),
                (k[rows, None], A[rows, None]),
                (s, B[rows, None]),
            ),
        )
        at += rows.size


def _ranges(
    k: FloatArray, A: FloatArray, s: float, B: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Place the nodes in ``log w``: first, last, and where stretching sets in."""
    lowest_bend = -np.log(np.maximum(k, 1.0) / A + (s + 1.0) / B)
    highest_bend = np.log(np.maximum(A, B))
    end = np.minimum(
        np.log(A) + _log_growth(_TAIL / k), np.log(B) + _log_growth(_TAIL / s)
    )
    end = np.minimum(end, highest_bend + _log_growth(_TAIL / (k + s)))
    left, right = lowest_bend - _MARGIN, highest_bend + _MARGIN
    first = left - np.log1p(_TAIL - _MARGIN)
    beyond = np.log1p(np.maximum(end - right, 0.0))
    return first, np.where(end <= right, end, right + beyond), left, right


def _log_growth(depth: FloatArray | float) -> FloatArray:
    """Return ``log(exp(depth) - 1)``."""
    return depth + np.log(-np.expm1(-np.asarray(depth, np.float64)))


def _integrand(
    z: FloatArray,
    bends: tuple[FloatArray, FloatArray],
    purchase: tuple[FloatArray, FloatArray],
    death: tuple[float, FloatArray],
) -> _Nodes:
    """Return the log integral, each node's share of it, and what has moments."""
    (left, right), (k, A), (s, B) = bends, purchase, death
    below = np.exp(left - z)
    above = np.exp(z - right)
    v = z - below + above
    growth_A, share_A = _growth(v - np.log(A))
    growth_B, share_B = _growth(v - np.log(B))
    exponent = v - k * growth_A - (s + 1.0) * growth_B
    highest = exponent.max(axis=1)
    mass = (1.0 + below + above) * np.exp(exponent - highest[:, None])
    total = mass.sum(axis=1)
    mass /= total[:, None]
    log_integral = np.log(total * (z[:, 1] - z[:, 0])) + highest
    return log_integral, mass, (growth_A, share_A, growth_B, share_B)


def _growth(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``log(1 + e^z)`` and its derivative."""
    small = np.exp(-np.abs(z))
    one_more = 1.0 + small
    share = np.where(z > 0, 1.0, small) / one_more
    return np.maximum(z, 0.0) + np.log(one_more), share


def _derivatives(
    moments: FloatArray, shares: FloatArray, k: FloatArray, s: float
) -> tuple[FloatArray, FloatArray]:
    """Turn moments into derivatives of ``log H`` on log(r, alpha, s, beta)."""
    of_r, of_alpha, of_beta = shares
    ones = np.ones_like(k)
    factors = np.stack(
        [-of_r * k, of_alpha * k, -s * ones, of_beta * (s + 1.0)], axis=1
    )
    slope = factors * moments[:, :4]
    bend = np.stack(
        [
            factors[:, i] * factors[:, j] * moments[:, 4 + at]
            - slope[:, i] * slope[:, j]
            for at, (i, j) in enumerate(PAIRS)
        ],
        axis=1,
    )
    # The integrand's own second derivatives on log-parameters.
    bend[:, PAIRS.index((0, 0))] += slope[:, 0]
    bend[:, PAIRS.index((0, 1))] += slope[:, 1] * of_r
    bend[:, PAIRS.index((1, 1))] += slope[:, 1] * (1.0 - 2.0 * of_alpha)
    bend[:, PAIRS.index((1, 1))] += (
        of_alpha**2 * k * moments[:, 4 + PAIRS.index((1, 1))]
    )
    bend[:, PAIRS.index((2, 2))] += slope[:, 2]
    bend[:, PAIRS.index((2, 3))] += slope[:, 3] * (s / (s + 1.0))
    bend[:, PAIRS.index((3, 3))] += slope[:, 3] * (1.0 - 2.0 * of_beta)
    bend[:, PAIRS.index((3, 3))] += (
        of_beta**2 * (s + 1.0) * moments[:, 4 + PAIRS.index((3, 3))]
    )
    # And those of log(s / B).
    slope[:, 2] += 1.0
    slope[:, 3] -= of_beta
    bend[:, PAIRS.index((3, 3))] -= of_beta * (1.0 - of_beta)
    return slope, bend
