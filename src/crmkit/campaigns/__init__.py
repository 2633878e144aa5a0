"""What campaigns cost, whom they should reach and what they earned."""

from .acquisition.acquisition_breakeven import acquisition_breakeven
from .acquisition.acquisition_cost_by import acquisition_cost_by
from .acquisition.acquisition_return_by import acquisition_return_by
from .acquisition.acquisition_vs_retention import (
    AcquisitionVsRetention,
    acquisition_vs_retention,
)
from .acquisition.payback import Payback, payback
from .loyalty.points_by import points_by
from .loyalty.points_liability import with_points_liability
from .loyalty.redemption_by_cohort import redemption_by_cohort
from .loyalty.tier_rule_outcomes import tier_rule_outcomes
from .measurement.funnel import funnel
from .measurement.incremental_profit import IncrementalProfit, incremental_profit
from .measurement.lift_by import lift_by
from .measurement.maximum_uplift_profit import maximum_uplift_profit
from .measurement.qini import QiniArea, qini
from .measurement.response_by import response_by
from .measurement.response_change import ResponseChange, response_change
from .measurement.uplift_curve import uplift_curve
from .offers.campaign_profit import with_campaign_profit
from .offers.campaign_profit_curve import campaign_profit_curve
from .offers.expected_maximum_profit import expected_maximum_profit
from .offers.held_out_profit import HeldOutProfit, held_out_profit
from .offers.maximum_profit import MaximumProfit, maximum_profit
from .offers.retention_offer import RetentionOffer
from .offers.uncertain_offer import UncertainOffer
from .targeting.retention_priority import with_retention_priority
from .targeting.select_targets import TargetSelection, select_targets
from .targeting.value_of_retention import with_value_of_retention

__all__ = [
    "AcquisitionVsRetention",
    "HeldOutProfit",
    "IncrementalProfit",
    "MaximumProfit",
    "Payback",
    "QiniArea",
    "ResponseChange",
    "RetentionOffer",
    "TargetSelection",
    "UncertainOffer",
    "acquisition_breakeven",
    "acquisition_cost_by",
    "acquisition_return_by",
    "acquisition_vs_retention",
    "campaign_profit_curve",
    "expected_maximum_profit",
    "funnel",
    "held_out_profit",
    "incremental_profit",
    "lift_by",
    "maximum_profit",
    "maximum_uplift_profit",
    "payback",
    "points_by",
    "qini",
    "redemption_by_cohort",
    "response_by",
    "response_change",
    "select_targets",
    "tier_rule_outcomes",
    "uplift_curve",
    "with_campaign_profit",
    "with_points_liability",
    "with_retention_priority",
    "with_value_of_retention",
]
