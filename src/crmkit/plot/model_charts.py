"""Which model forecasts best: comparisons and backtests."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from ..clv import Backtest, ModelComparison
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["backtest_errors", "calibration_by_tenth", "model_scores"]


@typed
def model_scores(
    comparison: ModelComparison,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how much worse each model fits than the best, by its AIC.

    A difference of 2 is hardly a difference; one of 10 is clear.

    Parameters
    ----------
    comparison
        What :func:`crmkit.clv.compare_models` returned.
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
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> compared = ck.clv.compare_models(customers, models={
    ...     "BG/NBD": ck.clv.fit_bg_nbd(customers), "NBD": ck.clv.fit_nbd(customers),
    ... })
    >>> ax = ck.plot.model_scores(compared, title="finding")
    >>> ax.get_title(loc="left")
    'BG/NBD fits best by AIC'
    """
    scores = sorted(comparison.scores, key=lambda score: score.aic)
    best = scores[0]
    worse = [score.aic - best.aic for score in scores]
    chart = Chart(
        layers=(
            layer(
                "barh",
                worse,
                np.arange(len(scores)),
                texts=tuple(f"{each:,.1f}" if each else "best" for each in worse),
            ),
        ),
        x=Scale(title="AIC above the best model", lower=0),
        y=Scale(names=tuple(score.name for score in scores)),
        finding=f"{best.name} fits best by AIC",
        note=counted(comparison.n_customers, "customer"),
        height=1.4 + 0.4 * len(scores),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def backtest_errors(
    backtest: Backtest,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw by how much each model missed the purchases after each cutoff.

    Parameters
    ----------
    backtest
        What :func:`crmkit.clv.backtest` returned.
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
    >>> tried = ck.clv.backtest(
    ...     load_cdnow_sample(), models={"BG/NBD": ck.clv.fit_bg_nbd},
    ...     cutoffs=["1997-09-30", "1997-12-31", "1998-03-31"], horizon_days=91,
    ... )
    >>> ax = ck.plot.backtest_errors(tried, title="finding")
    >>> ax.get_title(loc="left")
    'Last period misses least: by 15% on average'
    """
    scored = [score for score in backtest.scores if score.bias is not None]
    models = list(dict.fromkeys(score.model for score in scored))
    cutoffs = sorted({score.cutoff for score in scored})
    layers = [
        layer("line", [-0.4, len(cutoffs) - 0.6], 0.0, tone="reference"),
    ]
    missed = {}
    for model in models:
        mine = [score for score in scored if score.model == model]
        place = [cutoffs.index(score.cutoff) for score in mine]
        bias = [score.bias or 0.0 for score in mine]
        missed[model] = float(np.mean(np.abs(bias)))
        layers.append(layer("line", place, bias, name=model, dots=True))
    best = min(missed, key=missed.__getitem__) if missed else ""
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title="Cutoff", names=tuple(cutoffs)),
        y=Scale(title="Forecast above or below the actual", unit="share"),
        finding=f"{best[:1].upper()}{best[1:]} misses least: "
        f"by {percent(missed[best])} on average"
        if best
        else "",
        note=f"{backtest.horizon_days:,} days ahead",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def calibration_by_tenth(
    backtest: Backtest,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the mean predicted and actual purchases by tenth of the customers.

    The tenths are those of the prediction, and all cutoffs count alike.

    Parameters
    ----------
    backtest
        What :func:`crmkit.clv.backtest` returned.
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
    >>> tried = ck.clv.backtest(
    ...     load_cdnow_sample(), models={"BG/NBD": ck.clv.fit_bg_nbd},
    ...     cutoffs=["1997-09-30"], horizon_days=273,
    ... )
    >>> ax = ck.plot.calibration_by_tenth(tried, title="finding")
    >>> ax.get_title(loc="left")
    'Predicted and actual purchases, by tenth of the customers'
    """
    models = list(dict.fromkeys(score.model for score in backtest.scores))
    layers = []
    most = 0.0
    for model in models:
        pairs = np.array(
            [score.calibration for score in backtest.scores if score.model == model]
        ).mean(axis=0)
        layers.append(layer("line", pairs[:, 0], pairs[:, 1], name=model, dots=True))
        most = max(most, float(pairs.max(initial=0.0)))
    perfect = layer(
        "line", [0, most], [0, most], tone="reference", dash=True, name="perfect"
    )
    chart = Chart(
        layers=(perfect, *layers),
        x=Scale(title="Predicted purchases per customer, by tenth", lower=0),
        y=Scale(title="Actual purchases per customer", lower=0),
        finding="Predicted and actual purchases, by tenth of the customers",
        note=f"{backtest.horizon_days:,} days ahead",
    )
    return draw(chart, title=title, label=label, ax=ax)
