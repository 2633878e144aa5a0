"""Ticks of logarithmic axes, over less than one decade and over many."""

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt

from crmkit._chart import Chart, Scale, layer
from crmkit.plot.drawing.log_ticks import LogTicks
from crmkit.plot.drawing.matplotlib_axes import draw


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        # Equal steps where fewer than three of 1, 2 and 5 are inside.
        (0.97, 1.65, [1, 1.2, 1.4, 1.6]),
        (2.1, 19.0, [5, 10, 15]),
        (0.5, 1.9, [0.5, 0.75, 1, 1.25, 1.5, 1.75]),
        # 1, 2 and 5, the ends included.
        (0.5, 2.0, [0.5, 1, 2]),
        (20.0, 0.1, [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]),
        (0.1, 100.0, [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]),
        # Powers of ten where more than ten of them are inside.
        (0.1, 200.0, [0.1, 1, 10, 100]),
        (1e-3, 1e6, [1e-3, 1e-2, 1e-1, 1, 10, 1e2, 1e3, 1e4, 1e5, 1e6]),
        (1e-2, 2e8, [1e-2, 1, 1e2, 1e4, 1e6, 1e8]),
        (1e-3, 2e7, [1e-2, 1, 1e2, 1e4, 1e6]),
        (1e-20, 1e20, [10.0**at for at in range(-20, 21, 5)]),
    ],
)
def test_ticks_are_few_and_round(
    low: float, high: float, expected: list[float]
) -> None:
    ticks = LogTicks().tick_values(low, high)
    np.testing.assert_allclose(ticks, expected, rtol=1e-12)


@pytest.mark.parametrize("decades", [0.1, 0.3, 1, 2.5, 4, 9, 30, 300])
@pytest.mark.parametrize("start", [0.03, 1.0, 7.0])
def test_an_axis_has_2_to_10_ticks_all_inside(start: float, decades: float) -> None:
    low, high = start * 10 ** (-decades / 2), start * 10 ** (decades / 2)
    ticks = LogTicks().tick_values(low, high)
    assert 2 <= len(ticks) <= 10
    assert low <= ticks[0]
    assert ticks[-1] <= high


@pytest.mark.parametrize("log", [False, True])
def test_arms_alone_end_the_axes(*, log: bool) -> None:
    arms = layer("arms", [0.5, np.nan], [1.0, 3.0], x_end=[1.5, 4.0])
    points = layer("points", [1.0], [1.0])
    chart = Chart(layers=(points, arms), x=Scale(log=log), y=Scale())
    axes = draw(chart, title=None, label=None, ax=None)
    room = 3.0**0.01 if log else 0.01
    ends = (0.5 / room, 1.5 * room) if log else (0.5 - room, 1.5 + room)
    assert axes.get_xlim() == pytest.approx(ends, rel=1e-12)
    # And again, on axes that hold them already.
    draw(chart, title=None, label=None, ax=axes)
    assert axes.get_xlim() == pytest.approx(ends, rel=1e-12)
