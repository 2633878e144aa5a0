"""How long customers stay, drawn: projected retention and survival curves."""

from typing import TYPE_CHECKING

from .._typed import typed
from ..churn import RetentionProjection, SurvivalCurve
from .canvas import axes_or_new
from .palette import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["retention_line", "survival_steps"]


@typed
def retention_line(
    projection: RetentionProjection, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw the projected retention rate at each renewal, with its interval.

    Parameters
    ----------
    projection
        What ``projection`` of a fitted contract model returned.
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
    >>> from crmkit.churn import fit_shifted_beta_geometric
    >>> from crmkit.plot import retention_line
    >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohorts = pd.DataFrame(
    ...     {"cohort": "A", "renewals": range(8), "customers": left}
    ... )
    >>> fit = fit_shifted_beta_geometric(cohorts, time_unit="year")
    >>> retention_line(fit.projection(horizon=10)).get_xlabel()
    'renewal'
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


@typed
def survival_steps(curve: SurvivalCurve, *, ax: "Axes | None" = None) -> "Axes":
    """Draw a Kaplan-Meier curve as steps, with its interval.

    Parameters
    ----------
    curve
        What ``fit_kaplan_meier`` returned.
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
    >>> from crmkit.churn import fit_kaplan_meier
    >>> from crmkit.plot import survival_steps
    >>> spells = pd.DataFrame({"duration": [1, 2, 3], "event_observed": [1, 0, 1]})
    >>> survival_steps(fit_kaplan_meier(spells)).get_ylabel()
    'share still active'
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
    axes.set_ylabel("share still active")
    return axes
