"""Plots draw the numbers they are given, and stay readable at the edges."""

import subprocess
import sys
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import crmkit as ck
from crmkit import plot, segments
from crmkit._chart import Chart, Scale, layer
from crmkit.errors import MissingColumnError, MissingExtraError, NotEnoughDataError
from crmkit.plot.drawing.drawn_series import together
from crmkit.plot.drawing.palette import SERIES

Make = Callable[[dict[str, Any]], Any]

BASE = {"clv": [60.0, 20, 15, 3, 2]}
GROUPS = {"band": ["0", "1"], "predicted": [1.0, 3.0], "actual": [2.0, 2.5]}


def line(axes: Any, at: int) -> list[float]:
    ys: list[float] = axes.get_lines()[at].get_ydata().tolist()
    return ys


def test_a_curve_is_the_table_of_any_library(eager_frame: Make) -> None:
    curve = segments.pareto_curve(eager_frame(BASE))
    axes = plot.pareto_curve(curve)
    share = [0, 0.6, 0.8, 0.95, 0.98, 1.0]
    assert line(axes, 1)[-1] == pytest.approx(1.0)
    assert set(np.round(share, 6)) <= set(np.round(line(axes, 1), 6))
    assert "20% hold 60%" in [text.get_text() for text in axes.texts]


def test_an_interval_is_a_band_up_to_its_ends() -> None:
    curve = segments.pareto_curve(
        pd.DataFrame(BASE), points=4, rng=np.random.default_rng(1), n_resamples=19
    )
    band: Any = plot.pareto_curve(curve).collections[0]
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(curve["value_share_upper"].max())
    assert heights.min() == pytest.approx(curve["value_share_lower"].min())


def test_bars_of_a_group_are_side_by_side_and_those_of_two_calls_too(
    eager_frame: Make,
) -> None:
    axes: Any = plot.predicted_against_actual(eager_frame(GROUPS), label_col="band")
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches]
    assert [height for _, _, height in bars] == [1.0, 3.0, 2.0, 2.5]
    assert bars[0][0] + bars[0][1] == pytest.approx(bars[2][0])
    other = eager_frame({**GROUPS, "predicted": [4.0, 5.0]})
    plot.predicted_against_actual(other, label_col="band", label="other", ax=axes)
    # The actual figures of both calls are the same, and are drawn once.
    assert sorted(bar.get_height() for bar in axes.patches) == [1, 2, 2.5, 3, 4, 5]
    assert len({round(bar.get_x(), 6) for bar in axes.patches}) == 6


def test_categories_of_a_second_call_find_their_place() -> None:
    charts = [
        Chart(
            layers=(layer("bars", [0, 1], heights),),
            x=Scale(names=names),
            y=Scale(),
        )
        for names, heights in ((("a", "b"), [1, 2]), (("b", "c"), [3, 4]))
    ]
    series = together(charts)
    assert series.chart.x.names == ("a", "b", "c")
    assert series.chart.layers[1].x.tolist() == [1, 2]
    assert series.places == ((0, 2), (1, 2))


def test_each_series_has_a_name_and_a_colour_of_its_own() -> None:
    curve = segments.pareto_curve(pd.DataFrame(BASE))
    axes: Any = plot.pareto_curve(curve, label="value")
    plot.pareto_curve(curve, label="profit", ax=axes)
    names = [text.get_text() for text in axes.texts]
    assert {"equal", "value", "profit"} <= set(names)
    assert [each.get_color() for each in axes.get_lines()[1:]] == list(SERIES[:2])


def test_on_axes_without_a_layout_names_are_in_a_legend() -> None:
    mine = plt.subplots()[1]
    curve = segments.pareto_curve(pd.DataFrame(BASE))
    assert plot.pareto_curve(curve, label="value", ax=mine) is mine
    said = [text.get_text() for text in mine.get_legend().get_texts()]  # type: ignore[union-attr]
    assert said == ["equal", "value"]


def test_the_labels_of_the_caller_stay() -> None:
    mine = plt.subplots()[1]
    mine.set_xlabel("mine")
    curve = segments.pareto_curve(pd.DataFrame(BASE))
    assert plot.pareto_curve(curve, ax=mine).get_xlabel() == "mine"
    assert mine.get_ylabel() == "Share of value"


def test_a_whale_sinks_in_another_colour_and_its_peak_is_named() -> None:
    base = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    axes = plot.whale_curve(segments.whale_curve(base, points=None), currency="$")
    assert line(axes, 2) == [120, 120, 100]
    assert "$120 at 50%" in [text.get_text() for text in axes.texts]


def test_growth_stacks_up_to_the_active(eager_frame: Make) -> None:
    log = {
        "customer_id": ["ann", "ann", "bob"],
        "date": pd.to_datetime(["2024-01-05", "2024-02-20", "2024-01-09"]).to_list(),
        "amount": [1.0, 2.0, 3.0],
    }
    accounts = segments.growth_accounting(
        eager_frame(log), observation_period_end="2024-02-29"
    )
    bars: Any = plot.growth_bars(accounts).patches
    assert [bar.get_height() for bar in bars] == [0, 1, 0, 0, 2, 0, 0, -1]


def test_a_heat_map_writes_its_numbers_and_leaves_the_future_blank() -> None:
    cells = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
            "age": [0, 1, 0],
            "retention": [1.0, 0.25, 1.0],
            "n_customers": [8, 8, 4],
        }
    )
    axes: Any = plot.retention_heatmap(cells, title="finding")
    assert [text.get_text() for text in axes.texts[:3]] == ["100%", "25%", "100%"]
    shown = np.ma.filled(axes.get_images()[0].get_array(), np.nan)
    assert np.isnan(shown[1, 1])
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["Jan 2024  (8)", "Feb 2024  (4)"]
    title = axes.get_title(loc="left")
    assert title == "25% of new customers buy in the next period"


def test_the_numbers_of_a_heat_map_can_be_read_on_their_cells() -> None:
    ages = np.arange(12)
    cells = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-01-01"] * 12),
            "age": ages,
            "retention": 1 - ages / 12,
            "n_customers": 12,
        }
    )
    axes: Any = plot.retention_heatmap(cells, title="finding")
    image = axes.get_images()[0]
    shown = image.to_rgba(image.get_array())[0]
    inks = [to_rgb(text.get_color()) for text in axes.texts[:12]]
    both = set(inks)
    assert len(both) == 2
    for cell, ink in zip(shown, inks, strict=True):
        assert ink == max(both, key=lambda each: _contrast(cell[:3], each))
        assert _contrast(cell[:3], ink) > 3.8


def _contrast(colour: Any, other: Any) -> float:
    dark, light = sorted(map(_luminance, (colour, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Any) -> float:
    # As WCAG 2.2 defines it, of which a contrast is a ratio.
    given = np.asarray(colour)
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_a_survival_curve_starts_at_one_above_its_customers_at_risk() -> None:
    spells = pd.DataFrame({"duration": [1, 2, 3], "event_observed": [1, 0, 1]})
    curve = ck.churn.fit_kaplan_meier(spells)
    axes = plot.survival_steps(curve)
    assert line(axes, 0) == [1.0, *curve.survival]
    said = [text.get_text() for text in axes.texts]
    assert said[0] == "At risk"
    assert said[1] == "3"
    # Seven times at most, of which the last may be the end.
    for longest, counted in ((6, "9987654"), (7, "9864")):
        ends = [*range(1, longest + 1), *[longest] * (9 - longest)]
        spells = pd.DataFrame({"duration": ends, "event_observed": 1})
        axes = plot.survival_steps(ck.churn.fit_kaplan_meier(spells))
        said = [text.get_text() for text in axes.texts]
        assert [each for each in said if each.isdigit()] == list(counted)


def test_the_best_cut_is_marked_and_the_random_order_is_a_straight_line() -> None:
    curve = pd.DataFrame({"share_targeted": [0.0, 0.5, 1.0], "profit": [0.0, 8, 5]})
    axes: Any = plot.campaign_profit_line(curve, title="finding")
    assert axes.collections[-1].get_offsets().tolist() == [[0.5, 8.0]]
    assert axes.get_title(loc="left").startswith("Target 50%: 8 per customer")
    lost = plot.campaign_profit_line(
        curve.assign(profit=[0.0, -1, -2]), title="finding"
    )
    assert "loses money" in lost.get_title(loc="left")


def test_a_forest_is_on_a_logarithmic_axis() -> None:
    effects = [
        ck.clv.CovariateEffect(
            covariate="x", on="rate", estimate=at, standard_error=0.1, shrunk=at
        )
        for at in (0.5, -0.01)
    ]
    model = ck.clv.PurchaseCovariates(
        family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=tuple(effects)
    )
    axes: Any = plot.covariate_forest(model, title="finding")
    assert axes.get_xscale() == "log"
    assert axes.get_title(loc="left") == "The interval of 1 of 2 effects leaves out 1"
    low, high = axes.collections[1].get_paths()[0].vertices[:, 0]
    assert (low, high) == pytest.approx(tuple(np.exp([*effects[0].interval()])))


def test_forty_groups_with_long_names_are_all_named_and_none_overlap() -> None:
    names = [
        f"Store {at:02d} in a street with a long name: $a$ <b>" for at in range(40)
    ]
    answers = pd.DataFrame(
        {"store": np.repeat(names, 5), "score": np.tile([9, 3, 10, 8, 7], 40)}
    )
    scores = ck.satisfaction.nps_by(answers, by="store")
    axes: Any = plot.nps_by_group(scores, by="store")
    axes.figure.canvas.draw()
    labels = axes.get_yticklabels()
    assert len(labels) == 40
    said = " ".join(labels[3].get_text().split())
    assert said.startswith("Store 03 in a street with a long name: $a$ <b>")
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda b: b.y0)
    pairs = pairwise(boxes)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairs)
    assert min(box.x0 for box in boxes) >= 0


def test_names_at_the_ends_of_close_lines_do_not_overlap() -> None:
    days = pd.date_range("2024-01-01", periods=10)
    models = pd.DataFrame(
        {
            "model": np.repeat([f"m{at}" for at in range(5)], 10),
            "period_end": np.tile(days, 5),
            "expected": np.repeat(np.linspace(10, 10.2, 5), 10),
        }
    ).assign(actual=10.0, cumulative_actual=10.0, cumulative_expected=10.0)
    axes: Any = plot.tracking_line(models)
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 6
    overlaps = [
        a for a, b in combinations(boxes, 2) if min(a.y1, b.y1) > max(a.y0, b.y0) + 2
    ]
    assert not overlaps


@pytest.mark.parametrize("profit", [[5.0], [-5.0, -9.0], [0.0, 0.0]])
def test_one_customer_and_losses_are_drawn(profit: list[float]) -> None:
    base = pd.DataFrame({"profit": profit})
    axes = plot.whale_curve(segments.whale_curve(base, points=None), title="finding")
    axes.figure.canvas.draw()
    assert axes.get_title(loc="left")


def test_a_waterfall_below_zero_writes_its_amounts_below_the_bars() -> None:
    parts = pd.DataFrame({f"clv{at}": [-1.0 * at] for at in range(1, 7)})
    axes: Any = plot.waterfall(ck.clv.value_waterfall(parts.assign(clv=-21.0)))
    said = [text.get_text() for text in axes.texts]
    assert said == ["-1", "-2", "-3", "-4", "-5", "-6", "-21"]
    assert {text.get_va() for text in axes.texts} == {"top"}
    assert len({bar.get_facecolor() for bar in axes.patches}) == 2


def test_the_colours_can_be_told_apart_by_the_colour_blind() -> None:
    # Machado, Oliveira and Fernandes (2009): no red, and no green, receptors.
    blind = {
        "protan": ([0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [0, -0.048, 1.052]),
        "deutan": ([0.367, 0.861, -0.228], [0.28, 0.673, 0.047], [0, 0.043, 0.969]),
    }  # fmt: skip
    for matrix in blind.values():
        seen = [np.array(matrix) @ np.array(to_rgb(each)) for each in SERIES]
        apart = [float(np.abs(a - b).sum()) for a, b in combinations(seen, 2)]
        assert min(apart) > 0.12


def test_a_picture_shows_its_series_in_the_colour_of_the_house() -> None:
    axes: Any = plot.predicted_against_actual(pd.DataFrame(GROUPS), label_col="band")
    canvas = axes.figure.canvas
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].reshape(-1, 3) / 255
    blue = np.abs(pixels - np.array(to_rgb(SERIES[0]))).max(axis=1) < 0.02
    # Two of four bars, half as high as the axes: with a tolerance, as fonts differ.
    assert 0.08 < blue.mean() < 0.25


def test_chances_are_counted_in_bins_from_0_to_1(eager_frame: Make) -> None:
    scored = eager_frame({"probability_alive": [0.0, 0.1, 0.3, 1.0]})
    bars: Any = plot.probability_alive(scored, bins=4).patches
    assert [bar.get_height() for bar in bars] == [2, 1, 0, 1]
    assert [bar.get_x() for bar in bars] == [0, 0.25, 0.5, 0.75]


def test_days_are_named_as_months_or_years_where_all_begin_one() -> None:
    from crmkit._frames import read_eager
    from crmkit.plot.drawing.columns import names_in

    def names(*days: str) -> tuple[str, ...]:
        frame = pd.DataFrame({"day": pd.to_datetime(list(days))})
        return names_in(read_eager(frame, ["day"]), "day")

    assert names("2024-01-01", "2024-02-01") == ("Jan 2024", "Feb 2024")
    assert names("2023-01-01", "2024-01-01") == ("2023", "2024")
    assert names("2024-01-01", "2024-01-02") == ("2024-01-01", "2024-01-02")
    # One alone may be the month as well as the year.
    assert names("2024-01-01") == ("Jan 2024",)
    assert names() == ()


def test_a_missing_column_is_named(eager_frame: Make) -> None:
    with pytest.raises(MissingColumnError, match="probability_alive"):
        plot.probability_alive(eager_frame(GROUPS))


def test_an_empty_table_is_refused() -> None:
    fitted = ck.clv.frequency_fit(
        pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [4.0]}),
        models={"m": ck.clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)},
    )
    with pytest.raises(NotEnoughDataError, match="a table with rows"):
        plot.frequency_bars(fitted.head(0))


def test_axes_without_a_plot_make_no_document() -> None:
    with pytest.raises(NotEnoughDataError, match="axes with a plot of crmkit"):
        plot.vega_lite(ax=plt.subplots()[1])


def test_without_matplotlib_the_extra_is_named(
    eager_frame: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as caught:
        plot.predicted_against_actual(eager_frame(GROUPS), label_col="band")
    assert str(caught.value) == (
        "matplotlib is not installed. Install it with: pip install 'crmkit[plot]'."
    )


def test_importing_the_plots_does_not_load_matplotlib() -> None:
    code = "import sys, crmkit.plot; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
