"""How much more or less is bought in each part of the year."""

import calendar
from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from ..clv import Seasonality
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["seasonal_index"]

_Z = 1.959963984540054


@typed
def seasonal_index(
    seasonality: Seasonality,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the purchases of each month or week relative to a mean day.

    Parameters
    ----------
    seasonality
        What :func:`crmkit.clv.fit_seasonality` returned; lines are 95% intervals.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import crmkit as ck
    >>> season = ck.clv.Seasonality(
    ...     period="month", index=(0.8,) * 6 + (1.0,) * 3 + (1.2, 1.2, 1.8),
    ...     log_errors=(0.05,) * 12,
    ... )
    >>> ax = ck.plot.seasonal_index(season, title="finding")
    >>> ax.get_title(loc="left")
    'Dec is 80% above a mean day'
    """
    index = np.array(seasonality.index)
    place = np.arange(index.size, dtype=np.float64)
    layers = [
        layer("line", [-0.5, index.size - 0.5], 1.0, tone="reference", dash=True),
        layer("bars", place, index),
    ]
    if len(seasonality.log_errors) == index.size:
        reach = np.exp(_Z * np.array(seasonality.log_errors))
        layers.append(
            layer("arms", place, index / reach, y_end=index * reach, tone="total")
        )
    months = seasonality.period == "month"
    names = tuple(
        calendar.month_abbr[at + 1] if months and index.size == 12 else str(at + 1)
        for at in range(index.size)
    )
    top = int(np.argmax(index))
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title="" if months else "Week of the year", names=names),
        y=Scale(title="Purchases relative to a mean day", lower=0),
        finding=f"{names[top]} is {percent(index[top] - 1)} above a mean day"
        if index[top] > index.min()
        else f"No {'month' if months else 'week'} differs from a mean day",
    )
    return draw(chart, title=title, label=label, ax=ax)
