"""A transaction log, checked once and prepared for every figure of the report."""

import datetime as dt
from collections.abc import Sequence
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
    numbers,
    nw,
    read_eager,
    require_numbers,
)
from ...errors import InvalidValueError
from ...kernels.log.occasions import order_of
from ...rfm import summary_in_memory
from ...rfm.calibration_holdout_summary import calibration_log, split_in_memory
from ...rfm.log_counts import count_in_memory
from ...rfm.open_log import LogColumns, TransactionLog, open_log
from ...rfm.transaction_report import TransactionReport, reported
from ...typing import BoolArray, FloatArray, IntArray, Refunds
from ..question import Question
from .doubtful_rows import DoubtfulRows, doubtful_rows, kept_rows

__all__ = ["SUBTRACTED", "PreparedLog", "prepare_log"]

_WITHOUT_ID = (
    "Give these rows an id, or leave them out with --missing-ids drop "
    "(missing_ids='drop')."
)
_PLACEHOLDER = (
    "Leave these rows out with --placeholders drop (placeholders='drop'), or pass "
    "'keep'."
)
SUBTRACTED = ("net", "cancel")  # refunds that belong to purchases
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
    n_rows_without_id, n_placeholder_rows, n_total_rows, n_customers_refunded_only
        How many rows and customers were left out on request.
    """

    log: TransactionLog
    frame: EagerFrame
    groups: Groups
    day: IntArray
    amount: FloatArray
    refunds: Refunds
    facts: TransactionReport
    n_rows_without_id: int = 0
    n_placeholder_rows: int = 0
    n_total_rows: int = 0
    n_customers_refunded_only: int = 0

    def summary(self) -> EagerFrame:
        """Summarise each customer up to the end of observation, in weeks."""
        return summary_in_memory.summarise(
            self.log, self.frame, self.groups, self.refunds
        )

    def report(self) -> TransactionReport:
        """Count the rows that are analysed."""
        if not self.n_customers_refunded_only:
            return self.facts  # no customer was left out after they were counted
        return reported(self.log, count_in_memory(self.log, self.frame, self.groups))

    def split_summary(
        self, end_day: int, names: Sequence[str] | None = None
    ) -> EagerFrame:
        """Summarise each customer up to an earlier day, with what came after it.

        The frame has the named columns; all of them where none is named.
        """
        known = self
        if self.refunds in SUBTRACTED:
            # Refunds up to the early end may belong to purchases after it.
            known = self.without(self.refunded_only(end_day))
        early = calibration_log(known.log, date_of(end_day))
        split = split_in_memory(
            early, known.log, known.frame, known.groups, self.refunds
        )
        return split if names is None else split.select(*names)

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
        return self._kept(~customers[self.groups.codes])

    def until(self, end_day: int) -> Self:
        """Return the log as it was seen on an earlier day."""
        if end_day >= self.log.window.end_day:
            return self
        log = self.log.until(date_of(end_day), "observation_period_end")
        return replace(self, log=log)

    def sample(self, n_customers: int, *, seed: int) -> Self:
        """Return the rows of some customers, drawn at random; of all if few."""
        if self.groups.count <= n_customers:
            return self
        rng = np.random.default_rng(seed)
        drawn = np.zeros(self.groups.count, dtype=np.bool_)
        drawn[rng.choice(self.groups.count, n_customers, replace=False)] = True
        return self._kept(drawn[self.groups.codes])

    def _kept(self, kept: BoolArray) -> Self:
        frame = kept_rows(self.frame, kept)
        codes = self.groups.codes[kept]
        left = np.bincount(codes, minlength=self.groups.count) > 0
        ids = self.groups.ids.filter(left.tolist())
        return replace(
            self,
            log=replace(self.log, frame=frame),
            frame=frame,
            groups=Groups(codes=(np.cumsum(left) - 1)[codes], ids=ids),
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
    require_numbers(frame, (question.amount_col,))
    found = doubtful_rows(
        frame, question.customer_id_col, numbers(frame, question.amount_col)
    )
    left_out = _refused_or_left_out(found, question)
    kept = _kept_by(question, found)
    frame = kept_rows(frame, kept)
    try:
        log, day = _checked(frame, question)
    except InvalidValueError as error:
        raise _among_all(error, kept) from None
    del found, kept
    checked = collect(log.frame)
    groups = _grouped(checked, log.customer_id)
    # Every figure sorts the rows by customer and day: what is sorted once costs them
    # nothing.
    order = order_of(groups.codes, day)
    checked, day = checked[order], day[order]
    log = replace(log, frame=checked)
    groups = replace(groups, codes=groups.codes[order])
    del order, frame  # of a large log, each is a large part of the memory
    prepared = PreparedLog(
        log=log,
        frame=checked,
        groups=groups,
        day=day,
        amount=numbers(checked, log.amount),
        refunds=question.refunds,
        facts=reported(log, count_in_memory(log, checked, groups)),
        **left_out,
    )
    if question.refunds in SUBTRACTED:
        return _buyers_only(prepared, question)
    return prepared


def _checked(frame: EagerFrame, question: Question) -> tuple[TransactionLog, IntArray]:
    """Check the rows that are analysed; number their days."""
    columns = LogColumns(*question.columns)
    columns.refuse_summary_names()
    log = open_log(
        frame,
        columns,
        question.observation_period_end,
        time_unit="week",
        refunds=question.refunds,
    )
    day = day_numbers(collect(log.frame), log.date)
    _require_years(day, log)
    return log, day


def _among_all(error: InvalidValueError, kept: BoolArray) -> InvalidValueError:
    """Give the row that a refusal names the number that the caller knows."""
    first = error.first or ""
    if kept.all() or not first.startswith("row "):
        return error
    number, comma, more = first.removeprefix("row ").partition(",")
    row = int(np.flatnonzero(kept)[int(number)])
    return InvalidValueError(
        subject=error.subject,
        found=error.found,
        count=error.count,
        total=error.total,
        first=f"row {row}{comma}{more}",
        remedy=error.remedy,
    )


def _kept_by(question: Question, found: DoubtfulRows) -> BoolArray:
    dropped = np.zeros(found.total.size, dtype=np.bool_)
    for rows, choice in (
        (found.without_id, question.missing_ids),
        (found.placeholder, question.placeholders),
        (found.total, question.total_rows),
    ):
        if choice == "drop":
            dropped |= rows
    return ~dropped


def _refused_or_left_out(found: DoubtfulRows, question: Question) -> dict[str, int]:
    """Count the rows that are left out; refuse those that the question says nothing of.

    Rows kept on request are not counted.
    """
    counted: dict[str, int] = {}
    names = ", ".join(repr(each) for each in found.placeholders[:5])
    for field, rows, choice, what, remedy in (
        (
            "n_rows_without_id",
            found.without_id,
            question.missing_ids,
            "missing or blank id",
            _WITHOUT_ID,
        ),
        (
            "n_placeholder_rows",
            found.placeholder,
            question.placeholders,
            f"placeholder {names}, not a customer,",
            _PLACEHOLDER,
        ),
        (
            "n_total_rows",
            found.total,
            question.total_rows,
            "total line, not a customer,",
            "Leave it out with --total-rows drop (total_rows='drop'), or pass 'keep'.",
        ),
    ):
        count = int(np.count_nonzero(rows))
        if count and choice == "error":
            raise InvalidValueError(
                subject=f"column {question.customer_id_col!r}",
                found=what,
                count=count,
                total=rows.size,
                first=f"row {int(np.argmax(rows))}",
                remedy=remedy,
            )
        counted[field] = count if choice == "drop" else 0
    return counted


def _grouped(frame: EagerFrame, id_col: str) -> Groups:
    """Give the customers numbers, and names of text where a file has coded them."""
    groups = group_rows(frame, id_col)
    if frame.implementation.is_pyarrow() and groups.ids.dtype == nw.Categorical:
        return replace(groups, ids=groups.ids.cast(nw.String))
    return groups


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
