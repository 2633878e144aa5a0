"""Forecasts: the predicted beside the actual, and the range of what may come."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import one_of, typed
from .._frames import numbers
from ..clv import Forecast
from ..errors import NotEnoughDataError
from ..typing import IntoDataFrame
from .drawing.columns import band_of, names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["forecast_fan", "predicted_against_actual"]


@typed
def predicted_against_actual(
    groups: IntoDataFrame,
    *,
    label_col: str,
    predicted_col: str = "predicted",
    actual_col: str = "actual",
    title: str | None = None,
    label: str | None = None,
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
    >>> groups = pd.DataFrame({
    ...     "frequency": ["0", "1", "2", "3+"],
    ...     "predicted": [0.2, 0.6, 1.2, 2.6],
    ...     "actual": [0.2, 0.7, 1.1, 2.9],
    ... })
    >>> ax = ck.plot.predicted_against_actual(
    ...     groups, label_col="frequency", title="finding"
    ... )
    >>> ax.get_title(loc="left")
    'The total was predicted 6.1% too low'
    """
    frame = read_drawn(groups, (label_col, predicted_col, actual_col))
    at = np.arange(len(frame), dtype=np.float64)
    predicted, actual = numbers(frame, predicted_col), numbers(frame, actual_col)
    total = actual.sum()
    off = predicted.sum() / total - 1 if total else np.nan
    chart = Chart(
        layers=(
            layer("bars", at, predicted, name=words(predicted_col)),
            layer("bars", at, actual, tone="soft", name=words(actual_col)),
        ),
        x=Scale(title=words(label_col), names=names_in(frame, label_col)),
        y=Scale(title=f"{words(predicted_col)} and {words(actual_col)}".capitalize()),
        finding=f"The total was predicted {percent(abs(off))} too "
        f"{'high' if off > 0 else 'low'}"
        if np.isfinite(off)
        else "",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def forecast_fan(
    *,
    forecasts: Mapping[float, Forecast],
    of: Literal["value", "purchases", "active"] = "value",
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw what is expected to come up to each horizon, with its range.

    Parameters
    ----------
    forecasts
        The answers of :func:`crmkit.clv.forecast`, by their horizon.
    of
        ``"value"``, ``"purchases"`` or ``"active"``.
    currency
        The sign before amounts of value.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    NotEnoughDataError
        If there is no forecast.

    Examples
    --------
    >>> import numpy as np
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    ... )
    >>> model = ck.clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> spend = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> forecasts = {
    ...     weeks: ck.clv.forecast(
    ...         customers, purchases=model, spend=spend, horizon=weeks,
    ...         discount_rate=0.0018, ranges=ck.clv.Ranges(n_draws=50),
    ...         rng=np.random.default_rng(1),
    ...     )
    ...     for weeks in (13, 26, 39, 52)
    ... }
    >>> ax = ck.plot.forecast_fan(forecasts=forecasts, currency="$", title="finding")
    >>> ax.get_xlabel()
    'Horizon, in the unit of T'
    """
    one_of("of", of, ("value", "purchases", "active"))
    if not forecasts:
        raise NotEnoughDataError(
            needed="a forecast", got="none", remedy="Pass forecasts by their horizon."
        )
    when = np.array(sorted(forecasts), dtype=np.float64)
    ordered = [forecasts[horizon] for horizon in sorted(forecasts)]
    middle = np.array([getattr(each, of) for each in ordered])
    ends = [getattr(each, f"resampled_{of}") for each in ordered]
    lower = np.array([each.lower for each in ends])
    upper = np.array([each.upper for each in ends])
    if of != "active" and when[0] > 0:  # nothing has come before anything was awaited
        when, middle, lower, upper = (
            np.append(0.0, each) for each in (when, middle, lower, upper)
        )
    sign = currency if of == "value" else ""
    chart = Chart(
        layers=(
            *band_of(when, (lower, upper)),
            layer("line", when, middle, dots=True),
        ),
        x=Scale(title="Horizon, in the unit of T", lower=0),
        y=Scale(
            title={"value": "Expected value", "purchases": "Expected purchases"}.get(
                of, "Customers still active"
            ),
            unit="money",
            lower=0 if lower.min() >= 0 else None,
            currency=sign,
        ),
        finding=f"{money(middle[-1], sign)} expected within {when[-1]:.4g} periods: "
        f"{money(lower[-1], sign)} to {money(upper[-1], sign)}",
        note=f"{counted(ordered[-1].n_customers, 'customer')}; the band is a "
        f"{100 * ends[-1].level:.4g}% range",
    )
    return draw(chart, title=title, label=label, ax=ax)
