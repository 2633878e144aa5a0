"""Who bought in which period, and in which before and after: the base of time views."""

from dataclasses import dataclass

import numpy as np

from .._check import one_of
from .._frames import Frame, beside, collect, group_rows, numbers, nw
from ..errors import NotEnoughDataError
from ..kernels.calendar import Grain, period_start
from ..kernels.growth import Arrivals, Departures, spells
from ..rfm import in_engine, in_memory
from ..rfm.log import REFUNDS, Refunds, TransactionLog, open_log
from ..rfm.window import Day
from ..typing import FloatArray, IntArray

__all__ = ["ActivePeriods", "CohortSums", "active_periods", "cohort_sums"]

_FIRST, _NOW, _AMOUNT = "crmkit_first", "crmkit_now", "crmkit_amount"
_PREVIOUS, _NEXT, _ID = "crmkit_previous", "crmkit_next", "crmkit_customer"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActivePeriods:
    """A log cut into calendar periods, from the first purchase to the end.

    Attributes
    ----------
    log
        The checked log.
    starts
        Day number of the first day of each period, all of them, bought in or not.
    complete
        How many of them have ended: the last one may still be in progress.
    arrivals, departures
        Activity beside the activity before it, and after it.
    cohorts
        Sums by period of the first purchase and period of activity.
    """

    log: TransactionLog
    starts: IntArray
    complete: int
    arrivals: Arrivals
    departures: Departures
    cohorts: "CohortSums"

    @property
    def count(self) -> int:
        """Number of periods."""
        return int(self.starts.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortSums:
    """Customers and money by first period and present period."""

    first: IntArray
    now: IntArray
    customers: FloatArray
    amount: FloatArray


def active_periods(
    transactions: object,
    *,
    end: Day,
    grain: Grain,
    refunds: Refunds,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> ActivePeriods:
    """Check a log and cut it into periods; in an engine, only sums are fetched."""
    one_of("refunds", refunds, REFUNDS)
    log = open_log(
        transactions,
        end=end,
        end_argument="observation_period_end",
        grain=grain,
        time_unit="day",
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    if refunds == "error":
        log.refuse_refunds()
    if isinstance(log.frame, nw.LazyFrame):
        return _in_engine(log, refunds)
    return _in_memory(log, refunds)


def cohort_sums(customer: IntArray, period: IntArray, amount: FloatArray) -> CohortSums:
    """Set each activity beside the customer's first; sorted by customer, period."""
    begins = np.concatenate(([True], customer[1:] != customer[:-1]))
    first = period[begins][np.cumsum(begins) - 1]
    return CohortSums(
        first=first, now=period, customers=np.ones(period.size), amount=amount
    )


def _in_memory(log: TransactionLog, refunds: Refunds) -> ActivePeriods:
    frame = collect(log.frame)
    groups = group_rows(frame, log.customer_id)
    merged = in_memory.occasions_between(log, frame, groups, refunds)
    in_memory.refuse_without_purchase(log, merged, groups)
    if not merged.day.size:
        raise _nothing_seen()
    starts = _calendar(int(merged.day.min()), log)
    period = np.searchsorted(starts, merged.day)
    arrivals, departures = spells(merged.customer, period, merged.amount, starts.size)
    return ActivePeriods(
        log=log,
        starts=starts,
        complete=_complete(starts, log),
        arrivals=arrivals,
        departures=departures,
        cohorts=cohort_sums(merged.customer, period, merged.amount),
    )


def _in_engine(log: TransactionLog, refunds: Refunds) -> ActivePeriods:
    merged = in_engine.merged_occasions(log, refunds)
    earliest = collect(merged.select(nw.col("day").min()))["day"].item()
    if earliest is None:
        raise _nothing_seen()
    starts = _calendar(int(earliest), log)
    lookup = beside(log.frame, {"day": starts, _NOW: np.arange(starts.size)})
    activity = merged.join(lookup, on="day", how="left").select(
        nw.col("customer").alias(_ID), _NOW, nw.col("amount").alias(_AMOUNT)
    )
    return ActivePeriods(
        log=log,
        starts=starts,
        complete=_complete(starts, log),
        arrivals=_arrivals(activity),
        departures=_departures(activity, starts.size),
        cohorts=_cohorts(activity),
    )


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
    dated = activity.with_columns(nw.col(_NOW).min().over(_ID).alias(_FIRST))
    found = collect(
        dated.group_by(_FIRST, _NOW).agg(
            nw.len().alias("customers"), nw.col(_AMOUNT).sum()
        )
    )
    return CohortSums(
        first=numbers(found, _FIRST).astype(np.int64),
        now=numbers(found, _NOW).astype(np.int64),
        customers=numbers(found, "customers"),
        amount=numbers(found, _AMOUNT),
    )


def _calendar(first_day: int, log: TransactionLog) -> IntArray:
    """List the first day of every period, from the first purchase to the end."""
    days = np.arange(first_day, log.window.end_day + 1)
    starts: IntArray = np.unique(period_start(days, log.window.grain))
    return starts


def _complete(starts: IntArray, log: TransactionLog) -> int:
    return int(starts.size) - (not log.window.ends_its_period)


def _nothing_seen() -> NotEnoughDataError:
    return NotEnoughDataError(
        needed="at least 1 row within the window",
        got="0",
        remedy="Pass the transactions up to observation_period_end.",
    )
