"""Draw what the other rooms computed; nothing is computed here.

Each function takes a result, draws it on the matplotlib axes given (or on new ones)
and returns the axes. matplotlib is imported when a function is called.
"""

from .activity import probability_alive
from .churn import (
    calibration_line,
    campaign_profit_line,
    gain_line,
    retention_line,
    survival_steps,
    uplift_line,
)
from .cohorts import retention_curve, retention_heatmap, revenue_curve
from .holdout import predicted_against_actual
from .parts import waterfall
from .satisfaction import (
    driver_bars,
    loyalty_zones,
    nps_by_group,
    nps_over_time,
    priority_matrix,
)
from .segments import (
    growth_bars,
    migration_heatmap,
    pareto_curve,
    whale_curve,
)

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
