"""Anything else that happened to customers: contacts, answers, deliveries."""

from dataclasses import dataclass

import numpy as np

from .._frames import (
    EagerFrame,
    Groups,
    collect,
    day_numbers,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_dates,
    require_numbers,
)
from ..errors import InvalidTypeError
from ..fits import checked
from ..kernels.log.visible_log import event_past
from ..typing import FloatArray, IntArray

__all__ = ["EventLog", "OpenedEvents", "open_events"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@checked
class EventLog:
    """A frame of dated events, and the name its features will carry.

    Attributes
    ----------
    frame
        One row per event.
    name
        The features become ``{name}_count``, ``{name}_recent``, ``{name}_inactivity``
        and, with a value, ``{name}_mean`` and ``{name}_last``.
    customer_id_col, date_col
        Whose event, and when it happened.
    value_col
        A number the event carries, such as a satisfaction score.
    available_col
        When the event became known, if that was later than it happened.

    Notes
    -----
    An attribute of a customer (a plan, a credit score) is an event too: the date is the
    day from which it held. An attribute without such a date cannot be used, because it
    may have been unknown at the cut-off.
    """

    frame: object
    name: str
    customer_id_col: str = "customer_id"
    date_col: str = "date"
    value_col: str | None = None
    available_col: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedEvents:
    """Checked events of the customers of a log, as arrays."""

    name: str
    customer: IntArray
    day: IntArray
    seen: IntArray
    value: FloatArray | None

    def past(self, *, cutoff: int, window: int, who: IntArray) -> dict[str, FloatArray]:
        """Return the features of ``who`` before the cut-off."""
        columns = event_past(
            self.customer,
            self.day,
            self.seen,
            self.value,
            cutoff=cutoff,
            window=window,
            who=who,
        )
        return {f"{self.name}_{part}": values for part, values in columns.items()}


def open_events(events: EventLog, customers: Groups) -> OpenedEvents:
    """Check an event log; events of customers who never bought are left out."""
    if not isinstance(events, EventLog):
        raise InvalidTypeError(
            subject="argument 'events'",
            expected="EventLog(frame=..., name=...)",
            got=type(events).__name__,
            remedy="Wrap the frame: it needs a name for its features and a date.",
        )
    optional = [
        name for name in (events.value_col, events.available_col) if name is not None
    ]
    columns = [events.customer_id_col, events.date_col, *optional]
    opened, rules = require_dates(read_eager(events.frame, columns), events.date_col)
    frame = collect(opened)
    if events.value_col:
        require_numbers(frame, [events.value_col])
        rules += number_rules(frame, events.value_col)
    refuse(frame, rules, id_col=events.customer_id_col)
    code = _codes(frame[events.customer_id_col].to_list(), customers.ids.to_list())
    day = day_numbers(frame, events.date_col)
    seen = known_from(frame, events.available_col, day)
    value = numbers(frame, events.value_col) if events.value_col else None
    ours = code >= 0
    return OpenedEvents(
        name=events.name,
        customer=code[ours],
        day=day[ours],
        seen=seen[ours],
        value=None if value is None else value[ours],
    )


def known_from(frame: EagerFrame, available_col: str | None, day: IntArray) -> IntArray:
    """Return the first day a row is known: it happened, and it arrived."""
    if available_col is None:
        return day
    opened, rules = require_dates(frame, available_col)
    refuse(opened, rules)
    arrived = day_numbers(collect(opened), available_col)
    return np.maximum(day, arrived)


def _codes(ids: list[object], known: list[object]) -> IntArray:
    number = {name: at for at, name in enumerate(known)}
    return np.array([number.get(name, -1) for name in ids], dtype=np.int64)
