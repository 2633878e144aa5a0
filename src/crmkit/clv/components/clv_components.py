"""The value of each customer so far, in six parts that sum to the cash."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ..._check import instance, one_of, rate
from ..._dates import day_number
from ..._frames import nw
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import BoolArray, Day, FloatArray, Grain, IntoDataFrameT, TimeUnit
from .ledger_flows import CrossSell, Statement, draw_up
from .period_sums import Account, account, periods_of
from .reference_arrays import standards_of
from .references import References
from .result_rows import (
    Units,
    grouping,
    labelled,
    units_by,
    units_of_customers,
)

__all__ = ["clv_components"]


def clv_components(
    ledger: Ledger[IntoDataFrameT],
    *,
    references: References,
    as_of: Day,
    time_unit: TimeUnit,
    discount_rate: float,
    cross_sell: CrossSell = "persistent",
    acquisition: Literal["inside", "apart"] = "inside",
    by: str | Sequence[str] | None = None,
    period: Grain | None = None,
) -> IntoDataFrameT:
    """Return the value of each customer so far, in six parts that sum to the cash.

    The parts are accounting, not causes: they show where value was booked against
    stated standards, not what would have happened otherwise.

    Parameters
    ----------
    ledger
        The company's ledger.
    references
        The standards: see :func:`fit_references` and :class:`References`.
    as_of
        The last day seen, inclusive: rows after it change nothing.
    time_unit
        The unit of time of the discount rate.
    discount_rate
        The effective rate per unit, at which money of earlier days is carried to
        ``as_of``. 0 leaves cash.
    cross_sell
        ``"persistent"``: a category beyond those of the first day counts as
        cross-selling for ever; ``"first_only"``: on the day it is first bought, and
        as repeat purchase after that.
    acquisition
        ``"inside"`` subtracts the cost of acquisition from ``clv1``; ``"apart"`` leaves
        it in its own column only. ``clv`` is after acquisition either way.
    by
        Columns of the lines, or of the ledger's customers, to sum by instead of by
        customer. Amounts of a whole order or customer (cost to serve, acquisition,
        referral) are spread over its lines by list amount.
    period
        Also split by the period in which the money moved.

    Returns
    -------
    DataFrame
        In the library of the lines; by default one row per customer, by id, with

        - ``clv1``: the first purchase at reference price and cost to serve, less the
          cost of acquiring the customer;
        - ``clv2``: repeat purchases in the categories of the first day; the sum of
          ``clv2_base`` (every later order at the first one's margin) and
          ``clv2_growth`` (the rest);
        - ``clv3``: cross-selling, purchases in other categories;
        - ``clv4``: standard less actual cost to serve; negative for a customer who
          costs more; the sum of ``clv4_base`` (every order at the cost of the
          customer's first one) and ``clv4_change`` (what became cheaper since);
        - ``clv5``: referral: value moved from and to customers by who brought whom,
          less rewards paid; it sums to minus the rewards over the company;
        - ``clv6``: paid less reference price, over all lines; negative for a customer
          who pays less than new customers do; the sum of ``clv6_base`` (all lines at
          the price level of the first day) and ``clv6_change`` (what she pays more
          since);
        - ``clv``: their sum;
        - ``acquisition_cost``: the cost of acquiring the customer;
        - ``first_purchase``: ``"first_ever"``, ``"first_seen"`` (the log may start
          after the relationship did, so ``clv1`` is the first purchase in the log),
          ``"before_the_log"`` (it did, so all purchases are repeat purchases) or
          ``"none"``.

    Raises
    ------
    InvalidValueError
        If an option is unknown, the rate is not above -1 or far too high for the unit,
        or a column of ``by`` is called like one of the result.
    MissingColumnError
        If a column of ``by`` is neither in the lines nor in the customers.

    Notes
    -----
    With reference depth d0 and cost s0 of the period, P0 = list (1 - d0) and G0 = P0 -
    cost of goods: clv1, clv2 and clv3 sum G0 over the lines of their class less s0 over
    the orders; clv4 = sum of s0 - service; clv6 = sum of paid - P0. Each reference
    appears twice with opposite signs, so clv1 + clv2 + clv3 + clv4 + clv6 = revenue -
    goods - service - acquisition, to rounding. A return has the class and the
    reference of what it reverses.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> from crmkit.clv import References, clv_components
    >>> ledger = Ledger(lines=pd.DataFrame({
    ...     "customer_id": ["ada", "ada", "ada"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-02-01", "2024-03-01"]),
    ...     "category": ["tea", "tea", "cups"],
    ...     "list_amount": [20.0, 30.0, 40.0],
    ...     "paid_amount": [18.0, 30.0, 36.0],
    ...     "cost_amount": [10.0, 15.0, 20.0],
    ... }))
    >>> parts = clv_components(
    ...     ledger,
    ...     references=References.from_standards(discount_depth=0.1),
    ...     as_of="2024-12-31",
    ...     time_unit="year",
    ...     discount_rate=0.0,
    ... )
    >>> parts[["clv1", "clv2", "clv3", "clv6", "clv"]].round(2).to_dict("records")
    [{'clv1': 8.0, 'clv2': 12.0, 'clv3': 16.0, 'clv6': 3.0, 'clv': 39.0}]
    """
    one_of("acquisition", acquisition, ("inside", "apart"))
    one_of("cross_sell", cross_sell, ("persistent", "first_only"))
    book = instance("ledger", ledger, Ledger).book
    statement = draw_up(
        book,
        standards_of(references, book),
        day=day_number("as_of", as_of),
        rate=rate("discount_rate", discount_rate),
        unit_days=DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))],
        cross_sell=cross_sell,
    )
    units = _units(ledger, statement, by)
    if period is not None:
        one_of("period", period, tuple(DAYS_PER_UNIT))
    periods = periods_of(statement, period)
    sums = account(statement, units, periods)
    unit, column = np.nonzero(_kept(statement, sums, by=by, period=period))
    labels = {name: label[unit] for name, label in units.labels.items()}
    values: dict[str, nw.Series[Any] | np.ndarray] = {}
    if period is not None:
        values["period"] = periods.starts[column].astype("datetime64[D]")
    values |= _columns(sums, unit, column, apart=acquisition == "apart")
    if by is None and period is None:
        values["first_purchase"] = _first_purchase(statement)[unit]
    columns = labelled(labels, values)
    return frame_of(ledger, columns)


def _units(
    ledger: Ledger[IntoDataFrameT],
    statement: Statement,
    by: str | Sequence[str] | None,
) -> Units:
    if by is None:
        return units_of_customers(statement, ledger.customer_id_col)
    return units_by(ledger, statement, grouping(by))


def _kept(
    statement: Statement,
    sums: Account,
    *,
    by: str | Sequence[str] | None,
    period: Grain | None,
) -> BoolArray:
    """Return which cells get a row: every customer, or the periods that moved money."""
    if period is None:
        there = np.ones(sums.clv1.shape, dtype=bool)
        return there if by is not None else statement.book.seen()[:, None]
    moved = np.zeros(sums.clv1.shape, dtype=bool)
    for values in (sums.clv1, sums.clv2, sums.clv2_base, sums.clv3, sums.clv4):
        moved |= values != 0
    for values in (sums.clv4_base, sums.clv5, sums.clv6, sums.acquisition):
        moved |= values != 0
    return moved


def _columns(
    sums: Account, unit: np.ndarray, column: np.ndarray, *, apart: bool
) -> dict[str, FloatArray]:
    def cells(values: FloatArray) -> FloatArray:
        picked: FloatArray = values[unit, column]
        return picked

    won = cells(sums.acquisition)
    first = cells(sums.clv1)
    found = {
        "clv1": first if apart else first - won,
        "clv2": cells(sums.clv2),
        "clv3": cells(sums.clv3),
        "clv4": cells(sums.clv4),
        "clv5": cells(sums.clv5),
        "clv6": cells(sums.clv6),
    }
    total = np.sum(list(found.values()), axis=0)
    bases = {
        name: cells(values)
        for name, values in (
            ("clv2", sums.clv2_base),
            ("clv4", sums.clv4_base),
            ("clv6", sums.clv6_base),
        )
    }
    return {
        **found,
        "clv": total - won if apart else total,
        "clv2_base": bases["clv2"],
        "clv2_growth": found["clv2"] - bases["clv2"],
        "clv4_base": bases["clv4"],
        "clv4_change": found["clv4"] - bases["clv4"],
        "clv6_base": bases["clv6"],
        "clv6_change": found["clv6"] - bases["clv6"],
        "acquisition_cost": won,
    }


def _first_purchase(statement: Statement) -> np.ndarray:
    seen = "first_seen" if statement.book.start == "unknown" else "first_ever"
    older = statement.book.began_before(statement.first_day)
    known = np.where(older, "before_the_log", seen)
    return np.where(statement.first_day < NEVER, known, "none").astype(object)
