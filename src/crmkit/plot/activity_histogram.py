"""A histogram of the probability that customers are still active."""

from typing import TYPE_CHECKING

import numpy as np

from .._check import MOST_REPEATS, whole
from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points
from .palette import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["probability_alive"]


@typed
def probability_alive(
    customers: IntoDataFrame,
    *,
    probability_col: str = "probability_alive",
    bins: int = 20,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a histogram of the probability that customers are still active.

    Some models count customers who bought once as active by assumption: leave them out
    first, or their bar at 1 hides all others.

    Parameters
    ----------
    customers
        One row per customer, as ``with_probability_alive`` returns it.
    probability_col
        The probability, from 0 to 1.
    bins
        How many bars from 0 to 1.
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
        If the column is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.plot import probability_alive
    >>> customers = pd.DataFrame({"probability_alive": [0.05, 0.5, 0.97, 0.99]})
    >>> ax = probability_alive(customers, bins=10)
    >>> [int(bar.get_height()) for bar in ax.patches]
    [1, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    """
    frame = read_eager(customers, (probability_col,))
    edges = np.linspace(0, 1, whole("bins", bins, at_least=1, at_most=MOST_REPEATS) + 1)
    canvas = axes_or_new(ax)
    canvas.hist(points(frame, probability_col), edges.tolist(), color=BLUE, rwidth=0.95)
    canvas.set_xlim(0, 1)
    canvas.set_xlabel("probability of being active")
    canvas.set_ylabel("customers")
    canvas.spines[["top", "right"]].set_visible(False)
    return canvas
