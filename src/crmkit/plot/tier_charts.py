"""What each tier or segment holds: its customers and its value."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import names_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["tier_bars"]


@typed
def tier_bars(
    tiers: IntoDataFrame,
    *,
    by: str = "value_tier",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of customers and the share of value of each tier or segment.

    Parameters
    ----------
    tiers
        What :func:`crmkit.segments.tier_summary` returned.
    by
        The column of tiers, segments or stages.
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
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> tiered = ck.segments.with_value_tier(customers, value_col="total_amount")
    >>> tiers = ck.segments.tier_summary(tiered, value_col="total_amount")
    >>> ax = ck.plot.tier_bars(tiers, title="finding")
    >>> ax.get_title(loc="left")
    'A: 33% of customers, 80% of value'
    """
    wanted = ("customer_share", "value_share", "n_customers")
    frame = read_drawn(tiers, (by, *wanted))
    customers, value, count = (numbers(frame, name) for name in wanted)
    names = names_in(frame, by)
    place = np.arange(len(names), dtype=np.float64)
    best = int(np.argmax(value))
    chart = Chart(
        layers=(
            layer(
                "barh",
                customers,
                place,
                tone="soft",
                name="share of customers",
                texts=_percents(customers),
            ),
            layer("barh", value, place, name="share of value", texts=_percents(value)),
        ),
        x=Scale(title="Share of all", unit="share"),
        y=Scale(title=by.replace("_", " "), names=names),
        finding=f"{names[best]}: {percent(customers[best])} of customers, "
        f"{percent(value[best])} of value",
        note=counted(count.sum(), "customer"),
        height=max(2.5, 1.2 + 0.6 * len(names)),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _percents(shares: np.ndarray) -> tuple[str, ...]:
    return tuple("" if np.isnan(share) else percent(share) for share in shares)
