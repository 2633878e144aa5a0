"""Who matters: concentration, value tiers, RFM, cohorts and customer profiles."""

from .cohorts.cohort_table import cohort_table
from .cohorts.growth_accounting import growth_accounting
from .cohorts.rate_change import rate_change
from .cohorts.retention_curve import retention_curve
from .cohorts.revenue_curve import revenue_curve
from .concentration.concentration_table import concentration_table
from .concentration.cost_against_value import cost_against_value
from .concentration.gini import GiniCoefficient, gini
from .concentration.pareto_curve import pareto_curve
from .concentration.pareto_point import ParetoPoint, pareto_point
from .concentration.spending_bands import spending_bands
from .concentration.whale_curve import whale_curve
from .concentration.whale_peak import WhalePeak, whale_peak
from .profiles.clusters import Clusters, ClusterTrial, fit_clusters
from .profiles.e_type import with_e_type
from .profiles.lifecycle_stage import LIFECYCLE_STAGES, with_lifecycle_stage
from .profiles.lifecycle_summary import lifecycle_summary
from .profiles.loyalty_type import LOYALTY_TYPES, with_loyalty_type
from .profiles.potential_stage import with_potential_stage
from .profiles.preferences import preferences
from .profiles.segment_profile import segment_profile
from .profiles.value_roles import (
    ROLE_ACTIONS,
    ValueRoles,
    fit_value_roles,
    with_value_role,
)
from .rfm.fit_rfm_scores import fit_rfm_scores
from .rfm.rfm_scores import RfmScores
from .rfm.rfm_segment import RFM_SEGMENTS, with_rfm_segment
from .rfm.rfm_segment_table import RfmSegment, RfmSegments
from .rfm.with_rfm_scores import with_rfm_scores
from .tiers.fit_value_tiers import fit_value_tiers
from .tiers.migration import Migration, fit_migration
from .tiers.migration_table import migration_table
from .tiers.tier_change import with_tier_change
from .tiers.tier_summary import tier_summary
from .tiers.value_tiers import ValueTiers
from .tiers.with_value_tier import with_value_tier

__all__ = [
    "LIFECYCLE_STAGES",
    "LOYALTY_TYPES",
    "RFM_SEGMENTS",
    "ROLE_ACTIONS",
    "ClusterTrial",
    "Clusters",
    "GiniCoefficient",
    "Migration",
    "ParetoPoint",
    "RfmScores",
    "RfmSegment",
    "RfmSegments",
    "ValueRoles",
    "ValueTiers",
    "WhalePeak",
    "cohort_table",
    "concentration_table",
    "cost_against_value",
    "fit_clusters",
    "fit_migration",
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
    "segment_profile",
    "spending_bands",
    "tier_summary",
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
