"""Read the lines: codes, money, and what every return reverses."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from .._frames import group_rows, nw, table, with_plain_text
from ..errors import InvalidTypeError, InvalidValueError
from ..kernels.value.component_identity import totals
from ..typing import BoolArray, FloatArray, IntArray
from .book import LeftOut, Lines
from .ledger_tables import Table
from .unlinked_returns import previous_sales

__all__ = ["LineColumns", "ReturnsPolicy", "Sales", "read_sales"]

ReturnsPolicy: TypeAlias = Literal["error", "drop", "net"]

_EXACT = 2**53
_ROUNDING = 1e-9
_LINK = (
    "Name in the return column the line each return reverses, or pass returns='net'."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineColumns:
    """What the columns of the lines are called."""

    customer_id: str
    date: str
    paid_amount: str
    line_id: str
    order_id: str
    category: str
    list_amount: str
    cost_amount: str
    return_of: str
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sales:
    """The lines as arrays, with the names of the categories."""

    lines: Lines
    categories: tuple[str | int, ...]
    orders: int
    measured: frozenset[str]
    left_out: LeftOut


def read_sales(
    lines: Table, names: LineColumns, customer: IntArray, returns: ReturnsPolicy
) -> Sales:
    """Read and check the lines; ``customer`` holds the code of each row."""
    _refuse_two_currencies(lines, names.currency)
    day = lines.days(names.date)
    reverses = _reversed_rows(lines, names)
    paid = lines.money(names.paid_amount)
    listed = _optional(lines, names.list_amount, "list_amount", paid)
    cost = _optional(lines, names.cost_amount, "cost_amount", np.zeros_like(paid))
    order, orders = _orders(lines, names, customer, day)
    category, categories = _categories(lines, names)
    loose = np.zeros(lines.rows, dtype=bool)
    if returns != "error":
        loose = (reverses < 0) & (paid < 0)
    if returns == "net" and loose.any():
        key = customer * len(categories) + category
        reverses = _netted(reverses, loose, key, day, (paid, listed, cost))
        loose &= reverses < 0
    returned = reverses >= 0
    _refuse_signs(lines, names, returned | loose, (paid, listed, cost))
    sale = np.where(returned, reverses, np.arange(lines.rows))
    _refuse_returns(
        lines, names, returned=returned, sale=sale, customer=customer, day=day
    )
    _refuse_larger_returns(lines, names, returned, sale, (paid, listed, cost))
    _refuse_shared_orders(lines, names, returned, order, customer)
    kept = slice(None) if not loose.any() else np.flatnonzero(~loose)
    return Sales(
        lines=Lines(
            row=np.arange(lines.rows)[kept],
            customer=customer[kept],
            order=order[sale][kept],
            category=category[sale][kept],
            day=day[kept],
            sale_day=day[sale][kept],
            returned=returned[kept],
            listed=listed[kept],
            paid=paid[kept],
            cost=cost[kept],
        ),
        left_out=LeftOut(
            count=int(np.count_nonzero(loose)), amount=float(paid[loose].sum())
        ),
        categories=categories,
        orders=orders,
        measured=frozenset(
            column
            for column, name in (
                ("list_amount", names.list_amount),
                ("cost_amount", names.cost_amount),
            )
            if name in lines.frame.columns
        ),
    )


def _netted(
    reverses: IntArray,
    loose: BoolArray,
    key: IntArray,
    day: IntArray,
    money: tuple[FloatArray, FloatArray, FloatArray],
) -> IntArray:
    """Link returns that name no sale to a previous sale, where one is large enough."""
    amounts = np.stack(money, axis=1)
    linked = np.flatnonzero(reverses >= 0)
    left = np.maximum(amounts, 0.0)
    np.add.at(left, reverses[linked], amounts[linked])
    back = np.flatnonzero(loose)
    sold = np.flatnonzero((reverses < 0) & ~loose)
    found = reverses.copy()
    found[back] = previous_sales(
        key,
        day,
        back=back,
        sold=sold,
        left=left,
        amount=np.maximum(-amounts, 0.0),
    )
    return found


def _refuse_two_currencies(lines: Table, column: str | None) -> None:
    if column is None:
        return
    lines.require([column])
    found = lines.ids(column).unique().sort().to_list()
    if len(found) > 1:
        raise InvalidValueError(
            subject=f"lines, column {column!r}",
            found=f"{len(found)} currencies ({', '.join(map(repr, found))})",
            remedy="Convert all money to one currency before the ledger.",
        )


def _optional(
    lines: Table, column: str, canonical: str, otherwise: FloatArray
) -> FloatArray:
    return lines.money(column) if lines.has(column, canonical) else otherwise


def _orders(
    lines: Table, names: LineColumns, customer: IntArray, day: IntArray
) -> tuple[IntArray, int]:
    if lines.has(names.order_id, "order_id"):
        lines.ids(names.order_id)
        groups = group_rows(lines.frame, names.order_id)
        return groups.codes, groups.count
    # Without order ids, what a customer buys on one day is one order.
    since = day - day.min()
    keys, codes = np.unique(
        customer * (int(since.max()) + 1) + since, return_inverse=True
    )
    return codes.astype(np.int64), keys.size


def _categories(
    lines: Table, names: LineColumns
) -> tuple[IntArray, tuple[str | int, ...]]:
    if not lines.has(names.category, "category"):
        return np.zeros(lines.rows, dtype=np.int64), ("all",)
    lines.ids(names.category)
    groups = group_rows(lines.frame, names.category)
    return groups.codes, tuple(groups.ids.to_list())


def _reversed_rows(lines: Table, names: LineColumns) -> IntArray:
    """Return the row each line reverses, -1 in a sale."""
    numbered = lines.has(names.line_id, "line_id")
    reverses = np.full(lines.rows, -1, dtype=np.int64)
    if not numbered and not lines.has(names.return_of, "return_of"):
        return reverses
    lines.require([names.line_id])
    own = lines.ids(names.line_id)
    returned = _filled(lines, names.return_of)
    ids = own.rename("id").to_frame()
    if returned.any():
        _refuse_inexact_links(lines, names.return_of, own.dtype, returned)
        links = lines.frame[names.return_of].filter(returned.tolist())
        linked = table(lines.frame, {"id": links.cast(own.dtype).alias("id")})
        both = [with_plain_text(each, ["id"]) for each in (ids, linked)]
        ids = nw.concat(both, how="vertical")
    codes = group_rows(ids, "id").codes
    row = np.full(int(codes.max()) + 1, -1, dtype=np.int64)
    row[codes[: lines.rows][::-1]] = np.arange(lines.rows - 1, -1, -1)
    repeated = row[codes[: lines.rows]] != np.arange(lines.rows)
    lines.refuse(names.line_id, repeated, "duplicate line id", "Book each line once.")
    reverses[returned] = row[codes[lines.rows :]]
    lines.refuse(
        names.return_of,
        returned & (reverses < 0),
        "orphan return",
        "Name the line id of a sale in the lines.",
    )
    return reverses


def _refuse_inexact_links(
    lines: Table, column: str, own: nw.dtypes.DType, returned: BoolArray
) -> None:
    """Refuse links that are not exactly one whole line id."""
    series: nw.Series[Any] = lines.frame[column]
    if not own.is_integer() or series.dtype.is_integer():
        return
    links = series.filter(returned.tolist()).to_list()
    if any(isinstance(link, str) for link in links):
        raise InvalidTypeError(
            subject=f"lines, column {column!r}",
            expected=f"line ids of dtype {own}, as the lines have",
            got="text",
            remedy="Convert both columns to one type.",
        )
    inexact = np.zeros(lines.rows, dtype=bool)
    inexact[returned] = [
        isinstance(link, float) and not (link.is_integer() and abs(link) < _EXACT)
        for link in links
    ]
    lines.refuse(
        column,
        inexact,
        "inexact line id",
        "Floats are exact for whole numbers below 2**53 only: use a nullable integer "
        "column, Int64 in pandas.",
    )


def _filled(lines: Table, column: str) -> BoolArray:
    if not lines.has(column, "return_of"):
        return np.zeros(lines.rows, dtype=bool)
    series: nw.Series[Any] = lines.frame[column]
    empty = series.is_null()
    if series.dtype.is_float():
        empty = empty | series.is_nan()
    return ~np.asarray(empty.to_numpy(), dtype=bool)


def _refuse_signs(
    lines: Table,
    names: LineColumns,
    returned: BoolArray,
    money: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    columns = (names.paid_amount, names.list_amount, names.cost_amount)
    for column, amount in zip(columns, money, strict=True):
        lines.refuse(column, ~returned & (amount < 0), "negative sale amount", _LINK)
        lines.refuse(
            column,
            returned & (amount > 0),
            "positive return amount",
            "Amounts of a return are negative.",
        )


def _refuse_returns(
    lines: Table,
    names: LineColumns,
    *,
    returned: BoolArray,
    sale: IntArray,
    customer: IntArray,
    day: IntArray,
) -> None:
    if not returned.any():
        return
    twice = returned & returned[sale]
    lines.refuse(names.return_of, twice, "chained return", "A return reverses a sale.")
    foreign = returned & (customer != customer[sale])
    lines.refuse(
        names.return_of,
        foreign,
        "foreign return",
        "A return reverses a line of the same customer.",
    )
    early = returned & (day < day[sale])
    lines.refuse(
        names.date, early, "early return", "Date a return on or after its sale."
    )


def _refuse_larger_returns(
    lines: Table,
    names: LineColumns,
    returned: BoolArray,
    sale: IntArray,
    money: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    """Refuse returns that together take back more than was sold."""
    columns = (names.paid_amount, names.list_amount, names.cost_amount)
    for column, amount in zip(columns, money, strict=True):
        back = totals(sale[returned], -amount[returned], lines.rows)
        # A return without a sale, to be left out, is neither.
        larger = (back > 0) & (back > amount * (1 + _ROUNDING))
        lines.refuse(
            column,
            ~returned & larger,
            "sale with larger returns",
            "The returns of a sale take back no more than it: correct the amounts.",
        )


def _refuse_shared_orders(
    lines: Table,
    names: LineColumns,
    returned: BoolArray,
    order: IntArray,
    customer: IntArray,
) -> None:
    owner = np.zeros(int(order.max()) + 1, dtype=np.int64)
    owner[order[~returned]] = customer[~returned]
    shared = ~returned & (owner[order] != customer)
    lines.refuse(
        names.order_id,
        shared,
        "foreign order line",
        "Make order ids unique, for instance by joining the customer id to them.",
    )
