"""The event table: who was at risk when, and how many left.

Kaplan and Meier (1958), Greenwood (1926), Mantel (1966), from one table that allows for
censoring, delayed entry and weights. A customer is at risk at time ``t`` when
``entry < t <= duration``: one who enters at an event time is not at risk of that event.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "EventTable",
    "LogRankTest",
    "at_times",
    "event_table",
    "greenwood",
    "grouped_events",
    "log_log_interval",
    "log_rank",
    "nelson_aalen",
    "plain_interval",
    "quantile",
    "restricted_mean",
    "survival",
]


_LARGEST = 700.0  # its exponential does not overflow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventTable:
    """Weighted counts at each distinct duration, in ascending order.

    Attributes
    ----------
    time
        The distinct durations at which a customer left or was censored.
    at_risk
        Weight of the customers with ``entry < time <= duration``.
    events, censored
        Weight of those whose duration ends at ``time``, in an event or without one.
    """

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRankTest:
    """What the k-sample test saw: per group, and the statistic."""

    observed: FloatArray
    expected: FloatArray
    statistic: float
    degrees_of_freedom: int


def event_table(
    entry: FloatArray, duration: FloatArray, event: BoolArray, weight: FloatArray
) -> EventTable:
    """Count who is at risk and who leaves; ``entry`` is ``-inf`` when not delayed."""
    time, place = np.unique(duration, return_inverse=True)
    return EventTable(
        time=time,
        at_risk=_at_risk(time, entry, duration, event, weight),
        events=_summed(place[event], weight[event], time.size),
        censored=_summed(place[~event], weight[~event], time.size),
    )


def survival(table: EventTable) -> FloatArray:
    """Return the product-limit estimate of S(t) just after each time."""
    # Nobody at risk is possible after a gap of delayed entry: the curve stays level.
    share = _share(table.events, table.at_risk)
    return np.asarray(np.cumprod(1.0 - share), dtype=np.float64)


def nelson_aalen(table: EventTable) -> FloatArray:
    """Return the cumulative hazard, the running sum of d / n."""
    return np.asarray(np.cumsum(_share(table.events, table.at_risk)), dtype=np.float64)


def greenwood(table: EventTable) -> FloatArray:
    """Return the running sum of d / (n (n - d)): Var S(t) is this times S(t)^2."""
    return np.cumsum(_greenwood_terms(table.events, table.at_risk))


def log_log_interval(
    S: FloatArray, variance: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return S ** exp(-+ z se), the interval on the scale of log(-log S).

    ``variance`` is Greenwood's sum. Before the first event the interval is (1, 1); once
    all have left (S = 0) it runs from 0 to the last upper limit before.
    """
    inside = (S > 0) & (S < 1)
    log_S = np.log(np.where(inside, S, 0.5))
    error = np.sqrt(np.where(inside, variance, 0.0)) / np.abs(log_S)
    half = ndtri(0.5 + level / 2) * error
    stretch = np.exp(np.minimum(half, _LARGEST))
    lower = np.where(inside, np.exp(log_S * stretch), S)
    upper = np.where(inside, np.exp(log_S / stretch), S)
    return lower, _carried(upper, S)


def plain_interval(
    S: FloatArray, variance: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return S -+ z S sqrt(variance), Greenwood's own interval, cut to 0..1."""
    half = ndtri(0.5 + level / 2) * S * np.sqrt(np.where(S > 0, variance, 0.0))
    upper = np.minimum(S + half, 1.0)
    return np.maximum(S - half, 0.0), _carried(upper, S)


def at_times(time: FloatArray, S: FloatArray, asked: FloatArray) -> FloatArray:
    """Read the step function S at ``asked``; it is 1 before the first time."""
    steps = np.concatenate(([1.0], S))
    return steps[np.searchsorted(time, asked, side="right")]


def quantile(time: FloatArray, S: FloatArray, share: float) -> float:
    """Return the first time with ``S <= 1 - share``; infinity when never reached."""
    # The product of shares may end a rounding error above the level.
    reached = np.flatnonzero((1.0 - share) * (1 + 1e-12) >= S)
    return float(time[reached[0]]) if reached.size else float("inf")


def restricted_mean(table: EventTable, *, until: float) -> tuple[float, float]:
    """Return the area under S from 0 to ``until``, and its standard error.

    Irwin (1949): the variance sums (area beyond t)^2 d / (n (n - d)) over the events.
    """
    inside = table.time < until
    S = survival(table)[inside]
    edges = np.concatenate(([0.0], table.time[inside], [until]))
    areas = np.diff(edges) * np.concatenate(([1.0], S))
    beyond = np.cumsum(areas[::-1])[::-1][1:]
    terms = _greenwood_terms(table.events, table.at_risk)[inside]
    # The area beyond the last customer's event is zero, and so is its term.
    counted = beyond > 0
    share = beyond[counted] / until  # the square of a time may overflow
    error = until * np.sqrt(np.sum(share**2 * terms[counted]))
    return float(areas.sum()), float(error)


def grouped_events(
    entry: FloatArray,
    duration: FloatArray,
    event: BoolArray,
    weight: FloatArray,
    group: IntArray,
    *,
    groups: int,
) -> tuple[FloatArray, FloatArray]:
    """Return events and at-risk weight at the pooled event times, one row a group."""
    time = np.unique(duration[event])
    d = np.empty((groups, time.size))
    n = np.empty((groups, time.size))
    for code in range(groups):
        own = group == code
        place = np.searchsorted(time, duration[own & event])
        d[code] = _summed(place, weight[own & event], time.size)
        n[code] = _at_risk(time, entry[own], duration[own], event[own], weight[own])
    return d, n


def log_rank(
    events: FloatArray, at_risk: FloatArray, time_weight: FloatArray
) -> LogRankTest:
    """Compare the hazards of k groups: Mantel's test, each time weighted as asked.

    The statistic is chi-squared with k - 1 degrees of freedom when all groups share one
    hazard.
    """
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    # The statistic does not feel the size of the weights, but their squares overflow.
    time_weight = time_weight / time_weight.max(initial=1.0)
    share = _share(at_risk, n)
    expected = share * d
    # Hypergeometric: one customer at risk leaves no variance.
    spread = time_weight**2 * d * _share(n - d, np.maximum(n - 1.0, 0.0))
    covariance = np.diag((spread * share).sum(axis=1)) - (spread * share) @ share.T
    excess = ((events - expected) * time_weight).sum(axis=1)
    inverse = np.linalg.pinv(covariance, hermitian=True)
    return LogRankTest(
        observed=events.sum(axis=1),
        expected=expected.sum(axis=1),
        statistic=float(excess @ inverse @ excess),
        degrees_of_freedom=int(np.linalg.matrix_rank(covariance, hermitian=True)),
    )


def _summed(place: NDArray[np.intp], weight: FloatArray, size: int) -> FloatArray:
    # Without any row bincount would count, and answer in integers.
    return np.asarray(np.bincount(place, weight, minlength=size), dtype=np.float64)


def _at_risk(
    time: FloatArray,
    entry: FloatArray,
    duration: FloatArray,
    event: BoolArray,
    weight: FloatArray,
) -> FloatArray:
    """Return the weight of the rows with ``entry < time <= duration``.

    Sums of weights that are no whole numbers leave rounding behind. So rows are counted
    too: where all who are at risk leave, the weight at risk is that of those who leave.
    """
    leaves = np.searchsorted(time, duration[event])
    events = _summed(leaves, weight[event], time.size)
    counts = (weight > 0).astype(np.float64)
    present = _still_ahead(time, duration, counts)
    present -= _still_ahead(time, entry, counts)
    weighed = _still_ahead(time, duration, weight)
    weighed -= _still_ahead(time, entry, weight)
    alone = present == _summed(leaves, counts[event], time.size)
    return np.where(alone, events, np.maximum(weighed, events))


def _still_ahead(time: FloatArray, ages: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weight of the ages that are not below each time.

    Added up from the last time backwards, so that few are not told as the difference of
    many.
    """
    place = np.searchsorted(time, ages, side="right")
    return np.cumsum(_summed(place, weight, time.size + 1)[::-1])[::-1][1:]


def _greenwood_terms(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Return d / (n (n - d)), infinite where no customer remains."""
    gone = events > 0
    d, n = np.where(gone, events, 0.0), np.where(gone, at_risk, 1.0)
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(d / n / (n - d), dtype=np.float64)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(
        part,
        whole,
        out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)),
        where=whole > 0,
    )


def _carried(upper: FloatArray, S: FloatArray) -> FloatArray:
    alive = np.count_nonzero(S > 0)
    last = upper[alive - 1] if alive else 1.0
    return np.where(S > 0, upper, last)
