"""A waterfall of value: how much each part adds or takes away."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waterfall"]


@typed
def waterfall(
    steps: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how the parts of a value add up to it.

    Parameters
    ----------
    steps
        What :func:`crmkit.clv.value_waterfall` returned.
    currency
        The sign before amounts.
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
    >>> parts = pd.DataFrame({
    ...     "clv1": [5.0], "clv2": [23.0], "clv3": [7.0], "clv4": [1.0],
    ...     "clv5": [10.0], "clv6": [-2.0], "clv": [44.0],
    ... })
    >>> steps = ck.clv.value_waterfall(parts)
    >>> ax = ck.plot.waterfall(steps, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'Repeat purchase adds most: $23 of $44'
    """
    frame = read_drawn(steps, ("part", "meaning", "amount", "start", "end"))
    amount, start, end = (numbers(frame, name) for name in ("amount", "start", "end"))
    place = np.arange(amount.size, dtype=np.float64)
    names = tuple(
        meaning if part in {meaning, "value"} else f"{meaning} ({part.upper()})"
        for part, meaning in zip(
            frame["part"].to_list(), frame["meaning"].to_list(), strict=True
        )
    )
    tones: list[Tone] = ["good" if each >= 0 else "bad" for each in amount]
    tones[-1] = "total"
    most = int(np.argmax(amount[:-1])) if amount.size > 1 else 0
    added = frame["meaning"].to_list()[most]
    # Of a loss nothing is a part.
    of_all = f" of {money(amount[-1], currency)}" if amount[-1] > 0 else ""
    chart = Chart(
        layers=(
            layer(
                "arms",
                place[:-1] + 0.4,
                end[:-1],
                x_end=place[1:] - 0.4,
                y_end=end[:-1],
                tone="reference",
            ),
            layer("line", [-0.5, amount.size - 0.5], 0.0, tone="reference"),
            layer(
                "bars",
                place,
                end,
                y_end=start,
                tone=tuple(tones),
                texts=tuple(f"{each:,.0f}" for each in amount),
            ),
        ),
        x=Scale(names=names),
        y=Scale(title="Value", unit="money", currency=currency),
        finding=f"{added[0].upper()}{added[1:]} adds most: "
        f"{money(amount[most], currency)}{of_all}",
    )
    return draw(chart, title=title, label=label, ax=ax)
