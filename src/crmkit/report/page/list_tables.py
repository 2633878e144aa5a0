"""Rows of customers as HTML: hundreds of them, so written without a template.

End tags of rows and cells, which HTML does not need, are left out.
"""

from collections.abc import Sequence
from html import escape

from ..bounded_text import cut
from ..findings.listed_customers import ListedCustomer
from .numbers_as_text import exact, number, percent

__all__ = ["best_rows", "list_rows"]

_LONGEST = 40  # characters of an id; the file has all of it


def list_rows(customers: Sequence[ListedCustomer], currency: str) -> str:
    """Write the rows of a list: who, what is at stake, and why."""
    sign = escape(currency)
    return "".join(
        f"<tr><th scope=row>{_id(row)}<td>{exact(row.value_at_risk, sign)}"
        f"<td>{exact(row.value, sign)}<td>{percent(row.probability_alive)}"
        f"<td>{row.orders}<td>{exact(row.past_amount, sign)}"
        f"<td>{row.last_date}\n"
        for row in customers
    )


def best_rows(customers: Sequence[ListedCustomer], currency: str) -> str:
    """Write the rows of the best customers."""
    sign = escape(currency)
    return "".join(
        f"<tr><th scope=row>{_id(row)}<td>{exact(row.value, sign)}"
        f"<td>{number(row.expected_purchases)}<td>{exact(row.expected_spend, sign)}"
        f"<td>{percent(row.probability_alive)}<td>{escape(row.tier)}"
        f"<td class=words>{escape(row.segment)}"
        f"<td>{row.orders}<td>{exact(row.past_amount, sign)}"
        f"<td>{row.last_date}\n"
        for row in customers
    )


def _id(row: ListedCustomer) -> str:
    return escape(cut(" ".join(row.customer_id.split()), _LONGEST))
