"""Where customers are in the grid of RFM scores."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import EagerFrame, Rule, numbers, nw, refuse
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["rfm_grid"]

_MOST_SCORES = 100


@typed
def rfm_grid(
    customers: IntoDataFrame,
    *,
    r_score_col: str = "r_score",
    f_score_col: str = "f_score",
    value_col: str | None = None,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the grid of recency and frequency scores as a heat map.

    Parameters
    ----------
    customers
        One row per customer, as :func:`crmkit.segments.with_rfm_scores` returns it.
    r_score_col, f_score_col
        The scores; 1 is the lowest.
    value_col
        Show the mean of this column in each cell instead of the number of customers.
    currency
        The sign before amounts, where ``value_col`` is money.
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
    >>> scored = ck.segments.with_rfm_scores(customers)
    >>> ax = ck.plot.rfm_grid(scored, title="finding")
    >>> ax.get_title(loc="left")
    '11% of customers have the highest scores in both'
    """
    wanted = (r_score_col, f_score_col, *([value_col] if value_col is not None else []))
    frame = read_drawn(customers, wanted, places=wanted[:2])
    _require_scores(frame, wanted[:2])
    r, f = (numbers(frame, name).astype(np.int64) for name in wanted[:2])
    bins = int(max(r.max(initial=1), f.max(initial=1)))
    cell = (f - 1) * bins + r - 1
    count = np.bincount(cell, minlength=bins * bins).astype(np.float64)
    shown, texts = count, tuple(f"{each:,.0f}" for each in count)
    if value_col is not None:
        total = np.bincount(cell, numbers(frame, value_col), minlength=bins * bins)
        shown = np.divide(
            total, count, out=np.full_like(total, np.nan), where=count > 0
        )
        texts = tuple("" if np.isnan(each) else money(each, currency) for each in shown)
    rows, columns = np.divmod(np.arange(bins * bins), bins)
    best = count[-1] / max(count.sum(), 1)
    names = tuple(str(score) for score in range(1, bins + 1))
    chart = Chart(
        layers=(layer("cells", columns, bins - 1 - rows, value=shown, texts=texts),),
        x=Scale(title=f"Recency score ({bins} bought last)", names=names),
        y=Scale(title=f"Frequency score ({bins} bought most)", names=names[::-1]),
        finding=f"{percent(best)} of customers have the highest scores in both",
        note=counted(count.sum(), "customer")
        + (
            f"; mean {value_col.replace('_', ' ')}"
            if value_col is not None
            else " by cell"
        ),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _require_scores(frame: EagerFrame, columns: Sequence[str]) -> None:
    rules = [
        Rule(
            column=column,
            broken=(nw.col(column) < 1) | (nw.col(column) > _MOST_SCORES),
            found="value that is not a score",
            remedy=f"Pass scores from 1 to {_MOST_SCORES}.",
        )
        for column in columns
    ]
    refuse(frame, rules)
