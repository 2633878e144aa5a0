"""Plots for the results of crmkit.

Each function takes a result, draws it on the given matplotlib axes (or on new ones)
and returns the axes. matplotlib is imported when a function is called.
"""

from .activity_histogram import probability_alive
from .campaign_charts import campaign_profit_line, uplift_line
from .cohort_charts import retention_curve, retention_heatmap, revenue_curve
from .concentration_charts import pareto_curve, whale_curve
from .driver_charts import driver_bars, priority_matrix
from .forecast_bars import predicted_against_actual
from .growth_chart import growth_bars
from .loyalty_chart import loyalty_zones
from .migration_chart import migration_heatmap
from .nps_charts import nps_by_group, nps_over_time
from .risk_charts import calibration_line, gain_line
from .survival_charts import retention_line, survival_steps
from .waterfall_chart import waterfall

__all__ = [
    "calibration_line",
    "campaign_profit_line",
    "driver_bars",
    "gain_line",
    "growth_bars",
    "loyalty_zones",
    "migration_heatmap",
    "nps_by_group",
    "nps_over_time",
    "pareto_curve",
    "predicted_against_actual",
    "priority_matrix",
    "probability_alive",
    "retention_curve",
    "retention_heatmap",
    "retention_line",
    "revenue_curve",
    "survival_steps",
    "uplift_line",
    "waterfall",
    "whale_curve",
]
