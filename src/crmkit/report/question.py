"""The question to a log: every choice that shapes a figure of the page."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from .._check import one_of, positive, rate
from .._dates import EPOCH, date_of, day_number
from ..clv import per_unit_rate
from ..errors import InvalidValueError
from ..fits import shown

__all__ = ["Doubted", "Gaps", "ModelName", "Question", "Refunds"]

Gaps = Literal["error", "drop"]
Refunds = Literal["error", "net", "drop", "cancel"]
Doubted = Literal["error", "drop", "keep"]
ModelName = Literal["auto", "bg_nbd", "mbg_nbd", "pareto_nbd"]

# The page shows two years ahead at most.
_ROOM = dt.timedelta(days=3 * 366)

_GAPS: tuple[Gaps, ...] = ("error", "drop")
_DOUBTED: tuple[Doubted, ...] = ("error", "drop", "keep")
_MODELS: tuple[ModelName, ...] = ("auto", "bg_nbd", "mbg_nbd", "pareto_nbd")


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class Question:
    """The question to a transaction log: its columns, its end and what to compute.

    Attributes
    ----------
    source
        The log's name, as the page prints it.
    observation_period_end
        The last day seen, inclusive.
    horizon_weeks
        The horizon: how many weeks ahead to look.
    annual_discount_rate
        Effective rate per year: 0.1 for 10%.
    margin
        The part of an amount that you keep; with 1 the figures are revenue.
    refunds
        What a negative amount means, as in ``rfm_summary``: with ``"cancel"`` a refund
        removes the purchase it undoes, with ``"net"`` it is subtracted.
    refunds_without_purchase
        With ``refunds="net"`` or ``"cancel"``: refuse customers who have refunds
        and no purchase, as
        at the left edge of an export, or leave them out.
    missing_ids
        Refuse rows without an id, or leave them out; an id of spaces counts as missing.
    placeholders
        Rows whose id is a placeholder, such as ``(blank)`` or ``NULL``: refuse them,
        leave them out, or keep them as a customer.
    total_rows
        Rows that are the total of others: refuse, leave out, or keep them.
    model
        The purchase model, or ``"auto"`` for the best on the weeks held back.
    currency
        The sign before amounts; may be empty.
    source_notes
        What was done to the log before, as sentences for the page.
    source_rows
        How many rows the source had, before any filter; None if the log is all of it.
    customer_id_col, date_col, amount_col
        The columns to read.
    """

    source: str
    observation_period_end: dt.date
    horizon_weeks: float = 52.0
    annual_discount_rate: float = 0.10
    margin: float = 1.0
    refunds: Refunds = "error"
    refunds_without_purchase: Gaps = "error"
    missing_ids: Gaps = "error"
    placeholders: Doubted = "error"
    total_rows: Doubted = "error"
    model: ModelName = "auto"
    currency: str = ""
    source_notes: tuple[str, ...] = ()
    source_rows: int | None = None
    customer_id_col: str = "customer_id"
    date_col: str = "date"
    amount_col: str = "amount"

    def __post_init__(self) -> None:
        self._require_room_ahead()
        positive("horizon_weeks", self.horizon_weeks)
        rate("annual_discount_rate", self.annual_discount_rate)
        if positive("margin", self.margin) > 1:
            raise InvalidValueError(
                subject="argument 'margin'",
                found=f"value above 1, {self.margin:g}",
                remedy="Pass the part of an amount that you keep: 0.3 for 30%.",
            )
        one_of("refunds", self.refunds, ("error", "net", "drop", "cancel"))
        one_of("placeholders", self.placeholders, _DOUBTED)
        one_of("total_rows", self.total_rows, _DOUBTED)
        one_of("model", self.model, _MODELS)
        one_of("missing_ids", self.missing_ids, _GAPS)
        one_of("refunds_without_purchase", self.refunds_without_purchase, _GAPS)
        if len(set(self.columns)) < len(self.columns):
            raise InvalidValueError(
                subject="the columns to read",
                found=f"one name twice in {list(self.columns)}",
                remedy="Name three columns: who bought, when, and for how much.",
            )

    def _require_room_ahead(self) -> None:
        end = date_of(day_number("observation_period_end", self.observation_period_end))
        # A datetime is a date, and cannot be compared with one.
        object.__setattr__(self, "observation_period_end", end)
        if dt.date.max - end < _ROOM:
            raise InvalidValueError(
                subject="argument 'observation_period_end'",
                found=f"{end}, which leaves no room for a forecast",
                remedy="Pass the last day that the log covers.",
            )

    @property
    def columns(self) -> tuple[str, str, str]:
        """The columns read: who, when, how much."""
        return self.customer_id_col, self.date_col, self.amount_col

    @property
    def weekly_discount_rate(self) -> float:
        """The discount rate per week that compounds to the annual one."""
        return per_unit_rate(self.annual_discount_rate, time_unit="week")

    @property
    def end_day(self) -> int:
        """The last day seen, counted from 1970-01-01."""
        return (self.observation_period_end - EPOCH).days
