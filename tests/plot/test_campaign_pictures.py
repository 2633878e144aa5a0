"""Pictures of campaigns show the numbers of the tables that they are made of."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import campaigns, plot
from crmkit.errors import NotEnoughDataError

CONTACTS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4],
        "cost": 2.0,
        "expected_profit": [9.0, 5.0, 0.02, -1.0],
    }
)
FOUND = pd.DataFrame(
    {
        "channel": ["mail", "phone", "web"],
        "rate": [0.2, 0.1, np.nan],
        "rate_lower": [0.15, 0.05, np.nan],
        "rate_upper": [0.25, 0.14, np.nan],
        "even": [0.1, 0.2, 0.1],
    }
)


def test_budgets_are_compared_by_the_best_contacts_of_each(
    eager_frame: Any, columns_of: Any
) -> None:
    made = campaigns.profit_by_budget(
        eager_frame(CONTACTS.to_dict("list")), budgets=[8, 2, 4]
    )
    found = columns_of(made)
    assert found["budget"] == [2, 4, 8]
    assert found["profit"] == pytest.approx([9, 14, 14.02])
    assert found["cost"] == [2, 4, 6]
    assert np.all(np.diff(found["profit"]) >= 0)
    assert np.all(np.array(found["bound"]) >= np.array(found["profit"]) - 1e-12)
    axes = plot.budget_line(made, title="finding")
    assert axes.get_lines()[0].get_ydata() == pytest.approx([9, 14, 14.02])
    assert "above 4 bring less than 1% more" in axes.get_title(loc="left")
    with pytest.raises(NotEnoughDataError, match="1 budget or more"):
        campaigns.profit_by_budget(CONTACTS, budgets=[])


def test_a_group_without_a_number_has_no_mark_and_the_first_one_is_at_the_top() -> None:
    axes = plot.interval_forest(
        FOUND, by="channel", value_col="rate", reference_col="even", title="finding"
    )
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["mail", "phone"]
    bottom, top = axes.get_ylim()
    assert top < bottom  # position 0 is above position 1
    assert axes.get_title(loc="left") == "Rate: mail above the even, phone below"
    with pytest.raises(NotEnoughDataError, match="a group with a number"):
        plot.interval_forest(FOUND.tail(1), by="channel", value_col="rate")


def test_the_line_of_a_payback_crosses_zero_where_it_pays_back() -> None:
    found = campaigns.payback(
        acquisition_cost=300, margin=30, retention=0.97, discount_rate=0.01
    )
    profit = np.array(found.profit)
    assert profit.size == 26
    assert profit[found.periods - 2] < 0 <= profit[found.periods - 1]  # type: ignore[operator]
    never = campaigns.payback(acquisition_cost=300, margin=6, retention=0.97)
    axes = plot.payback_line(never, title="finding")
    assert axes.get_title(loc="left") == "The cost is never repaid"
    # What cost nothing is repaid before the first period, where no point is drawn.
    free = campaigns.payback(acquisition_cost=0, margin=6, retention=0.97)
    axes = plot.payback_line(free, title="finding")
    assert (len(axes.texts), len(axes.collections)) == (0, 0)
    assert axes.get_title(loc="left") == "A customer pays back after 0 periods"
    with pytest.raises(NotEnoughDataError, match="the profit of one period"):
        plot.payback_line(campaigns.Payback())


def test_a_price_without_a_clear_response_says_so() -> None:
    response = campaigns.PriceResponse(
        elasticity=-0.1,
        standard_error=0.2,
        n_rows=90,
        n_customers=9,
        n_products=1,
        price_variation=0.1,
    )
    axes = plot.price_response_curve(response, title="finding")
    assert "from 3.5% more to 5.2% less" in axes.get_title(loc="left")


def test_points_of_a_cohort_are_redeemed_expected_or_lost() -> None:
    cohorts = pd.DataFrame(
        {
            "cohort": [2021, 2022],
            "issued": [100.0, 200.0],
            "redeemed": [60.0, 40.0],
            "expected_redeemed": [70.0, 150.0],
        }
    )
    axes = plot.redemption_bars(cohorts)
    bars: Any = axes.patches
    heights = [bar.get_height() for bar in bars]
    assert heights == pytest.approx([60, 40, 10, 110, 30, 50])
    with pytest.raises(NotEnoughDataError, match="a table with rows"):
        plot.redemption_bars(cohorts.head(0))


def test_the_range_of_expected_points_ends_where_the_bar_does() -> None:
    cohorts = pd.DataFrame(
        {
            "cohort": [2021, 2022, 2023],
            "issued": [0.9, 200.0, 0.75],
            "redeemed": [0.25, 40.0, 0.0],
            "expected_redeemed": [0.5, 150.0, 0.1],
            "expected_redeemed_lower": [0.375, -20.0, -0.25],
            "expected_redeemed_upper": [0.625, 240.0, 0.5],
        }
    )
    axes: Any = plot.redemption_bars(cohorts)
    ends = [each[:, 1].tolist() for each in axes.collections[0].get_segments()]
    assert ends == [[0.375, 0.625], [0.0, 200.0], [0.0, 0.5]]


@pytest.mark.parametrize(
    ("cost", "said"),
    [(0, "earned 20"), (60, "lost 40"), (20, "not clear")],
)
def test_a_forest_of_profit_shows_what_is_left(cost: float, said: str) -> None:
    people = pd.DataFrame(
        {"treated": [1] * 10 + [0] * 10, "profit": [4.0, 6] * 5 + [2.0, 4] * 5}
    )
    found = campaigns.incremental_profit(people, cost=cost)
    axes = plot.incremental_profit_forest(found, title="finding")
    assert said in axes.get_title(loc="left")
    added, spent, left = np.asarray(axes.collections[-1].get_offsets())[:, 0]
    assert (added, spent, left) == pytest.approx((20, cost, 20 - cost), abs=1e-12)
