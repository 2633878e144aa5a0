"""Customers opened once: their histories proved and their mean amounts checked."""

from dataclasses import dataclass

import numpy as np

from ..._check import ProvenHistory, proven_history, purchase_history
from ..._frames import (
    EagerFrame,
    Rule,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
)
from ...fits import within_time_of_fit
from ...typing import FloatArray, HistoryColumns, IntoDataFrame
from ..models.histories import history_rules, known_id
from ..models.spend_columns import spending_rules

__all__ = [
    "OpenedCustomers",
    "nonpositive_rule",
    "open_customers",
    "open_histories",
    "proved",
]

_FILTER = "Correct them, or filter these customers out."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedCustomers:
    """A frame in memory, and what the models read of it, already checked.

    Attributes
    ----------
    frame
        The frame as it was opened.
    history
        Frequency, recency and T of each row.
    amounts
        The mean repeat amount of each row, 0 where nothing was bought again.
    """

    frame: EagerFrame
    history: ProvenHistory
    amounts: FloatArray


def open_histories(
    customers: IntoDataFrame, columns: HistoryColumns, purchases: object
) -> tuple[EagerFrame, ProvenHistory]:
    """Open customers whose purchases alone are asked for, of a purchase model."""
    frame = read_eager(customers, columns.history)
    history = proved(frame, columns)
    within_time_of_fit(purchases, history.T)
    return frame, history


def open_customers(
    customers: IntoDataFrame, columns: HistoryColumns, purchases: object
) -> OpenedCustomers:
    """Open customers whose purchases and amounts are asked for; amounts are above 0."""
    asked = (*columns.history, columns.monetary_value, *columns.terms)
    frame = read_eager(customers, asked)
    history = proved(frame, columns)
    within_time_of_fit(purchases, history.T)
    known = known_id(frame, columns.customer_id)
    refuse(frame, spending_rules(columns.spend, sign="any")(frame), id_col=known)
    amounts = np.where(
        history.frequency > 0, numbers(frame, columns.monetary_value), 0.0
    )
    if np.any((history.frequency > 0) & (amounts <= 0)):
        refuse(frame, [nonpositive_rule(columns, remedy=_FILTER)], id_col=known)
    return OpenedCustomers(frame=frame, history=history, amounts=np.asarray(amounts))


def proved(frame: EagerFrame, columns: HistoryColumns) -> ProvenHistory:
    """Prove the histories of a frame in memory, or refuse the first broken rule."""
    require_numbers(frame, columns.history)
    arrays = [numbers(frame, column) for column in columns.history]
    found = proven_history(*arrays)
    if found is not None:
        return found
    # Only now are the rules worth their queries: they name the column and the row.
    rules = history_rules(columns.history)(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    return ProvenHistory(*purchase_history(*arrays))


def nonpositive_rule(columns: HistoryColumns, *, remedy: str) -> Rule:
    """Make the rule that a customer who came back has a mean amount above 0."""
    repeat = nw.col(columns.frequency) > 0
    return Rule(
        column=columns.monetary_value,
        broken=repeat & (nw.col(columns.monetary_value) <= 0),
        found="value of 0 or less",
        remedy=remedy,
    )
