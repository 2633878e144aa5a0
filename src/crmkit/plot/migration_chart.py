"""Migration between tiers, drawn as a heat map."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import FloatArray, IntoDataFrame
from .canvas import axes_or_new, points, texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["migration_heatmap"]


@typed
def migration_heatmap(table: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of each tier that moved to each other tier.

    Parameters
    ----------
    table
        What :func:`crmkit.segments.migration_table` returned.
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
        If a column of the table is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import migration_heatmap
    >>> spring = pd.DataFrame({"customer_id": [1, 2], "value_tier": ["A", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2], "value_tier": ["B", "B"]})
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B"))
    >>> migration_heatmap(moves).get_xlabel()
    'tier after'
    """
    frame = read_eager(table, ("from_tier", "to_tier", "share"))
    axes = axes_or_new(ax)
    was, now = texts(frame, "from_tier"), texts(frame, "to_tier")
    rows, columns = list(dict.fromkeys(was)), list(dict.fromkeys(now))
    share = points(frame, "share")
    grid: FloatArray = np.full((len(rows), len(columns)), np.nan)
    for from_tier, to_tier, part in zip(was, now, share.tolist(), strict=True):
        at = rows.index(from_tier), columns.index(to_tier)
        grid[at] = part
        axes.text(at[1], at[0], f"{part:.0%}", ha="center", va="center")
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=1.5, aspect="auto")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel="tier after", ylabel="tier before")
    return axes
