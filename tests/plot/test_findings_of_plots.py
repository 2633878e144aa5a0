"""What a plot says above itself, where one finding gives way to another."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from said_by_plots import drawn, notes, said

from crmkit import plot

INTERVALS = {"effect": [3.0, -3.0, 2.0, -2.0], "effect_lower": [1.0, -5.0, 0.0, -4.0],
             "effect_upper": [5.0, -1.0, 4.0, 0.0]}  # fmt: skip


@pytest.mark.parametrize(
    ("profit", "finding"),
    [
        ([98.0, 99.0, 100.0], "Budgets above 2 bring less than 1% more"),
        ([98.0, 98.9, 100.0], "The largest budget still brings more than the others"),
        ([99.0, 99.5, 100.0], "Budgets above 1 bring less than 1% more"),
    ],
)
def test_a_budget_is_enough_that_brings_all_but_one_percent(
    profit: list[float], finding: str
) -> None:
    axes = drawn(plot.budget_line, {"budget": [1.0, 2, 3], "profit": profit})
    assert said(axes) == finding


@pytest.mark.parametrize(
    ("profit", "finding"),
    [
        ([0.0, 0.5, 0.25], "Target 50%: 0.5 per customer of the base"),
        ([0.0, 0.0, -1.0], "The campaign loses money at every cut-off"),
    ],
)
def test_a_cut_off_is_named_if_it_earns(profit: list[float], finding: str) -> None:
    columns = {"share_targeted": [0.0, 0.5, 1.0], "profit": profit}
    assert said(drawn(plot.campaign_profit_line, columns)) == finding


@pytest.mark.parametrize(
    ("added", "finding"),
    [
        # Half way between a quarter and all: 3 and a third of 1.
        ([0.0, 3.0, 4.0], "Treating the best half brings 83% of what treating all"),
        ([0.0, 3e-9, 4e-9], "Treating the best half brings 83% of what treating all"),
        ([0.0, 3.0, 0.0], "Treating all adds nothing"),
        ([0.0, 3.0, -2.0], "Treating all adds nothing"),
    ],
)
def test_the_best_half_is_read_off_the_curve(added: list[float], finding: str) -> None:
    columns = {"share_targeted": [0.0, 0.25, 1.0], "uplift": added}
    assert said(drawn(plot.uplift_line, columns)).startswith(finding)


def cells(cohorts: int, ages: int) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=cohorts, freq="MS")
    return pd.DataFrame(
        {
            "cohort": np.repeat(days, ages),
            "age": np.tile(np.arange(ages), cohorts),
            "n_customers": np.repeat(4.0 * 2.0 ** np.arange(cohorts), ages),
            "retention": np.tile(0.5 ** np.arange(ages), cohorts),
        }
    )


def test_the_next_period_is_a_mean_over_customers() -> None:
    table = cells(2, 3)
    table["retention"] = [1, 0.25, 0.9, 1, 0.625, np.nan]
    axes: Any = plot.retention_heatmap(table, title="finding")
    # Of 4 and of 8: (1 + 5) / 12.
    assert said(axes) == "50% of new customers buy in the next period"
    assert "12 customers" in notes(axes)
    # The first period is all by definition, and has no shade.
    shown = np.ma.filled(axes.get_images()[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, [[0, 0.25, 0.9], [0, 0.625, 0]])


@pytest.mark.parametrize(("cohorts", "height"), [(4, 2.5), (5, 2.7), (10, 4.2)])
def test_a_heat_map_is_as_high_as_its_cohorts_need(cohorts: int, height: float) -> None:
    figure: Any = plot.retention_heatmap(cells(cohorts, 2)).figure
    assert figure.get_size_inches() == pytest.approx([8, height], rel=1e-12)


def test_a_heat_map_has_a_column_for_each_age_that_is_seen() -> None:
    for ages in (1, 3):
        axes = plot.retention_heatmap(cells(2, ages))
        shown = [label.get_text() for label in axes.get_xticklabels()]
        assert shown == [str(age) for age in range(ages)]


def test_the_last_six_cohorts_have_a_colour_of_their_own() -> None:
    axes = plot.cohort_curves(cells(8, 3), title="finding")
    colours = [line.get_color() for line in axes.get_lines()]
    assert len(set(colours)) == 7
    assert colours[0] == colours[1]
    assert "1,020 customers" in notes(axes)
    assert (
        len({line.get_color() for line in plot.cohort_curves(cells(6, 3)).lines}) == 6
    )


@pytest.mark.parametrize("least", [-2.0, 0.0, 1.0])
def test_a_cohort_that_gives_back_more_than_it_brings_is_in_view(least: float) -> None:
    table = cells(1, 3).assign(revenue=[5.0, least, np.nan])
    low, _ = plot.cohort_curves(table, value_col="revenue").get_ylim()
    assert low < least if least < 0 else low == 0


@pytest.mark.parametrize(
    ("ages", "finding"),
    [(3, "50% buy 1 period after their first purchase, 25% after 2"), (2, "")],
)
def test_a_curve_of_two_ages_has_no_finding(ages: int, finding: str) -> None:
    columns = {"age": np.arange(ages), "retention": 0.5 ** np.arange(ages)}
    assert said(drawn(plot.retention_curve, columns)) == finding


@pytest.mark.parametrize(
    ("profit", "finding"),
    [
        (
            [60.0, 100.0, 90.0],
            "Profit peaks at 50% of customers; the rest take 10 away",
        ),
        ([60.0, 90.0, 100.0], "Every customer adds profit"),
    ],
)
def test_a_peak_at_the_end_takes_nothing_away(
    profit: list[float], finding: str
) -> None:
    columns = {"customer_share": [0.25, 0.5, 1.0], "profit": profit}
    assert said(drawn(plot.whale_curve, columns)) == finding


def test_a_fifth_of_customers_is_read_between_points_in_any_order() -> None:
    columns = {
        "customer_share": [1.0, 0.1, 0.0, 0.3],
        "value_share": [1.0, 0.4, 0, 0.7],
    }
    axes = drawn(plot.pareto_curve, columns)
    assert said(axes) == "The top 20% of customers hold 55% of value"
    gain = {"share_targeted": [0.1, 0.3, 1.0], "share_captured": [0.5, 0.9, 1.0]}
    axes = drawn(plot.gain_line, gain)
    assert said(axes) == "The riskiest 20% of customers hold 70% of the churners"


@pytest.mark.parametrize(("rows", "dots"), [(20, "o"), (21, "")])
def test_a_short_curve_has_dots(rows: int, dots: str) -> None:
    share = np.arange(1, rows + 1) / rows
    axes: Any = plot.gain_line(
        pd.DataFrame({"share_targeted": share, "share_captured": share})
    )
    assert axes.get_lines()[1].get_marker() == dots
    assert axes.get_lines()[1].get_xdata()[0] == 0


@pytest.mark.parametrize(
    ("importance", "performance", "finding"),
    [
        ([0.5, 0.5], [40.0, 40.0], "No driver is both important and weak"),
        ([0.6, 0.4], [30.0, 50.0], "Important and weak: a"),
        ([0.6, 0.4], [40.0, 40.0], "No driver is both important and weak"),
        ([0.5, 0.5], [30.0, 50.0], "No driver is both important and weak"),
    ],
)
def test_a_driver_is_weak_that_is_worse_and_matters_more_than_the_mean(
    importance: list[float], performance: list[float], finding: str
) -> None:
    columns = {"driver": ["a", "b"], "importance": importance,
               "performance": performance}  # fmt: skip
    axes = drawn(plot.priority_matrix, columns)
    assert said(axes) == finding
    corners = {text.get_text(): text.xy for text in axes.texts}
    for at, values in enumerate((performance, importance)):
        low, high = min(values), max(values)
        # A sixth or so of the range on each side; a fifth of what is all alike.
        room = 0.18 * (high - low) if low < high else 0.2 * max(high, 1.0)
        ends = corners["low priority"][at], corners["keep up"][at]
        assert ends == pytest.approx((low - room, high + room), rel=1e-12)


def test_the_quarters_of_a_map_are_named_inside_their_corners() -> None:
    columns = {"driver": ["a", "b"], "importance": [0.1, 0.4], "performance": [3, 4]}
    axes = drawn(plot.priority_matrix, columns)
    texts = {text.get_text(): text for text in axes.texts}
    low, high = texts["low priority"], texts["keep up"]
    found = [(each.xyann, each.get_ha(), each.get_va()) for each in (low, high)]
    assert found == [((6, 6), "left", "bottom"), ((-6, -6), "right", "top")]
    mixed = [
        (text.xyann, text.get_ha(), text.get_va())
        for text in texts.values()
        if text.xy in ((low.xy[0], high.xy[1]), (high.xy[0], low.xy[1]))
    ]
    assert sorted(mixed) == [((-6, 6), "right", "bottom"), ((6, -6), "left", "top")]


def test_an_interval_that_ends_at_nothing_is_not_clear() -> None:
    bars = {**INTERVALS, "group": list("abcd"), "n_treated": 5, "n_control": 4}
    axes = drawn(plot.uplift_bars, bars)
    assert said(axes) == "The effect is clear in 2 of 4 groups"
    assert "36 customers" in notes(axes)
    without = {
        name: bars[name] for name in ("group", "effect", "n_treated", "n_control")
    }
    axes = drawn(plot.uplift_bars, without)
    assert said(axes) == "The effect is clear in 0 of 4 groups"
    arms = pd.DataFrame({**INTERVALS, "arm": list("abcd"), "n_customers": 9})
    axes = plot.arm_forest(arms[["arm", "effect", "n_customers"]], title="finding")
    assert said(axes) == "No arm differs clearly from the control"
    for rows, finding in (
        ([0, 1, 2, 3], "2 of 4 arms differ clearly from the control"),
        ([0, 2], "1 of 2 arms differs clearly from the control"),
        ([2, 3], "No arm differs clearly from the control"),
    ):
        axes = plot.arm_forest(arms.iloc[rows], title="finding")
        assert said(axes) == finding


def test_a_bar_without_an_effect_has_the_colour_of_the_good_ones() -> None:
    bars = {"group": list("abc"), "effect": [1.0, 0.0, -1.0], "n_treated": 5,
            "n_control": 4}  # fmt: skip
    good, none, bad = (
        bar.get_facecolor() for bar in drawn(plot.uplift_bars, bars).patches
    )
    assert good == none != bad


@pytest.mark.parametrize(
    ("even", "finding"),
    [
        ([2.0, 2.0, 2.0, 2.0], "Effect: a above the even, b below"),
        ([1.0, -1.0, 2.0, -2.0], "Effect: 0 of 4 groups above the even, 0 below"),
        ([0.9, -9.0, -0.1, -0.9], "Effect: 3 of 4 groups above the even, 0 below"),
        ([0.9, -0.9, 2.0, 2.0], "Effect: 1 of 4 groups above the even, 2 below"),
    ],
)
def test_a_group_is_above_with_its_whole_interval(
    even: list[float], finding: str
) -> None:
    columns = {**INTERVALS, "by": list("abcd"), "even": even}
    columns["effect_lower"] = [1.0, -5.0, 0.0, -4.0]
    if finding.startswith("Effect: a"):
        columns["effect_lower"] = [2.5, -5.0, 0.0, -4.0]
        columns["effect_upper"] = [5.0, 1.0, 4.0, 4.0]
    axes = drawn(plot.interval_forest, columns, by="by", value_col="effect",
                 reference_col="even")  # fmt: skip
    assert said(axes) == finding
    assert axes.figure.get_size_inches()[1] == pytest.approx(1.3 + 0.45 * 4)
