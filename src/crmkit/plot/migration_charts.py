"""Migration between tiers or stages: as a table, and as a flow."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Layer, Place, Scale, layer
from .._check import typed
from .._frames import EagerFrame, numbers
from ..typing import FloatArray, IntoDataFrame
from .drawing.columns import names_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["lifecycle_flow", "migration_heatmap"]

_READ = ("from_tier", "to_tier", "n_customers")
_BENDS = 24


@typed
def migration_heatmap(
    table: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of each tier that moved to each other tier.

    Parameters
    ----------
    table
        What :func:`crmkit.segments.migration_table` returned.
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
    >>> ids = range(300)
    >>> spring = pd.DataFrame(
    ...     {"customer_id": ids, "value_tier": rng.choice(["A", "B", "C"], 300)}
    ... )
    >>> autumn = spring.assign(
    ...     value_tier=np.where(rng.random(300) < 0.3, "C", spring["value_tier"])
    ... ).iloc[20:]
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B", "C"))
    >>> ax = ck.plot.migration_heatmap(moves, title="finding")
    >>> ax.get_title(loc="left")
    '74% of customers kept their tier'
    """
    frame = read_drawn(table, (*_READ, "share"))
    was, now, count = _moves(frame)
    share = numbers(frame, "share")
    before, after = (tuple(dict.fromkeys(each.tolist())) for each in (was, now))
    x = np.array([after.index(name) for name in now])
    y = np.array([before.index(name) for name in was])
    texts = tuple("" if np.isnan(each) else percent(each) for each in share)
    chart = Chart(
        layers=(layer("cells", x, y, value=share, texts=texts),),
        x=Scale(title="Tier after", names=after),
        y=Scale(title="Tier before", names=before),
        finding=_stayed(was, now, count),
        note=counted(count.sum(), "customer"),
        height=max(2.5, 1.3 + 0.5 * len(before)),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def lifecycle_flow(
    table: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how many customers flowed from each tier or stage to each other.

    Parameters
    ----------
    table
        What :func:`crmkit.segments.migration_table` returned, of value tiers or of
        life-cycle stages.
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
    >>> ids = range(300)
    >>> spring = pd.DataFrame(
    ...     {"customer_id": ids, "value_tier": rng.choice(["A", "B", "C"], 300)}
    ... )
    >>> autumn = spring.assign(
    ...     value_tier=np.where(rng.random(300) < 0.3, "C", spring["value_tier"])
    ... ).iloc[20:]
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B", "C"))
    >>> ax = ck.plot.lifecycle_flow(moves, title="finding")
    >>> ax.get_title(loc="left")
    '74% of customers kept their tier'
    """
    was, now, count = _moves(read_drawn(table, _READ))
    before = tuple(dict.fromkeys(was))
    after = tuple(dict.fromkeys((*before, *now)))
    gap = 0.03 * max(count.sum(), 1)
    left = _starts(np.array([count[was == name].sum() for name in before]), gap)
    right = _starts(np.array([count[now == name].sum() for name in after]), gap)
    starts = dict(zip(before, left[0], strict=True))
    ends = dict(zip(after, right[0], strict=True))
    bend = np.linspace(0.0, 1.0, _BENDS)
    # Flat at both ends, so that the flows leave and enter the bars straight.
    curve = bend**2 * (3 - 2 * bend)
    layers: list[Layer] = []
    for source, target, n in zip(was, now, count, strict=True):
        if n > 0:
            low = starts[source] + (ends[target] - starts[source]) * curve
            layers.append(layer("band", bend, low, y_end=low + n, name=str(source)))
            starts[source] += n
            ends[target] += n
    for at, (names, (low, size)) in enumerate(((before, left), (after, right))):
        kept = size > 0
        texts = tuple(
            f"{name}  {n:,.0f}" for name, n in zip(names, size, strict=True) if n > 0
        )
        middle = (low + size / 2)[kept]
        place: Place = "left" if at == 0 else "right"
        layers += [
            layer("arms", at, low[kept], y_end=(low + size)[kept], tone="total"),
            layer("texts", at, middle, texts=texts, place=place),
        ]
    chart = Chart(
        layers=tuple(layers),
        x=Scale(names=("before", "after")),
        y=Scale(hidden=True),
        finding=_stayed(was, now, count),
        note=counted(count.sum(), "customer"),
        unnamed=True,
    )
    return draw(chart, title=title, label=label, ax=ax)


def _moves(frame: EagerFrame) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    was, now = names_in(frame, "from_tier"), names_in(frame, "to_tier")
    return np.array(was), np.array(now), numbers(frame, "n_customers")


def _stayed(was: np.ndarray, now: np.ndarray, count: FloatArray) -> str:
    total = count.sum()
    if not total:
        return ""
    return f"{percent(count[was == now].sum() / total)} of customers kept their tier"


def _starts(sizes: FloatArray, gap: float) -> tuple[FloatArray, FloatArray]:
    """Stack bars from the top down, the first at the top, with gaps between them."""
    tops = -np.cumsum(sizes + np.where(sizes > 0, gap, 0.0))
    return tops, sizes
