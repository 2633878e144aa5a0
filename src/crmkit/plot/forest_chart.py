"""A number of each group with its interval, beside what it is compared with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import HUGE, names_given, typed
from .._frames import numbers
from ..errors import NotEnoughDataError
from ..typing import FloatArray, IntoDataFrame
from .drawing.columns import arms_of, interval_in, names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["interval_forest"]


@typed
def interval_forest(
    groups: IntoDataFrame,
    *,
    by: str | Sequence[str],
    value_col: str,
    reference_col: str | None = None,
    unit: Literal["number", "share", "money"] = "number",
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a number of each group with its interval: rates, lifts, ratios, profits.

    Any summary with the columns ``<value>_lower`` and ``<value>_upper`` can be drawn:
    response rates beside their break-even rates, lift and added rates by region, rules
    between products, first-contact resolution, profit of policies, value per unit of
    acquisition cost.

    Parameters
    ----------
    groups
        One row per group, such as :func:`crmkit.campaigns.response_by` returned.
    by
        The column or columns that name the groups.
    value_col
        The number drawn.
    reference_col
        What the number of each group is compared with, such as ``break_even_rate``;
        None draws no mark.
    unit
        How the numbers are written.
    currency
        The sign before amounts of money.
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
    >>> contacts = pd.DataFrame({
    ...     "channel": ["mail"] * 400 + ["phone"] * 200,
    ...     "responded": [1] * 60 + [0] * 340 + [1] * 34 + [0] * 166,
    ...     "cost": [1.0] * 400 + [6.0] * 200,
    ... })
    >>> found = ck.campaigns.response_by(
    ...     contacts, by="channel", cost_col="cost", margin_per_response=15
    ... )
    >>> ax = ck.plot.interval_forest(
    ...     found, by="channel", value_col="response_rate",
    ...     reference_col="break_even_rate", unit="share", title="finding",
    ... )
    >>> ax.get_title(loc="left")
    'Response rate: mail above the break even rate, phone below'
    """
    columns = names_given("by", by)
    marks = [] if reference_col is None else [reference_col]
    frame = read_drawn(groups, (*columns, value_col, *marks))
    value = numbers(frame, value_col)
    known = np.abs(value) <= HUGE  # neither a hole nor beyond an axis
    if not known.any():
        raise NotEnoughDataError(
            needed=f"a group with a number in column {value_col!r}",
            got="none",
            remedy="Pass the summary of groups with more data.",
        )
    parts = [names_in(frame, name) for name in columns]
    every = tuple(", ".join(part) for part in zip(*parts, strict=True))
    names = tuple(name for name, drawn in zip(every, known, strict=True) if drawn)
    value = value[known]
    ends = interval_in(frame, value_col)
    ends = None if ends is None else (ends[0][known], ends[1][known])
    place = np.arange(value.size, dtype=np.float64)
    against = None if reference_col is None else numbers(frame, reference_col)[known]
    chart = Chart(
        layers=(
            *arms_of(place, ends),
            layer(
                "points",
                value,
                place,
                texts=_texts(value, unit, currency),
                place="above",
            ),
            *(
                ()
                if against is None
                else (
                    layer(
                        "arms",
                        against,
                        place - 0.3,
                        x_end=against,
                        y_end=place + 0.3,
                        tone="reference",
                    ),
                )
            ),
        ),
        x=Scale(title=words(value_col).capitalize(), unit=unit, currency=currency),
        y=Scale(names=names),
        finding=_finding(names, ends, against, value_col, reference_col),
        note="" if reference_col is None else f"Upright lines: {words(reference_col)}.",
        height=max(2.0, 1.3 + 0.45 * value.size),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _texts(value: FloatArray, unit: str, currency: str) -> tuple[str, ...]:
    if unit == "share":
        return tuple(map(percent, value))
    if unit == "money":
        return tuple(money(each, currency) for each in value)
    return tuple(f"{each:,.3g}" for each in value)


def _finding(
    names: tuple[str, ...],
    ends: tuple[FloatArray, FloatArray] | None,
    against: FloatArray | None,
    value_col: str,
    reference_col: str | None,
) -> str:
    what = words(value_col).capitalize()
    if ends is None or against is None:
        return f"{what} of {counted(len(names), 'group')}"
    above = [names[at] for at in np.flatnonzero(ends[0] > against)]
    below = [names[at] for at in np.flatnonzero(ends[1] < against)]
    mark = words(str(reference_col))
    if len(above) == len(below) == 1:
        return f"{what}: {above[0]} above the {mark}, {below[0]} below"
    return (
        f"{what}: {len(above)} of {counted(len(names), 'group')} above the {mark}, "
        f"{len(below)} below"
    )
