"""How unequally value is held, drawn: Pareto and whale curves."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points, shade
from .palette import BLUE, GREY, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["pareto_curve", "whale_curve"]


@typed
def pareto_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of value that each share of the customers holds.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.pareto_curve` returned; its interval, if it
        has one, is shaded.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the curve is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import pareto_curve
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> pareto_curve(ck.segments.pareto_curve(base)).get_xlabel()
    'share of customers, best first'
    """
    frame = read_eager(curve, ("customer_share", "value_share"))
    axes = axes_or_new(ax)
    p, y = points(frame, "customer_share"), points(frame, "value_share")
    shade(axes, frame, p, "value_share")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="all equal")
    axes.plot(p, y, color=BLUE, linewidth=2, label="this base")
    axes.set(xlabel="share of customers, best first", ylabel="share of value")
    axes.legend(frameon=False)
    return axes


@typed
def whale_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw cumulative profit from the best customer to the worst, losses in red.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.whale_curve` returned; its interval, if it
        has one, is shaded.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the curve is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import whale_curve
    >>> base = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    >>> whale_curve(ck.segments.whale_curve(base, points=None)).get_ylabel()
    'profit, accumulated'
    """
    frame = read_eager(curve, ("customer_share", "profit"))
    axes = axes_or_new(ax)
    p, profit = points(frame, "customer_share"), points(frame, "profit")
    shade(axes, frame, p, "profit")
    top = int(np.argmax(profit))
    axes.plot(p[: top + 1], profit[: top + 1], color=BLUE, linewidth=2)
    axes.plot(p[top:], profit[top:], color=RED, linewidth=2)
    axes.axhline(profit[-1], color=GREY, linewidth=1)
    axes.set(xlabel="share of customers, best first", ylabel="profit, accumulated")
    return axes
