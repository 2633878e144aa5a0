"""A clock that runs with the season: purchases and departures in operational time.

Let all purchase rates rise and fall together, by an index of mean 1 that the calendar
sets. In the BG/NBD and the MBG/NBD customers leave on purchase occasions only, so time
measured as the integral of the index, *operational time*, turns a seasonal model into
the plain one: its likelihood and its undiscounted predictions hold without change. The
index adds the sum of its logarithms over the repeat purchases to the log-likelihood.

Days are counted from the first one. A day's index runs over the day that ends with it,
so that a flat index gives back days, to the last bit.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.newton import Objective, maximise
from .beta_geometric_likelihood import objective, probability_alive

__all__ = ["DatedHistories", "SeasonalFit", "fit_index", "operational_time"]

_ROUNDS = 500
_SETTLED = 1e-7  # change of a log index in one round
_STIFFEST = 1e6  # a penalty at which no index moves
_SOFTEST = 1e-3
_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedHistories:
    """Distinct histories with their days, and the calendar they lie in.

    Attributes
    ----------
    frequency, first, last, weights
        Repeat purchases, day numbers of the first and the last purchase, customers.
    period
        For each day, the number of its period: one entry per day up to the end.
    repeats
        Repeat purchases of all customers in each period.
    lengths
        Days of each period in a year.
    unit
        Days in a unit of time.
    first_toss
        1 if customers may leave right after the first purchase (MBG/NBD), else 0.
    """

    frequency: FloatArray
    first: IntArray
    last: IntArray
    weights: FloatArray
    period: IntArray
    repeats: FloatArray
    lengths: FloatArray
    unit: float
    first_toss: int

    @property
    def tosses(self) -> FloatArray:
        """Coins survived by who is still there."""
        return self.frequency + self.first_toss

    def times(self, index: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return recency and age in operational time."""
        clock = operational_time(index[self.period])
        started = clock[self.first]
        recency, age = clock[self.last] - started, clock[-1] - started
        # Divided last, as summaries do: whole days leave no other rounding.
        return recency / self.unit, age / self.unit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeasonalFit:
    """The index and the model, fitted together.

    Attributes
    ----------
    index
        One per period, of mean 1 over the days of a year; 1 for periods never seen.
    errors
        Standard errors of the logarithms of the index.
    parameters
        ``r, alpha, a, b`` in operational time.
    log_likelihood, flat_log_likelihood
        With the index and without one.
    penalty
        One over the variance of the logarithms of the index.
    rounds, converged
        How the search ended.
    """

    index: FloatArray
    errors: FloatArray
    parameters: FloatArray
    log_likelihood: float
    flat_log_likelihood: float
    penalty: float
    rounds: int
    converged: bool


def operational_time(pace: FloatArray) -> FloatArray:
    """Add up the index of the days: the clock at the end of each, 0 on the first."""
    clock = np.cumsum(pace)
    clock -= pace[0]
    return clock


def fit_index(
    data: DatedHistories, start: FloatArray, *, penalty: float | None = None
) -> SeasonalFit:
    """Fit the index and the purchase model by penalised maximum likelihood.

    Parameters
    ----------
    data
        Histories by day.
    start
        Log-parameters of the purchase model to begin at.
    penalty
        One over the variance of a normal prior of the logarithms of the index; None
        chooses it by marginal likelihood.

    Notes
    -----
    Given a customer's rate and day of leaving, the purchases of a period are a Poisson
    count of mean index times rate times days. So the slope of the log-likelihood by the
    logarithm of the index is the purchases seen less those expected given all that was
    seen, and the round that sets it to zero is an EM step (Dempster, Laird and Rubin
    1977). Each round refits the purchase model at the new times: a base that shrinks is
    not taken for a season. The penalty maximises the marginal likelihood by MacKay's
    (1992) fixed point, with the information of the complete data.
    """
    flat = np.ones(data.repeats.size)
    log_parameters, flat_value = _fitted(data, flat, start)
    weight = 1.0 if penalty is None else penalty
    log_index, converged, rounds = np.zeros(flat.size), False, 0
    seen = _days(data) > 0
    value = flat_value
    while not converged and rounds < _ROUNDS:
        rounds += 1
        index = _normalised(data, log_index)
        expected = _expected_per_index(data, index, log_parameters)
        scale = float(np.exp(np.log(index[seen]) - log_index[seen]).mean())
        moved = _balanced(data.repeats, expected * scale, weight, log_index)
        moved = np.where(seen, moved - moved[seen].mean(), 0.0)
        change = float(np.abs(moved - log_index).max())
        if penalty is None:
            information = expected * scale * np.exp(moved)
            weight, last = _chosen(moved[seen], information[seen], weight), weight
            change = max(change, 1e-3 * abs(np.log(weight / last)))
        log_index = moved
        log_parameters, value = _fitted(
            data, _normalised(data, log_index), log_parameters
        )
        converged = change < _SETTLED
    index = _normalised(data, log_index)
    return SeasonalFit(
        index=index,
        errors=_errors(data, index, log_parameters, weight),
        parameters=np.exp(log_parameters),
        log_likelihood=value,
        flat_log_likelihood=flat_value,
        penalty=weight,
        rounds=rounds,
        converged=converged,
    )


def _fitted(
    data: DatedHistories, index: FloatArray, start: FloatArray
) -> tuple[FloatArray, float]:
    """Fit the purchase model at given times; add what the index says of the dates."""
    terms = _objective(data, index)
    optimum = maximise(
        terms, start, tolerance=1e-9 * float(data.weights.sum()), max_iterations=100
    )
    return optimum.parameters, optimum.value + _of_dates(data, index)


def _objective(data: DatedHistories, index: FloatArray) -> Objective:
    recency, age = data.times(index)
    return objective(data.frequency, recency, age, data.tosses, data.weights)


def _of_dates(data: DatedHistories, index: FloatArray) -> float:
    return float(data.repeats @ np.log(index))


def _days(data: DatedHistories) -> FloatArray:
    """Count the days of each period after the first day of the log."""
    return np.bincount(data.period[1:], minlength=data.repeats.size).astype(np.float64)


def _normalised(data: DatedHistories, log_index: FloatArray) -> FloatArray:
    """Make the mean over a year's days of seen periods 1; unseen periods are 1."""
    seen = _days(data) > 0
    index = np.exp(log_index)
    each = np.where(seen, data.lengths, 0.0)
    mean = float(each @ index) / float(each.sum())
    return np.where(seen, index / mean, 1.0)


def _expected_per_index(
    data: DatedHistories, index: FloatArray, log_parameters: FloatArray
) -> FloatArray:
    """Return the purchases expected in each period, for an index of 1 in it."""
    r, alpha, a, b = np.exp(log_parameters).tolist()
    recency, age = data.times(index)
    alive = probability_alive(
        data.frequency, recency, age, data.tosses, r=r, alpha=alpha, a=a, b=b
    )
    shape = data.weights * (r + data.frequency)
    here = shape * alive / (alpha + age)
    gone = shape * (1.0 - alive) / (alpha + recency)
    days = data.period.size
    # Rates that begin and end on each day: their running sum is the rate of a day.
    changes = np.bincount(data.first, here + gone, days + 1).astype(np.float64)
    changes -= np.bincount(data.last, gone, days + 1)
    running = np.cumsum(changes)[: days - 1]  # from a day to the next one
    return np.bincount(data.period[1:], running / data.unit, data.repeats.size).astype(
        np.float64
    )


def _balanced(
    seen: FloatArray, expected: FloatArray, weight: float, start: FloatArray
) -> FloatArray:
    """Solve ``seen - expected e^g - weight g = 0`` for each period."""
    log_index = start.copy()
    for _ in range(60):
        mean = expected * np.exp(log_index)
        step = (seen - mean - weight * log_index) / (mean + weight)
        log_index += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-12:
            break
    return log_index


def _chosen(log_index: FloatArray, information: FloatArray, weight: float) -> float:
    freedom = float(np.sum(information / (information + weight)))
    size = max(float(log_index @ log_index), 1e-12)
    return float(np.clip(freedom / size, _SOFTEST, _STIFFEST))


def _errors(
    data: DatedHistories,
    index: FloatArray,
    log_parameters: FloatArray,
    weight: float,
) -> FloatArray:
    """Invert the information on index and parameters together, by differences."""
    place = np.concatenate([log_parameters, np.log(index)])

    def slope(point: FloatArray) -> FloatArray:
        at, paces = point[:4], np.exp(point[4:])
        _, by_parameters, _ = _objective(data, paces)(at)
        expected = _expected_per_index(data, paces, at)
        return np.concatenate([by_parameters, data.repeats - expected * paces])

    columns = [
        (slope(place + along) - slope(place - along)) / (2 * _STEP)
        for along in _STEP * np.eye(place.size)
    ]
    information = -np.stack(columns)
    information = (information + information.T) / 2
    information[4:, 4:] += weight * np.eye(index.size)
    # Their common scale is that of alpha: only the penalty knows it, so leave it out.
    centre = np.eye(place.size)
    centre[4:, 4:] -= 1.0 / index.size
    covariance = centre @ np.linalg.pinv(information) @ centre.T
    return np.sqrt(np.maximum(np.diag(covariance)[4:], 0.0))
