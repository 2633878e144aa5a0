"""Churn, drawn: retention, calibration, gain, uplift, and the profit of each cut."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import numbers, read_eager
from ..churn import RetentionProjection, SurvivalCurve
from ..typing import IntoDataFrame
from .canvas import axes_or_new
from .palette import BLUE, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "calibration_line",
    "campaign_profit_line",
    "gain_line",
    "retention_line",
    "survival_steps",
    "uplift_line",
]


def retention_line(
    projection: RetentionProjection, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw a projected retention rate at each renewal, with its interval.

    Parameters
    ----------
    projection
        What ``projection`` of a fitted contract model returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> from crmkit.plot.churn import retention_line
    >>> ax = retention_line(fit.projection(horizon=10))  # doctest: +SKIP
    """
    axes = axes_or_new(ax)
    axes.fill_between(
        projection.renewals,
        projection.retention_lower,
        projection.retention_upper,
        color=BLUE,
        alpha=0.2,
        linewidth=0,
    )
    axes.plot(projection.renewals, projection.retention, color=BLUE, marker="o")
    axes.set_xlabel("renewal")
    axes.set_ylabel("share kept")
    return axes


def survival_steps(curve: SurvivalCurve, *, ax: "Axes | None" = None) -> "Axes":
    """Draw a Kaplan-Meier curve as the steps it is, with its interval.

    Parameters
    ----------
    curve
        What ``fit_kaplan_meier`` returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> from crmkit.plot.churn import survival_steps
    >>> ax = survival_steps(curve)  # doctest: +SKIP
    """
    axes = axes_or_new(ax)
    time = (0.0, *curve.time)
    axes.fill_between(
        time,
        (1.0, *curve.survival_lower),
        (1.0, *curve.survival_upper),
        step="post",
        color=BLUE,
        alpha=0.2,
        linewidth=0,
    )
    axes.step(time, (1.0, *curve.survival), where="post", color=BLUE)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("time as a customer")
    axes.set_ylabel("share still there")
    return axes


def gain_line(gain: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of churners found in each share of the ranking.

    Parameters
    ----------
    gain
        What ``gain_curve`` returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on; the straight line is a random list.

    Examples
    --------
    >>> from crmkit.plot.churn import gain_line
    >>> ax = gain_line(gain)  # doctest: +SKIP
    """
    frame = read_eager(gain, ("share_targeted", "share_captured"))
    axes = axes_or_new(ax)
    share = np.append(0.0, numbers(frame, "share_targeted"))
    axes.plot(share, np.append(0.0, numbers(frame, "share_captured")), color=BLUE)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    axes.set_xlabel("share of customers targeted")
    axes.set_ylabel("share of churners found")
    return axes


def calibration_line(calibration: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the churn that came against the risk that was forecast.

    Parameters
    ----------
    calibration
        What ``calibration_curve`` returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on; on the straight line a forecast comes true.

    Examples
    --------
    >>> from crmkit.plot.churn import calibration_line
    >>> ax = calibration_line(calibration)  # doctest: +SKIP
    """
    frame = read_eager(calibration, ("mean_risk", "churn_rate"))
    axes = axes_or_new(ax)
    risk, rate = numbers(frame, "mean_risk"), numbers(frame, "churn_rate")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    axes.plot(risk, rate, color=BLUE, marker="o")
    axes.set_xlabel("forecast risk")
    axes.set_ylabel("share that left")
    return axes


def campaign_profit_line(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the profit of each cut of the target list, and mark the best.

    Parameters
    ----------
    curve
        What ``campaign_profit_curve`` returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> from crmkit.plot.churn import campaign_profit_line
    >>> ax = campaign_profit_line(curve)  # doctest: +SKIP
    """
    frame = read_eager(curve, ("share_targeted", "profit"))
    axes = axes_or_new(ax)
    share, profit = numbers(frame, "share_targeted"), numbers(frame, "profit")
    best = int(np.argmax(profit))
    axes.plot(share, profit, color=BLUE)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.plot(share[best], profit[best], color=BLUE, marker="o", linestyle="none")
    axes.set_xlabel("share of customers targeted")
    axes.set_ylabel("profit per customer")
    return axes


def uplift_line(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what treating the top of a ranking added, against treating at random.

    Parameters
    ----------
    curve
        What ``uplift_curve`` returned.
    ax
        The axes to draw on; new ones without any.

    Returns
    -------
    Axes
        The axes drawn on; the straight line is a random order.

    Examples
    --------
    >>> from crmkit.plot.churn import uplift_line
    >>> ax = uplift_line(curve)  # doctest: +SKIP
    """
    frame = read_eager(curve, ("share_targeted", "uplift"))
    axes = axes_or_new(ax)
    share, added = numbers(frame, "share_targeted"), numbers(frame, "uplift")
    axes.plot(share[[0, -1]], added[[0, -1]], color=GREY, linestyle=":")
    axes.plot(share, added, color=BLUE)
    axes.set_xlabel("share of customers treated")
    axes.set_ylabel("outcomes added")
    return axes
