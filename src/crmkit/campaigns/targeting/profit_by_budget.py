"""What each budget would earn: how large the next one should be."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..._check import money_array, nonnegative_array, typed
from ..._frames import native, read_eager, table
from ...errors import NotEnoughDataError
from ...typing import IntoDataFrameT
from .select_targets import select_targets

__all__ = ["profit_by_budget"]


@typed
def profit_by_budget(
    customers: IntoDataFrameT,
    *,
    budgets: Sequence[float],
    max_contacts: int | None = None,
    capacity: Mapping[str, float] | None = None,
    profit_col: str = "expected_profit",
    cost_col: str = "cost",
    channel_col: str = "channel",
    units_col: str | None = None,
    customer_id_col: str = "customer_id",
) -> IntoDataFrameT:
    """Summarise what the best contacts within each of several budgets would earn.

    Parameters
    ----------
    customers
        One row per possible contact, as ``select_targets`` takes them.
    budgets
        The budgets compared.
    max_contacts, capacity
        The largest number of contacts, and of each channel; None for no limit.
    profit_col, cost_col, channel_col, units_col, customer_id_col
        As ``select_targets`` reads them.

    Returns
    -------
    DataFrame
        One row per budget, in ascending order: ``budget``; ``n_selected``; ``cost``;
        ``profit``; ``bound``, which no choice within the limits can exceed;
        ``profit_per_budget_unit``, about what the next unit would bring.

    Raises
    ------
    InvalidValueError
        If a profit or cost is missing, or a cost or a budget is negative.
    NotEnoughDataError
        If no budget is passed.

    See Also
    --------
    select_targets : The contacts of one budget.

    Notes
    -----
    Each choice is the ranking of the ``"greedy"`` method of ``select_targets``. The
    budget is large enough where the next unit of it brings nothing more.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> contacts = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cyd", "dan"], "cost": 2.0,
    ...     "expected_profit": [9.0, 5.0, 1.0, -1.0],
    ... })
    >>> campaigns.profit_by_budget(contacts, budgets=[2, 4, 8])[
    ...     ["budget", "n_selected", "cost", "profit"]
    ... ]
       budget  n_selected  cost  profit
    0     2.0           1   2.0     9.0
    1     4.0           2   4.0    14.0
    2     8.0           3   6.0    15.0
    """
    tried = np.unique(money_array("budgets", nonnegative_array("budgets", budgets)))
    if not tried.size:
        raise NotEnoughDataError(
            needed="1 budget or more", got="none", remedy="Pass a list of budgets."
        )
    plans = [
        select_targets(
            customers,
            budget=float(budget),
            max_contacts=max_contacts,
            capacity=capacity,
            method="greedy",
            profit_col=profit_col,
            cost_col=cost_col,
            channel_col=channel_col,
            units_col=units_col,
            customer_id_col=customer_id_col,
        )
        for budget in tried
    ]
    columns = {
        "budget": tried,
        "n_selected": np.array([plan.n_selected for plan in plans]),
        "cost": np.array([plan.cost for plan in plans]),
        "profit": np.array([plan.profit for plan in plans]),
        "bound": np.array([plan.bound for plan in plans]),
        "profit_per_budget_unit": np.array(
            [plan.profit_per_budget_unit or 0.0 for plan in plans]
        ),
    }
    return native(table(read_eager(customers, ()), columns), customers)
