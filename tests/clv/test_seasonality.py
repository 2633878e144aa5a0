"""A seasonal clock: nothing changes with a flat index, and a season is found again."""

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit._check import MOST_DAYS
from crmkit.clv.models import seasonality
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidValueError
from crmkit.kernels.purchases.beta_geometric import bg_nbd

END: dict[str, Any] = {"observation_period_end": "2022-12-31"}
MONTHS = np.exp(0.5 * np.sin(2 * np.pi * np.arange(12) / 12))
MONTHS /= MONTHS @ [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] / 365
OPERATIONAL = ck.HistoryColumns(recency="operational_recency", T="operational_T")
FLAT = clv.Seasonality(period="month", index=(1.0,) * 12)
MODEL = clv.BgNbd(r=0.5, alpha=9.0, a=0.9, b=3.0, time_unit="week")


def season_log(customers: int, seed: int, *, holiday: float = 1.0) -> pd.DataFrame:
    """Simulate two years of buyers who come by the month, and more on 24 December."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2021-01-01", "2022-12-31")
    pace = MONTHS[days.month - 1].copy()
    pace[(days.month == 12) & (days.day == 24)] *= holiday
    clock = np.cumsum(pace) - pace[0]
    first = rng.integers(0, 650, customers)
    rate, drop, life = bg_nbd.sample_customers(
        customers, rng, r=0.7, alpha=50.0, a=0.8, b=3.0
    )
    who, when = bg_nbd.sample_purchase_times(
        rate, drop, life, clock[-1] - clock[first], rng
    )
    at = np.minimum(np.searchsorted(clock, clock[first][who] + when), 729)
    return pd.DataFrame(
        {
            "customer_id": np.concatenate([np.arange(customers), who]),
            "date": days[np.concatenate([first, at])],
            "amount": 10.0,
        }
    )


def test_a_flat_index_is_the_plain_model_to_the_last_bit() -> None:
    end = "1997-09-30"
    customers = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end=end, time_unit="week"
    )
    found = FLAT.with_operational_time(
        customers, observation_period_end=end, time_unit="week"
    )
    assert np.array_equal(found["operational_recency"], customers["recency"])
    assert np.array_equal(found["operational_T"], customers["T"])
    assert FLAT.operational_horizon(end, 13, time_unit="week") == 13
    plain, seasonal = (
        clv.fit_bg_nbd(found, columns=columns)
        for columns in (ck.HistoryColumns(), OPERATIONAL)
    )
    assert plain.parameters == seasonal.parameters


def test_a_season_is_found_beside_customers_who_leave() -> None:
    log = season_log(8000, seed=1)
    season = clv.fit_seasonality(log, **END)
    misses = (np.log(season.index) - np.log(MONTHS)) / season.log_errors
    assert np.abs(misses).max() < 3.5
    np.testing.assert_allclose(season.index, MONTHS, rtol=0.12)
    assert season.log_likelihood is not None
    assert season.flat_log_likelihood is not None
    assert season.log_likelihood > season.flat_log_likelihood + 50
    assert clv.Seasonality.from_dict(season.to_dict()) == season


def test_the_coming_season_is_in_the_forecast() -> None:
    """From December, three months of the season's rise against its mean."""
    log = season_log(8000, seed=2)
    customers = ck.rfm_summary(log, **END, time_unit="week")
    season = clv.fit_seasonality(log, **END)
    timed = season.with_operational_time(customers, **END, time_unit="week")
    model = clv.fit_bg_nbd(timed, columns=OPERATIONAL, time_unit="week")
    up = season.operational_horizon("2022-12-31", 13, time_unit="week")
    down = season.operational_horizon("2022-06-30", 13, time_unit="week")
    assert up > 13 > down
    expected = model.with_expected_purchases(timed, horizon=up, columns=OPERATIONAL)
    flat = clv.fit_bg_nbd(customers).with_expected_purchases(customers, horizon=13)
    assert expected["expected_purchases"].sum() > 1.1 * flat["expected_purchases"].sum()


def test_a_holiday_has_an_index_of_its_own() -> None:
    log = season_log(8000, seed=3, holiday=6.0)
    days = ["2021-12-24", "2022-12-24", "2023-12-24"]
    season = clv.fit_seasonality(log, **END, events={"christmas eve": days})
    (event,) = season.events
    december = season.index[11]
    miss = (np.log(event.index / december) - np.log(6.0)) / event.log_error
    assert abs(miss) < 3.5
    day = season.operational_horizon("2023-12-23", 1)
    assert day == event.index
    assert season.operational_horizon("2023-12-22", 1) == december


@pytest.mark.parametrize("period", ["month", "week"])
def test_each_of_several_events_has_its_own_index_and_error(period: Any) -> None:
    log = season_log(1500, seed=6, holiday=6.0)
    events: dict[str, list[str]] = {
        "christmas eve": ["2021-12-24", "2022-12-24"],
        "summer": [f"2022-07-0{day}" for day in range(1, 10)],
        "spring": [f"2022-04-0{day}" for day in range(4, 8)],
    }
    season = clv.fit_seasonality(log, **END, events=events, period=period, penalty=0.0)
    again = log.drop_duplicates().sort_values(["customer_id", "date"])
    again = again[again["customer_id"].duplicated()]
    for event, (name, days) in zip(season.events, events.items(), strict=True):
        bought = int(again["date"].isin(pd.to_datetime(days)).sum())
        assert event.name == name
        assert bought > 10
        # Purchases of few days are about Poisson: so is the error of their logarithm.
        assert event.log_error == pytest.approx(bought**-0.5, rel=0.06)
    # Per day, each event against the others: how many buy changes less than this.
    pace = [event.index for event in season.events]
    daily = [
        again["date"].isin(pd.to_datetime(days)).sum() / len(days)
        for days in events.values()
    ]
    alike = np.array(pace) / daily
    assert alike.max() < 1.35 * alike.min()


def test_weeks_beside_months() -> None:
    season = clv.fit_seasonality(season_log(3000, seed=4), **END, period="week")
    assert len(season.index) == 52
    middle = np.interp(np.arange(52) * 7, np.arange(12) * 30.4 + 15, MONTHS)
    assert np.corrcoef(season.index, middle)[0, 1] > 0.8


@pytest.mark.parametrize("events", [False, True])
@pytest.mark.parametrize("period", ["month", "week"])
def test_the_mean_over_a_year_of_its_days_is_one(
    period: Literal["month", "week"], *, events: bool
) -> None:
    sale = ["2021-12-24", "2022-12-24"]
    fair = ["2021-06-01", "2021-06-02", "2022-06-01", "2022-06-02", "2022-06-03"]
    season = clv.fit_seasonality(
        season_log(600, seed=6),
        **END,
        period=period,
        events={"sale": sale, "fair": fair} if events else None,
    )
    # The Gregorian year, and what February and the last week have of it.
    months = [31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    days = months if period == "month" else [7.0] * 51 + [8.2425]
    index = [*season.index, *(event.index for event in season.events)]
    weights = [*days, 1.0, 2.5] if events else days
    mean = np.average(index, weights=weights)
    assert float(mean) == pytest.approx(1.0, rel=1e-12, abs=0)
    assert np.ptp(index) > 0.1


def test_a_part_of_a_day_counts_in_proportion() -> None:
    season = clv.Seasonality(period="month", index=(10 / 11,) * 11 + (2.0,))
    assert season.operational_horizon("2024-11-30", 0.25) == 0.5
    assert season.operational_horizon("2024-11-29", 1.5) == pytest.approx(10 / 11 + 1)
    assert season.operational_horizon("2024-11-29", 0.0) == 0.0


def discounted(season: clv.Seasonality, rate: float) -> pd.Series:
    customers = pd.DataFrame({
        "frequency": [0, 2, 9], "recency": [0.0, 5.0, 28.0], "T": [20.0, 30.0, 30.0],
    })  # fmt: skip
    found = season.with_discounted_expected_purchases(
        customers,
        purchases=MODEL,
        observation_period_end="2022-10-15",
        horizon=26,
        discount_rate=rate,
        time_unit="week",
    )
    return found["discounted_expected_purchases"]


def test_discounting_is_that_of_the_calendar() -> None:
    x, t_x, T = (
        np.array([0, 2, 9]),
        np.array([0.0, 5.0, 28.0]),
        np.array([20.0, 30, 30]),
    )
    flat = MODEL.discounted_expected_purchases(
        x, t_x, T, horizon=26, discount_rate=0.01
    )
    np.testing.assert_allclose(discounted(FLAT, 0.01), flat, rtol=1e-12)
    season = clv.Seasonality(period="month", index=tuple(MONTHS.tolist()))
    ahead = season.operational_horizon("2022-10-15", 26, time_unit="week")
    undiscounted = MODEL.expected_purchases(x, t_x, T, horizon=ahead)
    np.testing.assert_allclose(discounted(season, 0.0), undiscounted, rtol=1e-12)
    # By the day, each discounted from its middle.
    total, before = np.zeros(3), np.zeros(3)
    for day in range(1, 26 * 7 + 1):
        clock = season.operational_horizon("2022-10-15", day) / 7
        now = MODEL.expected_purchases(x, t_x, T, horizon=clock)
        total += (now - before) * 1.01 ** -((day - 0.5) / 7)
        before = now
    np.testing.assert_allclose(discounted(season, 0.01), total, rtol=1e-6)


def test_what_cannot_be_is_refused() -> None:
    log = season_log(200, seed=5)
    with pytest.raises(ck.errors.InvalidValueError, match="no day of 'easter'"):
        clv.fit_seasonality(log, **END, events={"easter": ["2030-04-21"]})
    with pytest.raises(ck.errors.InvalidValueError, match="period"):
        clv.fit_seasonality(log, **END, period="day")  # type: ignore[arg-type]
    once = log.drop_duplicates("customer_id")
    with pytest.raises(ck.errors.NotEnoughDataError, match="came back"):
        clv.fit_seasonality(once, **END)


@pytest.mark.parametrize("purchases", ["bg_nbd", "mbg_nbd"])
def test_without_an_index_it_is_the_likelihood_of_the_model_by_the_week(
    purchases: Literal["bg_nbd", "mbg_nbd"],
) -> None:
    log = season_log(600, seed=6)
    season = clv.fit_seasonality(log, **END, purchases=purchases)
    fit = {"bg_nbd": clv.fit_bg_nbd, "mbg_nbd": clv.fit_mbg_nbd}[purchases]
    plain = fit(ck.rfm_summary(log, **END, time_unit="week"), time_unit="week")
    assert plain.report is not None
    assert season.flat_log_likelihood == pytest.approx(
        plain.report.log_likelihood, rel=1e-9, abs=0
    )


@pytest.mark.parametrize("unit", [1.0, 7.0])
def test_a_horizon_reaches_as_many_days_as_a_calendar_has(unit: float) -> None:
    assert seasonality._days_ahead(MOST_DAYS / unit, unit) == pytest.approx(MOST_DAYS)
    with pytest.raises(InvalidValueError, match="horizon"):
        seasonality._days_ahead(1.001 * MOST_DAYS / unit, unit)
