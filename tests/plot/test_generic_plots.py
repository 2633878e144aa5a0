"""Plots draw what they are given, on the axes they are given."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import pytest

from crmkit.errors import MissingColumnError, MissingExtraError
from crmkit.plot import predicted_against_actual, probability_alive

mpl.use("agg")

GROUPS = {"band": ["0", "1"], "predicted": [1.0, 3.0], "actual": [2.0, 2.5]}


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def test_two_bars_stand_for_each_group(eager_frame: Callable[..., Any]) -> None:
    ax = predicted_against_actual(eager_frame(GROUPS), label_col="band")
    heights = [bar.get_height() for bar in ax.patches]  # type: ignore[attr-defined]
    assert heights == [1.0, 3.0, 2.0, 2.5]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "1"]


def test_probabilities_are_counted_between_nought_and_one(
    eager_frame: Callable[..., Any],
) -> None:
    customers = eager_frame({"probability_alive": [0.0, 0.04, 0.5, 1.0]})
    ax = probability_alive(customers, bins=4)
    heights = [bar.get_height() for bar in ax.patches]  # type: ignore[attr-defined]
    assert heights == [2.0, 0.0, 1.0, 1.0]


def test_a_waterfall_says_its_amounts_in_full() -> None:
    import pandas as pd

    from crmkit.plot import waterfall

    steps = pd.DataFrame(
        {
            "part": ["clv1", "value"],
            "meaning": ["first purchase", "value"],
            "amount": [5e7, 5e7],
            "start": [0.0, 0.0],
            "end": [5e7, 5e7],
        }
    )
    axes = waterfall(steps)
    assert axes.yaxis.get_major_formatter()(2e7, 0) == "20,000,000"


def test_the_callers_axes_are_drawn_on(eager_frame: Callable[..., Any]) -> None:
    from matplotlib import pyplot as plt

    mine = plt.subplots()[1]
    drawn = predicted_against_actual(eager_frame(GROUPS), label_col="band", ax=mine)
    assert drawn is mine


def test_a_missing_column_is_named(eager_frame: Callable[..., Any]) -> None:
    with pytest.raises(MissingColumnError, match="probability_alive"):
        probability_alive(eager_frame(GROUPS))


def test_without_matplotlib_the_extra_is_named(
    eager_frame: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as caught:
        predicted_against_actual(eager_frame(GROUPS), label_col="band")
    assert str(caught.value) == (
        "matplotlib is not installed. Install it with: pip install 'crmkit[plot]'."
    )


def test_importing_the_room_does_not_load_matplotlib() -> None:
    code = "import sys, crmkit.plot; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
