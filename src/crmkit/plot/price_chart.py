"""What another price does to the quantity sold."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import instance, typed
from ..campaigns import PriceResponse
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["price_response_curve"]

_SPAN = 0.2  # to both sides of today's price


@typed
def price_response_curve(
    response: PriceResponse,
    *,
    level: float = 0.95,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how the quantity changes with the price, with its interval.

    Parameters
    ----------
    response
        What :func:`crmkit.campaigns.fit_price_response` returned.
    level
        The confidence level of the band.
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
    >>> response = ck.campaigns.PriceResponse(
    ...     elasticity=-1.4, standard_error=0.1, n_rows=12_000, n_customers=400,
    ...     n_products=3, price_variation=0.15,
    ... )
    >>> ax = ck.plot.price_response_curve(response, title="finding")
    >>> ax.get_title(loc="left")
    'A price 10% higher sells 12% less (11% to 14%)'
    """
    found = instance("response", response, PriceResponse)
    lower, upper = found.interval(level=level)
    price = np.linspace(1 - _SPAN, 1 + _SPAN, 81)
    ends = np.sort([price**lower, price**upper], axis=0)
    less, least, most = (1 - 1.1**each for each in (found.elasticity, upper, lower))
    verb = "less" if less >= 0 else "more"
    span = sorted((abs(least), abs(most)))
    # Of an interval that holds 0, one end is a rise and the other one a fall.
    limits = (
        f"{percent(span[0])} to {percent(span[1])}"
        if least * most > 0
        else f"from {percent(max(-least, 0.0))} more to {percent(max(most, 0.0))} less"
    )
    chart = Chart(
        layers=(
            layer("line", [price[0], price[-1]], 1.0, tone="reference", dash=True),
            layer("band", price, ends[0], y_end=ends[1]),
            layer("line", price, price**found.elasticity),
        ),
        x=Scale(title="Price, as a share of today's", unit="share"),
        y=Scale(title="Quantity, as a share of today's", unit="share"),
        finding=f"A price 10% higher sells {percent(abs(less))} {verb} ({limits})",
        note=f"{found.n_customers:,} customers, {found.n_products:,} products",
    )
    return draw(chart, title=title, label=label, ax=ax)
