"""Findings made by hand, so that the page can be tested without a fit."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import TransactionReport
from crmkit.clv import ErrorScale, Forecast, ModelError, PastError
from crmkit.clv.checking.choice_ranking import ModelGap
from crmkit.datasets import load_cdnow_sample
from crmkit.fits import Interval
from crmkit.report import ActionList, Findings, Question, analyse
from crmkit.report.findings import found_values as f

_LOG = TransactionReport(
    n_rows=69_659,
    n_rows_used=69_659,
    n_rows_after_end=0,
    n_customers=23_570,
    n_customers_after_end=0,
    n_customers_without_purchase=0,
    n_occasions=67_591,
    n_merged_rows=2_068,
    n_zero_amount_rows=80,
    n_refund_rows=0,
    n_duplicate_rows=255,
    n_cancelled_purchases=0,
    n_refunds_without_purchase=0,
    total_amount=2_500_315.63,
    refund_amount=0.0,
    first_date=dt.date(1997, 1, 1),
    last_date=dt.date(1998, 6, 30),
    observation_period_end=dt.date(1998, 6, 30),
)


def _curve(power: float) -> tuple[tuple[float, float], ...]:
    return tuple((at / 50, 1 - (1 - at / 50) ** power) for at in range(51))


def _listed(n_customers: int) -> pd.DataFrame:
    at = np.arange(n_customers)
    last = pd.Timestamp(1998, 6, 30) - pd.to_timedelta(at, unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"C{each:05d}" for each in at],
            "frequency": 59 - at,
            "total_amount": 9_000.0 - 300 * at,
            "last_date": last,
            "probability_alive": 0.99 - at / 100,
            "expected_purchases": 30.0 - at,
            "expected_spend": 88.0 - at,
            "clv": 2_400.0 - 60 * at,
            "clv_lower": np.where(at < 2, 40.0 - at, np.nan),
            "clv_upper": np.where(at < 2, 4_000.0 - 60 * at, np.nan),
            "clv_if_active": 2_500.0 - 60 * at,
            "value_at_risk": 100.0 + at,
            "value_tier": "A",
            "rfm_segment": "champions",
        }
    )


def _list(name: str, n_customers: int, limit: float) -> ActionList[pd.DataFrame]:
    return ActionList(
        name=name,
        n_customers=n_customers,
        past_amount=90_000.0,
        value=41_000.0,
        value_at_risk=23_000.0,
        limit=limit,
        customers=_listed(12),
    )


def _past(cutoff: str, lead_days: int, value: float) -> PastError:
    return PastError(
        cutoff=cutoff,
        lead_days=lead_days,
        horizon=lead_days / 7,
        purchases=value,
        value=value,
    )


def _month(
    at: int, *, first: float = 0.0, repeat: float = 0.0, expected: float = 0.0
) -> f.Month:
    start = dt.date(1997 + at // 12, at % 12 + 1, 1)
    return f.Month(start=start, first=first, repeat=repeat, expected=expected)


AHEAD = Forecast(
    n_customers=4_000,
    purchases=3_200.0,
    active=900.0,
    value=119_000.0,
    n_draws=80,
    resampled_purchases=Interval(lower=2_400.0, upper=4_100.0, level=0.95),
    resampled_active=Interval(lower=700.0, upper=1_100.0, level=0.95),
    resampled_value=Interval(lower=90_000.0, upper=160_000.0, level=0.95),
    value_error=ErrorScale(
        scale=0.15, degrees_of_freedom=7.0, n_cutoffs=4, n_windows=3
    ),
)


HOLDOUT = f.Holdout(
    calibration_period_end=dt.date(1997, 9, 30),
    weeks=39.0,
    n_customers=23_570,
    predicted_purchases=17_322.0,
    actual_purchases=18_120,
    predicted_amount=640_000.0,
    actual_amount=702_000.0,
    by_week=tuple(
        f.Week(week=week, predicted=450.0 * week, actual=465 * week)
        for week in range(40)
    ),
    by_decile=tuple(
        f.Decile(
            rank=rank,
            n_customers=2_357,
            predicted_amount=300_000.0 / rank,
            actual_amount=320_000.0 / rank,
        )
        for rank in range(1, 11)
    ),
    actual_amount_of_top_fifth=455_000.0,
)

FINDINGS: Findings[Any] = Findings(
    question=Question(
        source="CDNOW",
        observation_period_end=dt.date(1998, 6, 30),
        horizon_weeks=52.0,
        annual_discount_rate=0.1,
        margin=1.0,
        refunds="error",
        currency="$",
    ),
    log=_LOG,
    base=f.Base(
        n_customers=23_570,
        n_repeat_customers=9_451,
        total_amount=2_500_315.63,
        value=702_345.6,
        expected_purchases=19_000.0,
        expected_amount=735_000.0,
        n_active=9_751.0,
        value_at_risk=481_000.0,
    ),
    ahead=AHEAD,
    past_errors=ModelError(
        errors=(
            _past("1997-07-01", 91, 0.09),
            _past("1997-09-30", 91, 0.24),
            _past("1997-12-30", 91, 0.12),
            _past("1997-07-01", 182, 0.21),
        ),
        time_unit="week",
    ),
    lists=(
        _list("win_back", 2_141, 33.7),
        _list("protect", 1_401, 0.8),
        _list("second_order", 12, 254.0),
    ),
    retention=f.Retention(
        grain="month",
        cohorts=(
            f.Cohort(
                start=dt.date(1997, 1, 1),
                n_customers=7_846,
                retention=(1.0, 0.15, 0.12, 0.1),
            ),
            f.Cohort(
                start=dt.date(1997, 2, 1),
                n_customers=8_476,
                retention=(1.0, 0.15, 0.12),
            ),
        ),
        average=(1.0, 0.15, 0.12, 0.1),
        growth=tuple(
            f.GrowthPeriod(
                start=dt.date(1997, at, 1),
                new=900 // at,
                returned=100,
                retained=300,
                lost=250,
            )
            for at in range(1, 13)
        ),
    ),
    segments=(
        f.Group(
            name="champions",
            action="reward, ask to recommend",
            n_customers=4_118,
            value=577_144.0,
            past_amount=1_294_012.0,
            median_days_since_last=50.0,
        ),
    ),
    stages=(
        f.Group(
            name="growth",
            action="offer more of the range",
            n_customers=1_791,
            value=249_316.0,
            past_amount=534_555.0,
            median_days_since_last=30.0,
        ),
    ),
    risk=tuple(
        f.RiskCell(
            tier=tier,
            state=state,
            n_customers=1_500,
            value=60_000.0,
            value_at_risk=20_000.0,
        )
        for tier in "ABC"
        for state in ("Active", "Uncertain", "Probably gone", "Bought once")
    ),
    models=f.Models(
        chosen="MBG/NBD",
        reason="best",
        compared=(
            f.ModelLine(
                name="MBG/NBD", log_score=-1.01, bias=-0.19, mean_absolute_error=0.79
            ),
            f.ModelLine(
                name="BG/NBD",
                log_score=-1.02,
                bias=-0.14,
                mean_absolute_error=0.82,
                gap=ModelGap(model="BG/NBD", difference=0.01, standard_error=0.02),
            ),
        ),
        spend_correlation=0.2,
        spend_p_value=1e-9,
        signal_share=0.89,
        differ=True,
        n_compared=10_000,
    ),
    concentration=f.Concentration(
        past=_curve(4.5),
        expected=_curve(6.0),
        past_share_of_top_fifth=0.63,
        expected_share_of_top_fifth=0.74,
        customer_share_for_four_fifths=0.235,
    ),
    tiers=(
        f.Tier(
            name="A",
            n_customers=4_600,
            value=560_000.0,
            past_amount=1_400_000.0,
            mean_orders=7.4,
            median_days_since_last=65.0,
        ),
        f.Tier(
            name="B",
            n_customers=6_500,
            value=105_000.0,
            past_amount=600_000.0,
            mean_orders=1.6,
            median_days_since_last=390.0,
        ),
        f.Tier(
            name="C",
            n_customers=12_470,
            value=37_345.6,
            past_amount=500_315.63,
            mean_orders=1.1,
            median_days_since_last=480.0,
        ),
    ),
    probability_bins=tuple(
        f.Bin(lower=at / 20, upper=(at + 1) / 20, n_customers=200 + 40 * (at - 10) ** 2)
        for at in range(20)
    ),
    mean_probability_alive=0.52,
    activity=(
        f.Activity(
            name="Active",
            rule="repeat customers, at least 80% likely to be still active",
            n_customers=3_100,
            expected_purchases=12_000.0,
            value=480_000.0,
        ),
        f.Activity(
            name="Uncertain",
            rule="repeat customers, between 20% and 80%",
            n_customers=3_200,
            expected_purchases=3_000.0,
            value=120_000.0,
        ),
        f.Activity(
            name="Probably gone",
            rule="repeat customers, under 20%",
            n_customers=3_151,
            expected_purchases=400.0,
            value=12_345.6,
        ),
        f.Activity(
            name="Bought once",
            rule="too early to judge by their own rhythm",
            n_customers=14_119,
            expected_purchases=3_600.0,
            value=90_000.0,
        ),
    ),
    holdout=HOLDOUT,
    holdout_refused=None,
    outlook=f.Outlook(
        months=(
            *(
                _month(at, first=250_000.0 if at < 3 else 0.0, repeat=95_000.0 - at)
                for at in range(18)
            ),
            *(_month(at, expected=70_000.0 - at) for at in range(18, 30)),
        ),
        last_amount=1_020_000.0,
        next_amount=735_000.0,
        weeks=52.0,
        fan=tuple(
            f.FanPoint(
                weeks=13.0 * at,
                expected=175_586.4 * at,
                lower=130_000.0 * at,
                upper=230_000.0 * at,
            )
            for at in range(5)
        ),
    ),
    best=_listed(20),
    fits=(
        f.FitFacts(
            name="MBG/NBD, how often customers buy and when they leave",
            n_customers=23_570,
            n_excluded=0,
            log_likelihood=-97_000.123,
            free=(),
            penalty=0.0,
            parameters=(("r", 0.2426, 0.0126), ("alpha", 4.4136, None)),
        ),
    ),
    customers=object(),
)


@pytest.fixture(scope="session")
def found() -> Findings[Any]:
    """Return what the analysis finds in a tenth of CDNOW."""
    question = Question(
        source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
    )
    return analyse(load_cdnow_sample(), question=question)


@pytest.fixture
def findings() -> Findings[Any]:
    return FINDINGS


@pytest.fixture
def changed() -> Callable[..., Findings[Any]]:
    """Return the findings with some fields replaced."""
    return lambda **fields: replace(FINDINGS, **fields)


@pytest.fixture
def holdout() -> f.Holdout:
    return HOLDOUT
