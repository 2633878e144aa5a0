"""Sum a statement into the rows of the result: units by periods."""

from dataclasses import dataclass

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.log.calendar import period_start
from ...kernels.value.component_identity import (
    NEVER,
    LineFlows,
    OrderFlows,
    parts,
    totals,
)
from ...kernels.value.referral import normalised_weights, transfers
from ...typing import FloatArray, Grain, IntArray
from .ledger_flows import Statement
from .result_rows import Spread, Units

__all__ = ["Account", "account", "cash_by_customer", "periods_of"]

_CELLS = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Account:
    """The parts of each unit (rows) in each period (columns)."""

    clv1: FloatArray
    clv2: FloatArray
    clv2_base: FloatArray
    clv3: FloatArray
    clv4: FloatArray
    clv4_base: FloatArray
    clv5: FloatArray
    clv6: FloatArray
    clv6_base: FloatArray
    acquisition: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Periods:
    """The first day of each period, and the period of any day."""

    starts: IntArray
    grain: Grain | None

    @property
    def count(self) -> int:
        """Number of periods."""
        return self.starts.size

    def of(self, day: IntArray) -> IntArray:
        """Return the number of the period each day is in."""
        if self.grain is None:
            return np.zeros(day.size, dtype=np.int64)
        return np.searchsorted(self.starts, period_start(day, self.grain))


def periods_of(statement: Statement, grain: Grain | None) -> Periods:
    """List the periods with a booking; one period if ``grain`` is None."""
    if grain is None:
        return Periods(starts=np.zeros(1, dtype=np.int64), grain=None)
    book = statement.book
    won = statement.won_day[statement.won_day < NEVER]
    # Distinct days first: a period is found once for a day, not for each line.
    days = np.concatenate(
        [
            np.unique(each)
            for each in (
                book.lines.day,
                book.service.day,
                book.acquisition.day,
                book.referrals.day,
                won,
            )
        ]
    )
    return Periods(starts=np.unique(period_start(days, grain)), grain=grain)


def account(statement: Statement, units: Units, periods: Periods) -> Account:
    """Sum every flow into its unit and period; rows are units, columns periods."""
    book, count = statement.book, periods.count
    _refuse_too_many_cells(max(units.count, book.customers), count)
    costs = _customer_costs(statement, periods)
    moved = _moved_by_referral(statement, periods, costs)
    service = _allotted(units.customers, costs.service, units.count)
    spread = units.orders
    order_period = periods.of(statement.order_day)
    cells = units.count * count
    # A unit and a period make one number, so that one bincount adds up a part.
    line_cell = units.line * count + periods.of(book.lines.day)
    order_cell = spread.unit * count + order_period[spread.source]
    at_first = (statement.standard - statement.service_base)[spread.source]
    summed = parts(
        LineFlows(
            cell=line_cell,
            kind=statement.kind,
            margin=statement.margin,
            premium=statement.premium,
        ),
        OrderFlows(
            cell=order_cell,
            first=statement.order_first[spread.source],
            standard=statement.standard[spread.source] * spread.share,
            base=statement.base[spread.source] * spread.share,
        ),
        service.ravel(),
        cells,
    )

    def shaped(values: FloatArray) -> FloatArray:
        return values.reshape(units.count, count)

    return Account(
        clv1=shaped(summed.clv1),
        clv2=shaped(summed.clv2),
        clv2_base=shaped(summed.clv2_base),
        clv3=shaped(summed.clv3),
        clv4=shaped(summed.clv4),
        clv4_base=shaped(totals(order_cell, at_first * spread.share, cells)),
        # A reward is a cost of the referral that it was paid for.
        clv5=_allotted(units.customers, moved - costs.reward, units.count),
        clv6=shaped(summed.clv6),
        clv6_base=shaped(totals(line_cell, statement.premium_base, cells)),
        acquisition=_allotted(units.won, costs.acquisition, units.count),
    )


def _refuse_too_many_cells(rows: int, columns: int) -> None:
    if rows * columns > _CELLS:
        raise NotEnoughDataError(
            needed=f"at most {_CELLS:,} rows by periods",
            got=f"{rows:,} by {columns:,}",
            remedy="Use a longer period, or sum by fewer columns.",
        )


def _moved_by_referral(
    statement: Statement, periods: Periods, costs: "_Costs"
) -> FloatArray:
    """Return what referrals move to and from each customer in each period."""
    book = statement.book
    shape = (book.customers, periods.count)
    referrals = book.referrals
    # A referral moves value once the referee has bought.
    brought = statement.won_day[referrals.referee] < NEVER
    if not brought.any():
        return np.zeros(shape)
    referrer, referee = referrals.referrer[brought], referrals.referee[brought]
    weight = normalised_weights(referee, referrals.weight[brought], book.customers)
    return transfers(
        _own(statement, periods, costs),
        _savings(statement, periods, costs),
        referrer=referrer,
        referee=referee,
        weight=weight,
        share=referrals.share[brought],
    )


def cash_by_customer(statement: Statement, periods: Periods) -> FloatArray:
    """Return revenue less goods, service and acquisition of each customer."""
    return _own(statement, periods, _customer_costs(statement, periods))


def _own(statement: Statement, periods: Periods, costs: "_Costs") -> FloatArray:
    lines = statement.book.lines
    taken = _summed(
        lines.customer,
        periods.of(lines.day),
        statement.revenue - statement.goods,
        (statement.book.customers, periods.count),
    )
    return taken - costs.service - costs.acquisition


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Costs:
    service: FloatArray
    acquisition: FloatArray
    reward: FloatArray


def _customer_costs(statement: Statement, periods: Periods) -> _Costs:
    book = statement.book
    shape = (book.customers, periods.count)
    service, won, referrals = book.service, book.acquisition, book.referrals
    return _Costs(
        service=_summed(
            service.customer, periods.of(service.day), statement.service, shape
        ),
        acquisition=_summed(
            won.customer, periods.of(won.day), statement.acquisition, shape
        ),
        reward=_summed(
            referrals.referrer, periods.of(referrals.day), statement.reward, shape
        ),
    )


def _savings(statement: Statement, periods: Periods, costs: _Costs) -> FloatArray:
    """Return standard less actual cost of winning each referee who has bought."""
    book = statement.book
    shape = (book.customers, periods.count)
    won = np.flatnonzero(statement.won_day < NEVER)
    standard = _summed(
        won, periods.of(statement.won_day[won]), statement.saving[won], shape
    )
    # Who has not bought yet has cost something, and saved nothing.
    referred = (statement.won_day < NEVER)[:, None]
    return np.where(referred, standard - costs.acquisition, 0.0)


def _summed(
    row: IntArray, column: IntArray, amount: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    cells = shape[0] * shape[1]
    return totals(row * shape[1] + column, amount, cells).reshape(shape)


def _allotted(spread: Spread, amount: FloatArray, units: int) -> FloatArray:
    """Spread customers' amounts (rows) over units, period by period."""
    found = np.empty((units, amount.shape[1]))
    for at, column in enumerate(amount.T):
        found[:, at] = totals(spread.unit, column[spread.source] * spread.share, units)
    return found
