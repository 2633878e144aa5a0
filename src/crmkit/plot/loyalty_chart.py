"""Loyalty by satisfaction score, drawn with its zones."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, error_arms, points, texts
from .palette import GREEN, GREY, LIGHT_GREY, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["loyalty_zones"]

_ZONES = {"detraction": RED, "indifference": GREY, "advocacy": GREEN}


@typed
def loyalty_zones(
    curve: IntoDataFrame, *, score_col: str = "score", ax: "Axes | None" = None
) -> "Axes":
    """Draw the share of loyal customers at each satisfaction score, by zone.

    Parameters
    ----------
    curve
        What ``loyalty_curve`` returned.
    score_col
        The column of satisfaction scores.
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
    >>> from crmkit.satisfaction import loyalty_curve
    >>> after = pd.DataFrame({"score": [1, 1, 5, 5], "repurchased": [0, 0, 1, 1]})
    >>> loyalty_zones(loyalty_curve(after)).get_ylabel()
    'share of customers'
    """
    wanted = (score_col, "share", "share_lower", "share_upper", "rising", "zone")
    frame = read_eager(curve, wanted)
    score, share, lower, upper, rising = (points(frame, name) for name in wanted[:-1])
    zone = np.asarray(texts(frame, "zone"))
    axes = axes_or_new(ax)
    axes.plot(score, rising, color=LIGHT_GREY, drawstyle="steps-mid", zorder=1)
    for name, colour in _ZONES.items():
        here = zone == name
        if here.any():
            arms = error_arms(share[here], lower[here], upper[here])
            axes.errorbar(
                score[here], share[here], yerr=arms, fmt="o", color=colour, label=name
            )
    axes.set(xlabel=score_col, ylabel="share of customers", ylim=(-0.02, 1.02))
    axes.legend(frameon=False)
    return axes
