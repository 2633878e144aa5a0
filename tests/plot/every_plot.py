"""A case of every plot: the answer of the function that its docstring names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import crmkit as ck
from crmkit import fits, plot

__all__ = ["CALLS", "NAMES", "drawn"]

# Untyped: a call reads better than its types here, and a wrong one fails its test.
campaigns: Any = ck.campaigns
churn: Any = ck.churn
clv: Any = ck.clv
satisfaction: Any = ck.satisfaction
segments: Any = ck.segments

DAYS = pd.to_datetime(["2024-01-05", "2024-02-20", "2024-01-09", "2024-03-01"])
LOG = pd.DataFrame(
    {"customer_id": ["ann", "ann", "bob", "cy"], "date": DAYS, "amount": [1.0, 2, 3, 4]}
)
ON = {"observation_period_end": "2024-03-31"}
HISTORIES = pd.DataFrame(
    {
        "customer_id": [1, 2, 3],
        "frequency": [0, 1, 2],
        "recency": [0.0, 2, 3],
        "T": [4.0, 5, 6],
        "monetary_value": [0.0, 20, 35],
    }
)
ALIVE = HISTORIES.assign(probability_alive=0.5)
MODEL = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4, time_unit="week")
SPEND = clv.GammaGamma(p=6.2, q=3.7, v=15.4)
BASE = pd.DataFrame({"clv": [60.0, 20, 15, 3, -2], "profit": [60.0, 20, 15, 3, -2]})
JUDGED = pd.DataFrame(
    {
        "churn_risk": np.linspace(0.05, 0.95, 60),
        "churned": [0, 0, 1] * 10 + [0, 1, 1] * 10,
        "clv_if_active": 100.0,
    }
)
TREATED = pd.DataFrame(
    {
        "uplift": np.linspace(0, 1, 80),
        "treated": [0, 1] * 40,
        "retained": [0, 1, 1, 1] * 20,
    }
)
ANSWERS = pd.DataFrame(
    {
        "plan": ["a", "a", "b", "b"] * 20,
        "date": np.repeat(DAYS, 20),
        "score": [9, 3, 10, 8] * 20,
        "speed": np.tile([1.0, 2, 3, 4, 5], 16),
        "staff": np.tile([2.0, 1, 4, 3], 20),
        "overall": np.tile([1.0, 2, 3, 5, 4], 16),
    }
)
KANO = pd.DataFrame(
    {"feature": ["$x$"] * 4 + ["b"] * 4, "functional": [1, 2] * 4, "dysfunctional": 5}
)
SPELLS = pd.DataFrame(
    {"duration": [1, 2, 3, 4], "event_observed": [1, 0, 1, 1], "plan": list("aabb")}
)
REPORT = fits.FitReport(
    names=("r", "alpha"),
    estimates=(0.24, 4.4),
    converged=True,
    iterations=3,
    gradient_norm=0.0,
    message="The gradient is zero.",
    log_likelihood=-10.0,
    n_customers=9.0,
    n_cells=5,
    covariance=((0.01, 0.0), (0.0, 0.2)),
)
EFFECT = clv.CovariateEffect(
    covariate="web", on="rate", estimate=0.3, standard_error=0.1, shrunk=0.3
)
COVARIATES = clv.PurchaseCovariates(
    family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=(EFFECT,)
)
SCORE = clv.BacktestScore(
    model="BG/NBD",
    cutoff="2024-01-31",
    n_customers=9,
    predicted=10.0,
    actual=8.0,
    bias=0.25,
    mean_absolute_error=0.5,
    gini=0.5,
    calibration=((0.1, 0.2), (1.0, 0.9)),
)
TRIED = clv.Backtest(horizon_days=91, scores=(SCORE,))
RANGE = ck.Interval(lower=8.0, upper=13.0, level=0.95)
FORECAST = clv.Forecast(
    n_customers=9,
    purchases=10.0,
    active=10.0,
    value=10.0,
    n_draws=100,
    resampled_purchases=RANGE,
    resampled_active=RANGE,
    resampled_value=RANGE,
)
MOVES = segments.migration_table(
    pd.DataFrame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]}),
    pd.DataFrame({"customer_id": [1, 2], "value_tier": ["B", "B"]}),
    tiers=("A", "B"),
)
PARTS = pd.DataFrame(
    {f"clv{at}": [float(at) - 3] for at in range(1, 7)} | {"clv": [3.0]}
)
SEASON = clv.Seasonality(period="month", index=(1.0,) * 12, log_errors=(0.1,) * 12)
PROJECTION = churn.RetentionProjection(
    renewals=(1, 2),
    survival=(0.8, 0.7),
    survival_lower=(0.7, 0.6),
    survival_upper=(0.9, 0.8),
    retention=(0.8, 0.9),
    retention_lower=(0.7, 0.8),
    retention_upper=(0.9, 0.95),
    level=0.95,
)
OFFER = campaigns.RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
PATH = pd.DataFrame(
    {"customer_id": "ann", "date": DAYS, "probability_alive": [1, 0.9, 0.8, 0]}
)
EFFECTS = pd.DataFrame({"arm": ["x"], "effect": 2.0, "effect_lower": -1.0})
PLAN = {"by": "plan"}
TRIANGLE = pd.DataFrame(
    {
        "cohort": [2021] * 3 + [2022] * 2 + [2023],
        "age": [0, 1, 2, 0, 1, 0],
        "issued": [1000] * 3 + [1200] * 2 + [1500],
        "redeemed": [300, 300, 100, 400, 380, 450],
    }
)
RESPONSE = campaigns.PriceResponse(
    elasticity=-1.4,
    standard_error=0.1,
    n_rows=1200,
    n_customers=40,
    n_products=3,
    price_variation=0.15,
)

# What each plot is asked to draw: the answer of the function that its docstring names.
CALLS: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
    "arm_forest": lambda: (EFFECTS.assign(effect_upper=5.0, n_customers=9), {}),
    "backtest_errors": lambda: (TRIED, {}),
    "budget_line": lambda: (
        campaigns.profit_by_budget(
            pd.DataFrame(
                {"customer_id": [1, 2, 3], "cost": 1.0, "expected_profit": [5.0, 2, 1]}
            ),
            budgets=[1, 2, 3],
        ),
        {},
    ),
    "calibration_by_tenth": lambda: (TRIED, {}),
    "calibration_line": lambda: (churn.calibration_curve(JUDGED), {}),
    "campaign_profit_line": lambda: (
        campaigns.campaign_profit_curve(JUDGED, offer=OFFER),
        {},
    ),
    "clv_intervals": lambda: (
        BASE.assign(customer_id="x", clv_lower=-9.0, clv_upper=99.0),
        {},
    ),
    "cohort_curves": lambda: (segments.cohort_table(LOG, **ON), {}),
    "covariate_forest": lambda: (COVARIATES, {}),
    "customer_history": lambda: (PATH, {"transactions": LOG}),
    "driver_bars": lambda: (
        satisfaction.fit_driver_weights(
            ANSWERS, driver_cols=["speed", "staff"], outcome_col="overall"
        ),
        {},
    ),
    "forecast_fan": lambda: (None, {"forecasts": {13: FORECAST, 26: FORECAST}}),
    "frequency_bars": lambda: (clv.frequency_fit(HISTORIES, models={"m": MODEL}), {}),
    "frequency_recency_heatmap": lambda: (ALIVE, {}),
    "funnel_bars": lambda: (
        pd.DataFrame({"stage": ["lead", "paid"], "n_customers": [10, 4]}),
        {},
    ),
    "gain_line": lambda: (churn.gain_curve(JUDGED), {}),
    "growth_bars": lambda: (segments.growth_accounting(LOG, **ON), {}),
    "heterogeneity_curve": lambda: (MODEL, {}),
    "incremental_profit_forest": lambda: (
        campaigns.incremental_profit(
            pd.DataFrame({"treated": [1, 1, 0, 0], "profit": [5.0, 7, 3, 4]}), cost=1
        ),
        {},
    ),
    "interval_forest": lambda: (
        campaigns.lift_by(
            TREATED.assign(region=["n", "s"] * 20 + ["s", "n"] * 20),
            by="region",
            responded_col="retained",
        ),
        {"by": "region", "value_col": "added_rate", "unit": "share"},
    ),
    "kano_map": lambda: (satisfaction.kano_by(KANO), {}),
    "liability_bars": lambda: (
        pd.DataFrame(
            {"year": [1, 2], "points_revenue": [3.0, 7], "points_liability": [5.0, 1]}
        ),
        {"by": "year"},
    ),
    "lifecycle_flow": lambda: (MOVES, {}),
    "loyalty_zones": lambda: (
        satisfaction.loyalty_curve(
            pd.DataFrame({"score": [1, 1, 5, 5], "repurchased": [0, 0, 1, 1]})
        ),
        {},
    ),
    "migration_heatmap": lambda: (MOVES, {}),
    "model_scores": lambda: (clv.compare_models(HISTORIES, models={"m": MODEL}), {}),
    "nps_bars": lambda: (satisfaction.nps_by(ANSWERS, **PLAN), PLAN),
    "nps_by_group": lambda: (satisfaction.nps_by(ANSWERS, **PLAN), PLAN),
    "nps_over_time": lambda: (
        satisfaction.nps_by(ANSWERS, by="date"),
        {"time_col": "date"},
    ),
    "parameter_forest": lambda: (REPORT, {}),
    "pareto_curve": lambda: (segments.pareto_curve(BASE.clip(lower=0)), {}),
    "payback_line": lambda: (
        campaigns.payback(acquisition_cost=30, margin=10, retention=0.9),
        {},
    ),
    "penalty_reward_bars": lambda: (
        pd.DataFrame({"driver": ["a"], "penalty": -1.0, "reward": 0.5, "kind": "b"}),
        {},
    ),
    "predicted_against_actual": lambda: (
        pd.DataFrame({"month": ["a", "b"], "predicted": [1.0, 3], "actual": [2.0, -1]}),
        {"label_col": "month"},
    ),
    "price_response_curve": lambda: (RESPONSE, {}),
    "priority_matrix": lambda: (
        pd.DataFrame(
            {"driver": ["a", "b"], "importance": [0.8, 0.2], "performance": [30.0, 80]}
        ),
        {},
    ),
    "probability_alive": lambda: (ALIVE, {}),
    "purchase_gap_histogram": lambda: (clv.purchase_gaps(LOG, **ON), {}),
    "purchase_timelines": lambda: (LOG, ON),
    "redemption_bars": lambda: (campaigns.redemption_by_cohort(TRIANGLE), {}),
    "retention_curve": lambda: (segments.retention_curve(LOG, **ON), {}),
    "retention_heatmap": lambda: (segments.cohort_table(LOG, **ON), {}),
    "retention_line": lambda: (PROJECTION, {}),
    "revenue_curve": lambda: (segments.revenue_curve(LOG, **ON), {}),
    "rfm_grid": lambda: (pd.DataFrame({"r_score": [1, 2], "f_score": [2, 2]}), {}),
    "seasonal_index": lambda: (SEASON, {}),
    "spend_density": lambda: (clv.spend_fit(HISTORIES, spend=SPEND, n_bins=5), {}),
    "survival_lines": lambda: (churn.survival_by(SPELLS, **PLAN), PLAN),
    "survival_steps": lambda: (churn.fit_kaplan_meier(SPELLS), {}),
    "tier_bars": lambda: (
        segments.tier_summary(BASE.assign(value_tier=["A", "B", "B", "B", "B"])),
        {},
    ),
    "tracking_line": lambda: (
        clv.tracking(LOG, models={"m": MODEL}, time_unit="week", **ON),
        {},
    ),
    "uplift_bars": lambda: (campaigns.uplift_by_percentile(TREATED, n_groups=2), {}),
    "uplift_line": lambda: (campaigns.uplift_curve(TREATED), {}),
    "waterfall": lambda: (clv.value_waterfall(PARTS), {}),
    "whale_curve": lambda: (segments.whale_curve(BASE), {}),
}
NAMES = sorted(set(plot.__all__) - {"vega_lite"})


def drawn(name: str, **options: Any) -> Any:
    result, given = CALLS[name]()
    draw = getattr(plot, name)
    drawn_on = () if result is None else (result,)
    return draw(*drawn_on, **given, **options)
