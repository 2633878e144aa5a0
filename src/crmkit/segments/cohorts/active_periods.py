"""The calendar periods of a log, and which customers were active in each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..._frames import Frame, beside, collect, numbers, nw
from ...errors import InvalidValueError
from ...kernels.groups import cohorts
from ...kernels.groups.growth_counts import Arrivals, Departures, spells
from ...kernels.log.calendar import period_start
from ...kernels.log.occasions import Occasions
from ...rfm import summary_in_engine
from ...rfm.open_log import LogColumns, TransactionLog, open_log
from ...typing import Day, FloatArray, Grain, IntArray, Refunds
from ..occasions import nothing_seen, occasions_in_memory

__all__ = [
    "ActivePeriods",
    "CohortSums",
    "active_periods",
    "cohort_sums",
    "periods_in_memory",
]

_MOST_PERIODS = 5_000

_FIRST, _NOW, _AMOUNT = "crmkit_first", "crmkit_now", "crmkit_amount"
_PREVIOUS, _NEXT, _ID = "crmkit_previous", "crmkit_next", "crmkit_customer"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActivePeriods:
    """A log cut into calendar periods, from the first purchase to its end.

    Attributes
    ----------
    log
        The checked log.
    starts
        Day number of the first day of every period, with purchases or without.
    complete
        How many of them have ended: the last one may still be in progress.
    spells
        Counts the activity in each period by the period of the one before and after.
    cohorts
        Adds up by period of the first purchase and period of activity.
    """

    log: TransactionLog
    starts: IntArray
    complete: int
    spells: Callable[[], tuple[Arrivals, Departures]]
    cohorts: Callable[[], "CohortSums"]

    @property
    def count(self) -> int:
        """Number of periods."""
        return int(self.starts.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortSums:
    """Customers and money by period of the first purchase and period of activity.

    Attributes
    ----------
    first, now
        The period of the first purchase, and that of these activities.
    customers, amount
        How many are active, and what they spend.
    squares
        The sum of squares of what each spends.
    climbs
        The rise in the sum of squares of what each has spent so far.
    """

    first: IntArray
    now: IntArray
    customers: FloatArray
    amount: FloatArray
    squares: FloatArray
    climbs: FloatArray


def active_periods(
    transactions: object,
    columns: LogColumns,
    end: Day,
    grain: Grain,
    refunds: Refunds,
) -> ActivePeriods:
    """Check a log and cut it into periods; an engine adds up only when asked to."""
    log = open_log(transactions, columns, end, grain, refunds=refunds)
    if isinstance(log.frame, nw.LazyFrame):
        return _in_engine(log, refunds)
    merged, _ = occasions_in_memory(log, refunds)
    return periods_in_memory(log, merged)


def cohort_sums(customer: IntArray, period: IntArray, amount: FloatArray) -> CohortSums:
    """Pair each activity with the customer's first; sorted by customer and period."""
    begins = np.concatenate(([True], customer[1:] != customer[:-1]))
    started = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    with np.errstate(over="ignore"):
        squares = amount**2
    return CohortSums(
        first=period[started],
        now=period,
        customers=np.ones(period.size),
        amount=amount,
        squares=squares,
        climbs=cohorts.climbs(np.arange(period.size) - started, amount),
    )


def periods_in_memory(log: TransactionLog, merged: Occasions) -> ActivePeriods:
    """Cut occasions, merged in the grain of the log, into periods."""
    starts = _calendar(int(merged.day.min()), log)
    period = np.searchsorted(starts, merged.day)
    activity = merged.customer, period, merged.amount
    return ActivePeriods(
        log=log,
        starts=starts,
        complete=_complete(starts, log),
        spells=partial(spells, *activity, starts.size),
        cohorts=partial(cohort_sums, *activity),
    )


def _in_engine(log: TransactionLog, refunds: Refunds) -> ActivePeriods:
    merged = summary_in_engine.merged_occasions(log, refunds)
    earliest = collect(merged.select(nw.col("day").min()))["day"].item()
    if earliest is None:
        raise nothing_seen()
    starts = _calendar(int(earliest), log)
    lookup = beside(log.frame, {"day": starts, _NOW: np.arange(starts.size)})
    activity = merged.join(lookup, on="day", how="left").select(
        nw.col("customer").alias(_ID), _NOW, nw.col("amount").alias(_AMOUNT)
    )
    return ActivePeriods(
        log=log,
        starts=starts,
        complete=_complete(starts, log),
        spells=partial(_spells, activity, starts.size),
        cohorts=partial(_cohorts, activity),
    )


def _spells(activity: Frame, periods: int) -> tuple[Arrivals, Departures]:
    return _arrivals(activity), _departures(activity, periods)


def _arrivals(activity: Frame) -> Arrivals:
    before = activity.with_columns(
        nw.col(_NOW).shift(1).over(_ID, order_by=_NOW).alias(_PREVIOUS),
        nw.col(_AMOUNT).shift(1).over(_ID, order_by=_NOW).alias("crmkit_before"),
    )
    step = nw.col(_AMOUNT) - nw.col("crmkit_before")
    zero = nw.lit(0.0)
    split = before.with_columns(
        nw.col(_PREVIOUS).fill_null(-1),
        nw.when(step > 0).then(step).otherwise(zero).alias("expansion"),
        nw.when(step < 0).then(-step).otherwise(zero).alias("contraction"),
    )
    found = collect(
        split.group_by(_PREVIOUS, _NOW).agg(
            nw.len().alias("customers"),
            nw.col(_AMOUNT).sum(),
            nw.col("expansion").sum(),
            nw.col("contraction").sum(),
        )
    )
    return Arrivals(
        previous=numbers(found, _PREVIOUS).astype(np.int64),
        now=numbers(found, _NOW).astype(np.int64),
        customers=numbers(found, "customers"),
        amount=numbers(found, _AMOUNT),
        expansion=numbers(found, "expansion"),
        contraction=numbers(found, "contraction"),
    )


def _departures(activity: Frame, periods: int) -> Departures:
    after = activity.with_columns(
        nw.col(_NOW).shift(-1).over(_ID, order_by=_NOW).fill_null(periods).alias(_NEXT)
    )
    found = collect(
        after.group_by(_NOW, _NEXT).agg(
            nw.len().alias("customers"), nw.col(_AMOUNT).sum()
        )
    )
    return Departures(
        now=numbers(found, _NOW).astype(np.int64),
        following=numbers(found, _NEXT).astype(np.int64),
        customers=numbers(found, "customers"),
        amount=numbers(found, _AMOUNT),
    )


def _cohorts(activity: Frame) -> CohortSums:
    amount, running = nw.col(_AMOUNT), nw.col("crmkit_running")
    dated = activity.with_columns(
        nw.col(_NOW).min().over(_ID).alias(_FIRST),
        amount.cum_sum().over(_ID, order_by=_NOW).alias("crmkit_running"),
    ).with_columns(
        (amount * amount).alias("squares"),
        (amount * (running * 2.0 - amount)).alias("climbs"),
    )
    found = collect(
        dated.group_by(_FIRST, _NOW).agg(
            nw.len().alias("customers"),
            nw.col(_AMOUNT).sum(),
            nw.col("squares").sum(),
            nw.col("climbs").sum(),
        )
    )
    return CohortSums(
        first=numbers(found, _FIRST).astype(np.int64),
        now=numbers(found, _NOW).astype(np.int64),
        customers=numbers(found, "customers"),
        amount=numbers(found, _AMOUNT),
        squares=numbers(found, "squares"),
        climbs=numbers(found, "climbs"),
    )


def _calendar(first_day: int, log: TransactionLog) -> IntArray:
    """List the first day of every period, from the first purchase to the end."""
    days = np.arange(first_day, log.window.end_day + 1)
    starts: IntArray = np.unique(period_start(days, log.window.grain))
    # Cohorts times ages: an end far in the future would fill the memory with zeros.
    if starts.size > _MOST_PERIODS:
        raise InvalidValueError(
            subject="argument 'observation_period_end'",
            found=f"{starts.size:,} periods of a {log.window.grain} since the first "
            "purchase",
            remedy=f"Pass the last day that the log covers, or a coarser grain: at "
            f"most {_MOST_PERIODS:,} periods are counted.",
        )
    return starts


def _complete(starts: IntArray, log: TransactionLog) -> int:
    return int(starts.size) - (not log.window.ends_its_period)
