"""The ledger: what customers bought, cost and brought, checked as one whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Generic, Literal, cast

import numpy as np

from .._check import instance, one_of
from .._frames import EagerFrame, native, nw, read_eager, table
from ..errors import NotEnoughDataError
from ..fits import shown
from ..kernels.value.component_identity import NEVER, first_days
from ..typing import IntArray, IntoDataFrameT
from .book import Book, Costs, LeftOut, Referrals
from .cost_tables import (
    EarlyService,
    no_costs,
    no_referrals,
    read_costs,
    read_referrals,
    read_starts,
    refuse_early,
    without_early,
)
from .customer_codes import Coded, code_customers
from .ledger_contents import contents_in_html
from .ledger_tables import Table, open_table
from .sales_lines import LineColumns, ReturnsPolicy, read_sales

__all__ = ["Ledger", "customers_of", "frame_of", "lines_of"]

_START = "relationship_start"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
@shown
class Ledger(Generic[IntoDataFrameT]):
    """What customers bought, cost and brought: frames checked as one whole.

    Only the lines are required. A table you do not have is simply absent; a column of
    the lines you do not have is absent too, and the part of value it feeds is zero. All
    money is of one currency; amounts are line totals, so a quantity is not needed.

    Attributes
    ----------
    lines
        One row per order line: ``customer_id``, ``date`` and ``paid_amount``, and where
        known ``line_id``, ``order_id`` (without it, one customer's day is one order),
        ``category`` (without it, one category), ``list_amount`` (without it, list =
        paid), ``cost_amount`` of the goods (without it, value is receipts), and
        ``return_of``: the ``line_id`` a return reverses. A return has amounts of zero
        or less, its own date, and the order and category of what it reverses.
        Any other column (channel, region, product) can be grouped by.
    service
        ``customer_id``, ``date``, ``amount``: what serving the customer cost.
    acquisition
        ``customer_id``, ``date``, ``amount``: what winning the customer cost.
    referrals
        ``referrer_id``, ``referee_id``, ``date``, ``share`` (how much of the referee's
        value the referrer is credited with, 0 to 1) and where known ``incremental``
        (false: the customer would have come anyway), ``weight`` (among several
        referrers of one customer; equal without it) and ``reward`` paid. A referral is
        dated on or before the referee's first sale in the lines, whatever
        ``relationship_start`` says: it does not move value earned before it.
    customers
        One row per customer: all that exist, also those who bought nothing, with
        columns to group by. Without it, the customers are those of the lines.
    relationship_start
        Whether the first sale in the lines is the customer's first ever (``"known"``),
        need not be (``"unknown"``: the log starts after the relationship did), or a
        frame of ``customer_id`` and ``date`` that tells.
    returns
        What becomes of a negative line that names no sale in ``return_of``, as in most
        sales tables: ``"error"`` refuses it, ``"net"`` takes it off the customer's
        latest earlier sale of that category of which enough is left, ``"drop"`` leaves
        it out. What is left out, also for want of a sale, is counted in the text of the
        ledger and in ``book.unmatched_returns``.
    early_service
        What becomes of the cost of serving someone who was not yet a customer:
        ``"acquisition"`` books it as a cost of winning her, ``"apart"`` leaves it out
        of all parts, ``"error"`` refuses it. It is counted in the text of the ledger
        and in ``book.early_service``.
    customer_id_col, date_col, amount_col
        Columns that have this name in every table.
    line_id_col, order_id_col, category_col, list_amount_col, paid_amount_col
        Columns of the lines.
    cost_amount_col, return_of_col, currency_col
        Columns of the lines; ``currency_col`` is checked to hold one currency.
    referrer_id_col, referee_id_col, share_col, incremental_col, weight_col, reward_col
        Columns of the referrals.

    Raises
    ------
    InvalidValueError
        If a value is missing, infinite or of the wrong sign; for duplicate line ids,
        returns without a sale or larger than it, orders of two customers, customers of
        another table that the lines do not know, self-referrals, late referrals,
        cycles of referrals, or two currencies.
    InvalidTypeError
        If a column is of the wrong kind, or the tables are not of one library.
    MissingColumnError
        If a required column, or one you named yourself, is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> lines = pd.DataFrame({
    ...     "customer_id": ["ada", "ada", "bob"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-03-01", "2024-02-10"]),
    ...     "paid_amount": [20.0, 30.0, 12.0],
    ... })
    >>> Ledger(lines=lines)
    Ledger(2 customers, 3 lines)
    """

    lines: IntoDataFrameT
    service: IntoDataFrameT | None = None
    acquisition: IntoDataFrameT | None = None
    referrals: IntoDataFrameT | None = None
    customers: IntoDataFrameT | None = None
    relationship_start: Literal["known", "unknown"] | IntoDataFrameT = "known"
    returns: ReturnsPolicy = "error"
    early_service: EarlyService = "acquisition"
    customer_id_col: str = "customer_id"
    date_col: str = "date"
    line_id_col: str = "line_id"
    order_id_col: str = "order_id"
    category_col: str = "category"
    list_amount_col: str = "list_amount"
    paid_amount_col: str = "paid_amount"
    cost_amount_col: str = "cost_amount"
    return_of_col: str = "return_of"
    currency_col: str | None = None
    amount_col: str = "amount"
    referrer_id_col: str = "referrer_id"
    referee_id_col: str = "referee_id"
    share_col: str = "share"
    incremental_col: str = "incremental"
    weight_col: str = "weight"
    reward_col: str = "reward"
    book: Book = field(init=False)
    # Open since it was checked: every result is a frame of its library.
    _lines: EagerFrame = field(init=False)
    _people: EagerFrame | None = field(init=False)

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name.endswith("_col") and getattr(self, each.name) is not None:
                instance(each.name, getattr(self, each.name), str)
        tables = _tables(self)
        object.__setattr__(self, "_lines", tables["lines"].frame)
        people = tables.get("customers")
        object.__setattr__(self, "_people", None if people is None else people.frame)
        object.__setattr__(self, "book", _book(self, tables))

    def __repr__(self) -> str:
        """Show the numbers of lines, customers and categories."""
        counts = {
            "customer": self.book.customers,
            "line": self.book.lines.row.size,
            "service cost": self.book.service.day.size,
            "acquisition cost": self.book.acquisition.day.size,
            "referral": self.book.referrals.day.size,
        }
        said = [
            f"{count:,} {noun}{'' if count == 1 else 's'}"
            for noun, count in counts.items()
            if count or noun in ("customer", "line")
        ]
        lost, early = self.book.unmatched_returns, self.book.early_service
        if lost.count:
            said.append(
                f"{lost.count:,} unmatched returns of {lost.amount:,.2f} left out"
            )
        if early.count:
            where = {"acquisition": "booked as acquisition", "apart": "kept apart"}
            said.append(
                f"{early.count:,} early service costs of {early.amount:,.2f} "
                f"{where[self.book.early_service_kept]}"
            )
        return f"Ledger({', '.join(said)})"

    def _repr_html_(self) -> str:
        return contents_in_html(repr(self), self.book)


def lines_of(ledger: Ledger[IntoDataFrameT]) -> EagerFrame:
    """Return the lines of a ledger as the open frame that was checked."""
    return ledger._lines  # noqa: SLF001 - its own module


def customers_of(ledger: Ledger[IntoDataFrameT], columns: Sequence[str]) -> EagerFrame:
    """Return the table of customers, open since it was checked, with these columns."""
    opened = ledger._people  # noqa: SLF001 - its own module
    return read_eager(ledger.customers if opened is None else opened, columns)


def frame_of(
    ledger: Ledger[IntoDataFrameT], columns: Mapping[str, "np.ndarray | nw.Series[Any]"]
) -> IntoDataFrameT:
    """Make a frame in the library of the ledger's lines."""
    return native(table(lines_of(ledger), columns), ledger.lines)


def _book(ledger: Ledger[IntoDataFrameT], tables: dict[str, Table]) -> Book:
    lines, who = tables["lines"], ledger.customer_id_col
    if not lines.rows:
        raise NotEnoughDataError(
            needed="at least one line", got="0 rows", remedy="Pass the order lines."
        )
    coded = _coded(ledger, tables)
    codes = coded.codes
    one_of("returns", ledger.returns, ("error", "drop", "net"))
    one_of("early_service", ledger.early_service, ("acquisition", "apart", "error"))
    sales = read_sales(lines, _names(ledger), codes["lines", who], ledger.returns)
    count = len(coded.ids)
    sold = ~sales.lines.returned
    first_sale = first_days(sales.lines.customer[sold], sales.lines.day[sold], count)
    start_day = _starts(ledger, tables, coded, first_sale)
    service = _costs(ledger, tables, coded, "service")
    acquisition = _costs(ledger, tables, coded, "acquisition")
    start = ledger.relationship_start
    how: Literal["known", "unknown", "given"] = "given"
    if isinstance(start, str):
        how = start
    early = LeftOut()
    if service.day.size and how != "unknown":
        won = first_days(acquisition.customer, acquisition.day, count)
        begin = np.minimum(np.minimum(won, first_sale), start_day)
        if ledger.early_service == "error":
            refuse_early(tables["service"], service, ledger.date_col, begin)
        service, acquisition, early = without_early(
            service, acquisition, begin, ledger.early_service
        )
    listed = np.zeros(count, dtype=bool)
    if "customers" in tables:
        _refuse_repeated(tables["customers"], codes["customers", who], who)
        listed[codes["customers", who]] = True
    return Book(
        ids=coded.ids,
        listed=listed,
        categories=sales.categories,
        orders=sales.orders,
        lines=sales.lines,
        service=service,
        acquisition=acquisition,
        referrals=_referrals(ledger, tables, coded, first_sale),
        start=how,
        start_day=start_day,
        measured=sales.measured,
        unmatched_returns=sales.left_out,
        early_service=early,
        early_service_kept="apart"
        if ledger.early_service == "apart"
        else "acquisition",
    )


def _refuse_repeated(table: Table, codes: IntArray, column: str) -> None:
    first = np.zeros(codes.size, dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    table.refuse(column, ~first, "duplicate customer", "List each customer once.")


def _tables(ledger: Ledger[IntoDataFrameT]) -> dict[str, Table]:
    who, date = ledger.customer_id_col, ledger.date_col
    pair = (ledger.referrer_id_col, ledger.referee_id_col)
    start: object = ledger.relationship_start
    if start is None or isinstance(start, str):
        one_of(_START, cast("str", start), ("known", "unknown"))
    wanted: dict[str, tuple[object, tuple[str, ...]]] = {
        "customers": (ledger.customers, (who,)),
        "lines": (ledger.lines, (who, date, ledger.paid_amount_col)),
        "service": (ledger.service, (who, date, ledger.amount_col)),
        "acquisition": (ledger.acquisition, (who, date, ledger.amount_col)),
        "referrals": (ledger.referrals, (*pair, date, ledger.share_col)),
        _START: (None if isinstance(start, str) else start, (who, date)),
    }
    opened = {
        name: open_table(name, frame, columns, columns[0])
        for name, (frame, columns) in wanted.items()
        if frame is not None or name == "lines"
    }
    # A table without rows is one you do not have; its columns may have no type.
    return {name: t for name, t in opened.items() if t.rows or name == "lines"}


def _coded(ledger: Ledger[IntoDataFrameT], tables: dict[str, Table]) -> Coded:
    who = ledger.customer_id_col
    columns = [(t, who) for name, t in tables.items() if name != "referrals"]
    if "referrals" in tables:
        columns += [
            (tables["referrals"], ledger.referrer_id_col),
            (tables["referrals"], ledger.referee_id_col),
        ]
    return code_customers(columns, next(iter(tables)))


def _names(ledger: Ledger[IntoDataFrameT]) -> LineColumns:
    return LineColumns(
        customer_id=ledger.customer_id_col,
        date=ledger.date_col,
        paid_amount=ledger.paid_amount_col,
        line_id=ledger.line_id_col,
        order_id=ledger.order_id_col,
        category=ledger.category_col,
        list_amount=ledger.list_amount_col,
        cost_amount=ledger.cost_amount_col,
        return_of=ledger.return_of_col,
        currency=ledger.currency_col,
    )


def _starts(
    ledger: Ledger[IntoDataFrameT],
    tables: dict[str, Table],
    coded: Coded,
    first_sale: IntArray,
) -> IntArray:
    if _START not in tables:
        return np.full(first_sale.size, NEVER)
    codes = coded.codes[_START, ledger.customer_id_col]
    return read_starts(tables[_START], codes, ledger.date_col, first_sale)


def _costs(
    ledger: Ledger[IntoDataFrameT], tables: dict[str, Table], coded: Coded, name: str
) -> Costs:
    if name not in tables:
        return no_costs()
    codes = coded.codes[name, ledger.customer_id_col]
    return read_costs(tables[name], codes, ledger.date_col, ledger.amount_col)


def _referrals(
    ledger: Ledger[IntoDataFrameT],
    tables: dict[str, Table],
    coded: Coded,
    first_sale: IntArray,
) -> Referrals:
    if "referrals" not in tables:
        return no_referrals()
    names = {
        "referrer_id": ledger.referrer_id_col,
        "date": ledger.date_col,
        "share": ledger.share_col,
        "incremental": ledger.incremental_col,
        "weight": ledger.weight_col,
        "reward": ledger.reward_col,
    }
    return read_referrals(
        tables["referrals"],
        coded.codes["referrals", ledger.referrer_id_col],
        coded.codes["referrals", ledger.referee_id_col],
        names,
        first_sale,
    )
