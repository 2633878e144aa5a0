"""Possible contacts as numbers: what each earns, costs, and uses of the limits."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..._check import nonnegative, whole
from ..._frames import (
    EagerFrame,
    group_rows,
    id_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    require_present,
)
from ...errors import InvalidValueError
from ...typing import FloatArray, IntArray, IntoDataFrame

__all__ = ["PossibleContacts", "possible_contacts"]


class PossibleContacts(NamedTuple):
    """Rows of contacts; the first limit is the budget, where there is one."""

    frame: EagerFrame
    profit: FloatArray
    cost: FloatArray
    owner: IntArray
    used: FloatArray
    limits: FloatArray


def possible_contacts(
    customers: IntoDataFrame,
    *,
    budget: float | None,
    max_contacts: int | None,
    capacity: Mapping[str, float],
    profit_col: str,
    cost_col: str,
    channel_col: str,
    units_col: str | None,
    customer_id_col: str,
) -> PossibleContacts:
    """Read and check the rows once."""
    columns = [customer_id_col, profit_col]
    columns += [cost_col] if budget is not None else []
    columns += [channel_col] if capacity else []
    units = units_col if capacity else None
    columns += [] if units is None else [units]
    frame = read_eager(customers, columns)
    if cost_col in frame.columns and cost_col not in columns:
        columns.append(cost_col)
    profit, cost = _profit_and_cost(frame, columns, profit_col, cost_col)
    used, limits = _limits(
        frame,
        cost,
        units_col=units,
        budget=budget,
        max_contacts=max_contacts,
        capacity=capacity,
        channel_col=channel_col,
    )
    owner = group_rows(frame, customer_id_col).codes
    return PossibleContacts(frame, profit, cost, owner, used, limits)


def _profit_and_cost(
    frame: EagerFrame, columns: list[str], profit_col: str, cost_col: str
) -> tuple[FloatArray, FloatArray]:
    customer_id_col = columns[0]
    require_ids(frame, customer_id_col)
    rules = [*id_rules(frame, customer_id_col)]
    require_numbers(frame, [profit_col])
    rules += number_rules(frame, profit_col)
    if cost_col in columns:
        require_numbers(frame, [cost_col])
        rules += number_rules(frame, cost_col, sign="nonnegative")
    refuse(frame, rules, id_col=customer_id_col)
    profit = numbers(frame, profit_col)
    return profit, (
        numbers(frame, cost_col) if cost_col in columns else np.zeros(profit.size)
    )


def _limits(
    frame: EagerFrame,
    cost: FloatArray,
    *,
    budget: float | None,
    max_contacts: int | None,
    capacity: Mapping[str, float],
    channel_col: str,
    units_col: str | None,
) -> tuple[FloatArray, FloatArray]:
    """Return what each row uses of each limit, and the limits: the budget first."""
    units = np.ones(cost.size)
    if units_col is not None:
        require_numbers(frame, [units_col])
        refuse(frame, number_rules(frame, units_col, sign="nonnegative"))
        units = numbers(frame, units_col)
    used: list[FloatArray] = []
    most: list[float] = []
    if budget is not None:
        used.append(cost)
        most.append(nonnegative("budget", budget))
    if max_contacts is not None:
        used.append(np.ones(cost.size))
        most.append(whole("max_contacts", max_contacts))
    if capacity:
        require_present(frame, channel_col)
        channel: Any = frame.get_column(channel_col)
        for name, most_units in capacity.items():
            there = (channel == name).to_numpy().astype(bool)
            if not there.any():
                raise InvalidValueError(
                    subject="argument 'capacity'",
                    found=f"channel {name!r}, which is in no row",
                    remedy=f"Name channels as in column {channel_col!r}.",
                )
            used.append(np.where(there, units, 0.0))
            most.append(nonnegative("capacity", most_units))
    table = np.column_stack(used) if used else np.zeros((cost.size, 0))
    return table, np.asarray(most, dtype=np.float64)
