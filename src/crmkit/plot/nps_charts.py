"""The net promoter score with its intervals, by group and over time."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager, require_ids, require_present
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, error_arms, points
from .palette import BLUE, LIGHT_GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["nps_by_group", "nps_over_time"]

_NPS = ("nps", "nps_lower", "nps_upper", "n_responses")


@typed
def nps_by_group(scores: IntoDataFrame, *, by: str, ax: "Axes | None" = None) -> "Axes":
    """Draw the net promoter score of each group with its interval.

    Parameters
    ----------
    scores
        What ``nps_by`` returned; a group without answers is left out.
    by
        The column of groups.
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
    >>> from crmkit.satisfaction import nps_by
    >>> answers = pd.DataFrame({"plan": ["a", "a", "b"], "score": [9, 3, 10]})
    >>> nps_by_group(nps_by(answers, by="plan"), by="plan").get_xlabel()
    'net promoter score'
    """
    frame = read_eager(scores, (by, *_NPS))
    score, lower, upper, n = (points(frame, name) for name in _NPS)
    names = frame[by].to_list()
    shown = np.flatnonzero(n > 0)
    axes = axes_or_new(ax)
    place = np.arange(shown.size)[::-1]
    axes.axvline(0, color=LIGHT_GREY, linewidth=1)
    axes.errorbar(
        score[shown],
        place,
        xerr=error_arms(score[shown], lower[shown], upper[shown]),
        fmt="o",
        color=BLUE,
        capsize=3,
    )
    labels = [f"{names[at]} (n = {n[at]:,.0f})" for at in shown.tolist()]
    axes.set_yticks(place, labels)
    axes.set(xlabel="net promoter score", ylabel=by, xlim=(-105, 105))
    return axes


@typed
def nps_over_time(
    scores: IntoDataFrame, *, time_col: str, ax: "Axes | None" = None
) -> "Axes":
    """Draw the net promoter score over time with its interval as a band.

    Parameters
    ----------
    scores
        What ``nps_by`` returned, grouped by a period.
    time_col
        The column of periods: dates, numbers, or text in sorted order.
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
    >>> from crmkit.satisfaction import nps_by
    >>> answers = pd.DataFrame({"year": [2023, 2023, 2024], "score": [9, 3, 10]})
    >>> drawn = nps_over_time(nps_by(answers, by="year"), time_col="year")
    >>> drawn.get_ylabel()
    'net promoter score'
    """
    frame = read_eager(scores, (time_col, *_NPS))
    require_ids(frame, time_col)
    require_present(frame, time_col)
    rows = frame.sort(time_col)
    score, lower, upper, n = (points(rows, name) for name in _NPS)
    shown = n > 0
    when = np.asarray(rows[time_col].to_list())[shown]
    axes = axes_or_new(ax)
    axes.axhline(0, color=LIGHT_GREY, linewidth=1)
    axes.fill_between(when, lower[shown], upper[shown], color=BLUE, alpha=0.2, lw=0)
    axes.plot(when, score[shown], marker="o", color=BLUE)
    axes.set(xlabel=time_col, ylabel="net promoter score", ylim=(-105, 105))
    return axes
