"""Retention and revenue of cohorts, as a heat map and as curves."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import EagerFrame, numbers
from ..typing import IntoDataFrame
from .drawing.columns import band_of, interval_in, names_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cohort_curves", "retention_curve", "retention_heatmap", "revenue_curve"]

_AGE = Scale(title="Periods since the first purchase", unit="count")


@typed
def retention_heatmap(
    cells: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw retention by cohort and age; cells not yet observed stay blank.

    The colours span the ages from 1 on: all customers are there at age 0, and a scale
    up to 100% would leave all other cells pale.

    Parameters
    ----------
    cells
        What :func:`crmkit.segments.cohort_table` returned.
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
    >>> from crmkit.datasets import load_complete_journey
    >>> lines = load_complete_journey().lines
    >>> late = lines[lines["customer_id"] % 10 == 1]
    >>> cells = ck.segments.cohort_table(
    ...     late, observation_period_end="2017-12-31", amount_col="paid_amount"
    ... )
    >>> ax = ck.plot.retention_heatmap(cells, title="finding")
    >>> ax.get_xlabel()
    'Periods since the first purchase'
    """
    frame, names, cohort = _cohorts(cells, "retention")
    age, retention = numbers(frame, "age"), numbers(frame, "retention")
    size = numbers(frame, "n_customers")
    first = age == 0
    sizes = dict(zip(cohort[first].tolist(), size[first].tolist(), strict=True))
    later = (age > 0) & np.isfinite(retention)
    next_period = later & (age == 1)
    mean = _mean(retention[next_period], size[next_period])
    # The first column is 100% by definition: without a colour it says no less.
    shade = np.where(later, retention, 0.0)
    texts = tuple(
        "" if np.isnan(share) else f"{100 * share:.0f}%" for share in retention
    )
    chart = Chart(
        layers=(layer("cells", age, cohort, value=shade, texts=texts),),
        x=Scale(
            title=_AGE.title,
            names=tuple(str(each) for each in range(int(age.max(initial=0)) + 1)),
        ),
        y=Scale(
            title="Cohort, and its customers",
            names=tuple(
                f"{name}  ({sizes.get(at, 0):,.0f})" for at, name in enumerate(names)
            ),
        ),
        finding=f"{percent(mean)} of new customers buy in the next period"
        if np.isfinite(mean)
        else "",
        note=counted(sum(sizes.values()), "customer"),
        height=max(2.5, 1.2 + 0.3 * len(names)),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def cohort_curves(
    cells: IntoDataFrame,
    *,
    value_col: str = "retention",
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one curve per cohort by age, the six latest cohorts in colour.

    Parameters
    ----------
    cells
        What :func:`crmkit.segments.cohort_table` returned.
    value_col
        ``"retention"``, ``"cumulative_revenue_per_customer"`` or another column.
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
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_complete_journey
    >>> lines = load_complete_journey().lines
    >>> cells = ck.segments.cohort_table(
    ...     lines[lines["customer_id"] % 10 == 1], amount_col="paid_amount",
    ...     observation_period_end="2017-12-31", grain="quarter",
    ... )
    >>> ax = ck.plot.cohort_curves(cells, title="finding")
    >>> ax.get_title(loc="left")
    'Retention of 4 cohorts'
    """
    frame, names, cohort = _cohorts(cells, value_col)
    age, value = numbers(frame, "age"), numbers(frame, value_col)
    share = value_col == "retention"
    known = np.isfinite(value)
    recent = len(names) - 6
    curves = []
    for at, name in enumerate(names):
        mine = known & (cohort == at)
        # More than six colours cannot be told apart: older cohorts are the background.
        older = at < recent
        tone: Tone = "soft" if older else "series"
        said = "earlier" if older else name
        if mine.any():
            curves.append(
                layer("line", age[mine], value[mine], tone=tone, name=said, dots=True)
            )
    shown = value_col.replace("_", " ").capitalize()
    chart = Chart(
        layers=tuple(curves),
        x=_AGE,
        y=Scale(
            title=shown,
            unit="share" if share else "money",
            lower=None if (value < 0).any() else 0,
            currency=currency,
        ),
        finding=f"{shown} of {counted(len(names), 'cohort')}",
        note=counted(numbers(frame, "n_customers")[age == 0].sum(), "customer"),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def retention_curve(
    curve: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of customers who buy at each age, over all cohorts.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.retention_curve` returned.
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
    >>> curve = ck.segments.retention_curve(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> ax = ck.plot.retention_curve(curve, title="finding")
    >>> ax.get_title(loc="left")
    '15% buy 1 period after their first purchase, 4.2% after 17'
    """
    frame = read_drawn(curve, ("age", "retention"), probabilities=("retention",)).sort(
        "age"
    )
    age, share = numbers(frame, "age"), numbers(frame, "retention")
    finding = ""
    if age.size > 2:
        finding = (
            f"{percent(share[1])} buy {counted(age[1], 'period')} after their first "
            f"purchase, {percent(share[-1])} after {age[-1]:,.0f}"
        )
    chart = Chart(
        layers=(
            *band_of(age, interval_in(frame, "retention")),
            layer("line", age, share, dots=True),
        ),
        x=_AGE,
        y=Scale(title="Share who buy", unit="share", lower=0),
        finding=finding,
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def revenue_curve(
    curve: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the cumulative revenue per customer by age, over all cohorts.

    Parameters
    ----------
    curve
        What :func:`crmkit.segments.revenue_curve` returned.
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
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> curve = ck.segments.revenue_curve(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30"
    ... )
    >>> ax = ck.plot.revenue_curve(curve, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'A customer brings $101 within 17 periods'
    """
    name = "cumulative_revenue_per_customer"
    frame = read_drawn(curve, ("age", name)).sort("age")
    age, value = numbers(frame, "age"), numbers(frame, name)
    chart = Chart(
        layers=(
            *band_of(age, interval_in(frame, name)),
            layer("line", age, value, dots=True),
        ),
        x=_AGE,
        y=Scale(
            title="Cumulative revenue per customer",
            unit="money",
            lower=0 if value.min(initial=0) >= 0 else None,
            currency=currency,
        ),
        finding=f"A customer brings {money(value[-1], currency)} within "
        f"{counted(age[-1], 'period')}",
        note="each age over the cohorts that reached it",
    )
    return draw(chart, title=title, label=label, ax=ax)


def _cohorts(
    cells: IntoDataFrame, value_col: str
) -> tuple[EagerFrame, tuple[str, ...], np.ndarray]:
    """Return the table, its cohorts by name in order, and the cohort of each row."""
    frame = read_drawn(
        cells, ("cohort", "age", "n_customers", value_col), places=("age",)
    )
    ordered = frame.sort("cohort", "age")
    labels = names_in(ordered, "cohort")
    names = tuple(dict.fromkeys(labels))
    return ordered, names, np.array([names.index(label) for label in labels])


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    total = weights.sum()
    return float(values @ weights / total) if total > 0 else float("nan")
