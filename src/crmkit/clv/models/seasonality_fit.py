"""Fitting a seasonal index to a transaction log, together with a purchase model."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ..._check import LONGEST, nonnegative, one_of, typed
from ..._dates import day_number
from ...errors import ConvergenceError, InvalidValueError
from ...kernels.base.cells import group
from ...kernels.purchases.beta_geometric import bg_nbd, mbg_nbd
from ...kernels.purchases.seasonal_clock import DatedHistories, fit_index
from ...typing import Day, FloatArray, IntArray, IntoDataFrame, Refunds
from .dated_purchases import DatedPurchases, dated_purchases
from .seasonality import SeasonalEvent, Seasonality, period_of_days

__all__ = ["fit_seasonality"]

_YEAR = 365.2425
_UNIT = 7.0  # days in which the fit counts: it leaves no trace in the index
_STARTS = {"bg_nbd": bg_nbd.start_values, "mbg_nbd": mbg_nbd.start_values}


@typed
def fit_seasonality(
    transactions: IntoDataFrame,
    *,
    observation_period_end: Day,
    period: Literal["month", "week"] = "month",
    events: Mapping[str, Sequence[Day]] | None = None,
    purchases: Literal["bg_nbd", "mbg_nbd"] = "bg_nbd",
    penalty: float | None = None,
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> Seasonality:
    """Fit a seasonal index together with a purchase model, by penalised likelihood.

    Parameters
    ----------
    transactions
        One row per purchase, line or refund, in memory. Rows of a day are one purchase.
    observation_period_end
        The last day seen, inclusive.
    period
        One index for each month, or for each week of the year.
    events
        Days with an index of their own by name, past and to come, such as
        ``{"black friday": ["2023-11-24", "2024-11-29"]}``.
    purchases
        The model of customers who leave: without one a shrinking base would look like a
        season.
    penalty
        Draws the logarithms of the index towards 0: one over the variance of a normal
        prior. None chooses it by marginal likelihood.
    refunds
        What to do about negative amounts, as in ``rfm_summary``.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    Seasonality
        The index, of mean 1 over a year.

    Raises
    ------
    NotEnoughDataError
        If no customer came back.
    InvalidValueError
        If the log is one that ``rfm_summary`` refuses, or an event has no day in it.
    ConvergenceError
        If the index did not settle; the error carries it as ``fit``.

    Notes
    -----
    The likelihood is that of the days of repeat purchases, given the first one of each
    customer; it is exact up to purchases of one day. A log of less than a year leaves
    the periods that it does not hold at 1: a forecast into them is without a season.

    Examples
    --------
    >>> from crmkit.datasets import load_cdnow_sample
    >>> season = fit_seasonality(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> [round(index, 2) for index in season.index[-3:]]
    [0.94, 1.08, 1.0]
    """
    one_of("purchases", purchases, tuple(_STARTS))
    one_of("period", period, ("month", "week"))
    if penalty is not None:
        nonnegative("penalty", penalty, at_most=LONGEST)
    log = dated_purchases(
        transactions,
        observation_period_end=observation_period_end,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    known, end = log.known, log.end
    origin = int(known.first_day.min())
    calendar = np.arange(origin, end + 1)
    named = _event_days(events or {})
    codes = _codes(calendar, period, named)
    data = _dated(
        log,
        codes,
        lengths=_lengths(period, named),
        origin=origin,
        first_toss=int(purchases == "mbg_nbd"),
    )
    x, age = known.count - 1.0, (end - known.first_day) / _UNIT
    ones = np.ones(age.size)
    start = _STARTS[purchases](x.astype(np.float64), age.astype(np.float64), ones)
    found = fit_index(data, start, penalty=penalty)
    parts = 12 if period == "month" else 52
    season = Seasonality(
        period=period,
        index=tuple(found.index[:parts].tolist()),
        log_errors=tuple(found.errors[:parts].tolist()),
        events=tuple(
            SeasonalEvent(
                name=name,
                days=tuple(days.tolist()),
                index=float(found.index[parts + at]),
                log_error=float(found.errors[parts + at]),
            )
            for at, (name, days) in enumerate(named.items())
        ),
        log_likelihood=found.log_likelihood,
        flat_log_likelihood=found.flat_log_likelihood,
        penalty=found.penalty,
        n_purchases=float(data.repeats.sum()),
    )
    if not found.converged:
        message = f"the seasonal index did not settle in {found.rounds} rounds."
        raise ConvergenceError(message, fit=season)
    return season


def _dated(
    log: DatedPurchases,
    codes: IntArray,
    *,
    lengths: FloatArray,
    origin: int,
    first_toss: int,
) -> DatedHistories:
    known = log.known
    dates = (known.count - 1, known.first_day - origin, known.last_day - origin)
    cells = group([column.astype(np.float64) for column in dates])
    x, first, last = cells.columns
    bought = codes[log.occasions.day[log.repeat] - origin]
    return DatedHistories(
        frequency=x,
        first=first.astype(np.int64),
        last=last.astype(np.int64),
        weights=cells.weights,
        period=codes,
        repeats=np.bincount(bought, minlength=lengths.size).astype(np.float64),
        lengths=lengths,
        unit=_UNIT,
        first_toss=first_toss,
    )


def _event_days(events: Mapping[str, Sequence[Day]]) -> dict[str, IntArray]:
    return {
        name: np.unique([day_number(f"events[{name!r}]", day) for day in days])
        for name, days in events.items()
    }


def _codes(calendar: IntArray, period: str, events: dict[str, IntArray]) -> IntArray:
    codes = period_of_days(calendar, period)
    parts = 12 if period == "month" else 52
    for at, (name, days) in enumerate(events.items()):
        inside = np.isin(calendar, days)
        if not inside[1:].any():
            raise InvalidValueError(
                subject="argument 'events'",
                found=f"no day of {name!r} in the log",
                remedy="Add its days within the log, or leave the event out.",
            )
        codes[inside] = parts + at
    return codes


def _lengths(period: str, events: dict[str, IntArray]) -> FloatArray:
    """Return the days of each period, and of each event, in a mean year."""
    if period == "month":
        parts = [31, _YEAR - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    else:
        parts = [7.0] * 51 + [_YEAR - 51 * 7.0]
    yearly = [
        days.size / np.unique(days.astype("datetime64[D]").astype("datetime64[Y]")).size
        for days in events.values()
    ]
    return np.array([*parts, *yearly])
