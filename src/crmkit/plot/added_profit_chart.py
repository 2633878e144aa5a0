"""What a campaign added to profit, beside what it cost."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import fraction, instance, typed
from ..campaigns import IncrementalProfit
from .drawing.columns import arms_of
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["incremental_profit_forest"]

_NAMES = ("Profit added before the cost", "Cost", "Profit after the cost")


@typed
def incremental_profit_forest(
    found: IncrementalProfit,
    *,
    level: float = 0.95,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the profit that a campaign added, its cost, and what is left, in total.

    Parameters
    ----------
    found
        What :func:`crmkit.campaigns.incremental_profit` returned.
    level
        The confidence level of the two intervals. The cost is what was spent, and has
        none.
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
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> campaign = pd.DataFrame({
    ...     "treated": [1] * 40 + [0] * 40,
    ...     "profit": [12.0, 14, 16, 18] * 10 + [10.0, 9, 11, 12] * 10,
    ... })
    >>> found = ck.campaigns.incremental_profit(campaign, cost=60)
    >>> ax = ck.plot.incremental_profit_forest(found, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'The campaign earned $120, 95% from $87.9 to $152'
    """
    measured = instance("found", found, IncrementalProfit)
    inside = fraction("level", level)
    n = measured.n_treated
    added, left = (
        measured.interval(level=inside, of=of) for of in ("effect", "profit")
    )
    ends = np.array(
        [
            (n * added.lower, n * added.upper),
            (left.lower, left.upper),
        ]
    )
    value = np.array([n * measured.effect, measured.cost, measured.profit])
    place = np.arange(3.0)
    chart = Chart(
        layers=(
            layer("line", [0.0, 0.0], [-0.4, 2.4], tone="reference"),
            *arms_of(place[[0, 2]], (ends[:, 0], ends[:, 1])),
            layer(
                "points",
                value,
                place,
                texts=tuple(money(each, currency) for each in value),
                place="above",
            ),
        ),
        x=Scale(title="In total", unit="money", currency=currency),
        y=Scale(names=_NAMES),
        finding=_finding(measured.profit, left.lower, left.upper, inside, currency),
        height=2.7,
    )
    return draw(chart, title=title, label=label, ax=ax)


def _finding(
    profit: float, lower: float, upper: float, level: float, currency: str
) -> str:
    span = f"{percent(level)} from {money(lower, currency)} to {money(upper, currency)}"
    if lower > 0:
        return f"The campaign earned {money(profit, currency)}, {span}"
    if upper < 0:
        return f"The campaign lost {money(-profit, currency)}: {span}"
    return f"Whether the campaign paid is not clear: {span}"
