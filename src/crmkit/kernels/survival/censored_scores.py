"""Judging survival forecasts when some customers were not followed long enough.

Graf et al. (1999) and Uno et al. (2007): whoever was censored before the time of the
question is left out, and those who remain weigh 1 / G, where G is the survival curve of
the censoring itself.
"""

from math import fsum

import numpy as np

from ...typing import BoolArray, FloatArray
from ..base import ranking
from .event_table import EventTable, event_table

__all__ = [
    "CensoringCurve",
    "censoring_curve",
    "cumulative_dynamic_area",
    "weighted_brier",
]

CensoringCurve = tuple[FloatArray, FloatArray]


def censoring_curve(duration: FloatArray, event: BoolArray) -> CensoringCurve:
    """Return the times and G just after them; an event goes before a censoring."""
    entry = np.full(duration.shape, -np.inf)
    table: EventTable = event_table(entry, duration, event, np.ones(duration.size))
    # Those who leave at t are no longer at risk of being censored at t.
    left = table.at_risk - table.events
    share = np.divide(table.censored, left, out=np.zeros(left.shape), where=left > 0)
    return table.time, np.asarray(np.cumprod(1 - share), dtype=np.float64)


def weighted_brier(
    S: FloatArray,
    duration: FloatArray,
    event: BoolArray,
    *,
    at: float,
    curve: CensoringCurve,
) -> float:
    """Return Graf's score of the forecast S(at | x): 0 is perfect, 0.25 a coin."""
    weight = _weights(duration, event, at, curve)
    still = duration > at
    # An exact sum: the order of the customers must not move its last digit.
    return fsum(weight * (still - S) ** 2) / duration.size


def cumulative_dynamic_area(
    risk: FloatArray,
    duration: FloatArray,
    event: BoolArray,
    *,
    at: float,
    curve: CensoringCurve,
) -> float:
    """Return P(risk of one gone by ``at`` > risk of one who stays beyond ``at``)."""
    weight = _weights(duration, event, at, curve)
    gone = (duration <= at) & event
    stays = (duration > at).astype(np.float64)
    _, (cases, controls) = ranking.blocks(risk, weight * gone, stays)
    return ranking.area_under_roc(cases, controls)


def _weights(
    duration: FloatArray, event: BoolArray, at: float, curve: CensoringCurve
) -> FloatArray:
    """Return 1 / G(T-) for those gone by ``at``, 1 / G(at) for those beyond it."""
    time, G = curve
    steps = np.concatenate(([1.0], G))
    before = steps[np.searchsorted(time, duration, side="left")]
    until = steps[np.searchsorted(time, at, side="right")]
    gone = (duration <= at) & event
    weight = np.zeros(duration.shape)
    weight[gone] = 1 / before[gone]
    weight[duration > at] = 1 / until
    return weight
