"""When the margins of a customer have repaid what it cost to win one."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import instance, typed
from ..campaigns import Payback
from ..errors import NotEnoughDataError
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["payback_line"]


@typed
def payback_line(
    payback: Payback,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the profit of a new customer so far, period by period.

    Parameters
    ----------
    payback
        What :func:`crmkit.campaigns.payback` returned.
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
    >>> import crmkit as ck
    >>> found = ck.campaigns.payback(
    ...     acquisition_cost=300, margin=30, retention=0.97, discount_rate=0.01
    ... )
    >>> ax = ck.plot.payback_line(found, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'A customer pays back after 13 periods'
    """
    found = instance("payback", payback, Payback)
    profit = np.asarray(found.profit, dtype=np.float64)
    if not profit.size:
        raise NotEnoughDataError(
            needed="the profit of one period or more",
            got="none",
            remedy="Build the measure with crmkit.campaigns.payback.",
        )
    period = np.arange(1, profit.size + 1)
    done = found.periods if found.periods is not None and found.periods > 0 else None
    mark = (
        ()
        if done is None or done > profit.size
        else (
            layer(
                "points",
                float(done),
                profit[done - 1],
                texts=(f"{money(profit[done - 1], currency)} after {done}",),
                place="below",
            ),
        )
    )
    chart = Chart(
        layers=(
            layer("line", [0, period[-1]], 0.0, tone="reference"),
            layer("line", period, profit),
            *mark,
        ),
        x=Scale(title="Periods since the customer was won", unit="count", lower=0),
        y=Scale(
            title="Profit so far, per customer won", unit="money", currency=currency
        ),
        finding="The cost is never repaid"
        if found.periods is None
        else f"A customer pays back after {counted(found.periods, 'period')}",
    )
    return draw(chart, title=title, label=label, ax=ax)
