"""Points counted in thousands, of which there may be less than one, count alike."""

import pandas as pd

from crmkit.campaigns import points_by, with_points_liability


def test_less_than_a_thousand_points_have_rates_of_redemption_and_expiry() -> None:
    moves = pd.DataFrame(
        {
            "partner": ["air", "hotel", "air"],
            "issued": [0.25, 0.5, 0.25],
            "redeemed": [0.125, 0.0, 0.0],
            "expired": [0.0, 0.375, 0.25],
        }
    )
    found = points_by(moves, by="partner", expired_col="expired")
    assert found["redemption_rate"].tolist() == [0.25, 0.0]
    assert found["breakage_rate"].tolist() == [0.5, 0.75]
    assert found["outstanding"].tolist() == [0.125, 0.125]


def test_less_than_a_thousand_points_expected_are_earned_as_they_are_redeemed() -> None:
    cohort = pd.DataFrame(
        {
            "paid_amount": [1.25, 1.25, 1.25],
            "goods_price": 0.75,
            "points_price": 0.25,
            "redeemed": [0.125, 0.5, 0.0],
            "expected_redeemed": [0.5, 0.5, 0.0],
        }
    )
    found = with_points_liability(cohort)
    # A quarter of the price is for points: 0.3125. None expected is all earned.
    assert found["points_revenue"].tolist() == [0.078125, 0.3125, 0.3125]
    assert found["points_liability"].tolist() == [0.234375, 0.0, 0.0]
