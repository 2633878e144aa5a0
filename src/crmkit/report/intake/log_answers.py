"""Everything that a log leaves open before a figure can be made, in one list."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..._dates import date_of
from ..._frames import EagerFrame, day_numbers, group_rows, numbers, nw, read_eager
from ...typing import BoolArray, FloatArray, IntArray
from .doubtful_rows import DoubtfulRows, doubtful_rows, kept_rows, with_totals
from .log_file import LogFile
from .unsettled import Unsettled

__all__ = ["Choices", "settled_log"]

_MOST_UNREADABLE = 0.2
# Rows that lie years after all others are wrong dates, unless they are many.
_YEAR = 366
_FAR = 5
_FEW_LATE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What to do with rows that are hardly purchases; ``"error"`` asks."""

    refunds: Literal["error", "drop", "net", "cancel"] = "error"
    refunds_without_purchase: Literal["error", "drop"] = "error"
    missing_ids: Literal["error", "drop"] = "error"
    placeholders: Literal["error", "drop", "keep"] = "error"
    total_rows: Literal["error", "drop", "keep"] = "error"
    unreadable: Literal["error", "drop"] = "error"
    observation_end: dt.date | None = None


def settled_log(log: LogFile, choices: Choices) -> LogFile:
    """Leave out what the choices allow; add to the log what they leave open.

    Rows without an id and placeholders stay: the analysis leaves them out and counts
    them.
    """
    if log.table is None or not len(log.table):
        return log
    customer, _, amount = log.columns
    frame = read_eager(log.table, log.columns)
    paid = numbers(frame.with_columns(nw.col(amount).cast(nw.Float64)), amount)
    found = doubtful_rows(frame, customer, paid)
    if log.sums is not None and log.sums.any():
        found = with_totals(found, log.sums)
    asked = [*_total(log, found, choices)]
    usable = ~found.total if choices.total_rows != "keep" else np.ones_like(found.total)
    lost = usable & _lost(log, paid)
    asked += _unreadable(log, lost, choices)
    unread = int(np.count_nonzero(lost))
    if choices.unreadable == "error" and unread > _MOST_UNREADABLE * lost.size:
        # With many rows unread, what else is said of them would be noise.
        return replace(log, unsettled=(*log.unsettled, *asked))
    asked += _ids(log, found, usable & ~lost, choices)
    kept, rows = usable & ~lost, log.table
    if not _any_left(kept, found, choices):
        said = f"no row of {kept.size:,} is left: all are left out as you asked."
        return replace(log, unsettled=(*log.unsettled, *asked, Unsettled(said=said)))
    if not kept.all():  # a large log is not copied for nothing
        rows = rows.filter(kept)
        numbered = np.flatnonzero(kept) if log.rows is None else log.rows[kept]
        log = replace(log, rows=numbered)
        paid, found = paid[kept], replace(found, without_id=found.without_id[kept])
    table = read_eager(rows, log.columns)
    asked += _refunds(log, table, paid, found.without_id, choices)
    asked += _one_row_each(log, table)
    asked += _end(log, table, choices)
    return replace(
        log,
        table=rows,
        unsettled=(*log.unsettled, *asked),
        notes=(
            *log.notes,
            *_left_out(
                int(np.count_nonzero(~usable)), "total line", choices.total_rows
            ),
            *_left_out(
                int(np.count_nonzero(lost)),
                "row without a readable date and amount",
                choices.unreadable,
                "rows without a readable date and amount",
            ),
        ),
    )


def _any_left(kept: BoolArray, found: DoubtfulRows, choices: Choices) -> bool:
    """Tell whether a row is left once the analysis has left out those without an id."""
    if choices.missing_ids == "drop":
        kept = kept & ~found.without_id
    if choices.placeholders == "drop":
        kept = kept & ~found.placeholder
    return bool(kept.any())


def _left_out(n: int, one: str, choice: str, many: str | None = None) -> list[str]:
    if not n or choice != "drop":
        return []
    return [f"{n:,} {one if n == 1 else many or one + 's'} left out."]


def _lost(log: LogFile, paid: FloatArray) -> BoolArray:
    """Mark the rows without a date or an amount."""
    if log.table is None:
        return np.zeros(paid.size, dtype=np.bool_)
    undated = log.table[log.columns[1]].is_null().to_numpy()
    return np.asarray(undated | np.isnan(paid))


def _unreadable(log: LogFile, lost: BoolArray, choices: Choices) -> list[Unsettled]:
    if not lost.any() or choices.unreadable == "drop":
        return []
    wrong = lost if log.wrong is None else lost & log.wrong
    empty = lost & ~wrong
    asked = []
    for rows, what in ((wrong, "cannot be read"), (empty, "is empty")):
        if rows.any():
            first = int(np.argmax(rows))
            asked.append(
                f"the date or amount {what} in {_of(rows)} ({log.place_of(first)} first"
                f"{_cells(log, first)})"
            )
    much = np.count_nonzero(lost) > _MOST_UNREADABLE * lost.size
    ends = (
        "Name the format with --date-format or --decimal and --thousands."
        if much
        else "Correct them, or leave these rows out."
    )
    return [
        Unsettled(
            said=f"{' and '.join(asked)}. {ends}",
            options=() if much else ("--unreadable", "drop"),
        )
    ]


def _cells(log: LogFile, row: int) -> str:
    if log.table is None:
        return ""
    values = {name: log.table[name][row].as_py() for name in log.columns[1:]}
    holes = [name for name, value in values.items() if value is None]
    return f", column {holes[0]!r}" if holes else ""


def _of(rows: BoolArray) -> str:
    return f"{np.count_nonzero(rows):,} of {rows.size:,} rows"


def _total(log: LogFile, found: DoubtfulRows, choices: Choices) -> list[Unsettled]:
    if not found.total.any() or choices.total_rows != "error":
        return []
    place = log.place_of(int(np.argmax(found.total)))
    return [
        Unsettled(
            said=f"{np.count_nonzero(found.total):,} total line, not a customer "
            f"({place}): leave it out, or pass --total-rows keep.",
            options=("--total-rows", "drop"),
        )
    ]


def _ids(
    log: LogFile, found: DoubtfulRows, usable: BoolArray, choices: Choices
) -> list[Unsettled]:
    asked = []
    without, placeholder = found.without_id & usable, found.placeholder & usable
    if without.any() and choices.missing_ids == "error":
        place = log.place_of(int(np.argmax(without)))
        asked.append(
            Unsettled(
                said=f"column {log.columns[0]!r}: missing or blank id in "
                f"{_of(without)} "
                f"(first: {place}). Give these rows an id, or leave them out.",
                options=("--missing-ids", "drop"),
            )
        )
    if placeholder.any() and choices.placeholders == "error":
        names = ", ".join(repr(each) for each in found.placeholders[:5])
        asked.append(
            Unsettled(
                said=f"column {log.columns[0]!r}: {names} {_look_like(found)}, in "
                f"{_of(placeholder)}: leave these rows out, or pass --placeholders "
                "keep.",
                options=("--placeholders", "drop"),
            )
        )
    return asked


def _look_like(found: DoubtfulRows) -> str:
    if len(found.placeholders) == 1:
        return "looks like a placeholder, not a customer"
    return "look like placeholders, not customers"


def _refunds(
    log: LogFile,
    table: EagerFrame,
    paid: FloatArray,
    without_id: BoolArray,
    choices: Choices,
) -> list[Unsettled]:
    negative = paid < 0
    if not negative.any():
        return []
    asked = []
    if choices.refunds == "error":
        asked.append(
            Unsettled(
                said=f"column {log.columns[2]!r}: negative amount in {_of(negative)}. "
                "A refund can cancel the purchase it undoes (cancel), be subtracted "
                "(net), or be left out (drop).",
                options=("--refunds", "cancel"),
            )
        )
    if choices.refunds == "drop" or choices.refunds_without_purchase == "drop":
        return asked
    named = kept_rows(table, ~without_id)
    groups = group_rows(named, log.columns[0])
    sales = np.bincount(groups.codes[paid[~without_id] >= 0], minlength=groups.count)
    only = int(np.count_nonzero(sales == 0))
    if only:
        asked.append(
            Unsettled(
                said=f"customers with refunds and no purchase: {only:,}. What they "
                "bought is older than the file. Leave them out.",
                options=("--refunds-without-purchase", "drop"),
            )
        )
    return asked


def _one_row_each(log: LogFile, table: EagerFrame) -> list[Unsettled]:
    rows = len(table)
    ids = table[log.columns[0]]
    # The first rows of a log nearly always tell: two of them are of one customer.
    if rows < 20 or any(
        ids.head(n).n_unique() < min(n, rows) for n in (1_000, 100_000, rows)
    ):
        return []
    return [
        Unsettled(
            said=f"every one of the {rows:,} rows is another customer, so this is a "
            "table of customers, not a log of purchases: one row per purchase is "
            "needed. Export the orders, with the customer and the date of each."
        )
    ]


def _end(log: LogFile, table: EagerFrame, choices: Choices) -> list[Unsettled]:
    if choices.observation_end is not None or not len(table):
        return []
    days = day_numbers(table, log.columns[1])
    last, late = _last_day(days)
    dated = f"The last row is dated {date_of(last)}"
    if late:
        few = f"{late:,} of {days.size:,} rows {'are' if late > 1 else 'is'}"
        dated = f"{few} dated as late as {date_of(days.max())}, "
        dated += f"long after all others, which end on {date_of(last)}"
    return [
        Unsettled(
            said=f"--observation-end is not given: the last day that the file covers. "
            f"{dated}; if the export ran through a later day, name that day.",
            options=("--observation-end", date_of(last).isoformat()),
        )
    ]


def _last_day(days: IntArray) -> tuple[int, int]:
    """Find the last day of a log, and count rows of wrong dates far beyond it."""
    distinct, rows = np.unique(days, return_counts=True)
    gaps = np.diff(distinct)
    usual = int(np.max(gaps, initial=1, where=gaps <= _YEAR))
    beyond = np.flatnonzero(gaps > max(_YEAR, _FAR * usual))
    if beyond.size:
        first = int(beyond[0]) + 1
        late = int(rows[first:].sum())
        if late <= _FEW_LATE * days.size:
            return int(distinct[first - 1]), late
    return int(distinct[-1]), 0
