"""What a campaign earns, drawn: the profit of each cut-off, and the uplift."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points
from .palette import BLUE, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["campaign_profit_line", "uplift_line"]


@typed
def campaign_profit_line(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the profit at each cut-off of the target list, and mark the best.

    Parameters
    ----------
    curve
        What ``campaign_profit_curve`` returned.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.plot import campaign_profit_line
    >>> curve = pd.DataFrame({"share_targeted": [0.0, 0.5, 1.0], "profit": [0, 8, 5]})
    >>> campaign_profit_line(curve).get_ylabel()
    'profit per customer'
    """
    frame = read_eager(curve, ("share_targeted", "profit"))
    axes = axes_or_new(ax)
    share, profit = points(frame, "share_targeted"), points(frame, "profit")
    best = int(np.argmax(profit))
    axes.plot(share, profit, color=BLUE)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.plot(share[best], profit[best], color=BLUE, marker="o", linestyle="none")
    axes.set_xlabel("share of customers targeted")
    axes.set_ylabel("profit per customer")
    return axes


@typed
def uplift_line(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the cumulative uplift of a ranking against a random order.

    Parameters
    ----------
    curve
        What ``uplift_curve`` returned.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on; the straight line is a random order.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.campaigns import uplift_curve
    >>> from crmkit.plot import uplift_line
    >>> campaign = pd.DataFrame({
    ...     "uplift": [0.9, 0.9, 0.1, 0.1], "treated": [1, 0, 1, 0],
    ...     "retained": [1, 0, 1, 1],
    ... })
    >>> uplift_line(uplift_curve(campaign)).get_ylabel()
    'outcomes added'
    """
    frame = read_eager(curve, ("share_targeted", "uplift"))
    axes = axes_or_new(ax)
    share, added = points(frame, "share_targeted"), points(frame, "uplift")
    axes.plot(share[[0, -1]], added[[0, -1]], color=GREY, linestyle=":")
    axes.plot(share, added, color=BLUE)
    axes.set_xlabel("share of customers treated")
    axes.set_ylabel("outcomes added")
    return axes
