"""The row of the result that each flow belongs to: a customer, or a group of lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..._check import names_given
from ..._frames import EagerFrame, Rule, group_rows, missing, nw, read_eager, refuse
from ...errors import InvalidValueError, MissingColumnError
from ...kernels.value.component_identity import NEVER, totals
from ...ledger import Ledger
from ...ledger.ledger import lines_of
from ...typing import FloatArray, IntArray, IntoDataFrameT
from .ledger_flows import Statement

__all__ = [
    "Spread",
    "Units",
    "grouping",
    "labelled",
    "units_by",
    "units_of_customers",
    "without_holes",
]

_Column = TypeVar("_Column", bound="nw.Series[Any] | np.ndarray")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """The unit and the share of each part of a source; shares sum to 1 by source."""

    source: IntArray
    unit: IntArray
    share: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The rows of the result, and where lines, orders and customers go.

    Attributes
    ----------
    count, labels
        The number of units, and the columns that name them.
    line
        The unit of each line.
    orders, customers, won
        How an amount of a whole order, of a customer, or of acquisition is spread: by
        list amount over the lines of the order, of the customer or of the first orders.
    """

    count: int
    labels: dict[str, "nw.Series[Any] | np.ndarray"]
    line: IntArray
    orders: Spread
    customers: Spread
    won: Spread


def grouping(by: str | Sequence[str]) -> list[str]:
    """Return the columns to sum by; an empty list sums everything."""
    # names_given refuses an empty list, which elsewhere is a mistake.
    empty = isinstance(by, list | tuple) and not by
    return [] if empty else names_given("by", by)


def labelled(
    labels: Mapping[str, _Column], values: Mapping[str, _Column]
) -> dict[str, _Column]:
    """Put labels before values; refuse a label that a value would overwrite."""
    for name in labels:
        if name in values:
            raise InvalidValueError(
                subject=f"column {name!r}",
                found="a name that the result uses for another column",
                remedy="Rename the column first.",
            )
    return {**labels, **values}


def units_of_customers(statement: Statement, name: str) -> Units:
    """Give every customer a row."""
    book = statement.book
    everyone = np.arange(book.customers)
    own = Spread(source=everyone, unit=everyone, share=np.ones(book.customers))
    placed = np.arange(statement.order.size)
    return Units(
        count=book.customers,
        labels={name: book.ids},
        line=book.lines.customer,
        orders=Spread(
            source=placed,
            unit=statement.order_customer,
            share=np.ones(placed.size),
        ),
        customers=own,
        won=own,
    )


def units_by(
    ledger: Ledger[IntoDataFrameT], statement: Statement, by: Sequence[str]
) -> Units:
    """Give every combination of the columns a row."""
    book, lines = statement.book, statement.book.lines
    sources = _sources(ledger, by)
    sold = np.flatnonzero(~lines.returned)
    idle = np.flatnonzero(book.seen() & (statement.first_day == NEVER))
    coded = [_codes(ledger, sources, statement, column, idle) for column in by]
    key = np.zeros(lines.row.size + idle.size, dtype=np.int64)
    for codes, names in coded:
        key = key * (len(names) + 1) + codes + 1
    _, at, unit = np.unique(key, return_index=True, return_inverse=True)
    line, alone = np.split(unit.astype(np.int64), [lines.row.size])
    order_at = np.zeros(book.orders, dtype=np.int64)
    order_at[statement.order] = np.arange(statement.order.size)
    order = order_at[lines.order[sold]]
    first = statement.order_first[order]
    first |= ~_has_first(statement)[lines.customer[sold]]
    listed = lines.listed[sold]
    return Units(
        count=at.size,
        labels={
            column: _labels(names, codes[at])
            for column, (codes, names) in zip(by, coded, strict=True)
        },
        line=line,
        orders=_spread(order, line[sold], listed, statement.order.size),
        customers=_with_idle(
            _spread(lines.customer[sold], line[sold], listed, book.customers),
            idle,
            alone,
        ),
        won=_with_idle(
            _spread(
                lines.customer[sold][first],
                line[sold][first],
                listed[first],
                book.customers,
            ),
            idle,
            alone,
        ),
    )


def _has_first(statement: Statement) -> np.ndarray:
    found = np.zeros(statement.book.customers, dtype=bool)
    found[statement.order_customer[statement.order_first]] = True
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sources:
    """The tables of the ledger that hold the columns to sum by, opened once each."""

    lines: EagerFrame
    people: EagerFrame | None


def _sources(ledger: Ledger[IntoDataFrameT], by: Sequence[str]) -> _Sources:
    lines = lines_of(ledger)
    elsewhere = [
        column
        for column in by
        if column != ledger.customer_id_col and column not in lines.columns
    ]
    if not elsewhere:
        return _Sources(lines=lines, people=None)
    if ledger.customers is None:
        raise MissingColumnError(elsewhere[:1], list(lines.columns))
    return _Sources(lines=lines, people=read_eager(ledger.customers, elsewhere))


def _codes(
    ledger: Ledger[IntoDataFrameT],
    sources: _Sources,
    statement: Statement,
    column: str,
    idle: IntArray,
) -> tuple[IntArray, "nw.Series[Any]"]:
    """Code a column for every line, then for every customer without a sale."""
    frame = sources.lines
    if column == ledger.customer_id_col:
        codes = np.concatenate([statement.book.lines.customer, idle])
        return codes, statement.book.ids
    if column in frame.columns:
        groups = group_rows(without_holes(frame, column), column)
        codes = groups.codes[statement.book.lines.row]
        return np.concatenate([codes, np.full(idle.size, -1)]), groups.ids
    people = sources.people
    if people is None:
        raise MissingColumnError([column], list(frame.columns))
    groups = group_rows(without_holes(people, column), column)
    rank = group_rows(people, ledger.customer_id_col).codes
    of_customer = np.full(statement.book.customers, -1)
    of_customer[rank] = groups.codes
    codes = of_customer[statement.book.lines.customer]
    return np.concatenate([codes, of_customer[idle]]), groups.ids


def without_holes(frame: EagerFrame, column: str) -> EagerFrame:
    """Refuse missing values: every row needs a group."""
    rule = Rule(
        column=column,
        broken=missing(frame, column),
        found="missing value",
        remedy="Give these rows a group, such as 'unknown'.",
    )
    refuse(frame, [rule])
    return frame


def _labels(names: "nw.Series[Any]", codes: IntArray) -> "nw.Series[Any] | np.ndarray":
    if codes.min(initial=0) >= 0:
        return names[codes]
    known = [*names.to_list(), None]
    return np.array([known[code] for code in codes], dtype=object)


def _spread(
    source: IntArray, unit: IntArray, listed: FloatArray, sources: int
) -> Spread:
    total = totals(source, listed, sources)
    count = np.bincount(source, minlength=sources)
    share = np.where(
        total[source] > 0,
        listed / np.where(total > 0, total, 1)[source],
        1 / np.maximum(count, 1)[source],
    )
    return Spread(source=source, unit=unit, share=share)


def _with_idle(spread: Spread, idle: IntArray, unit: IntArray) -> Spread:
    return Spread(
        source=np.concatenate([spread.source, idle]),
        unit=np.concatenate([spread.unit, unit]),
        share=np.concatenate([spread.share, np.ones(idle.size)]),
    )
