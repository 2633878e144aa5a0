"""Who matters: concentration, value tiers, behaviour, cohorts and their movement."""

from .break_even import cell_response
from .clusters import Clusters, ClusterTrial, fit_clusters
from .cohort_curves import retention_curve, revenue_curve
from .cohort_views import cohort_table
from .concentration import customers_behind, gini, pareto_point, top_share
from .concentration_values import Gini, ParetoPoint, WhalePeak
from .curves import pareto_curve, whale_curve, whale_peak
from .growth import growth_accounting
from .lapse import LapseWindow, fit_lapse_window
from .lifecycle import (
    LIFECYCLE_STAGES,
    lifecycle_summary,
    with_lifecycle_stage,
    with_potential_stage,
)
from .loyalty import LOYALTY_TYPES, with_e_type, with_loyalty_type
from .migration import Migration
from .mix import rate_change
from .movement import fit_migration, migration_table, with_tier_change
from .nested_rfm import NestedRfmScores, fit_nested_rfm_scores
from .ntile_rfm import NtileRfmScores, fit_ntile_rfm_scores
from .preferred import preferences
from .priority import retention_priority
from .rfm_scores import RfmScores, fit_rfm_scores, with_rfm_scores
from .rfm_segments import RFM_SEGMENTS, with_rfm_segment
from .rfm_table import RfmSegment, RfmSegments
from .serving import spend_against_value
from .side_by_side import concentration_table, spending_bands, tier_summary
from .tier_fitting import fit_value_tiers, with_value_tier
from .value_roles import ROLE_ACTIONS, ValueRoles, fit_value_roles, with_value_role
from .value_tiers import ValueTiers

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
    "cell_response",
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
    "retention_priority",
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
