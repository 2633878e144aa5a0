"""A list of customers with whom something can be done."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ...fits import shown

__all__ = ["ActionList"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class ActionList(Generic[FrameT_co]):
    """Customers with whom something can be done, the most promising first.

    ``analyse`` finds three such lists. A customer is in one of them at most.

    Attributes
    ----------
    name
        ``win_back``, ``protect`` or ``second_order``, as in the column ``action`` of
        the table of all customers.
    n_customers, past_amount
        How many customers there are, and what they have spent so far.
    value
        Their expected value: the sum of ``clv``.
    value_at_risk
        What they would be worth in addition if all were active.
    limit
        The number in the rule of the list: the least ``clv_if_active`` of
        ``win_back``, the highest chance to be active of ``protect``, and the most days
        since the purchase of ``second_order``.
    customers
        The first 500, in the library of the log: rows of the table of all customers,
        with all its columns.

    See Also
    --------
    Findings : Everything that the analysis found, with the lists.

    Examples
    --------
    >>> import datetime as dt
    >>> from crmkit.datasets import load_cdnow_sample
    >>> from crmkit.report import Question, analyse
    >>> question = Question(
    ...     source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
    ... )
    >>> win_back = analyse(load_cdnow_sample(), question=question).lists[0]
    >>> win_back
    ActionList(name='win_back', n_customers=155)
    >>> win_back.customers[["customer_id", "value_at_risk"]].head(2).round(2)
       customer_id  value_at_risk
    0         5420         955.13
    1         7901         452.59
    """

    name: str
    n_customers: int
    past_amount: float
    value: float
    value_at_risk: float
    limit: float
    customers: FrameT_co

    def __repr__(self) -> str:
        """Show which list it is, and how many customers are in it."""
        return f"ActionList(name={self.name!r}, n_customers={self.n_customers})"
