"""A transaction log, checked once and prepared for every figure of the report."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ..._dates import EPOCH, date_of
from ..._frames import (
    EagerFrame,
    Groups,
    collect,
    day_numbers,
    group_rows,
    missing,
    numbers,
    nw,
    read_eager,
    require_ids,
    with_arrays,
)
from ...errors import InvalidValueError
from ...rfm import summary_in_memory
from ...rfm.calibration_holdout_summary import calibration_log, split_in_memory
from ...rfm.log_counts import count_in_memory
from ...rfm.open_log import TransactionLog, check_log
from ...rfm.transaction_report import TransactionReport, reported
from ...typing import BoolArray, FloatArray, IntArray, Refunds
from ..question import Question

__all__ = ["PreparedLog", "prepare_log", "rows_with_id"]

_KEPT = "_crmkit_kept"
_FIRST_DAY = (dt.date.min - EPOCH).days


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedLog:
    """A log that has passed every check; its rows are arrays, read once.

    Attributes
    ----------
    log, frame
        The checked log and its rows in memory: who, when and how much.
    groups
        Which customer each row belongs to.
    day, amount
        The day number and the amount of each row.
    refunds
        What a negative amount means.
    facts
        What the log held before any customer was left out.
    n_rows_without_id, n_customers_refunded_only
        How many rows and customers were left out on request.
    """

    log: TransactionLog
    frame: EagerFrame
    groups: Groups
    day: IntArray
    amount: FloatArray
    refunds: Refunds
    facts: TransactionReport
    n_rows_without_id: int
    n_customers_refunded_only: int = 0

    def summary(self) -> EagerFrame:
        """Summarise each customer up to the end of observation, in weeks."""
        return summary_in_memory.summarise(
            self.log, self.frame, self.groups, self.refunds
        )

    def split_summary(self, end_day: int) -> EagerFrame:
        """Summarise each customer up to an earlier day, with what came after it."""
        known = self
        if self.refunds == "net":
            # Refunds up to the early end may belong to purchases after it.
            known = self.without(self.refunded_only(end_day))
        early = calibration_log(known.log, date_of(end_day))
        return split_in_memory(
            early, known.log, known.frame, known.groups, self.refunds
        )

    def refunded_only(self, end_day: int) -> BoolArray:
        """Mark each customer with refunds and no purchase up to a day."""
        seen, refund = self.day <= end_day, self.amount < 0
        count = self.groups.count
        refunds = np.bincount(self.groups.codes[seen & refund], minlength=count)
        sales = np.bincount(self.groups.codes[seen & ~refund], minlength=count)
        return np.asarray((refunds > 0) & (sales == 0))

    def without(self, customers: BoolArray) -> Self:
        """Leave out the marked customers."""
        if not customers.any():
            return self
        kept = ~customers[self.groups.codes]
        frame = _only(self.frame, kept)
        return replace(
            self,
            log=replace(self.log, frame=frame),
            frame=frame,
            groups=group_rows(frame, self.log.customer_id),
            day=self.day[kept],
            amount=self.amount[kept],
        )


def prepare_log(transactions: object, *, question: Question) -> PreparedLog:
    """Check a log and number its customers; leave out what the question allows.

    Raises
    ------
    CrmkitError
        If a column is missing, or a row breaks a rule that the question does not
        relax.
    """
    frame = read_eager(transactions, question.columns).select(*question.columns)
    named = _has_id(frame, question.customer_id_col)
    without_id = int(np.count_nonzero(~named))
    if without_id:
        _require_ids_may_be_dropped(named, question)
        frame = _only(frame, named)
    log = check_log(
        frame,
        end=question.observation_period_end,
        end_argument="observation_period_end",
        grain="day",
        time_unit="week",
        customer_id_col=question.customer_id_col,
        date_col=question.date_col,
        amount_col=question.amount_col,
    )
    if question.refunds == "error":
        log.refuse_refunds()
    checked = collect(log.frame)
    day = day_numbers(checked, log.date)
    _require_years(day, log)
    groups = group_rows(checked, log.customer_id)
    prepared = PreparedLog(
        log=log,
        frame=checked,
        groups=groups,
        day=day,
        amount=numbers(checked, log.amount),
        refunds=question.refunds,
        facts=reported(log, count_in_memory(log, checked, groups)),
        n_rows_without_id=without_id,
    )
    return _buyers_only(prepared, question) if question.refunds == "net" else prepared


def rows_with_id(transactions: object, question: Question) -> list[int] | None:
    """Return the rows that name a customer, where others are left out; else None."""
    if question.missing_ids == "error":
        return None
    frame = read_eager(transactions, question.columns)
    named = _has_id(frame, question.customer_id_col)
    return [int(row) for row in np.flatnonzero(named)]


def _has_id(frame: EagerFrame, column: str) -> BoolArray:
    """Mark each row that names a customer; an id of spaces names none."""
    require_ids(frame, column)
    hole = missing(frame, column)
    if frame.collect_schema()[column] == nw.String:
        hole = hole | (nw.col(column).str.strip_chars() == "").fill_null(value=True)
    marked = frame.select(hole.alias(_KEPT))[_KEPT].to_numpy()
    return np.asarray(~marked.astype(np.bool_))


def _require_ids_may_be_dropped(named: BoolArray, question: Question) -> None:
    if question.missing_ids == "error":
        raise InvalidValueError(
            subject=f"column {question.customer_id_col!r}",
            found="missing or blank id",
            count=int(np.count_nonzero(~named)),
            total=named.size,
            first=f"row {int(np.argmin(named))}",
            remedy="Give these rows an id, or leave them out with --missing-ids drop "
            "(missing_ids='drop').",
        )


def _require_years(day: IntArray, log: TransactionLog) -> None:
    """Refuse days before year 1, which frames can hold and dates of Python cannot."""
    early = day < _FIRST_DAY
    if early.any():
        raise InvalidValueError(
            subject=f"column {log.date!r}",
            found="date before year 1",
            count=int(np.count_nonzero(early)),
            total=day.size,
            first=f"row {int(np.argmax(early))}",
            remedy="Correct these dates.",
        )


def _buyers_only(log: PreparedLog, question: Question) -> PreparedLog:
    """Refuse customers whose rows are all refunds, or leave them out, as asked."""
    refunded = log.refunded_only(question.end_day)
    count = int(np.count_nonzero(refunded))
    if count and question.refunds_without_purchase == "error":
        raise InvalidValueError(
            subject=f"column {question.amount_col!r}",
            found="customer with refunds and no purchase",
            count=count,
            remedy="Their purchases may be older than the log: leave them out with "
            "--refunds-without-purchase drop (refunds_without_purchase='drop').",
        )
    return replace(log.without(refunded), n_customers_refunded_only=count)


def _only(frame: EagerFrame, kept: BoolArray) -> EagerFrame:
    return with_arrays(frame, {_KEPT: kept}).filter(nw.col(_KEPT)).drop(_KEPT)
