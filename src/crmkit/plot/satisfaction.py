"""Plots of scores with intervals, the loyalty curve, and what to improve first."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import numbers, read_eager
from ..satisfaction import DriverWeights
from ..typing import FloatArray, IntoDataFrame
from .canvas import axes_or_new
from .palette import BLUE, GREEN, GREY, LIGHT_GREY, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "driver_bars",
    "loyalty_zones",
    "nps_by_group",
    "nps_over_time",
    "priority_matrix",
]

_NPS = ("nps", "nps_lower", "nps_upper", "n_responses")
_ZONES = {"detraction": RED, "indifference": GREY, "advocacy": GREEN}


def nps_by_group(scores: IntoDataFrame, *, by: str, ax: "Axes | None" = None) -> "Axes":
    """Plot the net promoter score of each group with its interval.

    Parameters
    ----------
    scores
        The result of ``nps_by``; a group without answers is left out.
    by
        The column that holds the groups.
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
    score, lower, upper, n = (numbers(frame, name) for name in _NPS)
    names = frame[by].to_list()
    shown = np.flatnonzero(n > 0)
    axes = axes_or_new(ax)
    place = np.arange(shown.size)[::-1]
    axes.axvline(0, color=LIGHT_GREY, linewidth=1)
    axes.errorbar(
        score[shown],
        place,
        xerr=_arms(score[shown], lower[shown], upper[shown]),
        fmt="o",
        color=BLUE,
        capsize=3,
    )
    labels = [f"{names[at]} (n = {n[at]:,.0f})" for at in shown.tolist()]
    axes.set_yticks(place, labels)
    axes.set(xlabel="net promoter score", ylabel=by, xlim=(-105, 105))
    return axes


def nps_over_time(
    scores: IntoDataFrame, *, time_col: str, ax: "Axes | None" = None
) -> "Axes":
    """Plot the net promoter score over time with its interval as a band.

    Parameters
    ----------
    scores
        The result of ``nps_by``, grouped by a period.
    time_col
        The column of periods: dates, numbers, or text that sorts.
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
    rows = frame.sort(time_col)
    score, lower, upper, n = (numbers(rows, name) for name in _NPS)
    shown = n > 0
    when = np.asarray(rows[time_col].to_list())[shown]
    axes = axes_or_new(ax)
    axes.axhline(0, color=LIGHT_GREY, linewidth=1)
    axes.fill_between(when, lower[shown], upper[shown], color=BLUE, alpha=0.2, lw=0)
    axes.plot(when, score[shown], marker="o", color=BLUE)
    axes.set(xlabel=time_col, ylabel="net promoter score", ylim=(-105, 105))
    return axes


def loyalty_zones(
    curve: IntoDataFrame, *, score_col: str = "score", ax: "Axes | None" = None
) -> "Axes":
    """Plot the share of customers with the outcome by answer, coloured by zone.

    Parameters
    ----------
    curve
        The result of ``loyalty_curve``.
    score_col
        The column of answers.
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
    score, share, lower, upper, rising = (numbers(frame, name) for name in wanted[:-1])
    zone = np.asarray(frame["zone"].to_list())
    axes = axes_or_new(ax)
    axes.plot(score, rising, color=LIGHT_GREY, drawstyle="steps-mid", zorder=1)
    for name, colour in _ZONES.items():
        here = zone == name
        if here.any():
            arms = _arms(share[here], lower[here], upper[here])
            axes.errorbar(
                score[here], share[here], yerr=arms, fmt="o", color=colour, label=name
            )
    axes.set(xlabel=score_col, ylabel="share of customers", ylim=(-0.02, 1.02))
    axes.legend(frameon=False)
    return axes


def driver_bars(weights: DriverWeights, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the weight of each driver, largest first, with the noise floor.

    Parameters
    ----------
    weights
        The result of ``fit_driver_weights``.
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
    >>> from crmkit.satisfaction import fit_driver_weights
    >>> answers = pd.DataFrame({
    ...     "speed": [1, 2, 3, 4, 5], "staff": [2, 1, 4, 3, 3],
    ...     "overall": [1, 2, 3, 5, 4],
    ... })
    >>> fit = fit_driver_weights(
    ...     answers, driver_cols=["speed", "staff"], outcome_col="overall"
    ... )
    >>> driver_bars(fit).get_xlabel()
    'part of R-squared'
    """
    drivers = sorted(weights.drivers, key=lambda driver: driver.weight)
    axes = axes_or_new(ax)
    axes.barh(
        [driver.name for driver in drivers],
        [driver.weight for driver in drivers],
        color=BLUE,
    )
    for at, driver in enumerate(drivers):
        if driver.resampled is not None:
            axes.plot(list(driver.resampled), [at, at], color="black", lw=1)
    if weights.noise_floor is not None:
        axes.axvline(
            weights.noise_floor, color=LIGHT_GREY, linestyle="--", label="noise"
        )
        axes.legend(frameon=False)
    axes.set(xlabel="part of R-squared")
    return axes


def priority_matrix(priorities: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot importance against performance, with lines at their means.

    Parameters
    ----------
    priorities
        The result of ``importance_performance``.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on; drivers to improve first are at the top left.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "driver": ["speed", "looks"], "importance": [0.8, 0.2],
    ...     "performance": [30.0, 80.0],
    ... })
    >>> priority_matrix(rows).get_ylabel()
    'importance'
    """
    frame = read_eager(priorities, ("driver", "importance", "performance"))
    importance, performance = (
        numbers(frame, "importance"),
        numbers(frame, "performance"),
    )
    axes = axes_or_new(ax)
    axes.axhline(importance.mean(), color=LIGHT_GREY, linewidth=1)
    axes.axvline(performance.mean(), color=LIGHT_GREY, linewidth=1)
    axes.scatter(performance, importance, color=BLUE)
    for name, x, y in zip(
        frame["driver"].to_list(), performance, importance, strict=True
    ):
        axes.annotate(str(name), (x, y), xytext=(5, 4), textcoords="offset points")
    axes.set(xlabel="performance, 0 to 100", ylabel="importance")
    return axes


def _arms(middle: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the lengths of error bars; an adjusted interval may miss the middle."""
    return np.maximum(np.stack([middle - lower, upper - middle]), 0.0)
