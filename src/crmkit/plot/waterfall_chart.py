"""A waterfall of value: how much each part adds or takes away."""

from typing import TYPE_CHECKING

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points, texts
from .palette import BLUE, GREY, RED, SLATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waterfall"]


@typed
def waterfall(steps: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw how the parts of a value add up to it.

    Parameters
    ----------
    steps
        What :func:`crmkit.clv.value.value_waterfall.value_waterfall` returned.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the steps is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.clv.value.value_waterfall import value_waterfall
    >>> from crmkit.plot import waterfall
    >>> parts = pd.DataFrame({
    ...     "clv1": [5.0], "clv2": [23.0], "clv3": [7.0], "clv4": [1.0],
    ...     "clv5": [10.0], "clv6": [-2.0], "clv": [44.0],
    ... })
    >>> waterfall(value_waterfall(parts)).get_ylabel()
    'value'
    """
    frame = read_eager(steps, ("part", "meaning", "amount", "start", "end"))
    ax = axes_or_new(ax)
    amount, end = points(frame, "amount"), points(frame, "end")
    start = points(frame, "start")
    last = len(frame) - 1
    for at, height in enumerate(amount):
        colour = SLATE if at == last else BLUE if height >= 0 else RED
        ax.bar(at, end[at] - start[at], bottom=start[at], color=colour, width=0.7)
        ax.annotate(
            f"{height:,.0f}",
            (at, max(start[at], end[at])),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
        )
        if at < last:
            ax.plot([at - 0.35, at + 1.35], [end[at]] * 2, color=GREY, lw=0.8)
    names = [
        part if part == meaning else "\n".join([part, *meaning.split()])
        for part, meaning in zip(
            texts(frame, "part"), texts(frame, "meaning"), strict=True
        )
    ]
    ax.set_xticks(range(len(names)), names)
    ax.axhline(0, color="black", lw=0.8)
    ax.set_ylabel("value")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
