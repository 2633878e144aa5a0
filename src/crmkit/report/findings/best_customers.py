"""The customers of the highest expected value, as the page lists them."""

import datetime as dt

import numpy as np

from ..._frames import EagerFrame
from .findings import BestCustomer
from .scored_customers import ScoredCustomers

__all__ = ["best_customers"]

_SHOWN = 20


def best_customers(
    table: EagerFrame, scores: ScoredCustomers, *, id_col: str
) -> tuple[BestCustomer, ...]:
    """Return the first customers by value; equal ones in the order of the table."""
    top = np.argsort(-scores.clv, kind="stable")[:_SHOWN]
    shown = table[top.tolist()]
    columns = (shown[name].to_list() for name in (id_col, "last_date", "value_tier"))
    return tuple(
        BestCustomer(
            customer_id=str(customer_id),
            tier=str(tier),
            orders=int(scores.frequency[at]) + 1,
            past_amount=float(scores.total_amount[at]),
            last_date=dt.date(last.year, last.month, last.day),
            probability_alive=float(scores.probability_alive[at]),
            expected_purchases=float(scores.expected_purchases[at]),
            expected_spend=float(scores.expected_spend[at]),
            value=float(scores.clv[at]),
        )
        for customer_id, last, tier, at in zip(*columns, top, strict=True)
    )
