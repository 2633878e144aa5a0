"""Errors of past forecasts that knew a season."""

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmkit import HistoryColumns, clv

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import forecast_coverage
from forecast_coverage import WEEKS


def test_past_errors_of_a_seasonal_forecast_are_those_made_by_hand() -> None:
    log = forecast_coverage.simulated("season", 1, n_customers=200, days=480)
    cut, end = dt.date(2022, 12, 31), dt.date(2023, 4, 1)
    (error,) = clv.fit_model_error(
        log,
        purchases=clv.fit_bg_nbd,
        cutoffs=[cut],
        lead_days=[91],
        summary=forecast_coverage.in_season(log),
    ).errors
    season = clv.fit_seasonality(
        log[log["date"] <= pd.Timestamp(cut)], observation_period_end=cut
    )
    assert error.horizon == season.operational_horizon(cut, 13, time_unit="week")
    split = season.with_operational_time(
        WEEKS(log, calibration_period_end=cut, observation_period_end=end),
        observation_period_end=cut,
        time_unit="week",
    )
    x, recency, T = (
        split[name] for name in ("frequency", "operational_recency", "operational_T")
    )
    columns = HistoryColumns(recency="operational_recency", T="operational_T")
    expected = clv.fit_bg_nbd(split, columns=columns).expected_purchases(
        x, recency, T, horizon=error.horizon
    )
    came = split["holdout_frequency"].sum()
    assert error.purchases == pytest.approx(np.log(came / expected.sum()), rel=1e-9)
    # The spring of the swing: by the calendar the same forecast misses by more.
    (calendar,) = clv.fit_model_error(
        log,
        purchases=clv.fit_bg_nbd,
        cutoffs=[cut],
        lead_days=[91],
        summary=WEEKS,
    ).errors
    assert calendar.purchases is not None
    assert error.purchases is not None
    assert abs(error.purchases) < abs(calendar.purchases)
