"""Plots draw what was computed, on the axes they are given."""

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from crmkit import plot
from crmkit.satisfaction import (
    fit_driver_weights,
    importance_performance,
    loyalty_curve,
    nps_by,
)

Build = Callable[[dict[str, Any]], Any]


@pytest.fixture
def ax() -> Iterator[Any]:
    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


ANSWERS = {
    "month": ["2024-02", "2024-01", "2024-01", "2024-03"],
    "score": [9.0, 10.0, 3.0, None],
}


def test_groups_are_drawn_with_their_numbers(eager_frame: Build, ax: Any) -> None:
    scores = nps_by(eager_frame(ANSWERS), by="month")
    assert plot.nps_by_group(scores, by="month", ax=ax) is ax
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["2024-01 (n = 2)", "2024-02 (n = 1)"]


def test_time_runs_forward_and_empty_periods_are_left_out(
    eager_frame: Build, ax: Any
) -> None:
    plot.nps_over_time(
        nps_by(eager_frame(ANSWERS), by="month"), time_col="month", ax=ax
    )
    line = ax.lines[-1]
    assert line.get_ydata().tolist() == [0.0, 100.0]


def test_zones_have_their_own_colours(eager_frame: Build, ax: Any) -> None:
    after = {
        "score": [1] * 40 + [3] * 40 + [5] * 40,
        "repurchased": [0] * 36 + [1] * 4 + [0, 1] * 20 + [1] * 36 + [0] * 4,
    }
    plot.loyalty_zones(loyalty_curve(eager_frame(after)), ax=ax)
    assert len(ax.containers) == 3


def test_drivers_are_sorted_above_the_noise(ax: Any) -> None:
    import pandas as pd

    rng = np.random.default_rng(1)
    speed, staff = rng.normal(size=(2, 100))
    answers = pd.DataFrame(
        {"speed": speed, "staff": staff, "overall": 2 * speed + staff}
    )
    weights = fit_driver_weights(
        answers,
        driver_cols=["speed", "staff"],
        outcome_col="overall",
        n_resamples=20,
        rng=rng,
    )
    plot.driver_bars(weights, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == sorted(
        driver.weight for driver in weights.drivers
    )
    assert ax.get_legend() is not None


def test_priorities_are_named(eager_frame: Build, ax: Any) -> None:
    rng = np.random.default_rng(1)
    speed, staff = rng.integers(1, 6, size=(2, 100)).astype(float)
    answers = {"speed": speed, "staff": staff, "overall": 2 * speed + staff}
    rows = importance_performance(
        eager_frame(answers),
        driver_cols=["speed", "staff"],
        outcome_col="overall",
        scale=(1, 5),
    )
    plot.priority_matrix(rows, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["speed", "staff"]
