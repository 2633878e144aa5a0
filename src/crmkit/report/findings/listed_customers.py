"""Customers with whom something can be done, as plain values."""

import datetime as dt
from dataclasses import dataclass

__all__ = ["ActionList", "ListedCustomer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCustomer:
    """A customer as the lists of the page show them."""

    customer_id: str
    tier: str
    segment: str
    orders: int
    past_amount: float
    last_date: dt.date
    probability_alive: float
    expected_purchases: float
    expected_spend: float
    value: float
    value_if_active: float
    value_at_risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionList:
    """Customers with whom something can be done, the most promising first.

    Attributes
    ----------
    name
        ``win_back``, ``protect`` or ``second_order``, as in the column ``action``.
    n_customers, past_amount
        How many customers there are, and what they have spent so far.
    value
        Their expected value.
    value_at_risk
        What they would be worth in addition if all were active.
    limit
        The number in the rule of the list.
    customers
        The first 500.
    """

    name: str
    n_customers: int
    past_amount: float
    value: float
    value_at_risk: float
    limit: float
    customers: tuple[ListedCustomer, ...]
