"""Read service costs, acquisition costs, referrals and given starts."""

from typing import Literal, TypeAlias

import numpy as np

from .._frames import nw
from ..errors import InvalidTypeError
from ..kernels.value.component_identity import first_days
from ..kernels.value.referral import in_cycles
from ..typing import BoolArray, FloatArray, IntArray
from .book import Costs, LeftOut, Referrals
from .ledger_tables import Table

__all__ = [
    "EarlyService",
    "no_costs",
    "no_referrals",
    "read_costs",
    "read_referrals",
    "read_starts",
    "refuse_early",
    "without_early",
]

EarlyService: TypeAlias = Literal["acquisition", "apart", "error"]

_EMPTY = np.empty(0, dtype=np.int64)


def no_costs() -> Costs:
    """Return a table of costs without rows."""
    return Costs(customer=_EMPTY, day=_EMPTY, amount=_EMPTY.astype(np.float64))


def no_referrals() -> Referrals:
    """Return a table of referrals without rows."""
    money = _EMPTY.astype(np.float64)
    return Referrals(
        referrer=_EMPTY,
        referee=_EMPTY,
        day=_EMPTY,
        share=money,
        weight=money,
        reward=money,
    )


def read_costs(table: Table, customer: IntArray, date: str, amount: str) -> Costs:
    """Read money spent on customers."""
    return Costs(
        customer=customer,
        day=table.days(date),
        amount=table.money(amount, "nonnegative"),
    )


def read_starts(
    table: Table, customer: IntArray, date: str, first_sale: IntArray
) -> IntArray:
    """Return the given first day of each customer; ``NEVER`` where none is given."""
    day = table.days(date)
    times = np.bincount(customer, minlength=first_sale.size)
    table.refuse(date, times[customer] > 1, "repeated start", "Give one per customer.")
    table.refuse(
        date,
        day > first_sale[customer],
        "late start",
        "A relationship starts on or before the first purchase.",
    )
    return first_days(customer, day, first_sale.size)


def without_early(
    service: Costs, acquisition: Costs, start: IntArray, early: EarlyService
) -> tuple[Costs, Costs, LeftOut]:
    """Take out what it cost to serve someone who was not yet a customer."""
    premature = service.day < start[service.customer]
    found = LeftOut(
        count=int(np.count_nonzero(premature)),
        amount=float(service.amount[premature].sum()),
    )
    if not found.count:
        return service, acquisition, found
    moved = _rows(service, premature)
    if early == "acquisition":
        # Money spent before the first purchase was spent on winning the customer.
        acquisition = Costs(
            customer=np.concatenate([acquisition.customer, moved.customer]),
            day=np.concatenate([acquisition.day, moved.day]),
            amount=np.concatenate([acquisition.amount, moved.amount]),
        )
    return _rows(service, ~premature), acquisition, found


def refuse_early(table: Table, costs: Costs, date: str, start: IntArray) -> None:
    """Refuse a cost of serving someone who was not yet a customer."""
    table.refuse(
        date,
        costs.day < start[costs.customer],
        "premature cost",
        "The customer was not won yet: correct the date, or pass "
        "early_service='acquisition'.",
    )


def _rows(costs: Costs, kept: BoolArray) -> Costs:
    return Costs(
        customer=costs.customer[kept], day=costs.day[kept], amount=costs.amount[kept]
    )


def read_referrals(
    table: Table,
    referrer: IntArray,
    referee: IntArray,
    names: dict[str, str],
    first_sale: IntArray,
) -> Referrals:
    """Read who brought whom: a forest, or at least without a cycle."""
    rows = np.ones(table.rows)
    share = table.money(names["share"])
    table.refuse(
        names["share"],
        (share < 0) | (share > 1),
        "impossible share",
        "A share is from 0 to 1.",
    )
    weight = _optional(table, names["weight"], "weight", rows)
    table.refuse(
        names["weight"], weight <= 0, "nonpositive weight", "Weights are above 0."
    )
    reward = _optional(table, names["reward"], "reward", np.zeros(table.rows))
    _refuse_shape(table, names["referrer_id"], referrer, referee)
    day = table.days(names["date"])
    table.refuse(
        names["date"],
        day > first_sale[referee],
        "late referral",
        "A referral wins a customer on or before the first purchase: correct the "
        "date, or drop the row.",
    )
    return Referrals(
        referrer=referrer,
        referee=referee,
        day=day,
        # A customer who would have come anyway brings the referrer no value.
        share=np.where(_incremental(table, names["incremental"]), share, 0.0),
        weight=weight,
        reward=reward,
    )


def _optional(
    table: Table, column: str, canonical: str, otherwise: FloatArray
) -> FloatArray:
    if not table.has(column, canonical):
        return otherwise
    return table.money(column, "nonnegative")


def _incremental(table: Table, column: str) -> BoolArray:
    if not table.has(column, "incremental"):
        return np.ones(table.rows, dtype=bool)
    series = table.frame[column]
    table.refuse(column, np.asarray(series.is_null().to_numpy()), "missing value")
    if series.dtype != nw.Boolean:
        raise InvalidTypeError(
            subject=f"{table.name}, column {column!r}",
            expected="true or false",
            got=str(series.dtype),
            remedy="Convert the column to booleans first.",
        )
    return np.asarray(series.to_numpy(), dtype=bool)


def _refuse_shape(
    table: Table, column: str, referrer: IntArray, referee: IntArray
) -> None:
    table.refuse(
        column,
        referrer == referee,
        "self-referral",
        "Drop the row: a customer cannot refer themselves.",
    )
    count = int(max(referrer.max(initial=0), referee.max(initial=0))) + 1
    # One number for each pair: an int64 holds those of three billion customers.
    pair = referrer * count + referee
    first = np.zeros(table.rows, dtype=bool)
    first[np.unique(pair, return_index=True)[1]] = True
    table.refuse(column, ~first, "duplicate referral", "Book each referral once.")
    table.refuse(
        column,
        in_cycles(referrer, referee, count),
        "circular referral",
        "A customer cannot be brought by someone they brought themselves.",
    )
