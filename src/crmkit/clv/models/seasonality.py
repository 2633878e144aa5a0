"""A seasonal index, and the operational time that it makes of the calendar."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ..._check import MOST_DAYS, instance, nonnegative, one_of, rate, typed
from ..._dates import day_number
from ..._frames import (
    collect,
    day_numbers,
    native,
    read_eager,
    refuse,
    require_dates,
    with_arrays,
)
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.purchases.seasonal_clock import operational_time
from ...typing import (
    HISTORY,
    BoolArray,
    Day,
    FloatArray,
    HistoryColumns,
    IntArray,
    IntoDataFrameT,
    IntoFrameT,
    PurchaseModel,
    TimeUnit,
)
from .histories import with_history_scores
from .model_arguments import new_columns

__all__ = ["SeasonalEvent", "Seasonality", "period_of_days"]

_WEEKS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SeasonalEvent:
    """Days of the calendar with an index of their own, such as a holiday.

    Attributes
    ----------
    name
        What it is called.
    days
        The days, as whole numbers from 1970-01-01 on; those to come included.
    index
        Purchases on such a day, relative to a mean day.
    log_error
        Standard error of the logarithm of the index.
    """

    name: str
    days: tuple[int, ...]
    index: float
    log_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Seasonality(JsonResult):
    """How much more or less is bought in each part of the year.

    All customers' rates rise and fall by the same index, of mean 1 over a year. Time
    measured as the sum of the index over days is *operational time*: in it a BG/NBD or
    MBG/NBD knows no seasons.

    Attributes
    ----------
    period
        ``"month"``: 12 indices from January on; ``"week"``: 52 indices of 7 days each
        from 1 January on, the last one of 8 or 9 days.
    index
        One per period; 1 for periods that the log does not hold.
    log_errors
        Standard errors of the logarithms of the index.
    events
        Days with an index of their own, in place of that of their period.
    log_likelihood, flat_log_likelihood
        Of the purchases of all customers, with the index and with none.
    penalty
        One over the variance of the logarithms of the index: how strongly it was drawn
        towards 1.
    n_purchases
        Repeat purchases that the index was fitted to.

    Examples
    --------
    >>> december = Seasonality(period="month", index=(10 / 11,) * 11 + (2.0,))
    >>> december.operational_horizon("2024-11-30", 31)
    62.0
    >>> round(december.operational_horizon("2023-12-31", 52, time_unit="week"), 1)
    51.8
    """

    period: Literal["month", "week"]
    index: tuple[float, ...]
    log_errors: tuple[float, ...] = ()
    events: tuple[SeasonalEvent, ...] = ()
    log_likelihood: float | None = None
    flat_log_likelihood: float | None = None
    penalty: float | None = None
    n_purchases: float | None = None

    def operational_horizon(
        self, start: Day, horizon: float, *, time_unit: TimeUnit = "day"
    ) -> float:
        """Return a calendar span after ``start`` in operational time.

        Parameters
        ----------
        start
            The day after which the span begins, such as the end of observation.
        horizon
            Length of the span in ``time_unit``; a part of a day counts in proportion.
        time_unit
            The unit of ``horizon`` and of the result.

        Returns
        -------
        float
            The horizon to give to a model fitted in operational time.
        """
        unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
        span = _days_ahead(horizon, unit)
        first = day_number("start", start) + 1
        pace = self._pace(np.arange(first, first + int(np.ceil(span))))
        whole = int(span)
        rest = (span - whole) * float(pace[-1]) if whole < span else 0.0
        return (float(pace[:whole].sum()) + rest) / unit

    def with_operational_time(
        self,
        customers: IntoDataFrameT,
        *,
        observation_period_end: Day,
        time_unit: TimeUnit = "day",
        first_date_col: str = "first_date",
        last_date_col: str = "last_date",
        operational_recency_col: str = "operational_recency",
        operational_T_col: str = "operational_T",
    ) -> IntoDataFrameT:
        """Add each customer's recency and age in operational time.

        Parameters
        ----------
        customers
            A summary by ``rfm_summary`` with ``grain="day"``, in memory.
        observation_period_end, time_unit
            As they were given to ``rfm_summary``.
        first_date_col, last_date_col
            The dates of the first and the last purchase.
        operational_recency_col, operational_T_col
            The new columns: fit and score with
            ``HistoryColumns(recency="operational_recency", T="operational_T")``.

        Returns
        -------
        The same rows, with two columns more. A flat index gives back ``recency`` and
        ``T`` to the last bit.
        """
        unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
        dates = (first_date_col, last_date_col)
        new_columns([operational_recency_col, operational_T_col], read=dates)
        opened = read_eager(customers, dates)
        frame = opened
        for column in dates:
            dated, rules = require_dates(frame, column)
            refuse(dated, rules)
            frame = collect(dated)
        first, last = (day_numbers(frame, column) for column in dates)
        end = day_number("observation_period_end", observation_period_end)
        _refuse_days(last_date_col, last > end, "day after observation_period_end")
        _refuse_days(last_date_col, last < first, f"day before {first_date_col!r}")
        origin = int(first.min(initial=end))
        clock = operational_time(self._pace(np.arange(origin, end + 1)))
        started = clock[first - origin]
        added = {
            operational_recency_col: (clock[last - origin] - started) / unit,
            operational_T_col: (clock[-1] - started) / unit,
        }
        return native(with_arrays(opened, added), customers)

    @typed
    def with_discounted_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        purchases: PurchaseModel,
        observation_period_end: Day,
        horizon: float,
        discount_rate: float,
        time_unit: TimeUnit = "day",
        columns: HistoryColumns = HISTORY,
        output_col: str = "discounted_expected_purchases",
    ) -> IntoFrameT:
        """Add the expected purchases in the coming seasons, discounted by the calendar.

        Parameters
        ----------
        customers
            Customers with a history in operational time: name its columns by
            ``columns``.
        purchases
            A model fitted to that history.
        observation_period_end
            The day that the history ends with.
        horizon
            Calendar time ahead, in ``time_unit``.
        discount_rate
            Effective rate per unit of calendar time.
        time_unit
            The unit of the model, the horizon and the rate.
        columns, output_col
            The columns of the history, and the new one.

        Returns
        -------
        The same rows, with one column more.

        Notes
        -----
        Over days of one index, discounting at a rate by the calendar is discounting at
        the rate over the index in operational time: the sum is exact, piece by piece.
        """
        named = instance("columns", columns, HistoryColumns)
        unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
        span = _days_ahead(horizon, unit)
        first = day_number("observation_period_end", observation_period_end) + 1
        pace = self._pace(np.arange(first, first + max(int(np.ceil(span)), 1)))
        edges = np.flatnonzero(np.diff(pace, prepend=np.nan, append=np.nan) != 0)
        pieces = [
            (begin / unit, min(end, span) / unit, float(pace[begin]))
            for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        ]
        score = partial(
            _discounted,
            purchases=purchases,
            pieces=pieces,
            discount_rate=rate("discount_rate", discount_rate),
        )
        return with_history_scores(
            customers, named.history, {output_col: score}, id_col=named.customer_id
        )

    def _pace(self, days: IntArray) -> FloatArray:
        """Return the index of each day."""
        pace = np.array(self.index)[period_of_days(days, self.period)]
        for event in self.events:
            pace[np.isin(days, event.days)] = event.index
        return pace


def _days_ahead(horizon: float, unit: float) -> float:
    """Return a horizon in days, each of which is looked up in the calendar."""
    return nonnegative("horizon", horizon, at_most=MOST_DAYS / unit) * unit


def _refuse_days(column: str, broken: BoolArray, found: str) -> None:
    if not np.any(broken):
        return
    raise InvalidValueError(
        subject=f"column {column!r}",
        found=found,
        count=int(np.count_nonzero(broken)),
        total=broken.size,
        remedy="Pass the observation_period_end and the dates of one summary.",
    )


def period_of_days(days: IntArray, period: str) -> IntArray:
    """Return the number of the period of each day, from 0."""
    dates = days.astype("datetime64[D]")
    if period == "month":
        months: IntArray = dates.astype("datetime64[M]").astype(np.int64) % 12
        return months
    years = dates.astype("datetime64[Y]").astype("datetime64[D]")
    weeks: IntArray = np.minimum((dates - years).astype(np.int64) // 7, _WEEKS - 1)
    return weeks


def _discounted(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    purchases: PurchaseModel,
    pieces: list[tuple[float, float, float]],
    discount_rate: float,
) -> FloatArray:
    """Sum the discounted purchases in pieces: their start, end and index."""
    total, passed = np.zeros(frequency.shape), 0.0
    for start, end, index in pieces:
        reached = passed + (end - start) * index
        # One plus the rate, to the power of one over the index: the rate per unit of
        # operational time. Its zero is the start of the piece, not today.
        paced = float(np.expm1(np.log1p(discount_rate) / index))
        until, before = (
            purchases.discounted_expected_purchases(
                frequency, recency, T, horizon=when, discount_rate=paced
            )
            for when in (reached, passed)
        )
        shift = np.log1p(discount_rate) * (passed / index - start)
        total += np.exp(shift) * (until - before)
        passed = reached
    return total
