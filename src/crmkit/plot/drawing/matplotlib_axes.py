"""Draws a chart on matplotlib axes; what was drawn before is drawn again beside it."""

from typing import TYPE_CHECKING

from ..._chart import Chart
from ..._check import instance
from ...errors import MissingExtraError
from .drawn_series import together

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["charts_on", "draw"]

_REMEDY = "Pass axes of matplotlib."
_WIDTH = 8.0


def draw(
    chart: Chart, *, title: str | None, label: str | None, ax: "Axes | None"
) -> "Axes":
    """Draw a chart on axes, or on those of a new figure.

    Parameters
    ----------
    chart
        The chart.
    title
        ``"finding"`` writes what the chart shows above it; any other text is the title.
    label
        The name of the series, where several plots share the axes.
    ax
        The axes; those of a new figure by default.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    axes = _axes(ax, chart)
    from .axes_record import record, recorded  # noqa: PLC0415 - only who draws needs it
    from .matplotlib_marks import draw_layers  # noqa: PLC0415 - an extra
    from .matplotlib_style import dress, headline, undress  # noqa: PLC0415 - an extra

    before = recorded(axes)
    charts = (*before.charts, chart.called(label))
    head = headline(chart, title) or before.head
    before.clear()
    there = set(axes.get_children())
    if before.charts:
        # The ends that the last drawing set must not cut this one.
        axes.relim()
        axes.set_autoscale_on(True)
    series = together(charts)
    undress(axes, series.chart, before.charts)
    draw_layers(axes, series)
    dress(axes, series, head)
    drawn = [each for each in axes.get_children() if each not in there]
    record(axes, charts, head, drawn)
    return axes


def charts_on(axes: "Axes") -> tuple[Chart, ...]:
    """Return the charts that were drawn on axes, in the order of the calls."""
    from matplotlib.axes import Axes  # noqa: PLC0415 - whoever has axes has matplotlib

    from .axes_record import recorded  # noqa: PLC0415 - the same

    return recorded(instance("ax", axes, Axes, remedy=_REMEDY)).charts


def _axes(ax: "Axes | None", chart: Chart) -> "Axes":
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - only who draws needs it
        from matplotlib.axes import Axes  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError(package="matplotlib", extra="plot") from None
    if ax is not None:
        return instance("ax", ax, Axes, remedy=_REMEDY)
    size = (_WIDTH, chart.height)
    return plt.subplots(figsize=size, layout="constrained")[1]
