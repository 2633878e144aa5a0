"""Customer satisfaction: scores with intervals, their drivers, and later outcomes."""

from .drivers.driver_weights import DriverWeight, DriverWeights, fit_driver_weights
from .drivers.importance_performance import importance_performance
from .drivers.penalty_reward import penalty_reward
from .drivers.satisfaction_factors import (
    SatisfactionFactor,
    SatisfactionFactors,
    satisfaction_factors,
)
from .outcomes.latest_responses import latest_responses
from .outcomes.link_to_outcomes import OutcomeLink, link_to_outcomes
from .outcomes.loyalty_curve import loyalty_curve
from .outcomes.match_respondents import MatchReport, match_respondents
from .outcomes.nps_point_worth import PartWorth, PointWorth, nps_point_worth
from .outcomes.outcomes import with_outcomes
from .outcomes.outcomes_by import outcomes_by
from .promoter_score.bands import BANDS, Bands
from .promoter_score.nonresponse_bounds import NonresponseBounds
from .promoter_score.nps import Nps, nps
from .promoter_score.nps_by import nps_by
from .promoter_score.nps_comparison import (
    GroupDifference,
    NpsComparison,
    nps_comparison,
)
from .promoter_score.nps_difference import NpsDifference
from .promoter_score.nps_group import with_nps_group
from .promoter_score.nps_margin_of_error import nps_margin_of_error
from .promoter_score.nps_minimum_detectable_effect import nps_minimum_detectable_effect
from .promoter_score.nps_power import nps_power
from .promoter_score.nps_sample_size import nps_sample_size
from .promoter_score.nps_trend import NpsTrend, nps_trend
from .promoter_score.paired_nps_difference import (
    PairedNpsDifference,
    paired_nps_difference,
)
from .promoter_score.raked_weight import with_raked_weight
from .promoter_score.weighted_nps import WeightedNps, weighted_nps
from .ratings.ces import ces
from .ratings.csat import csat
from .ratings.csat_by import csat_by
from .ratings.disconfirmation import (
    Disconfirmation,
    disconfirmation,
    with_disconfirmation,
)
from .ratings.disconfirmation_fit import DisconfirmationFit, fit_disconfirmation
from .ratings.kano import Kano, kano
from .ratings.kano_by import kano_by
from .ratings.rating import Rating
from .ratings.satisfaction_index import SatisfactionIndex, fit_satisfaction_index

__all__ = [
    "BANDS",
    "Bands",
    "Disconfirmation",
    "DisconfirmationFit",
    "DriverWeight",
    "DriverWeights",
    "GroupDifference",
    "Kano",
    "MatchReport",
    "NonresponseBounds",
    "Nps",
    "NpsComparison",
    "NpsDifference",
    "NpsTrend",
    "OutcomeLink",
    "PairedNpsDifference",
    "PartWorth",
    "PointWorth",
    "Rating",
    "SatisfactionFactor",
    "SatisfactionFactors",
    "SatisfactionIndex",
    "WeightedNps",
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
    "nps_by",
    "nps_comparison",
    "nps_margin_of_error",
    "nps_minimum_detectable_effect",
    "nps_point_worth",
    "nps_power",
    "nps_sample_size",
    "nps_trend",
    "outcomes_by",
    "paired_nps_difference",
    "penalty_reward",
    "satisfaction_factors",
    "weighted_nps",
    "with_disconfirmation",
    "with_nps_group",
    "with_outcomes",
    "with_raked_weight",
]
