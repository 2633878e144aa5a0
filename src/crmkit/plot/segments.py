"""Concentration, cohorts, growth and movement, drawn from their tables."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import EagerFrame, numbers, read_eager
from ..typing import FloatArray, IntoDataFrame
from .canvas import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "growth_bars",
    "migration_heatmap",
    "pareto_curve",
    "retention_curve",
    "retention_heatmap",
    "revenue_curve",
    "whale_curve",
]

_BLUE, _RED, _GREY = "#2a78b5", "#c2543a", "#8a8f98"
_LIGHT = "#9cc3e0"
_MOST_DATES = 12


def pareto_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw which share of the customers holds which share of the value.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.pareto_curve` returned; its limits, if it has any,
        are shaded.
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
    >>> from crmkit.plot.segments import pareto_curve
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> pareto_curve(ck.segments.pareto_curve(base)).get_xlabel()
    'share of customers, best first'
    """
    frame = read_eager(curve, ("customer_share", "value_share"))
    axes = axes_or_new(ax)
    p, y = numbers(frame, "customer_share"), numbers(frame, "value_share")
    _shade(axes, frame, p, "value_share")
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1, label="all equal")
    axes.plot(p, y, color=_BLUE, linewidth=2, label="this base")
    axes.set(xlabel="share of customers, best first", ylabel="share of value")
    axes.legend(frameon=False)
    return axes


def whale_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw profit accumulated from the best customer down, the losses in red.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.whale_curve` returned; its limits, if it has any,
        are shaded.
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
    >>> from crmkit.plot.segments import whale_curve
    >>> base = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    >>> whale_curve(ck.segments.whale_curve(base, points=None)).get_ylabel()
    'profit, accumulated'
    """
    frame = read_eager(curve, ("customer_share", "profit"))
    axes = axes_or_new(ax)
    p, profit = numbers(frame, "customer_share"), numbers(frame, "profit")
    _shade(axes, frame, p, "profit")
    top = int(np.argmax(profit))
    axes.plot(p[: top + 1], profit[: top + 1], color=_BLUE, linewidth=2)
    axes.plot(p[top:], profit[top:], color=_RED, linewidth=2)
    axes.axhline(profit[-1], color=_GREY, linewidth=1)
    axes.set(xlabel="share of customers, best first", ylabel="profit, accumulated")
    return axes


def retention_heatmap(cells: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw retention by cohort and age; what is not yet seen stays blank.

    The colours span the ages from 1 on: everybody is there at age 0, and a scale up to
    that would leave all others pale.

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
    >>> from crmkit.plot.segments import retention_heatmap
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
    names = _texts(frame, "cohort")
    age = numbers(frame, "age").astype(np.int64)
    cohorts = sorted(set(names))
    grid = np.full((len(cohorts), int(age.max()) + 1), np.nan)
    grid[[cohorts.index(name) for name in names], age] = numbers(frame, "retention")
    later = grid[:, 1:]
    most = float(np.max(later, initial=0.0, where=~np.isnan(later))) or 1.0
    image = axes.imshow(grid, cmap="Blues", vmin=0, vmax=most, aspect="auto")
    axes.set_yticks(range(len(cohorts)), cohorts)
    axes.set(xlabel="age in periods", ylabel="cohort")
    axes.figure.colorbar(
        image, ax=axes, label="retention", extend="max" if most < 1 else "neither"
    )
    return axes


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
    >>> from crmkit.plot.segments import retention_curve
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann"], "amount": [1.0, 4.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-20"]),
    ... })
    >>> curve = ck.segments.retention_curve(log, observation_period_end="2024-02-29")
    >>> retention_curve(curve).get_ylabel()
    'share who buy'
    """
    return _by_age(curve, "retention", "share who buy", ax)


def revenue_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what a customer has brought by each age, over all cohorts.

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
    >>> from crmkit.plot.segments import revenue_curve
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


def growth_bars(accounts: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw who came, stayed, came back and left per period.

    Parameters
    ----------
    accounts
        What :func:`crmkit.segments.growth_accounting` returned.
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
        If a column of the accounts is not there.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> from crmkit.plot.segments import growth_bars
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann"], "amount": [1.0, 2.0],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-02-20"]),
    ... })
    >>> accounts = ck.segments.growth_accounting(
    ...     log, observation_period_end="2024-02-29"
    ... )
    >>> growth_bars(accounts).get_ylabel()
    'customers'
    """
    above = {"retained": _BLUE, "resurrected": _LIGHT, "new": "#7fb069"}
    frame = read_eager(accounts, ("period", *above, "lost"))
    axes = axes_or_new(ax)
    place = np.arange(len(frame))
    base = np.zeros(len(frame))
    for name, colour in above.items():
        height = numbers(frame, name)
        axes.bar(place, height, bottom=base, color=colour, label=name)
        base = base + height
    axes.bar(place, -numbers(frame, "lost"), color=_RED, label="lost")
    axes.axhline(0, color=_GREY, linewidth=1)
    step = max(1, -(-len(frame) // _MOST_DATES))
    names = _texts(frame, "period")
    axes.set_xticks(place[::step], names[::step], rotation=45, ha="right")
    axes.set_ylabel("customers")
    axes.legend(frameon=False)
    return axes


def migration_heatmap(table: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw which share of each tier moved where.

    Parameters
    ----------
    table
        What :func:`crmkit.segments.migration_table` returned.
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
    >>> from crmkit.plot.segments import migration_heatmap
    >>> spring = pd.DataFrame({"customer_id": [1, 2], "value_tier": ["A", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2], "value_tier": ["B", "B"]})
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B"))
    >>> migration_heatmap(moves).get_xlabel()
    'tier after'
    """
    frame = read_eager(table, ("from_tier", "to_tier", "share"))
    axes = axes_or_new(ax)
    was, now = _texts(frame, "from_tier"), _texts(frame, "to_tier")
    rows, columns = list(dict.fromkeys(was)), list(dict.fromkeys(now))
    share = numbers(frame, "share")
    grid: FloatArray = np.full((len(rows), len(columns)), np.nan)
    for from_tier, to_tier, part in zip(was, now, share.tolist(), strict=True):
        at = rows.index(from_tier), columns.index(to_tier)
        grid[at] = part
        axes.text(at[1], at[0], f"{part:.0%}", ha="center", va="center")
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=1.5, aspect="auto")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel="tier after", ylabel="tier before")
    return axes


def _by_age(curve: IntoDataFrame, name: str, label: str, ax: "Axes | None") -> "Axes":
    limits = (f"{name}_lower", f"{name}_upper")
    frame = read_eager(curve, ("age", name, *limits)).sort("age")
    axes = axes_or_new(ax)
    age = numbers(frame, "age")
    _shade(axes, frame, age, name)
    axes.plot(age, numbers(frame, name), color=_BLUE, linewidth=2, marker="o")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set(xlabel="age in periods", ylabel=label)
    return axes


def _texts(frame: EagerFrame, column: str) -> list[str]:
    """Say each cell as text; a date without its time."""
    return [str(value).removesuffix(" 00:00:00") for value in frame[column].to_list()]


def _shade(axes: "Axes", frame: EagerFrame, x: FloatArray, name: str) -> None:
    if {f"{name}_lower", f"{name}_upper"} <= set(frame.columns):
        low, high = numbers(frame, f"{name}_lower"), numbers(frame, f"{name}_upper")
        axes.fill_between(x, low, high, color=_LIGHT, alpha=0.5, linewidth=0)
