"""Customers drawn from a model: their purchases, and the exact summary of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from .._arguments import one_of, random_source
from .._check import nonnegative_array, whole
from .._dates import day_number
from .._typed import typed
from ..errors import InvalidValueError
from ..fits import shown
from ..kernels.log.calendar import DAYS_PER_UNIT
from ..typing import FloatArray, IntArray, IntoDataFrame, TimeUnit
from .backend import MOST_SIMULATED, Backend, from_columns

__all__ = ["SimulatedPurchases", "simulate_purchases"]

_MICROSECONDS = 86_400_000_000
_MOST_DAYS = 700_000


class _Purchases(Protocol):
    def sample_purchase_times(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]: ...


class _Spend(Protocol):
    def sample_amounts(
        self,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        *,
        customer: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class SimulatedPurchases:
    """Purchases drawn from a model.

    Attributes
    ----------
    transactions
        ``customer_id``, ``date`` and ``amount``, sorted by customer and date; the first
        purchase of each customer is among them.
    customers
        ``customer_id``, ``frequency``, ``recency``, ``T`` and ``monetary_value`` in
        continuous time. A summary of the transactions by day differs a little: it
        merges the purchases of a day.
    """

    transactions: IntoDataFrame
    customers: IntoDataFrame


@typed
def simulate_purchases(
    n_customers: int,
    *,
    purchases: _Purchases,
    spend: _Spend,
    T: ArrayLike,
    rng: np.random.Generator,
    observation_period_end: str | dt.date = "2024-12-31",
    time_unit: TimeUnit = "day",
    backend: Backend = "pandas",
) -> SimulatedPurchases:
    """Simulate new customers of a model and everything they buy.

    Parameters
    ----------
    n_customers
        How many customers.
    purchases
        The model they follow: ``BgNbd``, ``MbgNbd``, ``ParetoNbd`` or ``BgBb``.
    spend
        The model of their amounts, such as ``GammaGamma``.
    T
        How long each is observed, in ``time_unit``: one number, or one per customer.
    rng
        The source of randomness: the same seed gives the same customers.
    observation_period_end
        The day on which observation ends. Where ``BgBb`` counts in months, quarters or
        years, choose one in the middle of a period: opportunities lie a mean month
        apart, so that from the last day of a month they would pass over February.
    time_unit
        The unit of ``T`` and of the model's parameters.
    backend
        The library of the frames.

    Returns
    -------
    SimulatedPurchases
        The transactions, and the summary of each customer.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> drawn = simulate_purchases(
    ...     1000, purchases=BgNbd(r=0.25, alpha=4.5, a=0.8, b=2.5), T=39.0,
    ...     spend=GammaGamma(p=6.25, q=3.74, v=15.44),
    ...     rng=np.random.default_rng(1), time_unit="week",
    ... )
    >>> int(drawn.customers["frequency"].sum())
    1162
    >>> list(drawn.transactions.columns)
    ['customer_id', 'date', 'amount']
    """
    count = whole("n_customers", n_customers, at_least=1, at_most=MOST_SIMULATED)
    random_source(rng)
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    age = _ages(T, count, most=_MOST_DAYS / unit)
    nothing = np.zeros(count)
    customer, time = purchases.sample_purchase_times(
        nothing, nothing, nothing, horizon=float(age.max(initial=0.0)), rng=rng
    )
    seen = time <= age[customer]
    customer, time = customer[seen], time[seen]
    everyone = np.concatenate([np.arange(count), customer])
    order = np.argsort(everyone, kind="stable")
    amount = spend.sample_amounts(nothing, nothing, customer=everyone, rng=rng)
    since = np.concatenate([np.zeros(count), time])
    dates = _dates(observation_period_end, (since - age[everyone]) * unit)
    transactions = {
        "customer_id": everyone[order],
        "date": dates[order],
        "amount": amount[order],
    }
    return SimulatedPurchases(
        transactions=from_columns(transactions, backend),
        customers=from_columns(_summary(customer, time, amount[count:], age), backend),
    )


def _ages(T: ArrayLike, count: int, *, most: float) -> FloatArray:
    age = nonnegative_array("T", T)
    longest = float(age.max(initial=0.0))
    if longest > most:
        raise InvalidValueError(
            subject="argument 'T'",
            found=f"value {longest:g}",
            remedy=f"Pass at most {most:,.0f}: no calendar goes back further.",
        )
    if age.ndim and age.shape != (count,):
        raise InvalidValueError(
            subject="argument 'T'",
            found=f"shape {age.shape}",
            remedy=f"Pass one number, or one for each of the {count} customers.",
        )
    return np.broadcast_to(age, (count,)).astype(np.float64)


def _dates(end: str | dt.date, days_after: FloatArray) -> np.ndarray:
    """Turn days before the end into instants; the end itself is its midnight."""
    past = np.round(days_after * _MICROSECONDS).astype("timedelta64[us]")
    last = np.datetime64(day_number("observation_period_end", end), "D")
    instants: np.ndarray = last.astype("datetime64[us]") + past
    return instants


def _summary(
    customer: IntArray, time: FloatArray, amount: FloatArray, age: FloatArray
) -> dict[str, np.ndarray]:
    count = age.size
    frequency = np.bincount(customer, minlength=count)
    last = np.zeros(count)
    np.maximum.at(last, customer, time)
    total = np.bincount(customer, amount, minlength=count)
    return {
        "customer_id": np.arange(count),
        "frequency": frequency,
        "recency": last,
        "T": age,
        "monetary_value": total / np.maximum(frequency, 1),
    }
