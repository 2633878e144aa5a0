"""The parts of customer value, on coded arrays: an exact identity of standard costing.

A line is in one class: of the customer's first orders, later in a home category, or
later in another one. Margins are at the reference price and orders at the reference
service cost; what was really paid and spent comes in as a variance from these, so each
reference appears twice with opposite signs and the parts sum to cash.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "FIRST",
    "HOME",
    "NEVER",
    "OTHER",
    "LineFlows",
    "OrderFlows",
    "Parts",
    "carried",
    "first_days",
    "first_margins",
    "members_of",
    "parts",
    "totals",
]

FIRST, HOME, OTHER = 0, 1, 2
NEVER = int(np.iinfo(np.int64).max)
_TABLE = 50_000_000  # keys that fit a table of bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineFlows:
    """Lines as money at ``as_of``: margin at reference price, and price variance."""

    cell: IntArray
    kind: IntArray
    margin: FloatArray
    premium: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderFlows:
    """Orders as money at ``as_of``: standard service cost, and first-order margin."""

    cell: IntArray
    first: BoolArray
    standard: FloatArray
    base: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """One number per cell and part; acquisition and referral come from elsewhere."""

    clv1: FloatArray
    clv2: FloatArray
    clv2_base: FloatArray
    clv3: FloatArray
    clv4: FloatArray
    clv6: FloatArray


def carried(day: IntArray, as_of: int, rate: float, unit_days: float) -> FloatArray:
    """Return what one unit of money of each day is worth at ``as_of``."""
    if rate == 0:
        return np.ones(day.shape)
    days, at = np.unique(day, return_inverse=True)
    worth: FloatArray = np.exp(np.log1p(rate) * (as_of - days) / unit_days)[at]
    return worth


def first_days(code: IntArray, day: IntArray, count: int) -> IntArray:
    """Return the earliest day of each code; ``NEVER`` where there is none."""
    earliest = np.full(count, NEVER, dtype=np.int64)
    np.minimum.at(earliest, code, day)
    return earliest


def totals(code: IntArray, amount: FloatArray, count: int) -> FloatArray:
    """Sum amounts by code, as float also where there is nothing to sum."""
    return np.bincount(code, amount, minlength=count).astype(np.float64, copy=False)


def members_of(key: IntArray, members: IntArray) -> BoolArray:
    """Return which keys are members, with a lookup table while it fits in memory."""
    top = int(max(key.max(initial=0), members.max(initial=0))) + 1
    if top > _TABLE:
        return np.isin(key, members)
    table = np.zeros(top, dtype=bool)
    table[members] = True
    return table[key]


def first_margins(
    customer: IntArray,
    margin: FloatArray,
    order_customer: IntArray,
    standard: FloatArray,
    customers: int,
) -> FloatArray:
    """Return each customer's mean reference margin of a first order, not carried.

    The arrays hold the lines and the orders of the first day only.
    """
    orders = np.bincount(order_customer, minlength=customers)
    margins = totals(customer, margin, customers)
    standards = totals(order_customer, standard, customers)
    return (margins - standards) / np.maximum(orders, 1)


def parts(
    lines: LineFlows, orders: OrderFlows, service: FloatArray, cells: int
) -> Parts:
    """Sum the flows into the parts of each cell; ``service`` is carried, per cell."""
    margins = totals(lines.cell * 3 + lines.kind, lines.margin, 3 * cells)
    margins = margins.reshape(cells, 3)
    standards = totals(orders.cell * 2 + ~orders.first, orders.standard, 2 * cells)
    standards = standards.reshape(cells, 2)
    later = ~orders.first
    return Parts(
        clv1=margins[:, FIRST] - standards[:, 0],
        clv2=margins[:, HOME] - standards[:, 1],
        clv2_base=totals(orders.cell[later], orders.base[later], cells),
        clv3=margins[:, OTHER],
        clv4=standards.sum(axis=1) - service,
        clv6=totals(lines.cell, lines.premium, cells),
    )
