"""How well models fit counts, amounts and gaps: expected beside actual."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import MOST_REPEATS, typed, whole
from .._frames import numbers, nw
from ..errors import InvalidValueError
from ..typing import IntoDataFrame
from .drawing.columns import groups_in, read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["frequency_bars", "purchase_gap_histogram", "spend_density"]


@typed
def frequency_bars(
    fitted: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how many customers bought how often, and how many each model expects.

    Parameters
    ----------
    fitted
        What :func:`crmkit.clv.frequency_fit` returned.
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
    >>> models = {"BG/NBD": ck.clv.fit_bg_nbd(customers)}
    >>> fitted = ck.clv.frequency_fit(customers, models=models)
    >>> ax = ck.plot.frequency_bars(fitted, title="finding")
    >>> ax.get_title(loc="left")
    'BG/NBD puts 1.3% of customers into the wrong bar'
    """
    frame = read_drawn(
        fitted,
        ("model", "n_purchases", "actual", "expected"),
        known=("actual", "expected"),
    )
    models = groups_in(frame, "model")
    first = frame.filter(nw.col("model") == models[0]).sort("n_purchases")
    actual, thought = numbers(first, "actual"), numbers(first, "expected")
    counts, n = numbers(first, "n_purchases"), actual.sum()
    wrong = np.abs(actual - thought).sum() / 2 / max(n, 1)
    place = np.arange(actual.size, dtype=np.float64)
    layers = [layer("bars", place, actual, tone="soft", name="actual")]
    for name in models:
        mine = frame.filter(nw.col("model") == name).sort("n_purchases")
        expected = numbers(mine, "expected")
        if expected.size != actual.size:
            raise InvalidValueError(
                subject="column 'model'",
                found=f"{expected.size} rows of {name!r}, not {actual.size}",
                remedy="Pass the whole result of frequency_fit.",
            )
        layers.append(layer("bars", place, expected, name=name))
    names = [f"{count:,.0f}" for count in counts]
    names[-1] += "+"
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title="Repeat purchases", names=tuple(names)),
        y=Scale(title="Customers", unit="count", lower=0),
        finding=f"{models[0]} puts {percent(wrong)} of customers into the wrong bar",
        note=counted(n, "customer"),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def spend_density(
    fitted: IntoDataFrame,
    *,
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how mean amounts are spread, and how the spend model expects them.

    Parameters
    ----------
    fitted
        What :func:`crmkit.clv.spend_fit` returned; its last, open bin is left out.
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
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> fitted = ck.clv.spend_fit(customers, spend=ck.clv.fit_gamma_gamma(customers))
    >>> ax = ck.plot.spend_density(fitted, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    'The spend model puts 11% of customers in the wrong bin'
    """
    frame = read_drawn(
        fitted,
        ("lower", "upper", "actual", "expected"),
        known=("lower", "actual", "expected"),
        endless=("upper",),
    ).sort("lower")
    lower, upper, actual, expected = (
        numbers(frame, name) for name in ("lower", "upper", "actual", "expected")
    )
    closed = np.isfinite(upper)
    wrong = np.abs(actual - expected).sum() / 2
    chart = Chart(
        layers=(
            layer(
                "bars",
                lower[closed],
                actual[closed],
                x_end=upper[closed],
                tone="soft",
                name="actual",
            ),
            layer(
                "line",
                (lower + upper)[closed] / 2,
                expected[closed],
                name="Gamma-Gamma",
            ),
        ),
        x=Scale(title="Mean amount of a purchase", unit="money", currency=currency),
        y=Scale(title="Share of customers", unit="share", lower=0),
        finding=f"The spend model puts {percent(wrong)} of customers in the wrong bin",
        note=f"{percent(actual[~closed].sum())} of customers spend more",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def purchase_gap_histogram(
    gaps: IntoDataFrame,
    *,
    bins: int = 40,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a histogram of the times between purchases, and mark the median.

    Parameters
    ----------
    gaps
        What :func:`crmkit.clv.purchase_gaps` returned.
    bins
        How many bars up to the 99% quantile; longer gaps are counted in the note.
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
    >>> gaps = ck.clv.purchase_gaps(
    ...     load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    ... )
    >>> ax = ck.plot.purchase_gap_histogram(gaps, title="finding")
    >>> ax.get_title(loc="left")
    'Half of all repeat purchases come within 4.86 periods'
    """
    count = whole("bins", bins, at_least=1, at_most=MOST_REPEATS)
    gap = numbers(read_drawn(gaps, ("gap",), known=("gap",)), "gap")
    end = float(np.quantile(gap, 0.99))
    edges = np.linspace(0.0, end or 1.0, count + 1)
    heights = np.histogram(gap, edges)[0].astype(np.float64)
    middle = float(np.median(gap))
    chart = Chart(
        layers=(
            layer("bars", edges[:-1], heights, x_end=edges[1:]),
            layer(
                "arms",
                middle,
                0.0,
                y_end=heights.max(),
                tone="reference",
                dash=True,
                name="median",
            ),
        ),
        x=Scale(title="Time since the purchase before"),
        y=Scale(title="Repeat purchases", unit="count", lower=0),
        finding=f"Half of all repeat purchases come within {middle:.3g} periods",
        note=f"{counted(gap.size, 'gap')}; {(gap > end).sum():,} are longer than shown",
    )
    return draw(chart, title=title, label=label, ax=ax)
