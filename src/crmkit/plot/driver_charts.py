"""What drives satisfaction: weights, and importance against performance."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..satisfaction import DriverWeights
from ..typing import IntoDataFrame
from .drawing.columns import names_in, read_drawn, words
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["driver_bars", "penalty_reward_bars", "priority_matrix"]


@typed
def driver_bars(
    weights: DriverWeights,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the weight of each driver, the largest on top, beside the noise floor.

    Parameters
    ----------
    weights
        What :func:`crmkit.satisfaction.fit_driver_weights` returned.
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
    >>> weights = ck.satisfaction.fit_driver_weights(
    ...     survey.responses, driver_cols=["speed", "staff", "price"],
    ...     outcome_col="score",
    ... )
    >>> ax = ck.plot.driver_bars(weights, title="finding")
    >>> ax.get_title(loc="left")
    'speed drives the outcome most: 70% of what is explained'
    """
    drivers = sorted(weights.drivers, key=lambda driver: -driver.weight)
    place = np.arange(len(drivers), dtype=np.float64)
    value = np.array([driver.weight for driver in drivers])
    known = [at for at, each in enumerate(drivers) if each.resampled is not None]
    ends = np.array([tuple(drivers[at].resampled or ()) for at in known])
    layers = [
        layer(
            "barh",
            value,
            place,
            texts=() if known else tuple(f"{each:.2f}" for each in value),
        )
    ]
    if known:
        at = place[known]
        layers.append(
            layer("arms", ends[:, 0], at, x_end=ends[:, 1], y_end=at, tone="total")
        )
    if weights.noise_floor is not None:
        layers.append(
            layer(
                "arms",
                weights.noise_floor,
                -0.5,
                x_end=weights.noise_floor,
                y_end=len(drivers) - 0.5,
                tone="reference",
                dash=True,
                name="noise floor",
            )
        )
    total = value.sum()
    chart = Chart(
        layers=tuple(layers),
        x=Scale(title="Part of R-squared"),
        y=Scale(names=tuple(driver.name for driver in drivers)),
        finding=f"{drivers[0].name} drives the outcome most: "
        f"{percent(value[0] / total)} of what is explained"
        if total > 0
        else "No driver explains the outcome",
        note=f"{counted(weights.n_responses, 'answer')}; "
        f"R-squared {weights.r_squared:.2f}",
        height=max(2.2, 1.2 + 0.34 * len(drivers)),
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def priority_matrix(
    priorities: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw importance against performance, cut at their means, with named quadrants.

    Parameters
    ----------
    priorities
        What :func:`crmkit.satisfaction.importance_performance` returned.
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
    >>> rows = ck.satisfaction.importance_performance(
    ...     survey.responses, driver_cols=["speed", "staff", "price"],
    ...     outcome_col="score", scale=(0, 10),
    ... )
    >>> ax = ck.plot.priority_matrix(rows, title="finding")
    >>> ax.get_title(loc="left")
    'No driver is both important and weak'
    """
    frame = read_drawn(
        priorities,
        ("driver", "importance", "performance"),
        known=("importance", "performance"),
    )
    y, x = numbers(frame, "importance"), numbers(frame, "performance")
    names = names_in(frame, "driver")
    across, up = float(x.mean()), float(y.mean())
    left, right = _padded(x)
    low, high = _padded(y)
    weak = [
        name
        for name, first, second in zip(names, x, y, strict=True)
        if first < across and second > up
    ]
    chart = Chart(
        layers=(
            layer("arms", across, low, x_end=across, y_end=high, tone="reference"),
            layer("arms", left, up, x_end=right, y_end=up, tone="reference"),
            layer(
                "corners",
                [left, right, left, right],
                [high, high, low, low],
                texts=(
                    "concentrate here",
                    "keep up",
                    "low priority",
                    "possible overkill",
                ),
            ),
            layer("points", x, y, texts=names, place="right"),
        ),
        x=Scale(title="Performance, 0 to 100", lower=left, upper=right),
        y=Scale(title="Importance", lower=low, upper=high),
        finding=f"Important and weak: {', '.join(weak)}"
        if weak
        else "No driver is both important and weak",
        height=4.6,
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def penalty_reward_bars(
    effects: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw what a low rating of each driver costs, and what a high one adds.

    Parameters
    ----------
    effects
        What :func:`crmkit.satisfaction.penalty_reward` returned.
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
    >>> effects = ck.satisfaction.penalty_reward(
    ...     survey.responses, driver_cols=["speed", "staff", "price"],
    ...     outcome_col="score", scale=(0, 10), low_at_most=4, high_at_least=8,
    ... )
    >>> ax = ck.plot.penalty_reward_bars(effects)
    >>> ax.get_xlabel()
    'Change of the outcome'
    """
    frame = read_drawn(effects, ("driver", "penalty", "reward", "kind"))
    place = np.arange(len(frame), dtype=np.float64)
    penalty, reward = numbers(frame, "penalty"), numbers(frame, "reward")
    names = tuple(
        f"{name} ({words(kind)})"
        for name, kind in zip(
            names_in(frame, "driver"), names_in(frame, "kind"), strict=True
        )
    )
    worst = int(np.argmin(penalty))
    chart = Chart(
        layers=(
            layer("barh", penalty, place, tone="bad", name="low rating", stack="both"),
            layer("barh", reward, place, tone="good", name="high rating", stack="both"),
            layer(
                "arms",
                0.0,
                -0.5,
                x_end=0.0,
                y_end=len(names) - 0.5,
                tone="reference",
            ),
        ),
        x=Scale(title="Change of the outcome", unit="signed"),
        y=Scale(names=names),
        finding=f"A low rating of {names_in(frame, 'driver')[worst]} costs most: "
        f"{penalty[worst]:+.2g}",
        height=max(2.2, 1.3 + 0.4 * len(names)),
    )
    return draw(chart, title=title, label=label, ax=ax)


def _padded(values: np.ndarray) -> tuple[float, float]:
    """Return ends that leave room around the points, and more than nothing between."""
    low, high = float(values.min()), float(values.max())
    room = 0.18 * (high - low) or max(abs(high), 1.0) * 0.2
    return low - room, high + room
