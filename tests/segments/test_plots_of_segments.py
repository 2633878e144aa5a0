"""Plots draw the tables they are given."""

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import narwhals.stable.v2 as nw
import numpy as np
import pytest

from crmkit import plot as plots
from crmkit import segments
from crmkit.errors import MissingColumnError

mpl.use("agg")

Make = Callable[[dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def log() -> dict[str, Any]:
    days = np.array(["2024-01-05", "2024-02-20", "2024-01-09"], dtype="datetime64[D]")
    return {
        "customer_id": ["ann", "ann", "bob"],
        "date": days.astype("datetime64[s]").tolist(),
        "amount": [1.0, 2.0, 3.0],
    }


def test_a_pareto_curve_runs_from_nothing_to_all(eager_frame: Make) -> None:
    curve = segments.pareto_curve(eager_frame({"clv": [60.0, 20, 15, 3, 2]}))
    line: Any = plots.pareto_curve(curve).get_lines()[1]
    assert line.get_ydata()[[0, -1]].tolist() == [0, 1]


def test_a_whale_sinks_in_red(eager_frame: Make) -> None:
    base = eager_frame({"profit": [90.0, 30.0, 0.0, -20.0]})
    axes = plots.whale_curve(segments.whale_curve(base, points=None))
    sinking: Any = axes.get_lines()[1]
    assert sinking.get_ydata().tolist() == [120, 120, 100]


def test_limits_of_a_curve_are_shaded(eager_frame: Make) -> None:
    base = eager_frame({"profit": [90.0, 30.0, 1.0, 20.0]})
    asked: dict[str, Any] = {"rng": np.random.default_rng(1), "n_resamples": 19}
    for draw, table, name in (
        (plots.whale_curve, segments.whale_curve, "profit"),
        (plots.pareto_curve, segments.pareto_curve, "value_share"),
    ):
        curve = table(base, value_col="profit", points=4, **asked)
        shade: Any = draw(curve).collections[0]
        heights = shade.get_paths()[0].vertices[:, 1]
        upper = nw.from_native(curve, eager_only=True)[f"{name}_upper"].to_numpy()
        assert heights.max() == upper.max()
        plain = table(base, value_col="profit", points=4)
        assert not draw(plain).collections


def test_what_is_not_yet_seen_stays_blank(eager_frame: Make) -> None:
    cells = segments.cohort_table(
        eager_frame(log()), observation_period_end="2024-02-10"
    )
    image: Any = plots.retention_heatmap(cells).get_images()[0]
    shown = np.ma.filled(image.get_array(), np.nan)
    assert shown[0, 0] == 1
    assert np.isnan(shown[0, 1:]).all()


def test_curves_over_all_cohorts_show_their_limits(eager_frame: Make) -> None:
    for draw, table, name in (
        (plots.retention_curve, segments.retention_curve, "retention"),
        (
            plots.revenue_curve,
            segments.revenue_curve,
            "cumulative_revenue_per_customer",
        ),
    ):
        curve = table(eager_frame(log()), observation_period_end="2024-03-31")
        axes: Any = draw(curve)
        known = nw.from_native(curve, eager_only=True)
        assert axes.lines[0].get_ydata().tolist() == known[name].to_list()
        shaded = axes.collections[0].get_paths()[0].vertices[:, 1]
        upper = known[f"{name}_upper"]
        assert shaded.max() == upper.filter(~upper.is_null() & ~upper.is_nan()).max()
        assert axes.get_ylim()[0] <= 0


def test_the_colours_of_retention_span_the_ages_after_the_first() -> None:
    import pandas as pd

    cells = pd.DataFrame(
        {"cohort": ["a", "a", "b"], "age": [0, 1, 0], "retention": [1.0, 0.2, 1.0]}
    )
    image: Any = plots.retention_heatmap(cells).get_images()[0]
    assert image.get_clim() == (0.0, 0.2)
    alone: Any = plots.retention_heatmap(cells[cells["age"] == 0]).get_images()[0]
    assert alone.get_clim() == (0.0, 1.0)


def test_long_growth_names_a_dozen_dates_at_most() -> None:
    import pandas as pd

    months = pd.date_range("2020-01-01", periods=30, freq="MS")
    ones = dict.fromkeys(("retained", "resurrected", "new", "lost"), 1)
    axes = plots.growth_bars(pd.DataFrame({"period": months, **ones}))
    said = [label.get_text() for label in axes.get_xticklabels()]
    assert said == [f"{month:%Y-%m-%d}" for month in months[::3]]


def test_growth_stacks_up_to_the_active(eager_frame: Make) -> None:
    accounts = segments.growth_accounting(
        eager_frame(log()), observation_period_end="2024-02-29"
    )
    bars: Any = plots.growth_bars(accounts).patches
    assert [bar.get_height() for bar in bars] == [0, 1, 0, 0, 2, 0, 0, -1]


def test_migration_says_the_shares(eager_frame: Make) -> None:
    before = eager_frame({"customer_id": [1, 2], "value_tier": ["A", "B"]})
    after = eager_frame({"customer_id": [1, 2], "value_tier": ["B", "B"]})
    table = segments.migration_table(before, after, tiers=("A", "B"))
    texts = [text.get_text() for text in plots.migration_heatmap(table).texts]
    assert texts == ["0%", "100%", "0%", "0%", "100%", "0%"]


def test_the_callers_axes_are_drawn_on(eager_frame: Make) -> None:
    from matplotlib import pyplot as plt

    mine = plt.subplots()[1]
    curve = segments.pareto_curve(eager_frame({"clv": [3.0, 1.0]}))
    assert plots.pareto_curve(curve, ax=mine) is mine


def test_a_missing_column_is_named(eager_frame: Make) -> None:
    with pytest.raises(MissingColumnError, match="value_share"):
        plots.pareto_curve(eager_frame({"customer_share": [1.0]}))
