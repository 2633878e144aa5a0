"""Whom to contact under a budget: the choice of highest expected profit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..._check import one_of, typed
from ..._frames import native, with_arrays
from ...fits import checked
from ...typing import IntoDataFrameT
from .limited_choice import Method, limited_choice
from .possible_contacts import possible_contacts

__all__ = ["TargetSelection", "select_targets"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@checked
class TargetSelection(Generic[FrameT_co]):
    """Who was chosen, what it is expected to earn, and how close that is to the best.

    Attributes
    ----------
    customers
        The rows passed, in their order, with the column ``selected``.
    profit
        The expected profit of the rows selected.
    bound
        A number that no choice within the limits can exceed.
    gap
        The most that a better choice could add, as a share of the bound: 0 is optimal.
    cost
        The cost of the rows selected.
    n_selected
        The number of rows selected.
    profit_per_budget_unit
        About how much more profit the next unit of budget would bring; None without a
        budget, or where the choice is exact.
    """

    customers: FrameT_co
    profit: float
    bound: float
    gap: float
    cost: float
    n_selected: int
    profit_per_budget_unit: float | None = None


@typed
def select_targets(
    customers: IntoDataFrameT,
    *,
    budget: float | None = None,
    max_contacts: int | None = None,
    capacity: Mapping[str, float] | None = None,
    method: Method = "auto",
    profit_col: str = "expected_profit",
    cost_col: str = "cost",
    channel_col: str = "channel",
    units_col: str | None = None,
    customer_id_col: str = "customer_id",
) -> TargetSelection[IntoDataFrameT]:
    """Select the contacts of highest expected profit under budget and capacity.

    Parameters
    ----------
    customers
        One row per possible contact: one per customer, or several where a customer can
        be reached by several channels or offers. At most one row of each customer is
        selected, and no row without a positive expected profit.
    budget
        The most that the contacts may cost together; None for no limit.
    max_contacts
        The largest number of contacts; None for no limit.
    capacity
        The largest number of contacts of each channel, or of the units of
        ``units_col`` that they use. Channels that are not named have no such limit.
    method
        ``"exact"`` searches by branch and bound, for up to 20,000 rows, until no choice
        can be better by a millionth, or after 500 branches. ``"greedy"`` ranks rows
        by profit minus the price of the limits they use, and reports how far it can be
        from the best. ``"auto"`` takes the exact method up to 2,000 rows, and ends it
        sooner: at a gap of 0.0001, or after 100 branches.
    profit_col
        The expected profit of the contact, after its cost.
    cost_col
        The cost of the contact; read where there is a budget or the column exists.
    channel_col
        The channel of the contact, or the lot of expiring stock that it offers; read
        with ``capacity``.
    units_col
        What the contact is expected to use of that capacity, such as minutes of a call,
        or response rate times pieces. None counts each contact as 1.
    customer_id_col
        Who is contacted.

    Returns
    -------
    TargetSelection
        The rows with ``selected``, their profit and cost, and a proven bound.

    Raises
    ------
    InvalidValueError
        If a profit or cost is missing, a cost is negative, or a channel of ``capacity``
        is in no row.
    NotEnoughDataError
        If the exact method is asked for more than 20,000 rows.

    Notes
    -----
    Expected profit is the model's. The best rows of an uncertain model are on average
    less good than it says: check the rule on held-out profit (``held_out_profit``).

    References
    ----------
    Fisher (1981), "The Lagrangian relaxation method for solving integer programming
    problems"; Land and Doig (1960), "An automatic method of solving discrete
    programming problems"; Kelley (1960), "The cutting-plane method for solving convex
    programs".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> contacts = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "cyd"],
    ...     "channel": ["call", "mail", "mail", "call"],
    ...     "expected_profit": [9.0, 4.0, 3.0, 7.0],
    ...     "cost": [5.0, 1.0, 1.0, 5.0],
    ... })
    >>> plan = campaigns.select_targets(contacts, budget=7, capacity={"call": 1})
    >>> plan.customers["selected"].tolist()
    [False, True, True, True]
    >>> plan.profit, plan.cost, plan.gap
    (14.0, 7.0, 0.0)
    """
    one_of("method", method, ("auto", "greedy", "exact"))
    read = possible_contacts(
        customers,
        budget=budget,
        max_contacts=max_contacts,
        capacity=capacity or {},
        profit_col=profit_col,
        cost_col=cost_col,
        channel_col=channel_col,
        units_col=units_col,
        customer_id_col=customer_id_col,
    )
    found = limited_choice(
        read.profit,
        owner=read.owner,
        used=read.used,
        limits=read.limits,
        method=method,
    )
    return TargetSelection(
        customers=native(
            with_arrays(read.frame, {"selected": found.selected}), customers
        ),
        profit=found.profit,
        bound=found.bound,
        gap=found.gap,
        cost=float(read.cost[found.selected].sum()),
        n_selected=int(found.selected.sum()),
        profit_per_budget_unit=found.price if budget is not None else None,
    )
