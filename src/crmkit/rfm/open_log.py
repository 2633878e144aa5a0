"""A transaction log, opened and checked before any number is made."""

from dataclasses import dataclass, replace
from typing import Self

from .._dates import day_number, iso_text
from .._frames import (
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
from ..errors import NotEnoughDataError
from ..typing import Day, Grain, Refunds, TimeUnit
from .observation_window import Window, open_window

__all__ = ["REFUNDS", "Refunds", "TransactionLog", "check_log", "open_log"]

REFUNDS: tuple[Refunds, ...] = ("error", "drop", "net", "cancel")

_INSIDE = "_crmkit_inside"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransactionLog:
    """A checked log: the frame, its three columns and the period that is observed."""

    frame: Frame
    customer_id: str
    date: str
    amount: str
    window: Window

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

    def refuse_refunds(self) -> None:
        """Refuse negative amounts inside the window."""
        rule = Rule(
            column=self.amount,
            broken=nw.col(self.amount) < 0,
            found="negative value",
            remedy="Choose refunds='cancel', refunds='net' or refunds='drop', or "
            "correct the amounts.",
        )
        _refuse_inside(self.frame, [rule], self)


def open_log(
    transactions: object,
    *,
    end: Day,
    end_argument: str,
    grain: Grain,
    time_unit: TimeUnit,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> TransactionLog:
    """Open a log and refuse what cannot be summarised, naming column and count."""
    return check_log(
        read(transactions, (customer_id_col, date_col, amount_col)),
        end=end,
        end_argument=end_argument,
        grain=grain,
        time_unit=time_unit,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )


def check_log(
    frame: Frame,
    *,
    end: Day,
    end_argument: str,
    grain: Grain,
    time_unit: TimeUnit,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> TransactionLog:
    """Check a log whose frame is open already; refuse as :func:`open_log` does."""
    require_ids(frame, customer_id_col)
    require_numbers(frame, (amount_col,))
    frame, date_rules = require_dates(frame, date_col)
    refuse(frame, date_rules, id_col=customer_id_col)
    log = TransactionLog(
        frame=frame,
        customer_id=customer_id_col,
        date=date_col,
        amount=amount_col,
        window=open_window(
            end,
            argument=end_argument,
            grain=grain,
            time_unit=time_unit,
            zone=time_zone(frame, date_col),
        ),
    )
    rules = [*id_rules(frame, customer_id_col), *number_rules(frame, amount_col)]
    _refuse_inside(frame, rules, log)
    return log


def _refuse_inside(frame: Frame, rules: list[Rule], log: TransactionLog) -> None:
    """Refuse only rows inside the window: what lies after its end is not looked at."""
    inside = [
        Rule(
            column=rule.column,
            broken=rule.broken & nw.col(_INSIDE),
            found=rule.found,
            remedy=rule.remedy,
        )
        for rule in rules
    ]
    refuse(_with_inside(frame, log), inside, id_col=log.customer_id)


def _with_inside(frame: Frame, log: TransactionLog) -> Frame:
    if isinstance(frame, nw.LazyFrame):
        inside = epoch_day(log.date) <= log.window.end_day
        return frame.with_columns(inside.alias(_INSIDE))
    return with_arrays(
        frame, {_INSIDE: day_numbers(frame, log.date) <= log.window.end_day}
    )
