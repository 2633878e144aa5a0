"""Retention and revenue of cohorts, as a heat map and as curves."""

from typing import TYPE_CHECKING

import numpy as np

from .._check import MOST_REPEATS
from .._frames import EagerFrame, read_eager, refuse, require_numbers, whole_rules
from .._typed import typed
from ..typing import IntArray, IntoDataFrame
from .canvas import axes_or_new, points, shade, texts
from .palette import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["retention_curve", "retention_heatmap", "revenue_curve"]


@typed
def retention_heatmap(cells: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw retention by cohort and age; cells not yet observed stay blank.

    The colours span the ages from 1 on: all customers are there at age 0, and a scale
    up to 100% would leave all other cells pale.

    Parameters
    ----------
    cells
        What :func:`crmkit.segments.cohort_table` returned.
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
        If a column of the table is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import retention_heatmap
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann"], "amount": [1.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-02-20"]),
    ... })
    >>> cells = ck.segments.cohort_table(log, observation_period_end="2024-02-29")
    >>> retention_heatmap(cells).get_xlabel()
    'age in periods'
    """
    frame = read_eager(cells, ("cohort", "age", "retention"))
    axes = axes_or_new(ax)
    names = texts(frame, "cohort")
    age = _whole_ages(frame)
    cohorts = sorted(set(names))
    grid = np.full((len(cohorts), int(age.max(initial=0)) + 1), np.nan)
    grid[[cohorts.index(name) for name in names], age] = points(frame, "retention")
    later = grid[:, 1:]
    most = float(np.max(later, initial=0.0, where=~np.isnan(later))) or 1.0
    image = axes.imshow(grid, cmap="Blues", vmin=0, vmax=most, aspect="auto")
    axes.set_yticks(range(len(cohorts)), cohorts)
    axes.locator_params(axis="x", integer=True)
    axes.set(xlabel="age in periods", ylabel="cohort")
    axes.figure.colorbar(
        image, ax=axes, label="retention", extend="max" if most < 1 else "neither"
    )
    return axes


@typed
def retention_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of customers who buy at each age, over all cohorts.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.retention_curve` returned.
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
        If a column of the curve is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import retention_curve
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann"], "amount": [1.0, 4.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-20"]),
    ... })
    >>> curve = ck.segments.retention_curve(log, observation_period_end="2024-02-29")
    >>> retention_curve(curve).get_ylabel()
    'share who buy'
    """
    return _by_age(curve, "retention", "share who buy", ax)


@typed
def revenue_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the cumulative revenue per customer by age, over all cohorts.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.revenue_curve` returned.
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
        If a column of the curve is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot import revenue_curve
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann"], "amount": [1.0, 4.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-20"]),
    ... })
    >>> curve = ck.segments.revenue_curve(log, observation_period_end="2024-02-29")
    >>> revenue_curve(curve).get_ylabel()
    'revenue per customer so far'
    """
    return _by_age(
        curve, "cumulative_revenue_per_customer", "revenue per customer so far", ax
    )


def _whole_ages(frame: EagerFrame) -> IntArray:
    require_numbers(frame, ["age"])
    refuse(frame, whole_rules(frame, "age", at_most=MOST_REPEATS))
    return points(frame, "age").astype(np.int64)


def _by_age(curve: IntoDataFrame, name: str, label: str, ax: "Axes | None") -> "Axes":
    ends = (f"{name}_lower", f"{name}_upper")
    opened = read_eager(curve, ("age", name, *ends))
    require_numbers(opened, ["age"])
    frame = opened.sort("age")
    axes = axes_or_new(ax)
    age = points(frame, "age")
    shade(axes, frame, age, name)
    axes.plot(age, points(frame, name), color=BLUE, linewidth=2, marker="o")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.locator_params(axis="x", integer=True)
    axes.set(xlabel="age in periods", ylabel=label)
    return axes
