"""What drives satisfaction, drawn: weights, and importance against performance."""

from typing import TYPE_CHECKING

from .._frames import read_eager
from .._typed import typed
from ..satisfaction import DriverWeights
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points
from .palette import BLUE, LIGHT_GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["driver_bars", "priority_matrix"]


@typed
def driver_bars(weights: DriverWeights, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the weight of each driver, the largest on top, with the noise floor.

    Parameters
    ----------
    weights
        What ``fit_driver_weights`` returned.
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


@typed
def priority_matrix(priorities: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw importance against performance, cut at their means.

    Parameters
    ----------
    priorities
        What ``importance_performance`` returned.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on; important drivers with low performance are at the top left.

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
        points(frame, "importance"),
        points(frame, "performance"),
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
