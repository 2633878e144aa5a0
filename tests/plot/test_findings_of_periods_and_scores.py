"""What plots of periods, scores, factors and prices say above themselves."""

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from said_by_plots import drawn, notes, said
from scipy.special import ndtri

import crmkit as ck
from crmkit import plot
from crmkit.errors import InvalidValueError

GROWTH = {"new": [2.0, 3], "resurrected": [0.0, 0], "lost": [0.0, 1]}
MONTHS = ["2024-01-01", "2024-02-01"]
NPS = {"store": ["a", "b"], "n_responses": [10, 10], "detractors": [2, 4],
       "passives": [3, 1], "promoters": [5, 5]}  # fmt: skip


def test_half_of_what_is_wrong_is_in_the_wrong_bar() -> None:
    columns = {"model": "m", "n_purchases": [0, 1, 2], "actual": [50, 30, 20.0],
               "expected": [40.0, 35, 25]}  # fmt: skip
    axes = drawn(plot.frequency_bars, columns)
    assert said(axes) == "m puts 10% of customers into the wrong bar"
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["0", "1", "2+"]
    columns |= {"actual": [0.0, 0, 0], "expected": [0.0, 0.5, 0]}
    assert said(drawn(plot.frequency_bars, columns)).startswith("m puts 25%")
    spend = {"lower": [0.0, 10, 20], "upper": [10.0, 20, np.inf],
             "actual": [0.5, 0.25, 0.25], "expected": [0.25, 0.5, 0.25]}  # fmt: skip
    axes = drawn(plot.spend_density, spend)
    assert said(axes) == "The spend model puts 25% of customers in the wrong bin"
    assert "25% of customers spend more" in notes(axes)
    np.testing.assert_allclose(axes.get_lines()[0].get_xdata(), [5, 15])


def test_gaps_are_shown_up_to_ninety_nine_of_a_hundred() -> None:
    gap = np.arange(1.0, 102.0)
    axes = drawn(plot.purchase_gap_histogram, {"gap": gap}, bins=4)
    # Of 1 to 101 the quantile is 100, and one gap lies beyond it.
    assert [bar.get_x() for bar in axes.patches] == [0, 25, 50, 75]
    assert [bar.get_height() for bar in axes.patches] == [24, 25, 25, 26]
    assert said(axes) == "Half of all repeat purchases come within 51 periods"
    assert "101 gaps; 1 are longer than shown" in notes(axes)
    axes = drawn(plot.purchase_gap_histogram, {"gap": [0.0, 0.0]}, bins=4)
    assert [bar.get_x() for bar in axes.patches] == [0, 0.25, 0.5, 0.75]
    assert said(axes) == "Half of all repeat purchases come within 0 periods"
    with pytest.raises(InvalidValueError, match="'gap': missing value in 1 of 3 rows"):
        drawn(plot.purchase_gap_histogram, {"gap": [1.0, np.nan, 3.0]})


def test_stages_of_a_funnel_are_shares_of_the_one_before() -> None:
    columns = {
        "stage": ["seen", "tried", "bought", "kept"],
        "n_customers": [80, 40, 8, 0],
    }
    axes = drawn(plot.funnel_bars, columns)
    assert said(axes) == "0% of 80 reach the last stage; most are lost before tried"
    texts = ["80", "40 (50% of the stage before)", "8 (20% of the stage before)",
             "0 (0% of the stage before)"]  # fmt: skip
    assert [" ".join(text.split()) for text in notes(axes)[:4]] == texts
    columns["n_customers"] = [80, 40, 0, 0]
    assert " ".join(notes(drawn(plot.funnel_bars, columns))[3].split()) == "0"
    columns["n_customers"] = [0, 0, 0, 0]
    assert said(drawn(plot.funnel_bars, columns)) == ""


@pytest.mark.parametrize(
    ("retained", "finding"),
    [
        ([0.0, 1], "4 active customers in Feb 2024: 2 more than in Jan 2024"),
        ([1.0, 1], "4 active customers in Feb 2024: 1 more than in Jan 2024"),
        ([2.0, 1], "4 active customers in Feb 2024: as many as in Jan 2024"),
        ([3.0, 1], "4 active customers in Feb 2024: 1 fewer than in Jan 2024"),
    ],
)
def test_growth_is_told_against_the_period_before(
    retained: list[float], finding: str
) -> None:
    columns = {**GROWTH, "period": pd.to_datetime(MONTHS), "retained": retained}
    assert said(drawn(plot.growth_bars, columns)) == finding
    alone = pd.DataFrame(columns).tail(1)
    axes = plot.growth_bars(alone, title="finding")
    assert said(axes) == "4 active customers in Feb 2024"


@pytest.mark.parametrize(
    ("nps", "range_", "over_time"),
    [
        ([30.0, 10.0], "NPS from +10 (b) to +30 (a)", "NPS +10, -20 since the first"),
        ([10.0, 10.4], "NPS from +10 (a) to +10 (b)", "NPS +10, unchanged since the"),
        ([10.0, 10.0], "NPS +10 (a)", "NPS +10, unchanged since the first period"),
    ],
)
def test_scores_are_told_from_the_lowest_to_the_highest(
    nps: list[float], range_: str, over_time: str
) -> None:
    columns = {**NPS, "nps": nps}
    for make in (plot.nps_by_group, plot.nps_bars):
        assert said(drawn(make, columns, by="store")) == range_
    assert said(drawn(plot.nps_over_time, columns, time_col="store")).startswith(
        over_time
    )
    alone = pd.DataFrame(columns).head(1)
    axes = plot.nps_over_time(alone, time_col="store", title="finding")
    assert said(axes).endswith("unchanged since the first period")


def test_a_missing_score_of_those_who_answered_is_refused() -> None:
    columns = {**NPS, "nps": [math.nan, 10.0]}
    for make in (plot.nps_by_group, plot.nps_bars):
        with pytest.raises(InvalidValueError, match="column 'nps': missing value in 1"):
            drawn(make, columns, by="store")
    with pytest.raises(InvalidValueError, match="column 'nps': missing value in 1"):
        drawn(plot.nps_over_time, columns, time_col="store")


def test_a_small_share_of_answers_has_no_text() -> None:
    columns = {**NPS, "nps": [0.0, 0.0], "detractors": [6, 5], "passives": [30, 30],
               "promoters": [64, 65]}  # fmt: skip
    axes = drawn(plot.nps_bars, columns, by="store")
    found = sorted(text for text in notes(axes) if text.endswith("%"))
    assert found == ["30%", "30%", "6%", "64%", "65%"]
    places = {text.get_text(): text.xy[0] for text in axes.texts}
    assert places["6%"] == pytest.approx(0.03)
    assert places["64%"] == pytest.approx(0.36 + 0.32)


def test_factors_whose_interval_holds_1_are_not_counted() -> None:
    effects = [
        ck.clv.CovariateEffect(
            covariate="x", on="rate", estimate=at, standard_error=0.1, shrunk=at
        )
        # Of the last two one end is 1 itself.
        for at in (0.5, -0.5, 0.1, -0.1, 0.1 * ndtri(0.975), -0.1 * ndtri(0.975))
    ]
    model = ck.clv.PurchaseCovariates(
        family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=tuple(effects)
    )
    axes = plot.covariate_forest(model, title="finding")
    assert said(axes) == "The interval of 2 of 6 effects leaves out 1"


@pytest.mark.parametrize(
    ("cost", "finding", "marked"),
    [(80.0, "after 3 periods", True), (300.0, "never repaid", False),
     (30.0, "after 1 period", True)],
)  # fmt: skip
def test_a_payback_is_marked_at_its_period(
    *, cost: float, finding: str, marked: bool
) -> None:
    found = ck.campaigns.payback(acquisition_cost=cost, margin=30.0, retention=0.9999
                                 if cost < 100 else 0.5)  # fmt: skip
    axes: Any = plot.payback_line(found, title="finding")
    assert finding in said(axes)
    assert bool(axes.collections) == marked
    if marked:
        assert found.periods is not None
        at, up = axes.collections[0].get_offsets()[0]
        assert (at, up) == (found.periods, found.profit[found.periods - 1])


def response(elasticity: float, error: float) -> ck.campaigns.PriceResponse:
    return ck.campaigns.PriceResponse(
        elasticity=elasticity,
        standard_error=error,
        n_rows=90,
        n_customers=9,
        n_products=1,
        price_variation=0.1,
    )


@pytest.mark.parametrize(("elasticity", "verb"), [(-2.0, "less"), (2.0, "more")])
def test_a_higher_price_sells_less_or_more(elasticity: float, verb: str) -> None:
    found = response(elasticity, 0.5)
    text = said(plot.price_response_curve(found, title="finding"))
    assert f" {verb} (" in text
    limits = sorted(100 * abs(1.1**each - 1) for each in found.interval())
    shown = [float(each) for each in re.findall(r"[\d.]+(?=%)", text)]
    expected = [10, 100 * abs(1.1**elasticity - 1), *limits]
    assert shown == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("index", "finding"),
    [
        ([1.0] * 12, "No month differs from a mean day"),
        ([0.5, 1.5, *[1.0] * 10], "Feb is 50% above a mean day"),
    ],
)
def test_a_flat_season_has_no_best_month(index: list[float], finding: str) -> None:
    season = ck.clv.Seasonality(
        period="month", index=tuple(index), log_errors=(0.125,) * 12
    )
    axes: Any = plot.seasonal_index(season, title="finding")
    assert said(axes) == finding
    ends = [each[:, 1] for each in axes.collections[0].get_segments()]
    reach = np.exp(1.959963984540054 * 0.125)
    expected = np.stack([np.array(index) / reach, np.array(index) * reach], axis=1)
    np.testing.assert_allclose(ends, expected, rtol=1e-12)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert (names[0], names[-1]) == ("Jan", "Dec")


def test_customers_at_risk_are_counted_at_round_times() -> None:
    for longest, step in ((6, 1), (7, 2), (12, 2), (13, 2.5), (20, 5), (40, 10)):
        time = np.arange(1, longest + 1)
        spells = pd.DataFrame({"duration": time, "event_observed": 1})
        curve = ck.churn.fit_kaplan_meier(spells)
        axes: Any = plot.survival_steps(curve)
        rows = [text for text in axes.texts if text.xycoords[0] == "data"]
        assert [text.xy[0] for text in rows] == np.arange(
            0, longest + 0.1, step
        ).tolist()
        # Those at risk at a time are all whose spell is as long, or longer.
        risk = [int((time >= text.xy[0]).sum()) for text in rows]
        assert [int(text.get_text()) for text in rows] == risk


@pytest.mark.parametrize(
    ("value", "finding", "tones"),
    [
        ([5.0, -2.0, 3.0], "First adds most: 5 of 3", 3),
        ([5.0, -7.0, -2.0], "First adds most: 5", 3),
        ([5.0, 0.0, 5.0], "First adds most: 5 of 5", 2),
    ],
)
def test_a_waterfall_names_what_adds_most(
    value: list[float], finding: str, tones: int
) -> None:
    columns = {"part": ["clv1", "clv2", "clv"], "meaning": ["first", "later", "value"],
               "amount": value, "start": [0.0, value[0], 0.0],
               "end": [value[0], value[0] + value[1], value[2]]}  # fmt: skip
    axes = drawn(plot.waterfall, columns)
    assert said(axes) == finding
    assert len({bar.get_facecolor() for bar in axes.patches}) == tones
    arms = [each.tolist() for each in axes.collections[0].get_segments()]
    levels = [value[0], value[0] + value[1]]
    assert arms == [[[at + 0.4, up], [at + 0.6, up]] for at, up in enumerate(levels)]


@pytest.mark.parametrize(("letters", "row"), [(30, 0.22), (31, 0.36)])
def test_the_best_customers_are_shown_first_and_long_names_have_room(
    letters: int, row: float
) -> None:
    value = np.arange(25.0)
    columns = {"customer_id": [*map(str, range(24)), "x" * letters], "clv": value,
               "clv_lower": value - 1, "clv_upper": value + 2}  # fmt: skip
    axes = drawn(plot.clv_intervals, columns)
    assert said(axes) == "The best customer is worth 23 to 26"
    assert "The best 20 of 25 customers" in notes(axes)
    assert axes.collections[-1].get_offsets()[:, 0].tolist() == value[:4:-1].tolist()
    assert axes.figure.get_size_inches()[1] == pytest.approx(1.2 + 20 * row)
    last = columns | {"customer_id": ["x" * letters, *map(str, range(24))]}
    axes = drawn(plot.clv_intervals, last)  # a name that is not shown
    assert axes.figure.get_size_inches()[1] == pytest.approx(1.2 + 20 * 0.22)
    axes = drawn(plot.clv_intervals, columns)
    assert axes.get_xlim()[0] == 0
    axes = drawn(plot.clv_intervals, columns, n_customers=25)
    assert axes.get_xlim()[0] < -1


@pytest.mark.parametrize("least", [-3.0, 0.0, 2.0])
@pytest.mark.parametrize("ends", [(), ("clv_lower", "clv_upper")])
def test_a_customer_who_costs_more_than_she_brings_is_in_view(
    least: float, ends: tuple[str, ...]
) -> None:
    value = np.array([9.0, 5.0, least])
    columns = {"customer_id": [1, 2, 3], "clv": value}
    columns |= {name: np.append(value[:2], np.nan) for name in ends}
    low, _ = drawn(plot.clv_intervals, columns).get_xlim()
    assert low < least if least < 0 else low == 0


@pytest.mark.parametrize(
    ("rate", "finding"),
    [
        ((0.8, 0.7, 0.9), "Retention rises from 80% to 90% by renewal 3"),
        ((0.8, 0.9, 0.7), "Retention falls from 80% to 70% by renewal 3"),
        ((0.8, 0.7, 0.8), "Retention rises from 80% to 80% by renewal 3"),
    ],
)
def test_retention_is_told_from_the_first_renewal_to_the_last(
    rate: tuple[float, ...], finding: str
) -> None:
    projection = ck.churn.RetentionProjection(
        renewals=(1, 2, 3),
        survival=rate,
        survival_lower=rate,
        survival_upper=rate,
        retention=rate,
        retention_lower=tuple(each - 0.1 for each in rate),
        retention_upper=tuple(each + 0.1 for each in rate),
        level=0.9,
    )
    axes = plot.retention_line(projection, title="finding")
    assert said(axes) == finding
    assert "The band is a 90% interval." in notes(axes)


def test_histograms_have_a_usual_number_of_bars() -> None:
    alive = drawn(plot.probability_alive, {"probability_alive": [0.0, 0.5, 1.0]})
    assert len(alive.patches) == 20
    gaps = drawn(plot.purchase_gap_histogram, {"gap": [1.0, 2.0, 30.0]})
    assert len(gaps.patches) == 40
    many = {"frequency": np.arange(40), "recency": np.arange(40.0) / 7}
    columns = many | {"probability_alive": np.linspace(0, 1, 40)}
    cells = drawn(plot.frequency_recency_heatmap, columns).get_images()[0].get_array()
    assert cells.shape == (12, 12)
    log = {"customer_id": np.arange(40), "date": pd.Timestamp("2024-01-01")}
    lines = drawn(plot.purchase_timelines, log, observation_period_end="2024-02-01")
    assert len(lines.get_yticklabels()) == 30
    end: Any = {"observation_period_end": "2024-02-01"}
    lines = drawn(plot.purchase_timelines, log, n_customers=60, **end)
    assert len(lines.get_yticklabels()) == 40
    with pytest.raises(InvalidValueError, match=r"n_customers.*60"):
        drawn(plot.purchase_timelines, log, n_customers=61, **end)
