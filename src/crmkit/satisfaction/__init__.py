"""How customers feel: scores with honest uncertainty, their drivers, their worth."""

from .bands import BANDS, Bands
from .comparison import GroupDifference, NpsComparison, nps_comparison
from .difference import NpsDifference
from .drivers import DriverWeight, DriverWeights, fit_driver_weights
from .expectations import (
    Disconfirmation,
    DisconfirmationFit,
    disconfirmation,
    fit_disconfirmation,
    with_disconfirmation,
)
from .factors import FACTORS, Factor, FactorAnalysis, satisfaction_factors
from .groups import nps_by, with_nps_group
from .importance import importance_performance, penalty_reward
from .index import SatisfactionIndex, fit_satisfaction_index
from .kano_groups import kano_by
from .kano_model import KANO_CATEGORIES, Kano, kano
from .link import Estimate, OutcomeLink, link_to_outcomes
from .loyalty import loyalty_curve, outcomes_by
from .outcomes import with_outcomes
from .paired import PairedNps, paired_nps
from .planning import (
    nps_answers_needed,
    nps_answers_to_compare,
    nps_detectable_difference,
    nps_margin,
    nps_power,
)
from .rating import Rating, ces, csat
from .rating_groups import csat_by
from .respondents import MatchReport, latest_responses, match_respondents
from .response import ResponseBounds
from .score import NPS, nps
from .survey import SurveyNps, survey_nps
from .survival import SurvivalComparison, survival_by, survival_comparison
from .trend import NpsTrend, nps_trend
from .weighting import with_raked_weight
from .worth import PartWorth, PointWorth, nps_point_worth

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
