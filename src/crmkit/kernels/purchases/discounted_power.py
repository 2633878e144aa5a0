"""The discounted integral of a power law that decays in time."""

import numpy as np

from ...typing import FloatArray
from ..base.gauss_legendre import gauss_legendre

__all__ = ["discounted_decay"]

_TAIL = 40.0  # exp(-40) = 4e-18
_LONGEST = 300.0  # in the logarithm of time: beyond any discount
_NODES_AT_LEAST = 16
_NODES_AT_MOST = 256  # of one panel: finding more takes longer than using them
_NODES_PER_UNIT = 6.0
_NODES_PER_GROWTH = 2.0


def discounted_decay(
    power: FloatArray, pace: FloatArray, log_rate: FloatArray, horizon: FloatArray
) -> FloatArray:
    """Integrate ``exp(-log_rate * u) * (1 + pace * u) ** -power`` from 0 to horizon.

    Parameters
    ----------
    power, pace
        Exponent and pace of the decay; positive.
    log_rate
        Continuous discount rate, not zero; where it is negative and ``horizon`` is
        finite, ``-log_rate * horizon`` stays below 700: ``exp`` of it is a number.
    horizon
        End of the integral; infinity allowed. The integral is then infinite where the
        rate is negative: what grows beats what decays as a power.

    Notes
    -----
    Gauss-Legendre in ``log(1 + u / scale)``, where ``scale`` is the time in which the
    integrand first falls by a factor e, so that one unit of the new variable sees one
    bend. The integral ends where what is left is below 1e-17 of it. Many nodes are laid
    out in panels, which cost no more for a long span than each of them does.
    """
    endless = (log_rate < 0) & (horizon == np.inf)
    horizon = np.where(endless, 0.0, horizon)
    scale = 1.0 / (np.abs(log_rate) + np.maximum(power, 1.0) * pace)
    span = np.log1p(_end(power, pace, log_rate, horizon) / scale)
    growth = float(np.max(-log_rate * np.where(log_rate < 0, horizon, 0.0), initial=0))
    nodes, weights = _legendre(float(span.max(initial=0.0)), growth)
    total = np.zeros(span.shape)
    for node, weight in zip(nodes, weights, strict=True):
        stretched = np.expm1(node * span)
        u = scale * stretched
        total += weight * (
            (1.0 + stretched) * np.exp(-log_rate * u - power * np.log1p(pace * u))
        )
    return np.where(endless, np.inf, span * scale * total)


def _end(
    power: FloatArray, pace: FloatArray, log_rate: FloatArray, horizon: FloatArray
) -> FloatArray:
    """Return the time after which nothing that counts is left."""
    by_rate = np.where(
        log_rate > 0, _TAIL / np.maximum(np.abs(log_rate), 1e-300), np.inf
    )
    falls = power > 1
    depth = np.minimum(_TAIL / np.where(falls, power - 1.0, 1.0), _LONGEST)
    noticed = np.maximum(pace, 1e-12 * np.abs(log_rate))  # slower ones end by the rate
    by_decay = np.where(falls & (log_rate > 0), np.expm1(depth) / noticed, np.inf)
    return np.minimum(np.minimum(by_rate, by_decay), horizon)


def _legendre(span: float, growth: float) -> tuple[list[float], list[float]]:
    wanted = _NODES_AT_LEAST + _NODES_PER_UNIT * span + _NODES_PER_GROWTH * growth
    panels = int(np.ceil(wanted / _NODES_AT_MOST))
    rule = gauss_legendre(8 * int(np.ceil(wanted / panels / 8)))
    nodes, weights = (np.array(part) for part in rule)
    laid = (np.arange(panels)[:, None] + 0.5 * (nodes + 1.0)) / panels
    return laid.ravel().tolist(), np.tile(0.5 * weights / panels, panels).tolist()
