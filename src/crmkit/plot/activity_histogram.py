"""A histogram of the probability that customers are still active."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import MOST_REPEATS, typed, whole
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["probability_alive"]


@typed
def probability_alive(
    customers: IntoDataFrame,
    *,
    probability_col: str = "probability_alive",
    bins: int = 20,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a histogram of the probability that customers are still active.

    Some models count customers who bought once as active by assumption: leave them out
    first, or their bar at 1 hides all others.

    Parameters
    ----------
    customers
        One row per customer, as ``with_probability_alive`` returns it.
    probability_col
        The probability, from 0 to 1.
    bins
        How many bars from 0 to 1.
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
    ...     load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    ... )
    >>> scored = ck.clv.fit_mbg_nbd(customers).with_probability_alive(customers)
    >>> ax = ck.plot.probability_alive(scored, title="finding")
    >>> ax.get_title(loc="left")
    '978 of 2,357 customers are expected to be active'
    """
    frame = read_drawn(
        customers,
        (probability_col,),
        known=(probability_col,),
        probabilities=(probability_col,),
    )
    chance = numbers(frame, probability_col)
    count = whole("bins", bins, at_least=1, at_most=MOST_REPEATS)
    edges = np.linspace(0, 1, count + 1)
    heights = np.histogram(chance, edges)[0]
    chart = Chart(
        layers=(layer("bars", edges[:-1], heights, x_end=edges[1:]),),
        x=Scale(title="Probability of being active", unit="share", lower=0, upper=1),
        y=Scale(title="Customers", unit="count", lower=0),
        finding=f"{chance.sum():,.0f} of {counted(chance.size, 'customer')} are "
        "expected to be active",
    )
    return draw(chart, title=title, label=label, ax=ax)
