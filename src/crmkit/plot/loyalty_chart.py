"""Loyalty by satisfaction score, with its zones."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["loyalty_zones"]

_ZONES: dict[str, Tone] = {
    "detraction": "bad",
    "indifference": "reference",
    "advocacy": "good",
}


@typed
def loyalty_zones(
    curve: IntoDataFrame,
    *,
    score_col: str = "score",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of loyal customers at each satisfaction score, by zone.

    Parameters
    ----------
    curve
        What :func:`crmkit.satisfaction.loyalty_curve` returned.
    score_col
        The column of satisfaction scores.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> rng = np.random.default_rng(1)
    >>> score = rng.integers(1, 6, 800)
    >>> loyal = rng.random(800) < np.array([0.1, 0.15, 0.3, 0.5, 0.9])[score - 1]
    >>> after = pd.DataFrame({"score": score, "repurchased": loyal.astype(int)})
    >>> curve = ck.satisfaction.loyalty_curve(after)
    >>> ax = ck.plot.loyalty_zones(curve, title="finding")
    >>> ax.get_title(loc="left")
    'From 6.7% loyal at score 1 to 89% at 5'
    """
    wanted = (score_col, "share", "share_lower", "share_upper", "rising")
    frame = read_drawn(
        curve, (*wanted, "zone", "n_customers"), probabilities=wanted[1:]
    ).sort(score_col)
    score, share, lower, upper, rising = (numbers(frame, name) for name in wanted)
    zone = np.array([str(each) for each in frame["zone"].to_list()])
    layers = [layer("line", score, rising, tone="soft")]
    for name, tone in _ZONES.items():
        here = zone == name
        if here.any():
            at = score[here]
            layers += [
                layer("arms", at, lower[here], y_end=upper[here], tone=tone),
                layer("points", at, share[here], tone=tone, name=name),
            ]
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title=words(score_col).capitalize()),
        y=Scale(title="Share of customers", unit="share", lower=0, upper=1),
        finding=f"From {percent(share[0])} loyal at score {score[0]:g} to "
        f"{percent(share[-1])} at {score[-1]:g}",
        note=counted(numbers(frame, "n_customers").sum(), "customer"),
    )
    return draw(chart, title=title, label=label, ax=ax)
