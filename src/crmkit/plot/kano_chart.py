"""The Kano map: what delights when present, and annoys when absent."""

from typing import TYPE_CHECKING

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import names_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["kano_map"]


@typed
def kano_map(
    features: IntoDataFrame,
    *,
    by: str = "feature",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw each feature by how much it delights and how much its absence annoys.

    Parameters
    ----------
    features
        What :func:`crmkit.satisfaction.kano_by` returned.
    by
        The column of features.
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
    >>> rng = np.random.default_rng(2)
    >>> answers = pd.DataFrame({
    ...     "feature": np.repeat(["wifi", "parking", "late checkout"], 60),
    ...     "functional": np.r_[np.full(60, 2), rng.integers(1, 4, 120)],
    ...     "dysfunctional": np.r_[np.full(60, 5), rng.integers(2, 6, 120)],
    ... })
    >>> ax = ck.plot.kano_map(ck.satisfaction.kano_by(answers), title="finding")
    >>> ax.get_title(loc="left")
    'wifi annoys most when it is absent: 100% of customers'
    """
    frame = read_drawn(features, (by, "better", "worse"))
    better, worse = numbers(frame, "better"), -numbers(frame, "worse")
    names = names_in(frame, by)
    most = int(worse.argmax())
    chart = Chart(
        layers=(
            layer("arms", 0.5, 0.0, x_end=0.5, y_end=1.0, tone="reference"),
            layer("arms", 0.0, 0.5, x_end=1.0, y_end=0.5, tone="reference"),
            layer(
                "corners",
                [0, 1, 0, 1],
                [1, 1, 0, 0],
                texts=("attractive", "one-dimensional", "indifferent", "must-be"),
            ),
            layer("points", worse, better, texts=names, place="right"),
        ),
        x=Scale(title="Annoyed when absent", unit="share", lower=-0.05, upper=1.05),
        y=Scale(title="Delighted when present", unit="share", lower=-0.05, upper=1.05),
        finding=f"{names[most]} annoys most when it is absent: "
        f"{percent(worse[most])} of customers",
        height=4.6,
    )
    return draw(chart, title=title, label=label, ax=ax)
