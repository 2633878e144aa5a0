"""Which column is the customer, the date, the amount: proposed by name and content."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .date_formats import is_a_bare_day, looks_like_a_date
from .file_layout import looks_like_a_number

__all__ = ["Roles", "propose_roles"]

_SHOWN = 25
_CUSTOMER = (
    "customer",
    "client",
    "kunde",
    "cust",
    "member",
    "user",
    "buyer",
    "guest",
    "account",
    "household",
    "shopper",
    "email",
    "patient",
    "donor",
    "card",
)
_DATE = (
    "date",
    "datum",
    "day",
    "fecha",
    "when",
    "timestamp",
    "time",
    "created",
    "purchased",
)
_AMOUNT = (
    "amount",
    "revenue",
    "sales",
    "total",
    "spent",
    "spend",
    "paid",
    "betrag",
    "umsatz",
    "value",
    "turnover",
    "gross",
    "net",
    "summe",
    "importe",
    "sum",
)
_QUANTITY = ("quantity", "qty", "units", "menge", "anzahl", "pieces")
_PRICE = ("unitprice", "price", "preis", "rate", "precio")
_NOT_A_CUSTOMER = (
    "order",
    "invoice",
    "transaction",
    "product",
    "item",
    "stock",
    "sku",
    "line",
    "country",
    "name",
    "status",
    "type",
    "since",
    "age",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The columns to read; None where neither name nor content tells.

    ``amount`` is one column, or ``quantity`` and ``price`` are two.
    """

    customer: str | None
    date: str | None
    amount: str | None
    quantity: str | None = None
    price: str | None = None


def propose_roles(
    names: Sequence[str], preview: Sequence[Sequence[str]], *, asked: Roles
) -> Roles:
    """Propose a column for each role that was not asked for, or not found."""
    cells = {
        name: [row[at].strip() for row in preview[:_SHOWN] if at < len(row)]
        for at, name in enumerate(names)
    }
    dates = [
        name
        for name in names
        if _share(cells[name], looks_like_a_date) > 0.6
        or (_named(name, _DATE) and _share(cells[name], is_a_bare_day) > 0.6)
    ]
    numbers = [
        name
        for name in names
        if name not in dates and _share(cells[name], looks_like_a_number) > 0.6
    ]
    date = _chosen(asked.date, names, dates, _DATE) or (dates[0] if dates else None)
    quantity = _chosen(asked.quantity, names, numbers, _QUANTITY)
    price = _chosen(asked.price, names, numbers, _PRICE)
    amount = _amount(asked.amount, names, numbers, cells, (quantity, price))
    taken = {date, amount, quantity, price}
    free = [name for name in names if name not in taken]
    customer = _chosen(
        asked.customer,
        names,
        [n for n in free if not _named(n, _NOT_A_CUSTOMER) or _named(n, _CUSTOMER)],
        _CUSTOMER,
    )
    if customer is None and asked.customer is None:
        customer = _by_content(free, cells)
    by_two = amount is None and quantity is not None and price is not None
    return Roles(
        customer=customer,
        date=date,
        amount=amount,
        quantity=quantity if by_two else None,
        price=price if by_two else None,
    )


def _amount(
    asked: str | None,
    names: Sequence[str],
    numbers: list[str],
    cells: dict[str, list[str]],
    parts: tuple[str | None, str | None],
) -> str | None:
    free = [name for name in numbers if name not in parts]
    found = _chosen(asked, names, free, _AMOUNT)
    if found is not None or all(parts):
        return found
    # Amounts have decimals; ids and counts do not.
    decimal = [n for n in free if any(re.search(r"[.,]\d\d?\D*$", c) for c in cells[n])]
    if len(decimal) == 1:
        return decimal[0]
    # A price without a quantity is the amount.
    return parts[1]


def _by_content(free: list[str], cells: dict[str, list[str]]) -> str | None:
    """Return the only column that repeats some values and is not one constant."""
    likely = [
        name
        for name in free
        if len(set(cells[name])) > 1 and not _named(name, _NOT_A_CUSTOMER)
    ]
    return (
        likely[0] if len(likely) == 1 or (likely and "column_" in likely[0]) else None
    )


def _chosen(
    asked: str | None,
    names: Sequence[str],
    likely: Sequence[str],
    words: tuple[str, ...],
) -> str | None:
    """Return the column asked for, else the nearest by name."""
    if asked is not None:
        if asked in names:
            return asked
        near = {_letters(name): name for name in names}
        close = get_close_matches(_letters(asked), list(near), n=1, cutoff=0.75)
        if close:
            return near[close[0]]
    ranked = sorted(
        (words.index(word), name) for name in likely if (word := _word(name, words))
    )
    return ranked[0][1] if ranked else None


def _word(name: str, words: tuple[str, ...]) -> str | None:
    plain = _letters(name)
    return next((word for word in words if word in plain), None)


def _named(name: str, words: tuple[str, ...]) -> bool:
    return _word(name, words) is not None


def _letters(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _share(cells: list[str], test: Callable[[str], bool]) -> float:
    filled = [cell for cell in cells if cell]
    return sum(map(test, filled)) / max(len(filled), 1)
