"""What plots have drawn on axes, kept on the axes: nothing is kept anywhere else."""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from ..._chart import Chart

__all__ = ["ChartRecord", "Head", "record", "recorded"]

# A title and the note below it.
Head = tuple[str, str]


class ChartRecord(Artist):
    """An artist that draws nothing, and knows the charts and their artists."""

    def __init__(
        self,
        charts: tuple[Chart, ...] = (),
        head: Head = ("", ""),
        drawn: Sequence[Artist] = (),
    ) -> None:
        super().__init__()
        self.charts = charts
        self.head = head
        self.drawn = tuple(drawn)
        self.set_visible(False)
        self.set_in_layout(False)

    def clear(self) -> None:
        """Take what was drawn off the axes."""
        for artist in (*self.drawn, self):
            if artist.axes is not None:
                artist.remove()


def recorded(axes: Axes) -> ChartRecord:
    """Return the record of axes; an empty one where nothing was drawn."""
    found = [each for each in axes.artists if isinstance(each, ChartRecord)]
    return found[-1] if found else ChartRecord()


def record(
    axes: Axes, charts: tuple[Chart, ...], head: Head, drawn: Sequence[Artist]
) -> None:
    """Keep on the axes what was drawn on them."""
    axes.add_artist(ChartRecord(charts, head, drawn))
