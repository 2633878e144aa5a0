"""Growth accounting: customers gained, kept, won back and lost."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import names_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["growth_bars"]

_ABOVE: dict[str, Tone] = {"retained": "total", "resurrected": "soft", "new": "good"}


@typed
def growth_bars(
    accounts: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw new, retained, resurrected and lost customers per period.

    Parameters
    ----------
    accounts
        What :func:`crmkit.segments.growth_accounting` returned.
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
    >>> from crmkit.datasets import load_cdnow_sample
    >>> accounts = ck.segments.growth_accounting(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> ax = ck.plot.growth_bars(accounts, title="finding")
    >>> ax.get_title(loc="left")
    '138 active customers in Jun 1998: 4 more than in May 1998'
    """
    frame = read_drawn(accounts, ("period", *_ABOVE, "lost"), known=(*_ABOVE, "lost"))
    names = names_in(frame, "period")
    place = np.arange(len(names), dtype=np.float64)
    base = np.zeros(len(names))
    layers = []
    for name, tone in _ABOVE.items():
        top = base + numbers(frame, name)
        layers.append(
            layer("bars", place, top, y_end=base, tone=tone, name=name, stack="all")
        )
        base = top
    lost = -numbers(frame, "lost")
    layers.append(layer("bars", place, lost, tone="bad", name="lost", stack="all"))
    chart = Chart(
        layers=tuple(layers),
        x=Scale(names=names),
        y=Scale(title="Customers", unit="count"),
        finding=_finding(names, base),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _finding(names: tuple[str, ...], active: np.ndarray) -> str:
    said = f"{counted(active[-1], 'active customer')} in {names[-1]}"
    if len(names) < 2:
        return said
    change = active[-1] - active[-2]
    if not change:
        return f"{said}: as many as in {names[-2]}"
    more = "more" if change > 0 else "fewer"
    return f"{said}: {abs(change):,.0f} {more} than in {names[-2]}"
