"""Points counted in thousands, of which there may be less than one, count alike."""

import pandas as pd

from crmkit.campaigns import points_by


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
