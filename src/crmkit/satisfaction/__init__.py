"""How customers feel: scores with honest uncertainty, their drivers, their worth."""

from .drivers.driver_weights import DriverWeight, DriverWeights, fit_driver_weights
from .drivers.importance_performance import importance_performance, penalty_reward
from .drivers.satisfaction_factors import (
    FACTORS,
    Factor,
    FactorAnalysis,
    satisfaction_factors,
)
from .outcomes.link_to_outcomes import Estimate, OutcomeLink, link_to_outcomes
from .outcomes.loyalty_curve import loyalty_curve, outcomes_by
from .outcomes.nps_point_worth import PartWorth, PointWorth, nps_point_worth
from .outcomes.outcomes import with_outcomes
from .outcomes.respondents import MatchReport, latest_responses, match_respondents
from .outcomes.survival_by import SurvivalComparison, survival_by, survival_comparison
from .promoter_score.bands import BANDS, Bands
from .promoter_score.nps import NPS, nps
from .promoter_score.nps_by import nps_by, with_nps_group
from .promoter_score.nps_comparison import (
    GroupDifference,
    NpsComparison,
    nps_comparison,
)
from .promoter_score.nps_difference import NpsDifference
from .promoter_score.nps_sample_size import (
    nps_answers_needed,
    nps_answers_to_compare,
    nps_detectable_difference,
    nps_margin,
    nps_power,
)
from .promoter_score.nps_trend import NpsTrend, nps_trend
from .promoter_score.paired_nps_difference import PairedNps, paired_nps
from .promoter_score.raked_weight import with_raked_weight
from .promoter_score.response_bounds import ResponseBounds
from .promoter_score.weighted_nps import SurveyNps, survey_nps
from .rating.csat import Rating, ces, csat
from .rating.csat_by import csat_by
from .rating.disconfirmation import (
    Disconfirmation,
    DisconfirmationFit,
    disconfirmation,
    fit_disconfirmation,
    with_disconfirmation,
)
from .rating.kano import KANO_CATEGORIES, Kano, kano
from .rating.kano_by import kano_by
from .rating.satisfaction_index import SatisfactionIndex, fit_satisfaction_index

__all__ = [
    "BANDS",
    "FACTORS",
    "KANO_CATEGORIES",
    "NPS",
    "Bands",
    "Disconfirmation",
    "DisconfirmationFit",
    "DriverWeight",
    "DriverWeights",
    "Estimate",
    "Factor",
    "FactorAnalysis",
    "GroupDifference",
    "Kano",
    "MatchReport",
    "NpsComparison",
    "NpsDifference",
    "NpsTrend",
    "OutcomeLink",
    "PairedNps",
    "PartWorth",
    "PointWorth",
    "Rating",
    "ResponseBounds",
    "SatisfactionIndex",
    "SurveyNps",
    "SurvivalComparison",
    "ces",
    "csat",
    "csat_by",
    "disconfirmation",
    "fit_disconfirmation",
    "fit_driver_weights",
    "fit_satisfaction_index",
    "importance_performance",
    "kano",
    "kano_by",
    "latest_responses",
    "link_to_outcomes",
    "loyalty_curve",
    "match_respondents",
    "nps",
    "nps_answers_needed",
    "nps_answers_to_compare",
    "nps_by",
    "nps_comparison",
    "nps_detectable_difference",
    "nps_margin",
    "nps_point_worth",
    "nps_power",
    "nps_trend",
    "outcomes_by",
    "paired_nps",
    "penalty_reward",
    "satisfaction_factors",
    "survey_nps",
    "survival_by",
    "survival_comparison",
    "with_disconfirmation",
    "with_nps_group",
    "with_outcomes",
    "with_raked_weight",
]
