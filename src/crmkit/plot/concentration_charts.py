"""How unequally value is held: Pareto and whale curves."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import band_of, interval_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["pareto_curve", "whale_curve"]

_CUSTOMERS = Scale(
    title="Share of customers, best first", unit="share", lower=0, upper=1
)


@typed
def pareto_curve(
    curve: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of value that each share of the customers holds.

    The point marks the best 20% of the customers.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.pareto_curve` returned; its interval, if it
        has one, is shaded.
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
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> curve = ck.segments.pareto_curve(customers, value_col="total_amount")
    >>> ax = ck.plot.pareto_curve(curve, title="finding")
    >>> ax.get_title(loc="left")
    'The top 20% of customers hold 67% of value'
    """
    frame = read_drawn(
        curve, ("customer_share", "value_share"), probabilities=("customer_share",)
    )
    p, share = numbers(frame, "customer_share"), numbers(frame, "value_share")
    order = np.argsort(p)
    fifth = float(np.interp(0.2, p[order], share[order]))
    chart = Chart(
        layers=(
            layer("line", [0, 1], [0, 1], tone="reference", dash=True, name="equal"),
            *band_of(p, interval_in(frame, "value_share")),
            layer("line", p, share),
            layer(
                "points",
                0.2,
                fifth,
                texts=(f"20% hold {percent(fifth)}",),
                place="right",
            ),
        ),
        x=_CUSTOMERS,
        y=Scale(title="Share of value", unit="share", lower=0),
        finding=f"The top 20% of customers hold {percent(fifth)} of value",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def whale_curve(
    curve: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw cumulative profit from the best customer to the worst, losses in a colour.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.whale_curve` returned; its interval, if it
        has one, is shaded.
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
    >>> profit = np.random.default_rng(3).normal(20, 60, 500)
    >>> curve = ck.segments.whale_curve(pd.DataFrame({"profit": profit}))
    >>> ax = ck.plot.whale_curve(curve, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'Profit peaks at 66% of customers; the rest take $7.02k away'
    """
    frame = read_drawn(
        curve, ("customer_share", "profit"), probabilities=("customer_share",)
    )
    p, profit = numbers(frame, "customer_share"), numbers(frame, "profit")
    top = int(np.argmax(profit))
    lost = profit[top] - profit[-1]
    chart = Chart(
        layers=(
            layer("line", [0, 1], profit[-1], tone="reference", dash=True),
            *band_of(p, interval_in(frame, "profit")),
            layer("line", p[: top + 1], profit[: top + 1]),
            layer("line", p[top:], profit[top:], tone="bad"),
            layer(
                "points",
                p[top],
                profit[top],
                texts=(f"{money(profit[top], currency)} at {percent(p[top])}",),
                place="above",
            ),
        ),
        x=_CUSTOMERS,
        y=Scale(title="Cumulative profit", unit="money", currency=currency),
        finding=f"Profit peaks at {percent(p[top])} of customers; "
        f"the rest take {money(lost, currency)} away"
        if lost > 0
        else "Every customer adds profit",
    )
    return draw(chart, title=title, label=label, ax=ax)
