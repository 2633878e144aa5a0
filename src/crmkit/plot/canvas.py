"""What all plots share: axes, shaded intervals, error bars and labels."""

from typing import TYPE_CHECKING

import numpy as np

from .._arguments import instance
from .._frames import HUGE, EagerFrame, number_rules, numbers, refuse
from ..errors import MissingExtraError
from ..typing import FloatArray
from .palette import LIGHT_BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_or_new", "error_arms", "points", "shade", "texts"]


def axes_or_new(ax: "Axes | None") -> "Axes":
    """Return the axes of the caller, or those of a new figure.

    Raises
    ------
    InvalidTypeError
        If ``ax`` is something else than axes.
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        # Only a caller who draws needs it.
        from matplotlib import pyplot as plt  # noqa: PLC0415
        from matplotlib.axes import Axes  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError(package="matplotlib", extra="plot") from None
    if ax is not None:
        return instance("ax", ax, Axes, remedy="Pass axes of matplotlib.")
    return plt.subplots(figsize=(8, 4), layout="constrained")[1]


def points(frame: EagerFrame, column: str) -> FloatArray:
    """Read a column to draw: finite numbers; a hole stays a hole in the drawing."""
    values = numbers(frame, column)
    if not np.all(np.abs(values) < HUGE, where=~np.isnan(values)):
        # A hole is drawn as a gap; matplotlib ends in a warning where others stand.
        refuse(frame, number_rules(frame, column)[1:])
    return values


def shade(axes: "Axes", frame: EagerFrame, x: FloatArray, name: str) -> None:
    """Shade the interval of a column, if the frame has its lower and upper ends."""
    if {f"{name}_lower", f"{name}_upper"} <= set(frame.columns):
        lower, upper = points(frame, f"{name}_lower"), points(frame, f"{name}_upper")
        axes.fill_between(x, lower, upper, color=LIGHT_BLUE, alpha=0.5, linewidth=0)


def texts(frame: EagerFrame, column: str) -> list[str]:
    """Write each cell as text; a date without its time."""
    return [str(value).removesuffix(" 00:00:00") for value in frame[column].to_list()]


def error_arms(middle: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the lengths of error bars; none is below zero."""
    # An adjusted interval need not hold the estimate itself.
    return np.maximum(np.stack([middle - lower, upper - middle]), 0.0)
