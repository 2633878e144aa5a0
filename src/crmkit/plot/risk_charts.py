"""How good a churn score is, drawn: churners found, and risks against outcomes."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points
from .palette import BLUE, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["calibration_line", "gain_line"]


@typed
def gain_line(gain: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of churners found in each share of the ranking.

    Parameters
    ----------
    gain
        What ``gain_curve`` returned.
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
    >>> from crmkit.churn import gain_curve
    >>> from crmkit.plot import gain_line
    >>> judged = pd.DataFrame({
    ...     "churn_risk": [0.9, 0.6, 0.4, 0.1], "churned": [1, 1, 0, 0],
    ... })
    >>> gain_line(gain_curve(judged)).get_ylabel()
    'share of churners found'
    """
    frame = read_eager(gain, ("share_targeted", "share_captured"))
    axes = axes_or_new(ax)
    share = np.append(0.0, points(frame, "share_targeted"))
    axes.plot(share, np.append(0.0, points(frame, "share_captured")), color=BLUE)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    axes.set_xlabel("share of customers targeted")
    axes.set_ylabel("share of churners found")
    return axes


@typed
def calibration_line(calibration: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the observed churn rate against the forecast risk.

    Parameters
    ----------
    calibration
        What ``calibration_curve`` returned.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on; a perfect forecast lies on the straight line.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.churn import calibration_curve
    >>> from crmkit.plot import calibration_line
    >>> judged = pd.DataFrame({
    ...     "churn_risk": [0.9, 0.6, 0.4, 0.1], "churned": [1, 1, 0, 0],
    ... })
    >>> calibration_line(calibration_curve(judged, bins=2)).get_ylabel()
    'observed churn rate'
    """
    frame = read_eager(calibration, ("mean_risk", "churn_rate"))
    axes = axes_or_new(ax)
    risk, rate = points(frame, "mean_risk"), points(frame, "churn_rate")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    axes.plot(risk, rate, color=BLUE, marker="o")
    axes.set_xlabel("forecast risk")
    axes.set_ylabel("observed churn rate")
    return axes
