"""What treatments do: by tenth of the ranking, and by arm of an experiment."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, Tone, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import arms_of, interval_in, names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["arm_forest", "uplift_bars"]


@typed
def uplift_bars(
    groups: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the effect of the treatment in each part of the ranking, best first.

    Parameters
    ----------
    groups
        What :func:`crmkit.campaigns.uplift_by_percentile` returned.
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
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> rng = np.random.default_rng(1)
    >>> uplift, treated = rng.random(4000), rng.integers(0, 2, 4000)
    >>> campaign = pd.DataFrame({
    ...     "uplift": uplift, "treated": treated,
    ...     "retained": (rng.random(4000) < 0.3 + 0.2 * uplift * treated).astype(int),
    ... })
    >>> groups = ck.campaigns.uplift_by_percentile(campaign)
    >>> ax = ck.plot.uplift_bars(groups, title="finding")
    >>> ax.get_title(loc="left")
    'The effect is clear in 6 of 10 groups'
    """
    frame = read_drawn(groups, ("group", "effect", "n_treated", "n_control"))
    effect = numbers(frame, "effect")
    place = np.arange(effect.size, dtype=np.float64)
    ends = interval_in(frame, "effect")
    clear = 0 if ends is None else int(((ends[0] > 0) | (ends[1] < 0)).sum())
    n = numbers(frame, "n_treated").sum() + numbers(frame, "n_control").sum()
    chart = Chart(
        layers=(
            layer("line", [-0.5, effect.size - 0.5], 0.0, tone="reference"),
            layer("bars", place, effect, tone=_signs(effect)),
            *(
                ()
                if ends is None
                else (layer("arms", place, ends[0], y_end=ends[1], tone="total"),)
            ),
        ),
        x=Scale(
            title="Part of the ranking, the highest scores first",
            names=names_in(frame, "group"),
        ),
        y=Scale(title="Effect of the treatment", unit="signed"),
        finding=f"The effect is clear in {clear} of {counted(effect.size, 'group')}",
        note=counted(n, "customer"),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def arm_forest(
    effects: IntoDataFrame,
    *,
    arm_col: str = "arm",
    currency: str = "",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the effect of each arm of an experiment against the control.

    Parameters
    ----------
    effects
        What :func:`crmkit.campaigns.arm_effects` returned.
    arm_col
        The column of arms.
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
    >>> import numpy as np
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> rng = np.random.default_rng(1)
    >>> arm = rng.choice(["none", "mail", "call"], 900)
    >>> profit = rng.normal(20, 10, 900) + 3.0 * (arm == "call")
    >>> effects = ck.campaigns.arm_effects(
    ...     pd.DataFrame({"arm": arm, "profit": profit}), control="none"
    ... )
    >>> ax = ck.plot.arm_forest(effects, currency="$", title="finding")
    >>> ax.get_title(loc="left")
    '1 of 2 arms differs clearly from the control'
    """
    frame = read_drawn(effects, (arm_col, "effect", "n_customers"))
    effect, n = numbers(frame, "effect"), numbers(frame, "n_customers")
    place = np.arange(effect.size, dtype=np.float64)
    ends = interval_in(frame, "effect")
    clear = 0 if ends is None else int(((ends[0] > 0) | (ends[1] < 0)).sum())
    chart = Chart(
        layers=(
            layer(
                "arms",
                0.0,
                -0.5,
                x_end=0.0,
                y_end=effect.size - 0.5,
                tone="reference",
                dash=True,
            ),
            *arms_of(place, ends),
            layer(
                "points",
                effect,
                place,
                texts=tuple(f"{each:+.3g}" for each in effect),
                place="above",
            ),
        ),
        x=Scale(title="Effect against the control", unit="money", currency=currency),
        y=Scale(
            title=words(arm_col),
            names=tuple(
                f"{name} (n = {count:,.0f})"
                for name, count in zip(names_in(frame, arm_col), n, strict=True)
            ),
        ),
        finding=f"{_of_all(clear, effect.size)} clearly from the control",
        height=max(2.0, 1.3 + 0.4 * effect.size),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _signs(effect: np.ndarray) -> tuple[Tone, ...]:
    return tuple("series" if each >= 0 else "bad" for each in effect)


def _of_all(clear: int, n_arms: int) -> str:
    if not clear:
        return "No arm differs"
    verb = "differ" if clear > 1 else "differs"
    return f"{clear} of {counted(n_arms, 'arm')} {verb}"
