"""How customers differ, according to a model: rates and dropout."""

from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from scipy.special import betaln, gammaincinv, gammaln

from .._chart import Chart, Scale, layer
from .._check import one_of, typed
from ..errors import InvalidValueError
from ..typing import FloatArray
from .drawing.matplotlib_axes import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heterogeneity_curve"]

_POINTS = 300


class _Parameters(Protocol):
    """A model with parameters by their published names."""

    @property
    def parameters(self) -> dict[str, float]: ...


@typed
def heterogeneity_curve(
    model: _Parameters,
    *,
    of: Literal["rate", "dropout"] = "rate",
    title: str | None = None,
    label: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how the purchase rates or the dropout of customers are spread.

    Rates follow a gamma distribution. The dropout of the BG/NBD and MBG/NBD is the
    chance of leaving after a purchase (beta); that of the Pareto/NBD is a rate (gamma).

    Parameters
    ----------
    model
        A fitted purchase model; the curve follows from its parameters.
    of
        The purchases per unit of time while active, or the dropout.
    title, label, ax
        A title (``"finding"`` writes what the plot shows), the name of the series
        where plots share axes, and the axes; new ones by default.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    InvalidValueError
        If the model does not have this distribution.

    Examples
    --------
    >>> import crmkit as ck
    >>> model = ck.clv.BgNbd(r=0.8, alpha=4.4, a=0.8, b=2.4, time_unit="week")
    >>> ax = ck.plot.heterogeneity_curve(model, title="finding")
    >>> ax.get_title(loc="left")
    '0.182 purchases per week on average; half have below 0.114'
    """
    one_of("of", of, ("rate", "dropout"))
    known = model.parameters
    unit = getattr(model, "time_unit", None) or "unit of time"
    per = f"per {unit}"
    if of == "rate" and {"r", "alpha"} <= set(known):
        x, y, mean, half = _gamma(known["r"], known["alpha"])
        axis = f"Purchases {per} while active"
        finding = f"{mean:.3g} purchases {per} on average; half have below {half:.3g}"
    elif of == "dropout" and {"s", "beta"} <= set(known):
        x, y, mean, _ = _gamma(known["s"], known["beta"])
        axis = f"Dropout rate {per}"
        finding = f"The mean dropout rate is {mean:.3g} {per}"
    elif of == "dropout" and {"a", "b"} <= set(known):
        x, y, mean = _beta(known["a"], known["b"])
        axis = "Chance to leave after a purchase"
        finding = (
            f"A customer leaves after a purchase with {100 * mean:.3g}% on average"
        )
    else:
        raise InvalidValueError(
            subject="argument 'of'",
            found=f"{of!r} of a {type(model).__name__}, which has no such distribution",
            remedy="Choose the other one, or another model.",
        )
    chart = Chart(
        layers=(
            layer("band", x, 0.0, y_end=y),
            layer("line", x, y),
            layer("arms", mean, 0.0, y_end=y.max(), tone="reference", dash=True),
        ),
        x=Scale(title=axis, unit="share" if "Chance" in axis else "number", lower=0),
        y=Scale(title="Density of customers", lower=0),
        finding=finding,
        note="The dashed line is the mean.",
    )
    return draw(chart, title=title, label=label, ax=ax)


def _gamma(shape: float, rate: float) -> tuple[FloatArray, FloatArray, float, float]:
    end = float(gammaincinv(shape, 0.95)) / rate
    # From a little above 0, where the density of a shape below 1 has no bound.
    x = np.linspace(end / _POINTS, end, _POINTS)
    log_density = (
        shape * np.log(rate) - gammaln(shape) + (shape - 1) * np.log(x) - rate * x
    )
    return x, np.exp(log_density), shape / rate, float(gammaincinv(shape, 0.5)) / rate


def _beta(a: float, b: float) -> tuple[FloatArray, FloatArray, float]:
    x = np.linspace(1 / _POINTS, 1 - 1 / _POINTS, _POINTS)
    log_density = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b)
    return x, np.exp(log_density), a / (a + b)
