"""How many customers reach each stage of a funnel."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["funnel_bars"]


@typed
def funnel_bars(
    stages: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how many customers reach each stage, and the share of the stage before.

    Parameters
    ----------
    stages
        What :func:`crmkit.campaigns.funnel` returned, for one group.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> day = pd.Timestamp("2024-01-01")
    >>> leads = pd.DataFrame({
    ...     "lead": [day] * 100, "trial": [day] * 40 + [pd.NaT] * 60,
    ...     "paid": [day] * 10 + [pd.NaT] * 90,
    ... })
    >>> stages = ck.campaigns.funnel(leads, stage_cols=["lead", "trial", "paid"])
    >>> ax = ck.plot.funnel_bars(stages, title="finding")
    >>> ax.get_title(loc="left")
    '10% of 100 reach the last stage; most are lost before trial'
    """
    frame = read_drawn(stages, ("stage", "n_customers"))
    count = numbers(frame, "n_customers")
    names = tuple(words(name) for name in names_in(frame, "stage"))
    lost = count[:-1] - count[1:]
    texts = tuple(
        f"{each:,.0f}"
        if at == 0 or not count[at - 1]
        else f"{each:,.0f}  ({percent(each / count[at - 1])} of the stage before)"
        for at, each in enumerate(count)
    )
    finding = ""
    if lost.size and count[0]:
        finding = (
            f"{percent(count[-1] / count[0])} of {count[0]:,.0f} reach the last stage; "
            f"most are lost before {names[int(np.argmax(lost)) + 1]}"
        )
    chart = Chart(
        layers=(layer("barh", count, np.arange(count.size), texts=texts),),
        x=Scale(title="Customers", unit="count", lower=0),
        y=Scale(names=names),
        finding=finding,
        note=counted(count[0], "customer") if count.size else "",
        height=max(2.0, 1.3 + 0.45 * count.size),
    )
    return draw(chart, title=title, label=label, ax=ax)
