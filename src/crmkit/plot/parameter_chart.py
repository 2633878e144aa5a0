"""Estimates with their intervals: parameters of a fit, effects of covariates."""

from typing import TYPE_CHECKING, Protocol

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from ..clv import CovariateEffect
from ..fits import FitReport
from .drawing.columns import arms_of
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["covariate_forest", "parameter_forest"]


@typed
def parameter_forest(
    report: FitReport,
    *,
    level: float = 0.95,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the parameters of a fit with their intervals, on a logarithmic axis.

    Parameters
    ----------
    report
        The report of a fit, such as ``fit_bg_nbd(customers).report``.
    level
        The confidence level.
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
        If the fit has no covariance, and so no intervals.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> report = ck.clv.fit_bg_nbd(customers).report
    >>> ax = ck.plot.parameter_forest(report, title="finding")
    >>> ax.get_title(loc="left")
    'b is the least certain: 1.37 to 4.29'
    """
    ends = report.intervals(level=level)
    names = tuple(report.names)
    lower = np.array([ends[name].lower for name in names])
    upper = np.array([ends[name].upper for name in names])
    place = np.arange(len(names), dtype=np.float64)
    widest = int(np.argmax(upper / lower))
    texts = tuple(f"{estimate:.3g}" for estimate in report.estimates)
    chart = Chart(
        layers=(
            *arms_of(place, (lower, upper)),
            layer("points", report.estimates, place, texts=texts, place="above"),
        ),
        x=Scale(title=f"Estimate and {100 * level:.4g}% interval", log=True),
        y=Scale(names=names),
        finding=f"{names[widest]} is the least certain: "
        f"{lower[widest]:.3g} to {upper[widest]:.3g}",
        note=counted(report.n_customers, "customer"),
        height=1.4 + 0.5 * len(names),
    )
    return draw(chart, title=title, label=label, ax=ax)


class _WithEffects(Protocol):
    """A fit with effects of covariates."""

    @property
    def effects(self) -> tuple[CovariateEffect, ...]: ...


@typed
def covariate_forest(
    model: _WithEffects,
    *,
    level: float = 0.95,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw by which factor each covariate multiplies what it acts on.

    Parameters
    ----------
    model
        What ``fit_purchase_covariates`` or ``fit_spend_covariates`` returned.
    level
        The confidence level.
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
    >>> web, shop = (
    ...     ck.clv.CovariateEffect(
    ...         covariate=name, on="purchase rate", estimate=estimate,
    ...         standard_error=0.1, shrunk=estimate,
    ...     )
    ...     for name, estimate in (("web", 0.5), ("shop", -0.1))
    ... )
    >>> model = ck.clv.PurchaseCovariates(
    ...     family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=(web, shop)
    ... )
    >>> ax = ck.plot.covariate_forest(model, title="finding")
    >>> ax.get_title(loc="left")
    'The interval of 1 of 2 effects leaves out 1'
    """
    effects = model.effects
    place = np.arange(len(effects), dtype=np.float64)
    ends = np.full((2, len(effects)), np.nan)
    for at, each in enumerate(effects):
        if each.standard_error is not None:
            ends[:, at] = np.exp([*each.interval(level=level)])
    clear = int(((ends[0] > 1) | (ends[1] < 1)).sum())
    chart = Chart(
        layers=(
            layer(
                "arms",
                1.0,
                -0.5,
                x_end=1.0,
                y_end=len(effects) - 0.5,
                tone="reference",
                dash=True,
            ),
            *arms_of(place, (ends[0], ends[1])),
            layer(
                "points",
                [each.factor for each in effects],
                place,
                texts=tuple(f"x {each.factor:.3g}" for each in effects),
                place="above",
            ),
        ),
        x=Scale(title=f"Factor and {100 * level:.4g}% interval", log=True),
        y=Scale(names=tuple(f"{each.covariate}: {each.on}" for each in effects)),
        finding=f"The interval of {clear} of {counted(len(effects), 'effect')} "
        "leaves out 1",
        height=1.4 + 0.5 * len(effects),
    )
    return draw(chart, title=title, label=label, ax=ax)
