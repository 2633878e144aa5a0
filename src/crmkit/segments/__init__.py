"""Who matters: concentration, value tiers, behaviour, cohorts and their movement."""

from .concentration import (
    Gini,
    ParetoPoint,
    customers_behind,
    gini,
    pareto_point,
    top_share,
)
from .curves import WhalePeak, pareto_curve, whale_curve, whale_peak
from .rfm_scores import RfmScores, fit_rfm_scores, with_rfm_scores
from .side_by_side import concentration_table, spending_bands, tier_summary
from .value_tiers import ValueTiers, fit_value_tiers, with_value_tier

__all__ = [
    "Gini",
    "ParetoPoint",
    "RfmScores",
    "ValueTiers",
    "WhalePeak",
    "concentration_table",
    "customers_behind",
    "fit_rfm_scores",
    "fit_value_tiers",
    "gini",
    "pareto_curve",
    "pareto_point",
    "spending_bands",
    "tier_summary",
    "top_share",
    "whale_curve",
    "whale_peak",
    "with_rfm_scores",
    "with_value_tier",
]
