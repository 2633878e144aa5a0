"""A model with a known unit of time refuses another one, or warns of its traces."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.clv import BgNbd, GammaGamma
from crmkit.errors import InvalidValueError, UnitWarning
from crmkit.fits import require_unit

WEEKLY = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4, time_unit="week")
UNKNOWN = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4)


def test_another_unit_is_refused_in_one_sentence() -> None:
    said = (
        "argument 'time_unit': 'day', but the BgNbd is in 'week'. "
        "Pass time_unit='week', or fit the model in 'day'."
    )
    with pytest.raises(InvalidValueError) as refused:
        require_unit(WEEKLY, "day")
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("model", "unit"),
    [
        (WEEKLY, "week"),
        (WEEKLY, None),
        (UNKNOWN, "day"),
        (GammaGamma(p=6.0, q=4.0, v=15.0), "day"),  # money has no unit of time
    ],
)
def test_an_equal_or_unknown_unit_passes(model: object, unit: str | None) -> None:
    require_unit(model, unit)


LOG = ck.datasets.load_cdnow_sample().head(1500)
FITTED = ck.clv.fit_bg_nbd(
    ck.rfm_summary(LOG, observation_period_end="1997-09-30", time_unit="week"),
    time_unit="week",
)
SPEND = GammaGamma(p=6.0, q=4.0, v=15.0)
MONEY: Any = {"purchases": FITTED, "spend": SPEND, "horizon": 4, "discount_rate": 0.0}
USES: dict[str, Callable[[pd.DataFrame], object]] = {
    "probability_alive": FITTED.with_probability_alive,
    "expected_purchases": lambda f: FITTED.with_expected_purchases(f, horizon=4),
    "clv": lambda f: ck.clv.with_clv(f, **MONEY),
    "clv_if_active": lambda f: ck.clv.with_clv_if_active(f, **MONEY),
    "clv_interval": lambda f: ck.clv.with_clv_interval(
        f, **MONEY, rng=np.random.default_rng(1)
    ),
    "forecast": lambda f: ck.clv.forecast(f, **MONEY, rng=np.random.default_rng(1)),
    "churn_risk": lambda f: ck.churn.with_churn_risk(f, purchases=FITTED, horizon=4),
    "departure_risk": lambda f: ck.churn.with_departure_risk(f, purchases=FITTED),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_days_in_a_model_of_weeks_are_warned_of_where_it_is_used(
    use: Callable[[pd.DataFrame], object],
) -> None:
    weeks = ck.rfm_summary(LOG, observation_period_end="1999-09-30", time_unit="week")
    days = ck.rfm_summary(LOG, observation_period_end="1997-09-30", time_unit="day")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        use(weeks.head(20))  # 143 weeks after a fit to 39: late, but the same unit
    with pytest.warns(UnitWarning, match=r"up to 27\d, but .* up to 3\d\.\d+ weeks"):
        use(days.head(20))
