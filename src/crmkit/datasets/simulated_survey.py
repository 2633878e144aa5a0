"""A simulated survey whose answers are related to what customers do later."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from .._arguments import random_source
from .._check import fraction, nonnegative, number, whole
from .._typed import typed
from ..errors import InvalidValueError
from ..fits import shown
from ..typing import FloatArray, IntArray, IntoDataFrame
from .backend import MOST_SIMULATED, Backend, from_columns

__all__ = ["SimulatedSurvey", "simulate_survey"]

_FIRST_DAY = np.datetime64("2023-01-01", "D")
_DAYS = 731  # 2023 and 2024
_WAVES = np.array([45, 135, 225, 315])
_PLANS = np.array(["basic", "plus", "pro"])
_LIFE = 500.0  # mean days as a customer, at mean satisfaction
_GAP = 30.0  # mean days between purchases
_BETWEEN_REFERRALS = 600.0
# Effects act through an exponential: a few units more, and one customer would have more
# referrals than the memory holds.
_STRONGEST = 3
_STEEPEST = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class SimulatedSurvey:
    """The tables of a simulated survey and of the later behaviour of its customers.

    Attributes
    ----------
    customers
        ``customer_id``, ``plan``, and ``satisfaction``: the true satisfaction, which no
        survey observes, normal with standard deviation 1 within a plan.
    responses
        ``customer_id``, ``date``, ``score`` (0 to 10), ``csat`` (1 to 5), and the
        ratings ``speed``, ``staff`` and ``price`` (1 to 10), of four waves in 2023;
        some customers answer several times, some never.
    transactions
        ``customer_id``, ``date``, ``amount``, of 2023 and 2024.
    departures
        ``customer_id``, ``date``: customers who left by the end of 2024.
    referrals
        ``referrer_id``, ``date``: customers brought in by others.
    """

    customers: IntoDataFrame
    responses: IntoDataFrame
    transactions: IntoDataFrame
    departures: IntoDataFrame
    referrals: IntoDataFrame


@typed
def simulate_survey(
    *,
    n_customers: int,
    rng: np.random.Generator,
    effect: float = 1.0,
    response_rate: float = 0.4,
    silence: float = 0.0,
    backend: Backend = "pandas",
) -> SimulatedSurvey:
    """Simulate a survey in which satisfaction drives what customers do.

    An unobserved satisfaction makes customers stay longer, buy a little more often and
    recommend more, and the answers measure it with noise. The result of a method can be
    compared with the truth.

    Parameters
    ----------
    n_customers
        Number of customers on the first day of 2023.
    rng
        The source of randomness; the same seed gives the same survey.
    effect
        How strongly satisfaction drives behaviour: from 0 for no effect to 3. With 1,
        one standard deviation multiplies the risk of leaving by exp(-0.7), the rate of
        purchases by exp(0.2) and that of referrals by exp(0.9).
    response_rate
        Share of the customers of a wave who answer, at mean satisfaction.
    silence
        How much more often satisfied customers answer: the change of the log-odds of an
        answer per standard deviation. Above 0, the score of those who answer is too
        high.
    backend
        The library of the frames.

    Returns
    -------
    SimulatedSurvey
        Five tables.

    Examples
    --------
    >>> import numpy as np
    >>> survey = simulate_survey(n_customers=200, rng=np.random.default_rng(1))
    >>> sorted(survey.responses.columns)
    ['csat', 'customer_id', 'date', 'price', 'score', 'speed', 'staff']
    """
    n = whole("n_customers", n_customers, at_least=1, at_most=MOST_SIMULATED)
    strength = nonnegative("effect", effect, at_most=_STRONGEST)
    tilt = _tilt(silence)
    random_source(rng)
    plan = rng.integers(0, 3, n)
    theta = 0.3 * (plan - 1) + rng.normal(size=n)
    life = rng.exponential(_LIFE * np.exp(0.7 * strength * theta))
    seen = np.minimum(life, _DAYS)
    log_odds = np.log(fraction("response_rate", response_rate))
    log_odds -= np.log1p(-response_rate)
    who, wave = _answers(rng, life, log_odds + tilt * theta)
    buyer, bought = _events(rng, seen, np.exp(0.2 * strength * theta) / _GAP)
    sponsor, brought = _events(
        rng, seen, np.exp(0.9 * strength * theta) / _BETWEEN_REFERRALS
    )
    left = np.flatnonzero(life < _DAYS)
    amount = np.round(rng.gamma(3.0, 10.0, buyer.size), 2) + 1
    return SimulatedSurvey(
        customers=from_columns(
            {
                "customer_id": _ids(np.arange(n)),
                "plan": _PLANS[plan],
                "satisfaction": theta,
            },
            backend,
        ),
        responses=from_columns(
            {
                "customer_id": _ids(who),
                "date": _dates(_WAVES[wave]),
                **_scores(rng, theta[who]),
            },
            backend,
        ),
        transactions=from_columns(
            {"customer_id": _ids(buyer), "date": _dates(bought), "amount": amount},
            backend,
        ),
        departures=from_columns(
            {"customer_id": _ids(left), "date": _dates(life[left])}, backend
        ),
        referrals=from_columns(
            {"referrer_id": _ids(sponsor), "date": _dates(brought)}, backend
        ),
    )


def _tilt(silence: float) -> float:
    tilt = number("silence", silence)
    if abs(tilt) > _STEEPEST:
        raise InvalidValueError(
            subject="argument 'silence'",
            found=f"invalid value {tilt!r}",
            remedy=f"Pass a change of the log-odds from -{_STEEPEST} to {_STEEPEST}.",
        )
    return tilt


def _answers(
    rng: np.random.Generator, life: FloatArray, log_odds: FloatArray
) -> tuple[IntArray, IntArray]:
    asked = life[:, None] > _WAVES + 1
    answers = rng.random(asked.shape) < expit(log_odds)[:, None]
    who, wave = np.nonzero(asked & answers)
    return who, wave


def _events(
    rng: np.random.Generator, seen: FloatArray, rate: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Draw the events of a Poisson process until each customer leaves, in order."""
    count = rng.poisson(rate * seen)
    who = np.repeat(np.arange(seen.size), count)
    when = rng.random(who.size) * seen[who]
    order = np.lexsort((when, who))
    return who, when[order]


def _scores(rng: np.random.Generator, theta: FloatArray) -> dict[str, IntArray]:
    def rating(
        mean: float, slope: float, noise: float, low: int, high: int
    ) -> IntArray:
        value = mean + slope * theta + rng.normal(0, noise, theta.size)
        return np.clip(np.round(value), low, high).astype(np.int64)

    return {
        "score": rating(7.6, 1.8, 1.2, 0, 10),
        "csat": rating(3.8, 0.8, 0.6, 1, 5),
        "speed": rating(6.5, 1.6, 1.2, 1, 10),
        "staff": rating(7.5, 1.0, 1.5, 1, 10),
        "price": rating(5.0, 0.2, 2.0, 1, 10),
    }


def _ids(number: IntArray) -> np.ndarray:
    if not number.size:  # np.char asks for the longest of no texts
        return np.array([], dtype="U7")
    return np.char.add("c", np.char.zfill(number.astype(str), 6))


def _dates(day: FloatArray | IntArray) -> np.ndarray:
    dates = _FIRST_DAY + np.floor(day).astype("timedelta64[D]")
    return dates.astype("datetime64[us]")
