"""Bars that compare a forecast with the actual figures, group by group."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import read_eager
from .._typed import typed
from ..typing import IntoDataFrame
from .canvas import axes_or_new, points
from .palette import BLUE, OCHRE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["predicted_against_actual"]


@typed
def predicted_against_actual(
    groups: IntoDataFrame,
    *,
    label_col: str,
    predicted_col: str = "predicted",
    actual_col: str = "actual",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw two bars for each group: the predicted and the actual amount.

    Parameters
    ----------
    groups
        One row per group: customers of one frequency, a tenth of the base, a month.
    label_col
        The name of each group.
    predicted_col, actual_col
        The two amounts to compare.
    ax
        The axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from crmkit.plot import predicted_against_actual
    >>> groups = pd.DataFrame({
    ...     "frequency": ["0", "1", "2+"],
    ...     "predicted": [0.2, 0.6, 2.1],
    ...     "actual": [0.2, 0.7, 1.9],
    ... })
    >>> ax = predicted_against_actual(groups, label_col="frequency")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['predicted', 'actual']
    """
    frame = read_eager(groups, (label_col, predicted_col, actual_col))
    canvas = axes_or_new(ax)
    at = np.arange(len(frame))
    for column, colour, shift in (
        (predicted_col, OCHRE, -0.2),
        (actual_col, BLUE, 0.2),
    ):
        canvas.bar(at + shift, points(frame, column), 0.4, color=colour, label=column)
    labels = [str(label) for label in frame[label_col].to_list()]
    canvas.set_xticks(at, labels)
    canvas.set_xlabel(label_col)
    canvas.legend(frameon=False)
    canvas.spines[["top", "right"]].set_visible(False)
    return canvas
