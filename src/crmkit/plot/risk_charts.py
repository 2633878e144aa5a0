"""How good a churn score is: churners found, and risks against outcomes."""

from typing import TYPE_CHECKING

import numpy as np

from .._chart import Chart, Scale, layer
from .._check import typed
from .._frames import numbers
from ..typing import IntoDataFrame
from .drawing.columns import read_drawn
from .drawing.matplotlib_axes import draw
from .drawing.number_formats import counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["calibration_line", "gain_line"]


@typed
def gain_line(
    gain: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of churners found in each share of the ranking.

    Parameters
    ----------
    gain
        What :func:`crmkit.churn.gain_curve` returned.
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
    >>> risk = rng.beta(1, 3, 2000)
    >>> judged = pd.DataFrame(
    ...     {"churn_risk": risk, "churned": (rng.random(2000) < risk).astype(int)}
    ... )
    >>> ax = ck.plot.gain_line(ck.churn.gain_curve(judged), title="finding")
    >>> ax.get_title(loc="left")
    'The riskiest 20% of customers hold 42% of the churners'
    """
    wanted = ("share_targeted", "share_captured")
    frame = read_drawn(gain, wanted, probabilities=wanted)
    share = np.append(0.0, numbers(frame, "share_targeted"))
    found = np.append(0.0, numbers(frame, "share_captured"))
    fifth = float(np.interp(0.2, share, found))
    chart = Chart(
        layers=(
            layer("line", [0, 1], [0, 1], tone="reference", dash=True, name="random"),
            layer("line", share, found, dots=share.size <= 21),
        ),
        x=Scale(
            title="Share of customers targeted, riskiest first",
            unit="share",
            lower=0,
            upper=1,
        ),
        y=Scale(title="Share of churners found", unit="share", lower=0, upper=1),
        finding=f"The riskiest 20% of customers hold {percent(fifth)} of the churners",
    )
    return draw(chart, title=title, label=label, ax=ax)


@typed
def calibration_line(
    calibration: IntoDataFrame,
    *,
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the observed churn rate against the forecast risk.

    Parameters
    ----------
    calibration
        What :func:`crmkit.churn.calibration_curve` returned.
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
    >>> risk = rng.beta(1, 3, 2000)
    >>> judged = pd.DataFrame(
    ...     {"churn_risk": risk, "churned": (rng.random(2000) < risk).astype(int)}
    ... )
    >>> curve = ck.churn.calibration_curve(judged)
    >>> ax = ck.plot.calibration_line(curve, title="finding")
    >>> ax.get_title(loc="left")
    'Forecast churn of 25%, observed 24%'
    """
    frame = read_drawn(
        calibration,
        ("mean_risk", "churn_rate", "n_customers"),
        probabilities=("mean_risk", "churn_rate"),
    )
    risk, rate = numbers(frame, "mean_risk"), numbers(frame, "churn_rate")
    n = numbers(frame, "n_customers")
    ends = [0.0, float(max(risk.max(initial=0), rate.max(initial=0)))]
    total = max(float(n.sum()), 1.0)
    chart = Chart(
        layers=(
            layer("line", ends, ends, tone="reference", dash=True, name="perfect"),
            layer("line", risk, rate, dots=True),
        ),
        x=Scale(title="Forecast risk", unit="share", lower=0),
        y=Scale(title="Observed churn rate", unit="share", lower=0),
        finding=f"Forecast churn of {percent(float(risk @ n) / total)}, observed "
        f"{percent(float(rate @ n) / total)}",
        note=counted(n.sum(), "customer"),
    )
    return draw(chart, title=title, label=label, ax=ax)
