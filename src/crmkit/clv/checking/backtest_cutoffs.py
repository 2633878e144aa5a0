"""Cutoffs of a backtest: days inside the log, each with its whole horizon after it."""

import datetime as dt
from collections.abc import Iterable

from ..._dates import EPOCH, date_of, day_number
from ..._frames import (
    EagerFrame,
    collect,
    day_numbers,
    read_eager,
    refuse,
    require_dates,
    time_zone,
)
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...typing import Day, IntoDataFrame

__all__ = ["Cutoffs", "customers_at", "cutoff_days", "log_span"]

Cutoffs = Iterable[Day]


def cutoff_days(
    transactions: IntoDataFrame,
    cutoffs: Cutoffs,
    *,
    days: int,
    end: Day | None,
    date_col: str,
) -> list[int]:
    """Return the day numbers of cutoffs, whose horizon lies inside the log."""
    known = _parsed(cutoffs)
    first, _, last = log_span(transactions, end=end, date_col=date_col)
    _require_past(known, first)
    _require_future(known, days, last)
    return known


def log_span(
    transactions: IntoDataFrame, *, end: Day | None, date_col: str
) -> tuple[int, int, int]:
    """Return the days of the first and last purchase, and of the end of observation."""
    frame, rules = require_dates(read_eager(transactions, (date_col,)), date_col)
    refuse(frame, rules)
    seen = day_numbers(collect(frame), date_col)
    if not seen.size:
        raise NotEnoughDataError(
            needed="purchases to look back at",
            got="0 rows",
            remedy="Pass the log of purchases.",
        )
    zone = time_zone(frame, date_col)
    newest = int(seen.max())
    last = (
        newest if end is None else day_number("observation_period_end", end, zone=zone)
    )
    return int(seen.min()), newest, last


def customers_at(customers: IntoDataFrame, day: int) -> EagerFrame:
    """Open the summary at a cutoff, which must have customers."""
    frame = read_eager(customers, ())
    if not len(frame):
        raise NotEnoughDataError(
            needed=f"customers who bought by {date_of(day)}",
            got="none",
            remedy="Choose later cutoffs.",
        )
    return frame


def _parsed(cutoffs: Cutoffs) -> list[int]:
    if isinstance(cutoffs, str | bytes) or not isinstance(cutoffs, Iterable):
        raise InvalidTypeError(
            subject="argument 'cutoffs'",
            expected="a list of days",
            got=repr(cutoffs),
            remedy="Pass a list, of one day if there is one: ['2024-06-30'].",
        )
    days = [day_number("cutoffs", cutoff, zone=None) for cutoff in cutoffs]
    if not days:
        raise InvalidValueError(
            subject="argument 'cutoffs'",
            found="an empty list",
            remedy="Pass at least one day to look back from.",
        )
    return days


def _require_past(cutoffs: list[int], first: int) -> None:
    early = [day for day in cutoffs if day < first]
    if early:
        raise InvalidValueError(
            subject="argument 'cutoffs'",
            found="day before any purchase",
            count=len(early),
            first=date_of(early[0]).isoformat(),
            remedy=f"The first purchase is of {date_of(first)}: choose later days.",
        )


def _require_future(cutoffs: list[int], days: int, last: int) -> None:
    late = [day for day in cutoffs if day + days > last]
    if late:
        raise InvalidValueError(
            subject="argument 'cutoffs'",
            found="horizon that runs past the data",
            count=len(late),
            first=date_of(late[0]).isoformat(),
            remedy=(
                f"The data end on {date_of(last)}, so a horizon of {days:,} days needs "
                f"a cutoff of {_latest(last - days)} or before. Choose earlier "
                "cutoffs, a shorter horizon, or name a later observation_period_end."
            ),
        )


def _latest(day: int) -> str:
    """Name a day, however far back."""
    first = dt.date.min.toordinal() - EPOCH.toordinal()
    return date_of(day).isoformat() if day >= first else "before the calendar"
