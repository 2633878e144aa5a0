"""Dashes begin with a stroke, edges of cells have no ticks, and shades end at most."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.backend_bases import GraphicsContextBase

from crmkit._chart import Chart, Layer, Scale, layer
from crmkit.plot.drawing.drawn_series import together
from crmkit.plot.drawing.matplotlib_marks import draw_layers
from crmkit.plot.drawing.matplotlib_style import _legend


@pytest.fixture
def axes() -> Iterator[Any]:
    figure, made = plt.subplots(figsize=(4, 3))
    made.set_axis_off()
    yield made
    plt.close(figure)


def _draw(axes: Any, *layers: Layer) -> None:
    draw_layers(axes, together([Chart(layers=layers, x=Scale(), y=Scale())]))


def test_dashed_lines_and_arms_begin_with_a_whole_stroke(
    axes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashes: list[tuple[Any, Any]] = []
    plain = GraphicsContextBase.set_dashes

    def record(self: Any, offset: Any, pattern: Any) -> None:
        dashes.append((offset, pattern))
        plain(self, offset, pattern)

    monkeypatch.setattr(GraphicsContextBase, "set_dashes", record)
    dashed = layer("line", [0.0, 1.0], [0.0, 1.0], dash=True, name="a")
    _draw(axes, dashed, layer("arms", [0.0, 1.0], [0.0, 1.0], y_end=0.5, dash=True))
    _legend(axes, [(dashed, "black")])
    axes.figure.canvas.draw()
    used = [(offset, pattern) for offset, pattern in dashes if pattern is not None]
    assert len(used) >= 2
    assert {offset for offset, _ in used} == {0}
    arms, *_ = axes.collections
    offset, _ = arms.get_linestyle()[0]
    assert offset == 0


@pytest.mark.parametrize("unit", [0.1, 100.0])
def test_the_darkest_shade_is_the_largest_share(axes: Any, unit: float) -> None:
    value = np.array([2.0, 6.0]) * unit
    _draw(axes, layer("cells", [0, 1], [0, 0], value=value, texts=("", "")))
    assert axes.images[0].get_clim() == (0.0, value[1])
    axes.clear()
    _draw(axes, layer("cells", [0, 1], [0, 0], value=-value, texts=("", "")))
    assert axes.images[0].get_clim() == (-value[1], 1.0)


def test_lines_between_cells_have_no_ticks(axes: Any) -> None:
    axes.set_axis_on()
    _draw(axes, layer("cells", [0, 1, 2], [0, 1, 0], value=[1.0, 2, 3]))
    axes.figure.canvas.draw()
    axes.set_xticks([0, 1, 2])
    axes.set_yticks([0, 1])
    ticks = [*axes.xaxis.get_minor_ticks(), *axes.yaxis.get_minor_ticks()]
    assert ticks
    assert {tick.tick1line.get_markersize() for tick in ticks} == {0}


def test_marks_of_a_category_go_with_it_to_its_place_among_all() -> None:
    first = Chart(
        layers=(layer("bars", [0, 1, 2], [1.0, 2.0, 3.0]),),
        x=Scale(names=("a", "m", "b")),
        y=Scale(),
    )
    second = Chart(
        layers=(layer("line", [-0.5, 0.0, 1.0, 1.5], [1.0, 2.0, 3.0, 4.0]),),
        x=Scale(names=("a", "b")),
        y=Scale(),
    )
    found = together([first, second])
    assert found.chart.x.names == ("a", "m", "b")
    assert found.chart.layers[1].x.tolist() == [-0.5, 0.0, 2.0, 2.5]
