"""The drawings show the data they were given, on the axes they were given."""

from typing import Any

import numpy as np
import pytest

from crmkit.campaigns import RetentionOffer, campaign_profit_curve, uplift_curve
from crmkit.churn import (
    calibration_curve,
    fit_kaplan_meier,
    fit_shifted_beta_geometric,
    gain_curve,
)
from crmkit.plot import (
    calibration_line,
    campaign_profit_line,
    gain_line,
    retention_line,
    survival_steps,
    uplift_line,
)


@pytest.fixture
def axes() -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, made = plt.subplots()
    yield made
    plt.close(figure)


def _judged() -> Any:
    import pandas as pd

    rng = np.random.default_rng(4)
    risk = rng.beta(1, 3, 300)
    return pd.DataFrame(
        {"churn_risk": risk, "churned": rng.random(300) < risk, "clv_if_active": 100.0}
    )


def test_a_projection_is_drawn_renewal_by_renewal(axes: Any) -> None:
    import pandas as pd

    cohorts = pd.DataFrame(
        {"cohort": "x", "renewals": range(5), "customers": [1000, 631, 468, 382, 326]}
    )
    projection = fit_shifted_beta_geometric(cohorts).projection(horizon=6)
    assert retention_line(projection, ax=axes) is axes
    drawn: Any = axes.lines[0]
    assert list(drawn.get_ydata()) == list(projection.retention)


def test_a_survival_curve_starts_at_one(axes: Any) -> None:
    import pandas as pd

    spells = pd.DataFrame({"duration": [1, 2, 3], "event_observed": [1, 0, 1]})
    curve = fit_kaplan_meier(spells)
    survival_steps(curve, ax=axes)
    assert list(axes.lines[0].get_ydata()) == [1.0, *curve.survival]


def test_gain_and_calibration_are_the_tables(axes: Any) -> None:
    gain = gain_curve(_judged())
    gain_line(gain, ax=axes)
    assert axes.lines[0].get_ydata().tolist()[1:] == gain["share_captured"].tolist()
    calibration = calibration_curve(_judged())
    calibration_line(calibration, ax=axes)
    drawn = axes.lines[-1].get_ydata().tolist()
    assert drawn == calibration["churn_rate"].tolist()


def test_the_best_cut_is_marked(axes: Any) -> None:
    offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    curve = campaign_profit_curve(_judged(), offer=offer)
    campaign_profit_line(curve, ax=axes)
    assert axes.lines[-1].get_ydata().tolist() == [curve["profit"].max()]


def test_uplift_stands_beside_a_random_order(axes: Any) -> None:
    import pandas as pd

    campaign = pd.DataFrame(
        {
            "uplift": [0.9, 0.9, 0.1, 0.1],
            "treated": [1, 0, 1, 0],
            "retained": [1, 0, 1, 1],
        }
    )
    curve = uplift_curve(campaign)
    uplift_line(curve, ax=axes)
    assert axes.lines[-1].get_ydata().tolist() == curve["uplift"].tolist()
    assert axes.lines[0].get_ydata().tolist() == [0.0, curve["uplift"].iloc[-1]]
