"""A transaction log, opened and checked before any number is made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from .._check import one_of
from .._dates import day_number, iso_text
from .._frames import (
    SUMMARY_COLUMNS,
    Frame,
    Rule,
    day_numbers,
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
    with_arrays,
)
from ..errors import InvalidValueError, NotEnoughDataError, shown
from ..typing import Day, Grain, Refunds, TimeUnit
from .observation_window import Window, open_window

__all__ = [
    "REFUNDS",
    "LogColumns",
    "Refunds",
    "TransactionLog",
    "open_log",
    "read_log",
]

REFUNDS: tuple[Refunds, ...] = ("error", "drop", "net", "cancel")

_INSIDE = "_crmkit_inside"


class LogColumns(NamedTuple):
    """The names of the three columns that a log must have."""

    customer_id: str
    date: str
    amount: str

    def refuse_summary_names(self, written: Sequence[str] = SUMMARY_COLUMNS) -> None:
        """Refuse an id that a summary would write over with a column of its history."""
        name: object = self.customer_id  # what is not a name is refused with the log
        if isinstance(name, str) and name in written:
            raise InvalidValueError(
                subject="argument 'customer_id_col'",
                found=f"{shown(self.customer_id)}, a column that a summary writes",
                remedy="Rename the column of the log, for instance to 'customer_id'.",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransactionLog:
    """A checked log: the frame, its three columns and the period that is observed."""

    frame: Frame
    customer_id: str
    date: str
    amount: str
    window: Window
    date_rules: tuple[Rule, ...]

    def until(self, end: Day, argument: str) -> Self:
        """Return the log as it was seen on an earlier day."""
        zone = time_zone(self.frame, self.date)
        day = day_number(argument, end, zone=zone)
        return replace(self, window=replace(self.window, end_day=day))

    def nothing_seen(self, first_day: int) -> NotEnoughDataError:
        """Return the refusal of a log that begins after the end of observation."""
        return NotEnoughDataError(
            needed=f"a row dated {iso_text(self.window.end_day)} or earlier, the last "
            "day of the period",
            got=f"a log that begins on {iso_text(first_day)}",
            remedy="Pass a later end, or the transactions before it.",
        )

    def refuse(self, refunds: Refunds) -> None:
        """Refuse what cannot be summarised: in an engine, in one pass over the rows."""
        dates = list(self.date_rules)
        if isinstance(self.frame, nw.DataFrame):
            # Days are read as numbers next: a missing one would not be missing there.
            refuse(self.frame, dates, id_col=self.customer_id)
            dates = []
        others = [
            *id_rules(self.frame, self.customer_id),
            *number_rules(self.frame, self.amount),
            *([self._refund()] if refunds == "error" else []),
        ]
        refuse(
            self._told_apart(), [*dates, *self._inside(others)], id_col=self.customer_id
        )

    def _refund(self) -> Rule:
        return Rule(
            column=self.amount,
            broken=nw.col(self.amount) < 0,
            found="negative value",
            remedy="Choose refunds='cancel', refunds='net' or refunds='drop', or "
            "correct the amounts.",
        )

    def _inside(self, rules: list[Rule]) -> list[Rule]:
        """Ask the rules of rows inside the window alone: later ones are not seen."""
        return [replace(rule, broken=rule.broken & nw.col(_INSIDE)) for rule in rules]

    def _told_apart(self) -> Frame:
        """Tell the rows inside the window from the others in a column."""
        if isinstance(self.frame, nw.LazyFrame):
            inside = epoch_day(self.date) <= self.window.end_day
            return self.frame.with_columns(inside.alias(_INSIDE))
        inside_window = day_numbers(self.frame, self.date) <= self.window.end_day
        return with_arrays(self.frame, {_INSIDE: inside_window})


def open_log(
    transactions: object,
    columns: LogColumns,
    end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    *,
    refunds: Refunds,
) -> TransactionLog:
    """Open a log and refuse what cannot be summarised, naming column and count."""
    one_of("refunds", refunds, REFUNDS)
    log = read_log(transactions, columns, end, grain, time_unit)
    log.refuse(refunds)
    return log


def read_log(
    transactions: object,
    columns: LogColumns,
    end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
) -> TransactionLog:
    """Check the types of the columns and the window, without looking at a row."""
    frame = read(transactions, columns)
    require_ids(frame, columns.customer_id)
    require_numbers(frame, (columns.amount,))
    dated, date_rules = require_dates(frame, columns.date)
    return TransactionLog(
        frame=dated,
        customer_id=columns.customer_id,
        date=columns.date,
        amount=columns.amount,
        window=open_window(
            end,
            argument="observation_period_end",
            grain=grain,
            time_unit=time_unit,
            zone=time_zone(dated, columns.date),
        ),
        date_rules=tuple(date_rules),
    )
