"""The death of a Pareto/NBD customer within a window of time, as one integral.

Everything the Pareto/NBD says of a history is an integral over the unseen time of
death. Fader and Hardie (2005), "A note on deriving the Pareto/NBD model", write it as a
difference of two Gaussian hypergeometric functions, which cancels for a short window
and overflows for a heavy buyer; the integral itself has only positive terms.
"""

from collections.abc import Iterator

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.gauss_legendre import gauss_legendre

__all__ = ["log_window", "window_means"]

_TAIL = 40.0  # exp(-40) = 4e-18
_LONGEST = 300.0
_NODES_AT_LEAST = 12
_NODES_PER_UNIT = 6.0
_BLOCK = 4096


def log_window(
    *, width: FloatArray, k: FloatArray, A: FloatArray, s: FloatArray, B: FloatArray
) -> FloatArray:
    """Return the log of the integral of ``(1 + w/A)^-k (1 + w/B)^-(s+1) / B``.

    Parameters
    ----------
    width
        The integral runs over ``w`` from 0 to here.
    k, A, s, B
        Exponents and scales, all positive, one per row as ``width``.

    Notes
    -----
    Gauss-Legendre in ``log(1 + w / scale)``, where ``scale`` is the time in which the
    integrand first falls by a factor e: one unit of the new variable sees one bend. The
    integral ends where what is left is below 1e-17 of it.
    """
    result = np.full(width.shape, -np.inf)
    for rows, nodes in _blocks(width, k, A, s, B):
        total = sum(mass for _, mass in nodes)
        result[rows] = np.log(total) - np.log(B[rows])
    return result


def window_means(
    *, width: FloatArray, k: FloatArray, A: FloatArray, s: FloatArray, B: FloatArray
) -> FloatArray:
    """Return means under the integrand, (rows, 4): what its derivatives need.

    They are of ``log(1 + w/A)``, ``w/(A+w)``, ``log(1 + w/B)`` and ``w/(B+w)``; 0 for a
    window without width.
    """
    result = np.zeros((width.size, 4))
    for rows, nodes in _blocks(width, k, A, s, B):
        total = np.zeros(rows.shape)
        sums = np.zeros((rows.size, 4))
        for w, mass in nodes:
            total += mass
            for at, scale in ((0, A[rows]), (2, B[rows])):
                sums[:, at] += mass * np.log1p(w / scale)
                sums[:, at + 1] += mass * w / (scale + w)
        result[rows] = sums / total[:, None]
    return result


def _blocks(
    width: FloatArray, k: FloatArray, A: FloatArray, s: FloatArray, B: FloatArray
) -> Iterator[tuple[IntArray, Iterator[tuple[FloatArray, FloatArray]]]]:
    """Cut rows with a width into blocks that need about as many nodes."""
    scale = 1.0 / (np.maximum(k, 1.0) / A + (s + 1.0) / B)
    by_k = A * np.expm1(_depth(k - 1.0))
    by_s = B * np.expm1(_depth(s))
    span = np.log1p(np.minimum(np.minimum(by_k, by_s), width) / scale)
    order = np.argsort(span, kind="stable")
    order = order[np.searchsorted(span[order], 0.0, side="right") :]
    for at in range(0, order.size, _BLOCK):
        rows = order[at : at + _BLOCK]
        columns = (column[rows] for column in (span, scale, k, A, s, B))
        yield rows, _nodes(*columns)


def _depth(power: FloatArray) -> FloatArray:
    """Return the logarithm of time after which a power law has lost its tail."""
    falls = power > _TAIL / _LONGEST
    return np.where(falls, _TAIL / np.where(falls, power, 1.0), _LONGEST)


def _nodes(*columns: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Give the nodes one by one, each with its share of the integral."""
    span, scale, k, A, s, B = columns
    wanted = _NODES_AT_LEAST + _NODES_PER_UNIT * float(span.max())
    nodes, weights = gauss_legendre(4 * int(np.ceil(wanted / 4)))
    for node, weight in zip(nodes, weights, strict=True):
        y = 0.5 * (node + 1.0) * span
        w = scale * np.expm1(y)
        fall = k * np.log1p(w / A) + (s + 1.0) * np.log1p(w / B)
        yield w, 0.5 * weight * span * scale * np.exp(y - fall)
