"""The rows a log keeps where the question allows some to be left out, and how many."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from .._frames import (
    EagerFrame,
    collect,
    day_numbers,
    group_rows,
    missing,
    native,
    numbers,
    nw,
    read_eager,
    require_dates,
    require_ids,
    with_arrays,
)
from ..errors import InvalidValueError
from ..typing import BoolArray, IntoDataFrameT
from .question import Question

__all__ = ["Kept", "bought", "rows_left", "with_ids", "with_purchases"]

FrameT_co = TypeVar("FrameT_co", covariant=True)

_KEPT = "_crmkit_kept"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept(Generic[FrameT_co]):
    """What is left of a log, and how many rows or customers were left out."""

    transactions: FrameT_co
    left_out: int


def with_ids(
    transactions: IntoDataFrameT, *, question: Question
) -> Kept[IntoDataFrameT]:
    """Refuse rows without an id, or leave them out, as the question says."""
    frame = read_eager(transactions, question.columns)
    known = _has_id(frame, question.customer_id_col)
    lost = int(np.count_nonzero(~known))
    if not lost:
        return Kept(transactions=transactions, left_out=0)
    if question.missing_ids == "error":
        raise InvalidValueError(
            subject=f"column {question.customer_id_col!r}",
            found="missing or blank id",
            count=lost,
            total=known.size,
            first=f"row {int(np.argmin(known))}",
            remedy="Give these rows an id, or leave them out with --missing-ids drop "
            "(missing_ids='drop').",
        )
    return Kept(transactions=_only(frame, known, transactions), left_out=lost)


def rows_left(transactions: object, question: Question) -> list[int] | None:
    """Return the rows that name a customer, where others are left out; else None."""
    if question.missing_ids == "error":
        return None
    frame = read_eager(transactions, question.columns)
    return [
        int(row) for row in np.flatnonzero(_has_id(frame, question.customer_id_col))
    ]


def _has_id(frame: EagerFrame, column: str) -> BoolArray:
    """Say of each row whether it names a customer; spaces name nobody."""
    require_ids(frame, column)
    hole = missing(frame, column)
    if frame.collect_schema()[column] == nw.String:
        hole = hole | (nw.col(column).str.strip_chars() == "").fill_null(value=True)
    marked = frame.select(hole.alias(_KEPT))[_KEPT].to_numpy()
    return np.asarray(~marked.astype(np.bool_))


def with_purchases(
    transactions: IntoDataFrameT, *, question: Question
) -> Kept[IntoDataFrameT]:
    """Refuse customers whose rows are all refunds, or leave them out, as asked."""
    if question.refunds != "net":
        return Kept(transactions=transactions, left_out=0)
    buyers = bought(transactions, question=question, end_day=question.end_day)
    if buyers.left_out and question.refunds_without_purchase == "error":
        raise InvalidValueError(
            subject=f"column {question.amount_col!r}",
            found="customer with refunds and no purchase",
            count=buyers.left_out,
            remedy="Their purchases may be older than the log: leave them out with "
            "--refunds-without-purchase drop (refunds_without_purchase='drop').",
        )
    return buyers


def bought(
    transactions: IntoDataFrameT, *, question: Question, end_day: int
) -> Kept[IntoDataFrameT]:
    """Leave out customers who up to a day were refunded and bought nothing."""
    frame = read_eager(transactions, question.columns)
    dated = collect(require_dates(frame, question.date_col)[0])
    seen = day_numbers(dated, question.date_col) <= end_day
    refund = numbers(frame, question.amount_col) < 0
    groups = group_rows(frame, question.customer_id_col)
    refunds = np.bincount(groups.codes[seen & refund], minlength=groups.count)
    sales = np.bincount(groups.codes[seen & ~refund], minlength=groups.count)
    lost = (refunds > 0) & (sales == 0)
    if not lost.any():
        return Kept(transactions=transactions, left_out=0)
    return Kept(
        transactions=_only(frame, ~lost[groups.codes], transactions),
        left_out=int(np.count_nonzero(lost)),
    )


def _only(frame: EagerFrame, kept: BoolArray, like: IntoDataFrameT) -> IntoDataFrameT:
    rows = with_arrays(frame, {_KEPT: kept}).filter(nw.col(_KEPT)).drop(_KEPT)
    return native(rows, like)
