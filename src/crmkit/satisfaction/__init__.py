"""How customers feel: scores with honest uncertainty, their drivers, their worth."""

from .bands import BANDS, Bands
from .comparison import GroupDifference, NpsComparison, nps_comparison
from .difference import NpsDifference
from .groups import nps_by, with_nps_group
from .paired import PairedNps, paired_nps
from .planning import (
    nps_answers_needed,
    nps_answers_to_compare,
    nps_detectable_difference,
    nps_margin,
    nps_power,
)
from .respondents import MatchReport, latest_responses, match_respondents
from .response import ResponseBounds
from .score import NPS, nps
from .survey import SurveyNps, survey_nps
from .trend import NpsTrend, nps_trend
from .weighting import with_raked_weight

__all__ = [
    "BANDS",
    "NPS",
    "Bands",
    "GroupDifference",
    "MatchReport",
    "NpsComparison",
    "NpsDifference",
    "NpsTrend",
    "PairedNps",
    "ResponseBounds",
    "SurveyNps",
    "latest_responses",
    "match_respondents",
    "nps",
    "nps_answers_needed",
    "nps_answers_to_compare",
    "nps_by",
    "nps_comparison",
    "nps_detectable_difference",
    "nps_margin",
    "nps_power",
    "nps_trend",
    "paired_nps",
    "survey_nps",
    "with_nps_group",
    "with_raked_weight",
]
