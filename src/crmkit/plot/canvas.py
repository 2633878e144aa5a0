"""What drawings share: the axes, a shaded range, cells as text."""

from typing import TYPE_CHECKING

from .._frames import EagerFrame, numbers
from ..errors import MissingExtraError
from ..typing import FloatArray
from .palette import LIGHT_BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_or_new", "shade", "texts"]


def axes_or_new(ax: "Axes | None") -> "Axes":
    """Return the caller's axes; without any, those of a new figure.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - only who draws needs it
    except ImportError:
        raise MissingExtraError(package="matplotlib", extra="plot") from None
    return plt.subplots(figsize=(8, 4), layout="constrained")[1]


def shade(axes: "Axes", frame: EagerFrame, x: FloatArray, name: str) -> None:
    """Shade between the limits of a column, where the frame has them."""
    if {f"{name}_lower", f"{name}_upper"} <= set(frame.columns):
        low, high = numbers(frame, f"{name}_lower"), numbers(frame, f"{name}_upper")
        axes.fill_between(x, low, high, color=LIGHT_BLUE, alpha=0.5, linewidth=0)


def texts(frame: EagerFrame, column: str) -> list[str]:
    """Say each cell as text; a date without its time."""
    return [str(value).removesuffix(" 00:00:00") for value in frame[column].to_list()]
