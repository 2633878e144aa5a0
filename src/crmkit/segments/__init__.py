"""Who matters: concentration, value tiers, behaviour, cohorts and their movement."""

from .cohorts.cohort_table import cohort_table
from .cohorts.growth_accounting import growth_accounting
from .cohorts.lapse import LapseWindow, fit_lapse_window
from .cohorts.rate_change import rate_change
from .cohorts.retention_curve import retention_curve, revenue_curve
from .concentration.concentration_table import (
    concentration_table,
    spending_bands,
    tier_summary,
)
from .concentration.concentration_values import Gini, ParetoPoint, WhalePeak
from .concentration.gini import customers_behind, gini, pareto_point, top_share
from .concentration.pareto_curve import pareto_curve, whale_curve, whale_peak
from .concentration.spend_against_value import spend_against_value
from .profiles.clusters import Clusters, ClusterTrial, fit_clusters
from .profiles.lifecycle_stage import (
    LIFECYCLE_STAGES,
    lifecycle_summary,
    with_lifecycle_stage,
    with_potential_stage,
)
from .profiles.loyalty_type import LOYALTY_TYPES, with_e_type, with_loyalty_type
from .profiles.preferences import preferences
from .profiles.value_roles import (
    ROLE_ACTIONS,
    ValueRoles,
    fit_value_roles,
    with_value_role,
)
from .rfm.nested_rfm_scores import NestedRfmScores, fit_nested_rfm_scores
from .rfm.ntile_rfm_scores import NtileRfmScores, fit_ntile_rfm_scores
from .rfm.rfm_scores import RfmScores, fit_rfm_scores, with_rfm_scores
from .rfm.rfm_segment import RFM_SEGMENTS, with_rfm_segment
from .rfm.rfm_segment_table import RfmSegment, RfmSegments
from .tiers.migration import Migration
from .tiers.migration_table import fit_migration, migration_table, with_tier_change
from .tiers.tier_fitting import fit_value_tiers, with_value_tier
from .tiers.value_tiers import ValueTiers

__all__ = [
    "LIFECYCLE_STAGES",
    "LOYALTY_TYPES",
    "RFM_SEGMENTS",
    "ROLE_ACTIONS",
    "ClusterTrial",
    "Clusters",
    "Gini",
    "LapseWindow",
    "Migration",
    "NestedRfmScores",
    "NtileRfmScores",
    "ParetoPoint",
    "RfmScores",
    "RfmSegment",
    "RfmSegments",
    "ValueRoles",
    "ValueTiers",
    "WhalePeak",
    "cohort_table",
    "concentration_table",
    "customers_behind",
    "fit_clusters",
    "fit_lapse_window",
    "fit_migration",
    "fit_nested_rfm_scores",
    "fit_ntile_rfm_scores",
    "fit_rfm_scores",
    "fit_value_roles",
    "fit_value_tiers",
    "gini",
    "growth_accounting",
    "lifecycle_summary",
    "migration_table",
    "pareto_curve",
    "pareto_point",
    "preferences",
    "rate_change",
    "retention_curve",
    "revenue_curve",
    "spend_against_value",
    "spending_bands",
    "tier_summary",
    "top_share",
    "whale_curve",
    "whale_peak",
    "with_e_type",
    "with_lifecycle_stage",
    "with_loyalty_type",
    "with_potential_stage",
    "with_rfm_scores",
    "with_rfm_segment",
    "with_tier_change",
    "with_value_role",
    "with_value_tier",
]
