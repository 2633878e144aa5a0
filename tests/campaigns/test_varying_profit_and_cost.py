"""The interval of a campaign's profit in any unit, and where only one part varies."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from crmkit.campaigns import IncrementalProfit, incremental_profit

OF: list[Any] = ["effect", "profit", "return_on_investment"]
TREATED = [1] * 5 + [0] * 5
COST = [1.0, 1.5, 2.0, 1.25, 1.75, 0, 0, 0, 0, 0]


def _ends(found: IncrementalProfit, level: float = 0.9) -> list[list[float]]:
    return [[*found.interval(of=each, level=level)][:2] for each in OF]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_where_profit_does_not_vary_the_interval_is_that_of_the_costs(
    level: float,
) -> None:
    campaign = pd.DataFrame(
        {"treated": TREATED, "profit": [7.0] * 5 + [3.0] * 5, "cost": COST}
    )
    found = incremental_profit(campaign, cost_col="cost")
    effect, profit, returned = _ends(found, level)
    assert effect == [4.0, 4.0]
    low, high = stats.t.interval(level, 4, np.mean(COST[:5]), stats.sem(COST[:5]))
    assert_allclose(profit, [5 * (4 - high), 5 * (4 - low)], rtol=1e-9, atol=0)
    assert_allclose(returned, [4 / high - 1, 4 / low - 1], rtol=1e-9, atol=0)


def test_where_nothing_varies_each_interval_is_one_point() -> None:
    campaign = pd.DataFrame({"treated": TREATED, "profit": [7.0] * 5 + [3.0] * 5})
    found = incremental_profit(campaign, cost=8.0)
    assert _ends(found) == [[4.0, 4.0], [12.0, 12.0], [1.5, 1.5]]


@pytest.mark.parametrize("unit", [2.0**-30, 2.0**-8, 2.0**20])
def test_the_intervals_of_a_campaign_are_alike_in_any_unit(unit: float) -> None:
    campaign = pd.DataFrame(
        {
            "profit": [9.0, 7, 12, 8, 10, 5, 3, 6, 4, 8],
            "before": [4.0, 3, 5, 3, 4, 3, 2, 4, 3, 5],
            "cost": COST,
        }
    )

    def measured(times: float) -> IncrementalProfit:
        rows = (campaign * times).assign(treated=TREATED)
        return incremental_profit(rows, before_col="before", cost_col="cost")

    plain, other = measured(1.0), measured(unit)
    assert other.return_on_investment == pytest.approx(
        plain.return_on_investment, rel=1e-12, abs=0
    )
    expected = np.array(_ends(plain)) * [[unit], [unit], [1.0]]
    assert_allclose(_ends(other), expected, rtol=1e-9, atol=0)


def test_a_past_of_two_equal_halves_predicts_what_it_predicts() -> None:
    # Profit is 10 + 3 times the past, and 2 more for the treated.
    before = np.array([1.0, -1, 1, -1, 1, -1, 1, -1])
    treated = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    campaign = pd.DataFrame(
        {"treated": treated, "before": before, "profit": 10 + 3 * before + 2 * treated}
    )
    found = incremental_profit(campaign, before_col="before", cost=1.0)
    assert found.effect == pytest.approx(2, rel=1e-12, abs=0)
    assert found.standard_error == pytest.approx(0, abs=1e-12)
