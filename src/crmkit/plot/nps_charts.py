"""The net promoter score: by group, over time, and what it is made of."""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import EagerFrame, number_rules, numbers, nw, refuse
from ..typing import FloatArray, IntoDataFrame
from .drawing.columns import (
    arms_of,
    band_of,
    days_in,
    interval_in,
    names_in,
    read_drawn,
    words,
)
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["nps_bars", "nps_by_group", "nps_over_time"]

_GROUPS: dict[str, Tone] = {
    "detractors": "bad",
    "passives": "soft",
    "promoters": "good",
}


@typed
def nps_by_group(
    scores: IntoDataFrame,
    *,
    by: str,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the net promoter score of each group with its interval.

    Parameters
    ----------
    scores
        What :func:`crmkit.satisfaction.nps_by` returned; a group without answers is
        left out.
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
    >>> import numpy as np
    >>> import crmkit as ck
    >>> from crmkit.datasets import simulate_survey
    >>> survey = simulate_survey(n_customers=400, rng=np.random.default_rng(1))
    >>> answers = survey.responses.merge(survey.customers, on="customer_id")
    >>> scores = ck.satisfaction.nps_by(answers, by="plan")
    >>> ax = ck.plot.nps_by_group(scores, by="plan", title="finding")
    >>> ax.get_title(loc="left")
    'NPS from +6 (plus) to +34 (pro)'
    """
    frame = _answered(scores, by)
    score, n = numbers(frame, "nps"), numbers(frame, "n_responses")
    names = names_in(frame, by)
    place = np.arange(score.size, dtype=np.float64)
    chart = Chart(
        layers=(
            layer(
                "arms",
                0.0,
                -0.6,
                x_end=0.0,
                y_end=score.size - 0.4,
                tone="reference",
            ),
            *arms_of(place, interval_in(frame, "nps")),
            layer("points", score, place),
        ),
        x=Scale(title="Net promoter score", unit="signed"),
        y=Scale(
            title=words(by),
            names=tuple(
                f"{name} (n = {count:,.0f})"
                for name, count in zip(names, n, strict=True)
            ),
        ),
        finding=_range(names, score),
        note=counted(n.sum(), "answer"),
        height=max(2.2, 1.2 + 0.32 * score.size),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def nps_over_time(
    scores: IntoDataFrame,
    *,
    time_col: str,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the net promoter score over time with its interval as a band.

    Parameters
    ----------
    scores
        What :func:`crmkit.satisfaction.nps_by` returned, grouped by a period.
    time_col
        The column of periods: dates, numbers, or text in sorted order.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> import numpy as np
    >>> import crmkit as ck
    >>> from crmkit.datasets import simulate_survey
    >>> survey = simulate_survey(n_customers=400, rng=np.random.default_rng(1))
    >>> scores = ck.satisfaction.nps_by(survey.responses, by="date")
    >>> ax = ck.plot.nps_over_time(scores, time_col="date", title="finding")
    >>> ax.get_ylabel()
    'Net promoter score'
    """
    frame = _answered(scores, time_col).sort(time_col)
    score = numbers(frame, "nps")
    values = frame[time_col].to_list()
    dates = bool(values) and all(isinstance(value, dt.date) for value in values)
    if dates:
        when, x = days_in(frame, time_col), Scale(unit="date")
    else:
        when = np.arange(score.size, dtype=np.float64)
        x = Scale(title=words(time_col), names=names_in(frame, time_col))
    ends = (when.min(), when.max()) if when.size else (0.0, 1.0)
    change = score[-1] - score[0] if score.size > 1 else 0.0
    chart = Chart(
        layers=(
            layer("line", ends, 0.0, tone="reference"),
            *band_of(when, interval_in(frame, "nps")),
            layer("line", when, score, dots=True),
        ),
        x=x,
        y=Scale(title="Net promoter score", unit="signed"),
        finding=f"NPS {score[-1]:+.0f}, "
        f"{f'{change:+.0f}' if round(change) else 'unchanged'} since the first period"
        if score.size
        else "",
        note=counted(numbers(frame, "n_responses").sum(), "answer"),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def nps_bars(
    scores: IntoDataFrame,
    *,
    by: str,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the shares of detractors, passives and promoters of each group.

    Parameters
    ----------
    scores
        What :func:`crmkit.satisfaction.nps_by` returned; a group without answers is
        left out.
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
    >>> import numpy as np
    >>> import crmkit as ck
    >>> from crmkit.datasets import simulate_survey
    >>> survey = simulate_survey(n_customers=400, rng=np.random.default_rng(1))
    >>> answers = survey.responses.merge(survey.customers, on="customer_id")
    >>> scores = ck.satisfaction.nps_by(answers, by="plan")
    >>> ax = ck.plot.nps_bars(scores, by="plan", title="finding")
    >>> ax.get_title(loc="left")
    'NPS from +6 (plus) to +34 (pro)'
    """
    frame = _answered(scores, by)
    score = numbers(frame, "nps")
    place = np.arange(score.size, dtype=np.float64)
    counts = {name: numbers(frame, name) for name in _GROUPS}
    total = np.sum(list(counts.values()), axis=0)
    start = np.zeros(score.size)
    layers = []
    for name, tone in _GROUPS.items():
        share = counts[name] / total
        layers.append(
            layer(
                "barh",
                start + share,
                place,
                x_end=start,
                tone=tone,
                name=name,
                stack="answers",
            )
        )
        texts = tuple(f"{100 * each:.0f}%" if each >= 0.06 else "" for each in share)
        layers.append(
            layer(
                "texts",
                start + share / 2,
                place,
                tone=tone,
                texts=texts,
                place="centre",
            )
        )
        start = start + share
    names = names_in(frame, by)
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title="Share of answers", unit="share", lower=0, upper=1),
        y=Scale(
            title=words(by),
            names=tuple(
                f"{name}: NPS {each:+.0f}"
                for name, each in zip(names, score, strict=True)
            ),
        ),
        finding=_range(names, score),
        note=counted(total.sum(), "answer"),
        height=max(2.2, 1.3 + 0.45 * score.size),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _answered(scores: IntoDataFrame, by: str) -> EagerFrame:
    """Open the scores of the groups that answered."""
    wanted = (by, "nps", "n_responses", *_GROUPS)
    opened = read_drawn(scores, wanted, known=tuple(_GROUPS))
    answered = opened.filter(nw.col("n_responses") > 0)
    refuse(answered, number_rules(answered, "nps"))
    return answered


def _range(names: tuple[str, ...], score: FloatArray) -> str:
    if score.size == 0:
        return ""
    low, high = int(np.argmin(score)), int(np.argmax(score))
    if low == high:
        return f"NPS {score[low]:+.0f} ({names[low]})"
    least, most = f"{score[low]:+.0f}", f"{score[high]:+.0f}"
    return f"NPS from {least} ({names[low]}) to {most} ({names[high]})"
