"""Purchases, departures and referrals in the days after the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..._dates import day_number
from ..._frames import (
    Frame,
    epoch_day,
    id_rules,
    number_rules,
    nw,
    read,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    time_zone,
)
from ...typing import Day

__all__ = ["OutcomeWindow", "departures_in", "last_day", "purchases_in", "referrals_in"]

_DAY: Final = "crmkit_day"
_REFERRER: Final = "referrer_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWindow:
    """The days after ``as_of`` in which events count as outcomes."""

    customer_id_col: str
    date_col: str
    as_of: Day
    horizon_days: int


def last_day(frame: Frame, window: OutcomeWindow) -> int:
    """Return the day number of ``as_of``, in the time zone of the frame's dates."""
    return day_number("as_of", window.as_of, zone=time_zone(frame, window.date_col))


def _events(frame: object, window: OutcomeWindow, columns: Sequence[str]) -> Frame:
    """Open a frame of events, dated from ``as_of``: day 1 is the day after it."""
    opened = read(frame, (window.customer_id_col, window.date_col, *columns))
    require_ids(opened, window.customer_id_col)
    dated, rules = require_dates(opened, window.date_col)
    refuse(dated, [*id_rules(dated, window.customer_id_col), *rules])
    day = epoch_day(window.date_col) - last_day(dated, window)
    return dated.with_columns(day.alias(_DAY))


def _inside(events: Frame, window: OutcomeWindow) -> Frame:
    return events.filter((nw.col(_DAY) > 0) & (nw.col(_DAY) <= window.horizon_days))


def purchases_in(transactions: object, window: OutcomeWindow, amount_col: str) -> Frame:
    """Count and sum the purchases of each customer in the window."""
    events = _events(transactions, window, (amount_col,))
    require_numbers(events, (amount_col,))
    refuse(events, number_rules(events, amount_col), id_col=window.customer_id_col)
    amount = nw.col(amount_col).cast(nw.Float64).alias("crmkit_amount")
    daily = (
        _inside(events, window)
        .select(window.customer_id_col, _DAY, amount)
        .group_by(window.customer_id_col, _DAY)
        .agg(nw.col("crmkit_amount").sum())
    )
    return daily.group_by(window.customer_id_col).agg(
        nw.len().alias("purchases"),
        nw.col("crmkit_amount").sum().alias("spend"),
        nw.col(_DAY).min().alias("days_to_repurchase"),
    )


def departures_in(departures: object, window: OutcomeWindow) -> Frame:
    """Find the first departure of each customer up to the end of the window."""
    first = (
        _events(departures, window, ())
        .group_by(window.customer_id_col)
        .agg(nw.col(_DAY).min().alias("days_to_churn"))
    )
    return first.filter(nw.col("days_to_churn") <= window.horizon_days)


def referrals_in(referrals: object, window: OutcomeWindow) -> Frame:
    """Count the referrals of each customer in the window."""
    opened = read(referrals, (_REFERRER, window.date_col))
    named = opened.select(
        nw.col(_REFERRER).alias(window.customer_id_col), window.date_col
    )
    counted = _inside(_events(named.to_native(), window, ()), window)
    return counted.group_by(window.customer_id_col).agg(nw.len().alias("referrals"))
