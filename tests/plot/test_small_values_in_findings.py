"""Values between 0 and 1, and single customers, are drawn and told like all others."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from every_plot import FORECAST
from said_by_plots import drawn, notes, said

import crmkit as ck
from crmkit import plot
from crmkit.plot import matrix_chart

EFFECTS = {"effect": [0.5, -0.5, 0.125, -0.125],
           "effect_lower": [0.25, -0.75, -0.25, -0.5],
           "effect_upper": [0.75, -0.25, 0.5, 0.25]}  # fmt: skip


def test_an_effect_below_one_is_clear_where_its_interval_leaves_out_0() -> None:
    arms = EFFECTS | {"arm": [*"abcd"], "n_customers": 9}
    assert said(drawn(plot.arm_forest, arms)).startswith("2 of 4 arms differ clearly")
    groups = EFFECTS | {"group": [*"abcd"], "n_treated": 9, "n_control": 9}
    assert "2 of 4" in said(drawn(plot.uplift_bars, groups))
    colours = [bar.get_facecolor() for bar in drawn(plot.uplift_bars, groups).patches]
    assert colours[0] == colours[2] != colours[1] == colours[3]


def test_profit_below_one_that_is_lost_after_the_peak_is_told() -> None:
    columns = {"customer_share": [0.0, 0.5, 1.0], "profit": [0.0, 0.5, 0.25]}
    finding = "Profit peaks at 50% of customers; the rest take 0.25 away"
    assert said(drawn(plot.whale_curve, columns)) == finding


def test_values_below_one_begin_at_0() -> None:
    columns = {"customer_id": [1, 2], "clv": [0.75, 0.5],
               "clv_lower": [0.5, 0.25], "clv_upper": [0.9, 0.75]}  # fmt: skip
    assert drawn(plot.clv_intervals, columns).get_xlim()[0] == 0


def test_a_value_below_one_has_parts() -> None:
    columns = {"part": ["clv1", "clv2", "clv"], "meaning": ["first", "later", "value"],
               "amount": [0.5, -0.25, 0.25], "start": [0.0, 0.5, 0.0],
               "end": [0.5, 0.25, 0.25]}  # fmt: skip
    axes = drawn(plot.waterfall, columns)
    assert said(axes) == "First adds most: 0.5 of 0.25"
    assert len({bar.get_facecolor() for bar in axes.patches}) == 3


@pytest.mark.parametrize("of", ["purchases", "active"])
def test_a_forecast_begins_at_nothing_unless_customers_are_there(of: Any) -> None:
    small = ck.Interval(lower=0.25, upper=0.75, level=0.95)
    one = replace(
        FORECAST, purchases=0.5, active=0.5, resampled_purchases=small,
        resampled_active=small,
    )  # fmt: skip
    axes: Any = plot.forecast_fan(forecasts={0.5: one, 1: one}, of=of, title="finding")
    x, y = axes.get_lines()[0].get_data()
    begins = of == "purchases"
    assert (x.tolist(), y.tolist()) == (
        [0.0] * begins + [0.5, 1],
        [0.0] * begins + [0.5] * 2,
    )
    assert axes.get_ylim()[0] == 0


def test_a_cell_of_one_customer_has_her_mean() -> None:
    columns = {"r_score": [1, 2, 2], "f_score": [1, 2, 2], "clv": [5.0, 2.0, 4.0]}
    axes = drawn(plot.rfm_grid, columns, value_col="clv")
    assert sorted(notes(axes)[:2]) == ["3", "5"]
    history = {
        "frequency": [1, 2],
        "recency": [3.0, 4.0],
        "probability_alive": [0.5, 1],
    }
    shown = drawn(plot.frequency_recency_heatmap, history).get_images()[0].get_array()
    known = np.ma.filled(shown, np.nan)
    assert sorted(known[np.isfinite(known)]) == [0.5, 1.0]


@pytest.mark.parametrize(
    ("effect", "finding"),
    [
        (0.75, "The campaign earned 0.5, 95% from"),
        (-0.25, "The campaign lost 0.5: 95% from"),
        (0.3125, "Whether the campaign paid is not clear"),
    ],
)
def test_a_campaign_may_earn_less_than_one(effect: float, finding: str) -> None:
    measured = ck.campaigns.IncrementalProfit(
        effect=effect, standard_error=0.0625, degrees_of_freedom=30.0, n_treated=1,
        n_control=9, cost=0.25, profit=effect - 0.25,
    )  # fmt: skip
    axes = plot.incremental_profit_forest(measured, title="finding")
    assert said(axes).startswith(finding)


def test_a_single_group_or_none_has_its_score() -> None:
    scores = {"store": ["a"], "nps": [10.0], "n_responses": [10], "detractors": [4],
              "passives": [1], "promoters": [5]}  # fmt: skip
    for make in (plot.nps_by_group, plot.nps_bars):
        assert said(drawn(make, scores, by="store")) == "NPS +10 (a)"
    none = scores | {"n_responses": [0], "nps": [np.nan]}
    assert said(drawn(plot.nps_bars, none, by="store")) == ""
    axes = drawn(plot.nps_over_time, none, time_col="store")
    assert axes.get_lines()[0].get_xdata().tolist() == [0, 1]


def test_the_next_period_of_a_single_customer_is_told() -> None:
    cells = {"cohort": ["2024-01", "2024-01"], "age": [0, 1], "n_customers": [1, 1],
             "retention": [1.0, 1.0]}  # fmt: skip
    axes = drawn(plot.retention_heatmap, cells)
    assert said(axes) == "100% of new customers buy in the next period"


def test_a_cohort_whose_beginning_is_not_there_counts_no_customers() -> None:
    cells = {"cohort": ["a", "b"], "age": [0, 1], "n_customers": [4, 4],
             "retention": [1.0, 0.5]}  # fmt: skip
    names = [
        each.get_text()
        for each in drawn(plot.retention_heatmap, cells).get_yticklabels()
    ]
    assert names == ["a  (4)", "b  (0)"]


def test_a_curve_of_survival_begins_with_all_at_0() -> None:
    spells = pd.DataFrame({"duration": [2, 3, 5], "event_observed": 1})
    axes: Any = plot.survival_steps(ck.churn.fit_kaplan_meier(spells))
    line = axes.get_lines()[0]
    assert (line.get_xdata()[0], line.get_ydata()[0]) == (0, 1)


def test_the_lowest_and_the_highest_value_are_in_the_first_and_the_last_bin() -> None:
    at, names = matrix_chart._bins(np.arange(41.0), 4, whole_numbers=False)
    assert at.tolist() == [*[0] * 10, *[1] * 10, *[2] * 10, *[3] * 11]
    assert names == ("0 to 10", "10 to 20", "20 to 30", "30 to 40")
