"""Totals of a forecast until earlier times, from the same futures."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import InvalidValueError

TRUTH = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
CUSTOMERS: dict[str, list[Any]] = {
    "frequency": [2, 0, 7, 20],
    "recency": [30.43, 0.0, 29.43, 30.857],
    "T": [38.86, 38.86, 38.86, 31.0],
    "monetary_value": [22.35, 0.0, 73.74, 40.0],
}


def _rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("copies", [1, 18_000], ids=["few", "many"])
def test_the_path_of_a_forecast_is_that_of_shorter_ones(copies: int) -> None:
    customers = pd.concat([pd.DataFrame(CUSTOMERS)] * copies, ignore_index=True)
    options: dict[str, Any] = {
        "purchases": TRUTH,
        "spend": SPEND,
        "discount_rate": 0.01,
    }
    plain = clv.Ranges(n_draws=60, model_error=None)
    asked = dataclasses.replace(plain, until=(10.0, 30.0))
    ahead = clv.forecast(customers, horizon=30, ranges=asked, rng=_rng(), **options)
    options["ranges"] = plain
    alone = clv.forecast(customers, horizon=30, rng=_rng(), **options)
    assert dataclasses.replace(ahead, path=()) == alone
    early, end = ahead.path
    for total in ("purchases", "active", "value"):
        assert getattr(end, total) == getattr(ahead, total)
        assert getattr(end, f"resampled_{total}") == ahead.interval(total)
        assert getattr(early, total) < getattr(end, total)
    shorter = clv.forecast(customers, horizon=10, rng=_rng(5), **options)
    spread = shorter.resampled_purchases.upper - shorter.resampled_purchases.lower
    assert early.purchases == pytest.approx(shorter.purchases, abs=spread / 4)


def test_a_time_after_the_horizon_is_no_part_of_the_path() -> None:
    with pytest.raises(InvalidValueError) as caught:
        clv.forecast(
            pd.DataFrame(CUSTOMERS),
            purchases=TRUTH,
            spend=SPEND,
            horizon=30,
            ranges=clv.Ranges(until=(10.0, 31.0)),
            discount_rate=0,
            rng=_rng(),
        )
    assert str(caught.value) == (
        "argument 'until': 31, which is after the horizon of 30. "
        "Pass times within the horizon, or a longer one."
    )
