"""What each budget of a campaign would earn."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from ..errors import NotEnoughDataError
from ..typing import IntoDataFrame
from .drawing.columns import amounts_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["budget_line"]


@typed
def budget_line(
    budgets: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the expected profit of the best contacts by budget.

    Parameters
    ----------
    budgets
        What :func:`crmkit.campaigns.profit_by_budget` returned.
    currency
        The sign before amounts.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> rng = np.random.default_rng(1)
    >>> contacts = pd.DataFrame({
    ...     "customer_id": range(2000), "cost": 2.0,
    ...     "expected_profit": rng.gamma(1.5, 4, 2000) - 4,
    ... })
    >>> found = ck.campaigns.profit_by_budget(
    ...     contacts, budgets=[100, 250, 500, 1000, 1500, 2000, 3000]
    ... )
    >>> ax = ck.plot.budget_line(found, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'Budgets above $2k bring less than 1% more'
    """
    frame = read_drawn(budgets, ("budget", "profit"))
    budget, profit = amounts_in(frame, "budget", "profit")
    if not budget.size:
        raise NotEnoughDataError(
            needed="a table with rows", got="an empty one", remedy="Pass more budgets."
        )
    # The smallest budget that earns nearly what the largest one does.
    enough = int(np.flatnonzero(profit >= 0.99 * profit.max())[0])
    chart = Chart(
        layers=(
            layer("line", budget, profit, dots=True),
            layer(
                "points",
                budget[enough],
                profit[enough],
                texts=(money(profit[enough], currency),),
                place="below",
            ),
        ),
        x=Scale(title="Budget", unit="money", currency=currency, lower=0),
        y=Scale(
            title="Expected profit of the best contacts",
            unit="money",
            currency=currency,
            lower=0,
        ),
        finding=f"Budgets above {money(budget[enough], currency)} bring less than 1% "
        "more"
        if enough < budget.size - 1
        else "The largest budget still brings more than the others",
    )
    return draw(chart, title=title, label=label, ax=ax)
