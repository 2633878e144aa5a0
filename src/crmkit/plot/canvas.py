"""The axes to draw on: the caller's, or new ones."""

from typing import TYPE_CHECKING

from ..errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_or_new"]


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
