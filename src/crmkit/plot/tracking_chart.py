"""Purchases over time, as they came and as models expect them."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import one_of, typed
from .._frames import numbers, nw
from ..typing import IntoDataFrame
from .drawing.columns import days_in, groups_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["tracking_line"]


@typed
def tracking_line(
    tracked: IntoDataFrame,
    *,
    show: Literal["incremental", "cumulative"] = "incremental",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the actual purchases of each period, and those that each model expects.

    Parameters
    ----------
    tracked
        What :func:`crmkit.clv.tracking` returned.
    show
        The purchases of each period, or all up to its end.
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
    >>> log = load_cdnow_sample()
    >>> customers = ck.rfm_summary(
    ...     log, observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> models = {
    ...     "BG/NBD": ck.clv.fit_bg_nbd(customers), "NBD": ck.clv.fit_nbd(customers),
    ... }
    >>> tracked = ck.clv.tracking(
    ...     log, models=models, time_unit="week", calibration_period_end="1997-09-30",
    ...     observation_period_end="1998-06-30",
    ... )
    >>> ax = ck.plot.tracking_line(tracked, show="cumulative", title="finding")
    >>> ax.get_title(loc="left")
    'BG/NBD ends 4.1% below the actual repeat purchases'
    """
    one_of("show", show, ("incremental", "cumulative"))
    before = "cumulative_" if show == "cumulative" else ""
    actual, expected = f"{before}actual", f"{before}expected"
    both = ("cumulative_actual", "cumulative_expected")
    frame = read_drawn(
        tracked,
        ("model", "period_end", actual, expected, *both),
        dates=("period_end",),
    )
    names = groups_in(frame, "model")
    first = frame.filter(nw.col("model") == names[0]).sort("period_end")
    came, thought = (float(numbers(first, each)[-1]) for each in both)
    when = days_in(first, "period_end")
    layers = [layer("line", when, numbers(first, actual), tone="total", name="actual")]
    for name in names:
        mine = frame.filter(nw.col("model") == name).sort("period_end")
        when = days_in(mine, "period_end")
        layers.append(
            layer("line", when, numbers(mine, expected), name=name, dash=True)
        )
    off = thought / came - 1 if came else np.nan
    chart = Chart(
        layers=tuple(layers),
        x=Scale(unit="date"),
        y=Scale(
            title="Repeat purchases" + (", cumulative" if before else ""),
            unit="count",
            lower=0,
        ),
        finding=f"{names[0]} ends {percent(abs(off))} "
        f"{'above' if off >= 0 else 'below'} the actual repeat purchases",
    )
    return draw(chart, title=title, label=label, ax=ax)
