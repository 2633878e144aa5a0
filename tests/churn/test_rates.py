"""Rates, mixtures and the value of a point of retention."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import (
    AggregationBias,
    PeriodRates,
    RetentionElasticity,
    ShiftedBetaGeometric,
    aggregation_bias,
    margin_multiple,
    period_rates,
    rescaled_rate,
    retention_elasticity,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

BOOK = {
    "revenue_at_start": [10.0, 10, 20, 20, 0, 0],
    "revenue_at_end": [10.0, 0, 25, 15, 30, 0],
}


def test_the_start_is_the_denominator(eager_frame: Any) -> None:
    rates = period_rates(eager_frame(BOOK))
    assert (rates.churn_rate, rates.retention_rate) == (0.25, 0.75)
    assert rates.gross_revenue_churn == pytest.approx(15 / 60)
    assert rates.net_revenue_retention == pytest.approx(50 / 60)
    assert (rates.n_customers_won, rates.revenue_won) == (1, 30)
    lower, upper = rates.interval()
    assert lower < 0.25 < upper
    assert PeriodRates.from_dict(json.loads(json.dumps(rates.to_dict()))) == rates


def test_revenue_is_accounted_for_to_the_last_cent(rng: np.random.Generator) -> None:
    import pandas as pd

    before, after = rng.integers(0, 5, (2, 200)) * 1.25
    rates = period_rates(
        pd.DataFrame({"revenue_at_start": before, "revenue_at_end": after})
    )
    flows = rates.revenue_expanded - rates.revenue_contracted - rates.revenue_lost
    assert rates.revenue_at_start + flows + rates.revenue_won == after.sum()
    kept = rates.net_revenue_retention * rates.revenue_at_start
    assert kept == pytest.approx(after[before > 0].sum(), rel=1e-12)


def test_nobody_at_the_start_is_refused(eager_frame: Any) -> None:
    with pytest.raises(NotEnoughDataError, match="at the start"):
        period_rates(eager_frame(BOOK | {"revenue_at_start": [0.0] * 6}))
    with pytest.raises(InvalidValueError, match="'revenue_at_end': missing value"):
        period_rates(eager_frame(BOOK | {"revenue_at_end": [1.0] * 5 + [None]}))


def test_a_rescaled_rate_composes_and_overstates_a_real_cohort() -> None:
    month = rescaled_rate(churn_rate=0.3, periods=1 / 12)
    assert rescaled_rate(churn_rate=month, periods=12) == pytest.approx(0.3, rel=1e-12)
    assert rescaled_rate(churn_rate=1, periods=2) == 1
    model = ShiftedBetaGeometric(a=0.7, b=1.2)
    first_year = 1 - model.survival([1])[0]
    assert rescaled_rate(churn_rate=first_year, periods=5) > 1 - model.survival([5])[0]


def test_the_two_segments_of_the_textbook(eager_frame: Any) -> None:
    segments = eager_frame({"n_customers": [2, 1], "retention": [0.9, 0.6]})
    bias = aggregation_bias(segments, renewals=5)
    assert bias.retention == pytest.approx(
        (0.8, 0.825, 0.8455, 0.8613, 0.8730), abs=5e-5
    )
    assert (bias.expected_lifetime, bias.naive_lifetime) == pytest.approx((7.5, 5.0))
    assert sum(bias.sorting) == pytest.approx(bias.retention[-1] - bias.retention[0])
    assert AggregationBias.from_dict(json.loads(json.dumps(bias.to_dict()))) == bias


def test_equal_segments_have_no_bias_and_endless_ones_no_lifetime() -> None:
    import pandas as pd

    equal = pd.DataFrame({"n_customers": [5, 9], "retention": [0.7, 0.7]})
    bias = aggregation_bias(equal, renewals=4)
    assert bias.retention == pytest.approx([0.7] * 4)
    assert bias.expected_lifetime == pytest.approx(bias.naive_lifetime)
    endless = pd.DataFrame({"n_customers": [5, 9], "retention": [0.7, 1.0]})
    assert aggregation_bias(endless, renewals=4).expected_lifetime is None
    nobody_in_it = endless.assign(n_customers=[5, 0])
    assert aggregation_bias(nobody_in_it, renewals=4).expected_lifetime == (
        pytest.approx(1 / 0.3, rel=1e-12)
    )


# Gupta and Lehmann (2003): the margin multiple by retention and discount rate.
@pytest.mark.parametrize(
    ("retention", "published"),
    [
        (0.6, [1.20, 1.15, 1.11, 1.07]),
        (0.7, [1.75, 1.67, 1.59, 1.52]),
        (0.8, [2.67, 2.50, 2.35, 2.22]),
        (0.9, [4.50, 4.09, 3.75, 3.46]),
    ],
)
def test_the_published_margin_multiples(
    retention: float, published: list[float]
) -> None:
    found = [
        margin_multiple(retention_rate=retention, discount_rate=i)
        for i in (0.10, 0.12, 0.14, 0.16)
    ]
    assert found == pytest.approx(published, abs=5e-3)


def test_the_multiple_is_its_sum() -> None:
    years = np.arange(1, 400)
    summed = np.sum(0.9**years * 1.02 ** (years - 0) / 1.1**years) / 1.02
    found = margin_multiple(retention_rate=0.9, discount_rate=0.1, margin_growth=0.02)
    assert found == pytest.approx(summed, rel=1e-10)


def test_the_elasticity_is_the_slope() -> None:
    small = retention_elasticity(retention_rate=0.85, change=1e-6, discount_rate=0.1)
    slope = (small.new_value - small.value) / 1e-6
    assert small.value_of_a_point == pytest.approx(slope / 100, rel=1e-4)
    assert small.elasticity == pytest.approx(slope * 0.85 / small.value, rel=1e-4)
    again = RetentionElasticity.from_dict(json.loads(json.dumps(small.to_dict())))
    assert again == small


def test_the_bank_of_the_proverb_earns_seventy_per_cent_more() -> None:
    bank = retention_elasticity(
        retention_rate=0.85, change=0.05, discount_rate=0.10, fixed_cost=1.83
    )
    assert bank.relative_change == pytest.approx(0.70, abs=5e-3)


def test_values_without_a_limit_or_below_zero_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="no limit"):
        margin_multiple(retention_rate=1.0, discount_rate=0.0)
    with pytest.raises(InvalidValueError, match="value at the start"):
        retention_elasticity(
            retention_rate=0.5, change=0.1, discount_rate=0.1, fixed_cost=9
        )
    with pytest.raises(InvalidValueError, match="retention_rate \\+ change"):
        retention_elasticity(retention_rate=0.98, change=0.05, discount_rate=0.1)


def test_nothing_lost_is_no_minus_zero() -> None:
    import pandas as pd

    still = pd.DataFrame({"revenue_at_start": [10.0, 0], "revenue_at_end": [12.0, 5]})
    assert "-" not in repr(period_rates(still))


def test_revenue_that_cannot_be_added_up_is_refused() -> None:
    import pandas as pd

    book = pd.DataFrame({"revenue_at_start": [1e308, 1e308], "revenue_at_end": 1.0})
    with pytest.raises(InvalidValueError, match=r"'revenue_at_start': value beyond"):
        period_rates(book)


def test_sizes_may_be_shares_but_not_all_zero() -> None:
    import pandas as pd

    shares = pd.DataFrame({"n_customers": [0.6, 0.4], "retention": [0.9, 0.6]})
    assert aggregation_bias(shares, renewals=1).retention == pytest.approx([0.78])
    none = shares.assign(n_customers=0)
    with pytest.raises(NotEnoughDataError, match="needs customers, got 0"):
        aggregation_bias(none, renewals=1)
    with pytest.raises(InvalidValueError, match="'retention': value outside 0 to 1"):
        aggregation_bias(shares.assign(retention=[0.9, 1.2]), renewals=1)


def test_a_multiple_without_limit_is_refused_up_to_the_last_rate_that_has_one() -> None:
    # 1 + i = r (1 + g): the sum of the margins just stops having a limit.
    with pytest.raises(InvalidValueError, match="no limit"):
        margin_multiple(retention_rate=0.5, discount_rate=0.0, margin_growth=1.0)
    found = margin_multiple(retention_rate=0.5, discount_rate=0.5, margin_growth=1.0)
    assert found == 0.5 / (1.5 - 1.0)


def test_the_elasticity_is_that_of_money_growth_and_cost_together() -> None:
    kept, i, g = 0.8, 0.1, 0.03

    def worth(r: float) -> float:
        return 7.0 * r / (1 + i - r * (1 + g)) - 2.0

    found = retention_elasticity(
        retention_rate=kept,
        change=-0.05,
        discount_rate=i,
        margin=7.0,
        margin_growth=g,
        fixed_cost=2.0,
    )
    slope = (worth(kept + 1e-6) - worth(kept - 1e-6)) / 2e-6
    assert found.value == pytest.approx(worth(0.8), rel=1e-12)
    assert found.new_value == pytest.approx(worth(0.75), rel=1e-12)
    assert found.relative_change == pytest.approx(worth(0.75) / worth(0.8) - 1)
    assert found.elasticity == pytest.approx(slope * kept / worth(kept), rel=1e-7)
    assert found.value_of_a_point == pytest.approx(slope / 100, rel=1e-7)
    plain: dict[str, float] = {
        "retention_rate": kept,
        "change": 0.05,
        "discount_rate": i,
    }
    stated = {"margin": 1.0, "margin_growth": 0.0, "fixed_cost": 0.0}
    assert retention_elasticity(**plain) == retention_elasticity(**plain, **stated)


def test_a_customer_worth_nothing_at_the_start_has_no_elasticity() -> None:
    # 0.5 / (1 + 0 - 0.5) is 1: the cost takes all of it, exactly.
    with pytest.raises(InvalidValueError, match=r"invalid value 0\.0"):
        retention_elasticity(
            retention_rate=0.5, change=0.1, discount_rate=0.0, fixed_cost=1.0
        )


def test_a_customer_is_there_with_any_revenue_above_0() -> None:
    import pandas as pd

    book = pd.DataFrame(
        {
            "revenue_at_start": [0.5, 0.25, 0.75, 0.125, 0.0, 0.0],
            "revenue_at_end": [0.25, 0.0, 1.0, 0.125, 0.375, 0.0],
        }
    )
    assert period_rates(book) == PeriodRates(
        n_customers_at_start=4,
        n_customers_lost=1,
        n_customers_won=1,
        revenue_at_start=1.625,
        revenue_lost=0.25,
        revenue_contracted=0.25,
        revenue_expanded=0.25,
        revenue_won=0.375,
    )
