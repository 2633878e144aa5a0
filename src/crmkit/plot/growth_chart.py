"""Growth accounting, drawn: customers gained, kept, won back and lost."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points, texts
from .palette import BLUE, GREEN, GREY, LIGHT_BLUE, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
__all__ = ["growth_bars"]

_MOST_DATES = 12


@typed
def growth_bars(accounts: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw new, retained, resurrected and lost customers per period.

    Parameters
    ----------
    accounts
        What :func:`crmkit.segments.growth_accounting` returned.
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
        If a column of the accounts is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import growth_bars
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann"], "amount": [1.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-02-20"]),
    ... })
    >>> accounts = ck.segments.growth_accounting(
    ...     log, observation_period_end="2024-02-29"
    ... )
    >>> growth_bars(accounts).get_ylabel()
    'customers'
    """
    above = {"retained": BLUE, "resurrected": LIGHT_BLUE, "new": GREEN}
    frame = read_eager(accounts, ("period", *above, "lost"))
    axes = axes_or_new(ax)
    place = np.arange(len(frame))
    base = np.zeros(len(frame))
    for name, colour in above.items():
        height = points(frame, name)
        axes.bar(place, height, bottom=base, color=colour, label=name)
        base = base + height
    axes.bar(place, -points(frame, "lost"), color=RED, label="lost")
    axes.axhline(0, color=GREY, linewidth=1)
    step = max(1, -(-len(frame) // _MOST_DATES))
    names = texts(frame, "period")
    axes.set_xticks(place[::step], names[::step], rotation=45, ha="right")
    axes.set_ylabel("customers")
    axes.legend(frameon=False)
    return axes
