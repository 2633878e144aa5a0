"""Every flow of the ledger up to a day: classed, at reference, carried to that day."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ...errors import InvalidValueError
from ...kernels.base.distinct_numbers import distinct_numbers
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import (
    FIRST,
    HOME,
    NEVER,
    OTHER,
    carried,
    first_days,
    first_margins,
    members_of,
    totals,
)
from ...ledger import Book
from ...typing import BoolArray, FloatArray, IntArray
from .reference_arrays import Standards

__all__ = ["CrossSell", "Statement", "draw_up"]

_FAR = 200.0  # a factor of exp(200) is beyond all money

CrossSell: TypeAlias = Literal["persistent", "first_only"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statement:
    """The flows of a book, row by row of its tables, in money of ``as_of``.

    Attributes
    ----------
    book
        The book up to the day.
    first_day
        Of each customer; ``NEVER`` without a sale.
    kind, margin, premium, premium_base, listed, revenue, goods
        Of each line; ``premium_base`` is the premium at the price level of the
        customer's first day.
    order, order_customer, order_day, order_first, standard, base, service_base
        Of each order placed; ``order`` is its code. ``service_base`` is the cost of an
        order of the customer's first day.
    service, acquisition, reward
        Carried cost of each row of its table.
    won_day, saving
        Of each referee who has bought: the first day, and the carried standard
        acquisition cost; ``NEVER`` and 0 for all others.
    """

    book: Book
    first_day: IntArray
    kind: IntArray
    margin: FloatArray
    premium: FloatArray
    premium_base: FloatArray
    listed: FloatArray
    revenue: FloatArray
    goods: FloatArray
    order: IntArray
    order_customer: IntArray
    order_day: IntArray
    order_first: BoolArray
    standard: FloatArray
    base: FloatArray
    service_base: FloatArray
    service: FloatArray
    acquisition: FloatArray
    reward: FloatArray
    won_day: IntArray
    saving: FloatArray


def draw_up(
    whole: Book,
    standards: Standards,
    *,
    day: int,
    rate: float,
    unit_days: float,
    cross_sell: CrossSell,
) -> Statement:
    """Draw up the statement of a book as of a day."""

    def worth(days: IntArray) -> FloatArray:
        return carried(days, day, rate, unit_days)

    book = whole.until(day)
    _refuse_runaway(book, day, rate, unit_days)
    lines, table = book.lines, book.order_table()
    first_day = book.first_purchase_days()
    order = np.flatnonzero(table.day < NEVER)
    customer = table.customer[order]
    on_first_day = np.zeros(book.orders, dtype=bool)
    on_first_day[order] = table.day[order] == first_day[customer]
    # A relationship older than the log has no first purchase in it.
    older = book.began_before(first_day)
    kind = _kinds(book, table.day, on_first_day, cross_sell)
    kind = np.where((kind == FIRST) & older[lines.customer], HOME, kind)
    value = worth(lines.day)
    at_standard = lines.listed * (
        1 - standards.discount_depth(lines.sale_day, lines.category)
    )
    standard = standards.service_cost(table.day[order])
    first_line = on_first_day[lines.order]
    first_order = on_first_day[order]
    usual = first_margins(
        lines.customer[first_line],
        (at_standard - lines.cost)[first_line],
        customer[first_order],
        standard[first_order],
        book.customers,
    )
    order_value = worth(table.day[order])
    own_price, own_service = _first_levels(
        book, first_day, first_line & ~lines.returned, at_standard
    )
    won_day, saving = _savings(book, first_day, standards)
    return Statement(
        book=book,
        first_day=first_day,
        kind=kind,
        margin=value * (at_standard - lines.cost),
        premium=value * (lines.paid - at_standard),
        premium_base=value * at_standard * own_price[lines.customer],
        listed=value * lines.listed,
        revenue=value * lines.paid,
        goods=value * lines.cost,
        order=order,
        order_customer=customer,
        order_day=table.day[order],
        order_first=first_order & ~older[customer],
        standard=order_value * standard,
        base=order_value * usual[customer],
        service_base=order_value * own_service[customer],
        service=worth(book.service.day) * book.service.amount,
        acquisition=worth(book.acquisition.day) * book.acquisition.amount,
        reward=worth(book.referrals.day) * book.referrals.reward,
        won_day=won_day,
        saving=worth(np.where(saving != 0, won_day, day)) * saving,
    )


def _first_levels(
    book: Book, first_day: IntArray, opening: BoolArray, at_standard: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return each customer's premium and service per order on the first day seen."""
    lines, count = book.lines, book.customers
    who = lines.customer[opening]
    usual = totals(who, at_standard[opening], count)
    premium = totals(who, (lines.paid - at_standard)[opening], count)
    price = np.divide(premium, usual, out=np.zeros(count), where=usual > 0)
    served = book.service.day <= first_day[book.service.customer]
    cost = totals(book.service.customer[served], book.service.amount[served], count)
    pairs = distinct_numbers(lines.order[opening])
    table = book.order_table()
    orders = np.bincount(table.customer[pairs], minlength=count)
    return price, cost / np.maximum(orders, 1)


def _refuse_runaway(book: Book, day: int, rate: float, unit_days: float) -> None:
    """Refuse a rate at which money of the first day vanishes or explodes."""
    days = (book.lines, book.service, book.acquisition, book.referrals)
    span = day - min(int(each.day.min(initial=day)) for each in days)
    if abs(np.log1p(rate) * span / unit_days) > _FAR:
        unit = next(
            name for name, length in DAYS_PER_UNIT.items() if length == unit_days
        )
        raise InvalidValueError(
            subject="argument 'discount_rate'",
            found=f"{rate!r} per {unit}, too extreme over {span} days",
            remedy="Pass the rate of one 'time_unit', or a longer unit.",
        )


def _kinds(
    book: Book, order_day: IntArray, on_first_day: BoolArray, cross_sell: CrossSell
) -> IntArray:
    lines, width = book.lines, len(book.categories)
    first = on_first_day[lines.order]
    key = lines.customer * width + lines.category
    home = members_of(key, key[first])
    if cross_sell == "first_only":
        # Once bought, a new category is no longer cross-selling.
        keys, pair = np.unique(key, return_inverse=True)
        bought = order_day[lines.order]
        opened = first_days(pair, bought, keys.size)
        home |= bought > opened[pair]
    return np.where(first, FIRST, np.where(home, HOME, OTHER))


def _savings(
    book: Book, first_day: IntArray, standards: Standards
) -> tuple[IntArray, FloatArray]:
    referred = np.zeros(book.customers, dtype=bool)
    referred[book.referrals.referee] = True
    won_day = np.where(referred, first_day, NEVER)
    won = won_day < NEVER
    saving = np.zeros(book.customers)
    saving[won] = standards.acquisition_cost(won_day[won])
    return won_day, saving
