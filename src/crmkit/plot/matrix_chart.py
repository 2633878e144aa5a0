"""What a model says at each frequency and recency."""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import MOST_REPEATS, typed, whole
from .._frames import numbers
from ..typing import HISTORY, HistoryColumns, IntoDataFrame
from .drawing.columns import read_drawn, words
from .drawing.matplotlib_axes import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["frequency_recency_heatmap"]


@typed
def frequency_recency_heatmap(
    customers: IntoDataFrame,
    *,
    value_col: str = "probability_alive",
    columns: HistoryColumns = HISTORY,
    bins: int = 12,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the mean of a prediction at each frequency and recency as a heat map.

    Parameters
    ----------
    customers
        Customers, or a grid of histories, with their prediction.
    value_col
        ``"probability_alive"``, ``"expected_purchases"`` or another column.
    columns
        The names of the columns of the history.
    bins
        How many cells along each axis at most.
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
    >>> model = ck.clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> history = pd.MultiIndex.from_product(
    ...     [range(1, 13), range(3, 37, 3)], names=["frequency", "recency"]
    ... )
    >>> grid = history.to_frame(index=False).assign(T=38)
    >>> ax = ck.plot.frequency_recency_heatmap(
    ...     model.with_probability_alive(grid), title="finding"
    ... )
    >>> ax.get_title(loc="left")
    'Mean probability alive by history'
    """
    frame = read_drawn(
        customers,
        (columns.frequency, columns.recency, value_col),
        known=(columns.frequency, columns.recency),
    )
    most = whole("bins", bins, at_least=1, at_most=MOST_REPEATS)
    x, x_names = _bins(numbers(frame, columns.frequency), most, whole_numbers=True)
    y, y_names = _bins(numbers(frame, columns.recency), most, whole_numbers=False)
    cell = y * len(x_names) + x
    shape = len(x_names) * len(y_names)
    n = np.bincount(cell, minlength=shape)
    total = np.bincount(cell, numbers(frame, value_col), minlength=shape)
    mean = np.divide(total, n, out=np.full(shape, np.nan), where=n > 0)
    rows, places = np.divmod(np.arange(shape), len(x_names))
    share = "probability" in value_col
    texts = tuple(
        "" if np.isnan(each) else f"{100 * each:.0f}%" if share else f"{each:.2g}"
        for each in mean
    )
    chart = Chart(
        layers=(
            layer("cells", places, len(y_names) - 1 - rows, value=mean, texts=texts),
        ),
        x=Scale(title="Repeat purchases", names=x_names),
        y=Scale(title="Recency: first to last purchase", names=y_names[::-1]),
        finding=f"Mean {words(value_col)} by history",
        height=max(3.0, 1.2 + 0.3 * len(y_names)),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _bins(
    values: np.ndarray, most: int, *, whole_numbers: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the bin of each value and the names of the bins: single values if few."""
    distinct = np.unique(values)
    if distinct.size <= most:
        return np.searchsorted(distinct, values), tuple(f"{v:.4g}" for v in distinct)
    if whole_numbers:  # single counts, and the rest together
        first = int(distinct[0])
        last = first + most - 1
        names = [str(count) for count in range(first, last)] + [f"{last}+"]
        return np.minimum(values, last).astype(np.int64) - first, tuple(names)
    edges = np.linspace(values.min(), values.max(), most + 1)
    at = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, most - 1)
    pairs = pairwise(edges.tolist())
    return at, tuple(f"{low:.3g} to {high:.3g}" for low, high in pairs)
