"""Plots for the results of crmkit.

Each function takes a result or a summary, draws it on the given matplotlib axes (or on
new ones) and returns the axes. Called again on the same axes, it draws one more series
beside the first. matplotlib is imported when a function is called.
"""

from .activity_histogram import probability_alive
from .added_profit_chart import incremental_profit_forest
from .budget_chart import budget_line
from .campaign_charts import campaign_profit_line, uplift_line
from .cohort_charts import (
    cohort_curves,
    retention_curve,
    retention_heatmap,
    revenue_curve,
)
from .concentration_charts import pareto_curve, whale_curve
from .driver_charts import driver_bars, penalty_reward_bars, priority_matrix
from .forecast_charts import forecast_fan, predicted_against_actual
from .forest_chart import interval_forest
from .frequency_charts import frequency_bars, purchase_gap_histogram, spend_density
from .funnel_chart import funnel_bars
from .growth_chart import growth_bars
from .heterogeneity_chart import heterogeneity_curve
from .history_charts import customer_history, purchase_timelines
from .kano_chart import kano_map
from .loyalty_chart import loyalty_zones
from .matrix_chart import frequency_recency_heatmap
from .migration_charts import lifecycle_flow, migration_heatmap
from .model_charts import backtest_errors, calibration_by_tenth, model_scores
from .nps_charts import nps_bars, nps_by_group, nps_over_time
from .parameter_chart import covariate_forest, parameter_forest
from .payback_chart import payback_line
from .points_charts import liability_bars, redemption_bars
from .price_chart import price_response_curve
from .rfm_charts import rfm_grid
from .risk_charts import calibration_line, gain_line
from .season_chart import seasonal_index
from .survival_charts import retention_line, survival_lines, survival_steps
from .tier_charts import tier_bars
from .tracking_chart import tracking_line
from .uplift_charts import arm_forest, uplift_bars
from .value_interval_chart import clv_intervals
from .vega_document import vega_lite
from .waterfall_chart import waterfall

__all__ = [
    "arm_forest",
    "backtest_errors",
    "budget_line",
    "calibration_by_tenth",
    "calibration_line",
    "campaign_profit_line",
    "clv_intervals",
    "cohort_curves",
    "covariate_forest",
    "customer_history",
    "driver_bars",
    "forecast_fan",
    "frequency_bars",
    "frequency_recency_heatmap",
    "funnel_bars",
    "gain_line",
    "growth_bars",
    "heterogeneity_curve",
    "incremental_profit_forest",
    "interval_forest",
    "kano_map",
    "liability_bars",
    "lifecycle_flow",
    "loyalty_zones",
    "migration_heatmap",
    "model_scores",
    "nps_bars",
    "nps_by_group",
    "nps_over_time",
    "parameter_forest",
    "pareto_curve",
    "payback_line",
    "penalty_reward_bars",
    "predicted_against_actual",
    "price_response_curve",
    "priority_matrix",
    "probability_alive",
    "purchase_gap_histogram",
    "purchase_timelines",
    "redemption_bars",
    "retention_curve",
    "retention_heatmap",
    "retention_line",
    "revenue_curve",
    "rfm_grid",
    "seasonal_index",
    "spend_density",
    "survival_lines",
    "survival_steps",
    "tier_bars",
    "tracking_line",
    "uplift_bars",
    "uplift_line",
    "vega_lite",
    "waterfall",
    "whale_curve",
]
