"""How long customers stay: projected retention and survival curves."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Below, Chart, Layer, Scale, layer
from .._check import typed
from .._frames import numbers, nw
from ..churn import RetentionProjection, SurvivalCurve
from ..typing import FloatArray, IntoDataFrame
from .drawing.columns import names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["retention_line", "survival_lines", "survival_steps"]

_TICKS = 6


@typed
def retention_line(
    projection: RetentionProjection,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the projected retention rate at each renewal, with its interval.

    Parameters
    ----------
    projection
        What ``projection`` of a fitted contract model returned.
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
    >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohorts = pd.DataFrame(
    ...     {"cohort": "A", "renewals": range(8), "customers": left}
    ... )
    >>> fit = ck.churn.fit_shifted_beta_geometric(cohorts)
    >>> ax = ck.plot.retention_line(fit.projection(horizon=10), title="finding")
    >>> ax.get_title(loc="left")
    'Retention rises from 85% to 95% by renewal 10'
    """
    rate = projection.retention
    change = "rises" if rate[-1] >= rate[0] else "falls"
    chart = Chart(
        layers=(
            layer(
                "band",
                projection.renewals,
                projection.retention_lower,
                y_end=projection.retention_upper,
            ),
            layer("line", projection.renewals, rate, dots=True),
        ),
        x=Scale(title="Renewal", unit="count"),
        y=Scale(title="Share who renew", unit="share"),
        finding=f"Retention {change} from {percent(rate[0])} to {percent(rate[-1])} "
        f"by renewal {projection.renewals[-1]}",
        note=f"The band is a {100 * projection.level:.4g}% interval.",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def survival_steps(
    curve: SurvivalCurve,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a Kaplan-Meier curve as steps, with its interval and the customers at risk.

    Parameters
    ----------
    curve
        What :func:`crmkit.churn.fit_kaplan_meier` returned.
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
    >>> from crmkit.datasets import load_telco
    >>> curve = ck.churn.fit_kaplan_meier(load_telco())
    >>> ax = ck.plot.survival_steps(curve, title="finding")
    >>> ax.get_title(loc="left")
    '60% are still customers after 72'
    """
    columns = (
        curve.time,
        curve.survival,
        curve.survival_lower,
        curve.survival_upper,
        curve.at_risk,
    )
    layers, below = _steps(*map(np.array, columns), name="")
    last = curve.survival[-1]
    chart = Chart(
        layers=layers,
        x=_TIME,
        y=_STAYED,
        finding=f"{percent(last)} are still customers after {curve.longest:.4g}"
        if curve.median is None
        else f"Half of the customers have left by {curve.median:.4g}",
        note=f"{curve.at_risk[0]:,.0f} customers; the band is a "
        f"{100 * curve.level:.4g}% interval",
        below=(below,),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def survival_lines(
    curves: IntoDataFrame,
    *,
    by: str,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the survival curve of each group, with the customers at risk below.

    Parameters
    ----------
    curves
        What :func:`crmkit.churn.survival_by` returned.
    by
        The column of groups.
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
    >>> from crmkit.datasets import load_telco
    >>> curves = ck.churn.survival_by(load_telco(), by="contract")
    >>> ax = ck.plot.survival_lines(curves, by="contract", title="finding")
    >>> ax.get_title(loc="left")
    'After 72, 16% (Month-to-month) to 93% (Two year) have stayed'
    """
    wanted = ("time", "survival", "survival_lower", "survival_upper", "at_risk")
    frame = read_drawn(
        curves, (by, *wanted), known=("time",), probabilities=wanted[1:4]
    )
    names = list(dict.fromkeys(names_in(frame, by)))
    groups = frame.with_columns(nw.col(by).cast(nw.String).alias("crmkit_group"))
    layers: list[Layer] = []
    below: list[Below] = []
    ends = {}
    for name in names:
        mine = groups.filter(nw.col("crmkit_group") == name).sort("time")
        drawn, row = _steps(*(numbers(mine, each) for each in wanted), name=name)
        layers += drawn
        below.append(row)
        ends[name] = float(numbers(mine, "survival")[-1])
    least, most = min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)
    chart = Chart(
        layers=tuple(layers),
        x=_TIME,
        y=_STAYED,
        finding=f"After {numbers(frame, 'time').max():.4g}, {percent(ends[least])} "
        f"({least}) to {percent(ends[most])} ({most}) have stayed",
        note=f"by {words(by)}",
        below=tuple(below),
    )
    return draw(chart, title=title, label=label, ax=ax)


_TIME = Scale(title="Time as a customer", lower=0)
_STAYED = Scale(title="Share still customers", unit="share", lower=0, upper=1)


def _steps(
    time: FloatArray,
    survival: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    at_risk: FloatArray,
    *,
    name: str,
) -> tuple[tuple[Layer, ...], Below]:
    """Return a curve that starts at 1 with its band, and the row of those at risk."""
    x = np.append(0.0, time)
    layers = (
        layer(
            "step_band",
            x,
            np.append(1.0, lower),
            y_end=np.append(1.0, upper),
            name=name,
        ),
        layer("steps", x, np.append(1.0, survival), name=name),
    )
    longest = float(time.max(initial=1.0))
    ticks = np.arange(0.0, longest * (1 + 1e-9), _round_step(longest / _TICKS))
    after = np.searchsorted(time, ticks)
    known = np.append(at_risk, 0.0)[np.minimum(after, time.size)]
    texts = tuple(f"{count:,.0f}" for count in known)
    return layers, Below(title="At risk", name=name, x=tuple(ticks), texts=texts)


def _round_step(size: float) -> float:
    """Return the next round number, at which the axis has its ticks too."""
    unit = 10.0 ** np.floor(np.log10(size))
    return float(
        next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= size)
    )
