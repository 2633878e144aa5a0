"""What a campaign earns and adds: the profit of each cut-off, and the uplift."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import one_of, typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["campaign_profit_line", "uplift_line"]

_NOTHING = 1e-100  # what is added by all treatments, and divides
_ADDED = {"uplift": "Outcomes added", "qini": "Outcomes added to the treated"}
_TARGETED = Scale(
    title="Share of customers targeted, best first", unit="share", lower=0, upper=1
)


@typed
def campaign_profit_line(
    curve: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the profit at each cut-off of the target list, and mark the best.

    Parameters
    ----------
    curve
        What :func:`crmkit.campaigns.campaign_profit_curve` returned.
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
    >>> import numpy as np
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> rng = np.random.default_rng(1)
    >>> risk = rng.beta(1, 3, 1000)
    >>> judged = pd.DataFrame({
    ...     "churn_risk": risk, "churned": (rng.random(1000) < risk).astype(int),
    ...     "clv_if_active": 100.0,
    ... })
    >>> offer = ck.campaigns.RetentionOffer(
    ...     accept_rate=0.3, incentive=10, contact_cost=1
    ... )
    >>> curve = ck.campaigns.campaign_profit_curve(judged, offer=offer)
    >>> ax = ck.plot.campaign_profit_line(curve, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'Target 33%: $2.58 per customer of the base'
    """
    frame = read_drawn(
        curve, ("share_targeted", "profit"), probabilities=("share_targeted",)
    )
    share, profit = numbers(frame, "share_targeted"), numbers(frame, "profit")
    best = int(np.argmax(profit))
    chart = Chart(
        layers=(
            layer("line", [0, 1], 0.0, tone="reference"),
            layer("line", share, profit),
            layer(
                "points",
                share[best],
                profit[best],
                texts=(f"{money(profit[best], currency)} at {percent(share[best])}",),
                place="above",
            ),
        ),
        x=_TARGETED,
        y=Scale(
            title="Profit per customer of the base", unit="money", currency=currency
        ),
        finding=f"Target {percent(share[best])}: {money(profit[best], currency)} per "
        "customer of the base"
        if profit[best] > 0
        else "The campaign loses money at every cut-off",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def uplift_line(
    curve: IntoDataFrame,
    *,
    measure: Literal["uplift", "qini"] = "uplift",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the outcomes that treating the best-ranked customers adds.

    Parameters
    ----------
    curve
        What :func:`crmkit.campaigns.uplift_curve` returned.
    measure
        ``"uplift"`` draws the outcomes added in all; ``"qini"``, the Qini curve: those
        added to the treated.
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
    >>> uplift, treated = rng.random(4000), rng.integers(0, 2, 4000)
    >>> campaign = pd.DataFrame({
    ...     "uplift": uplift, "treated": treated,
    ...     "retained": (rng.random(4000) < 0.3 + 0.2 * uplift * treated).astype(int),
    ... })
    >>> curve = ck.campaigns.uplift_curve(campaign)
    >>> ax = ck.plot.uplift_line(curve, title="finding")
    >>> ax.get_title(loc="left")
    'Treating the best half brings 86% of what treating all would add'
    >>> ck.plot.uplift_line(curve, measure="qini").get_ylabel()
    'Outcomes added to the treated'
    """
    chosen = one_of("measure", measure, ("uplift", "qini"))
    chart = _against_random(curve, chosen, _ADDED[chosen])
    return draw(chart, title=title, label=label, ax=ax)


def _against_random(curve: IntoDataFrame, column: str, title: str) -> Chart:
    frame = read_drawn(
        curve, ("share_targeted", column), probabilities=("share_targeted",)
    )
    share, added = numbers(frame, "share_targeted"), numbers(frame, column)
    ends = [0, -1]
    half = float(np.interp(0.5, share, added))
    return Chart(
        layers=(
            layer(
                "line",
                share[ends],
                added[ends],
                tone="reference",
                dash=True,
                name="random order",
            ),
            layer("line", share, added),
        ),
        x=_TARGETED,
        y=Scale(title=title),
        finding=f"Treating the best half brings {percent(half / added[-1])} of what "
        "treating all would add"
        if added[-1] > _NOTHING
        else "Treating all adds nothing",
    )
