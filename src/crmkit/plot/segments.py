"""Plots of concentration, growth and movement."""

from typing import TYPE_CHECKING

import numpy as np

from .._frames import numbers, read_eager
from ..typing import FloatArray, IntoDataFrame
from .canvas import axes_or_new, shade, texts
from .palette import BLUE, GREEN, GREY, LIGHT_BLUE, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "growth_bars",
    "migration_heatmap",
    "pareto_curve",
    "whale_curve",
]

_MOST_DATES = 12


def pareto_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of value held by each share of customers, the best first.

    Parameters
    ----------
    curve
        The table from :func:`crmkit.segments.pareto_curve`; its limits, if any, are
        shaded.
    ax
        The axes to plot on; new ones by default.

    Returns
    -------
    Axes
        The axes plotted on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the curve is missing.

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
    shade(axes, frame, p, "value_share")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="all equal")
    axes.plot(p, y, color=BLUE, linewidth=2, label="this base")
    axes.set(xlabel="share of customers, best first", ylabel="share of value")
    axes.legend(frameon=False)
    return axes


def whale_curve(curve: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot profit accumulated from the best customer down, with losses in red.

    Parameters
    ----------
    curve
        The table from :func:`crmkit.segments.whale_curve`; its limits, if any, are
        shaded.
    ax
        The axes to plot on; new ones by default.

    Returns
    -------
    Axes
        The axes plotted on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the curve is missing.

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
    shade(axes, frame, p, "profit")
    top = int(np.argmax(profit))
    axes.plot(p[: top + 1], profit[: top + 1], color=BLUE, linewidth=2)
    axes.plot(p[top:], profit[top:], color=RED, linewidth=2)
    axes.axhline(profit[-1], color=GREY, linewidth=1)
    axes.set(xlabel="share of customers, best first", ylabel="profit, accumulated")
    return axes


def growth_bars(accounts: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot new, retained, resurrected and lost customers per period.

    Parameters
    ----------
    accounts
        The table from :func:`crmkit.segments.growth_accounting`.
    ax
        The axes to plot on; new ones by default.

    Returns
    -------
    Axes
        The axes plotted on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the accounts is missing.

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
    above = {"retained": BLUE, "resurrected": LIGHT_BLUE, "new": GREEN}
    frame = read_eager(accounts, ("period", *above, "lost"))
    axes = axes_or_new(ax)
    place = np.arange(len(frame))
    base = np.zeros(len(frame))
    for name, colour in above.items():
        height = numbers(frame, name)
        axes.bar(place, height, bottom=base, color=colour, label=name)
        base = base + height
    axes.bar(place, -numbers(frame, "lost"), color=RED, label="lost")
    axes.axhline(0, color=GREY, linewidth=1)
    step = max(1, -(-len(frame) // _MOST_DATES))
    names = texts(frame, "period")
    axes.set_xticks(place[::step], names[::step], rotation=45, ha="right")
    axes.set_ylabel("customers")
    axes.legend(frameon=False)
    return axes


def migration_heatmap(table: IntoDataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of each tier that moved to each tier.

    Parameters
    ----------
    table
        The table from :func:`crmkit.segments.migration_table`.
    ax
        The axes to plot on; new ones by default.

    Returns
    -------
    Axes
        The axes plotted on.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    MissingColumnError
        If a column of the table is missing.

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
    was, now = texts(frame, "from_tier"), texts(frame, "to_tier")
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
