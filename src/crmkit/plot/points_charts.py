"""Loyalty points: what is redeemed and what is still owed."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Layer, Scale, Tone, layer
from .._check import typed
from .._frames import EagerFrame
from ..errors import NotEnoughDataError
from ..typing import FloatArray, IntoDataFrame
from .drawing.columns import amounts_in, interval_in, names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["liability_bars", "redemption_bars"]


@typed
def redemption_bars(
    cohorts: IntoDataFrame,
    *,
    by: str = "cohort",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the points of each cohort: redeemed, still to come, and never redeemed.

    Parameters
    ----------
    cohorts
        What :func:`crmkit.campaigns.redemption_by_cohort` returned.
    by
        The column of cohorts.
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
    >>> triangle = pd.DataFrame({
    ...     "cohort": [2021] * 3 + [2022] * 2 + [2023], "age": [0, 1, 2, 0, 1, 0],
    ...     "issued": [1000] * 3 + [1200] * 2 + [1500],
    ...     "redeemed": [300, 300, 100, 400, 350, 450],
    ... })
    >>> found = ck.campaigns.redemption_by_cohort(triangle)
    >>> ax = ck.plot.redemption_bars(found, title="finding")
    >>> ax.get_title(loc="left")
    '70% of all points will be redeemed, 51% are so far'
    """
    wanted = ("issued", "redeemed", "expected_redeemed")
    frame = read_drawn(cohorts, (by, *wanted))
    issued, redeemed, expected = amounts_in(frame, *wanted, sign="nonnegative")
    _require_rows(frame)
    place = np.arange(issued.size, dtype=np.float64)
    ends = interval_in(frame, "expected_redeemed")
    if ends is not None:  # never outside the bar
        ends = np.clip(ends[0], 0.0, issued), np.clip(ends[1], 0.0, issued)
    arms = (
        ()
        if ends is None
        else (layer("arms", place, ends[0], y_end=ends[1], tone="total"),)
    )
    total = max(float(issued.sum()), 1e-300)
    chart = Chart(
        layers=(
            *_stacked(
                place,
                {
                    "redeemed so far": (redeemed, "series"),
                    "expected to be redeemed": (expected - redeemed, "soft"),
                    "never redeemed": (issued - expected, "reference"),
                },
            ),
            *arms,
        ),
        x=Scale(title=words(by).capitalize(), names=names_in(frame, by)),
        y=Scale(title="Points", unit="count", lower=0),
        finding=f"{percent(float(expected.sum()) / total)} of all points will be "
        f"redeemed, {percent(float(redeemed.sum()) / total)} are so far",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def liability_bars(
    periods: IntoDataFrame,
    *,
    by: str,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the revenue deferred for points: earned so far, and still owed.

    Parameters
    ----------
    periods
        What :func:`crmkit.campaigns.with_points_liability` returned.
    by
        The column that names the rows: a cohort of points, or a year.
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
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> years = pd.DataFrame({
    ...     "year": [1, 2], "paid_amount": 100_000.0, "goods_price": 100_000.0,
    ...     "points_price": 9_500.0,
    ...     "redeemed": [4_500, 8_500], "expected_redeemed": [9_500, 9_700],
    ... })
    >>> found = ck.campaigns.with_points_liability(years)
    >>> ax = ck.plot.liability_bars(found, by="year", currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'The liability of 2 is $1.07k, 12% of what was deferred'
    """
    frame = read_drawn(periods, (by, "points_revenue", "points_liability"))
    revenue, owed = amounts_in(
        frame, "points_revenue", "points_liability", sign="nonnegative"
    )
    _require_rows(frame)
    names = names_in(frame, by)
    share = float(owed[-1]) / max(float(owed[-1] + revenue[-1]), 1e-300)
    chart = Chart(
        layers=_stacked(
            np.arange(owed.size, dtype=np.float64),
            {"revenue so far": (revenue, "series"), "liability": (owed, "bad")},
        ),
        x=Scale(title=words(by).capitalize(), names=names),
        y=Scale(title="Deferred for points", unit="money", currency=currency, lower=0),
        finding=f"The liability of {names[-1]} is {money(float(owed[-1]), currency)}, "
        f"{percent(share)} of what was deferred",
    )
    return draw(chart, title=title, label=label, ax=ax)


def _require_rows(frame: EagerFrame) -> None:
    if not len(frame):
        raise NotEnoughDataError(
            needed="a table with rows", got="an empty one", remedy="Pass more data."
        )


def _stacked(
    place: FloatArray, parts: dict[str, tuple[FloatArray, Tone]]
) -> tuple[Layer, ...]:
    base, layers = np.zeros(place.size), []
    for name, (amount, tone) in parts.items():
        top = base + amount
        layers.append(
            layer("bars", place, top, y_end=base, tone=tone, name=name, stack="all")
        )
        base = top
    return tuple(layers)
