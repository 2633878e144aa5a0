"""What campaigns cost, whom they should reach and what they earned."""

from .acquisition.acquisition_breakeven import acquisition_breakeven
from .acquisition.acquisition_cost_by import acquisition_cost_by
from .acquisition.acquisition_return_by import acquisition_return_by
from .acquisition.acquisition_vs_retention import (
    AcquisitionVsRetention,
    acquisition_vs_retention,
)
from .acquisition.payback import Payback, payback
from .cross_selling.association_rules import association_rules
from .cross_selling.cross_sell_score import cross_sell_score
from .cross_selling.next_product_rules import next_product_rules
from .cross_selling.purchase_paths import purchase_paths
from .cross_selling.share_of_wallet import with_share_of_wallet
from .cross_selling.up_sell_score import up_sell_score
from .loyalty.points_by import points_by
from .loyalty.points_cost import with_points_cost
from .loyalty.points_liability import with_points_liability
from .loyalty.redemption_by_cohort import redemption_by_cohort
from .loyalty.tier_rule_outcomes import tier_rule_outcomes
from .measurement.arm_effects import arm_effects
from .measurement.funnel import funnel
from .measurement.incremental_profit import IncrementalProfit, incremental_profit
from .measurement.lift_by import lift_by
from .measurement.matched_effect_by import matched_effect_by
from .measurement.maximum_uplift_profit import maximum_uplift_profit
from .measurement.qini import QiniArea, qini
from .measurement.response_by import response_by
from .measurement.response_change import ResponseChange, response_change
from .measurement.uplift_by_percentile import uplift_by_percentile
from .measurement.uplift_curve import uplift_curve
from .offers.campaign_profit import with_campaign_profit
from .offers.campaign_profit_curve import campaign_profit_curve
from .offers.expected_maximum_profit import expected_maximum_profit
from .offers.held_out_profit import HeldOutProfit, held_out_profit
from .offers.maximum_profit import MaximumProfit, maximum_profit
from .offers.retention_offer import RetentionOffer
from .offers.uncertain_offer import UncertainOffer
from .promotion.price_paid_by import price_paid_by
from .promotion.price_response import PriceResponse, fit_price_response
from .promotion.price_tolerance_by import price_tolerance_by
from .promotion.promotion_buyers import promotion_buyers
from .service.service_experience import with_service_experience
from .service.service_statistics import service_statistics
from .targeting.campaign_plan import CampaignPlan, campaign_plan
from .targeting.policy_profit import policy_profit
from .targeting.profit_by_budget import profit_by_budget
from .targeting.retention_priority import with_retention_priority
from .targeting.select_targets import TargetSelection, select_targets
from .targeting.value_of_retention import with_value_of_retention

__all__ = [
    "AcquisitionVsRetention",
    "CampaignPlan",
    "HeldOutProfit",
    "IncrementalProfit",
    "MaximumProfit",
    "Payback",
    "PriceResponse",
    "QiniArea",
    "ResponseChange",
    "RetentionOffer",
    "TargetSelection",
    "UncertainOffer",
    "acquisition_breakeven",
    "acquisition_cost_by",
    "acquisition_return_by",
    "acquisition_vs_retention",
    "arm_effects",
    "association_rules",
    "campaign_plan",
    "campaign_profit_curve",
    "cross_sell_score",
    "expected_maximum_profit",
    "fit_price_response",
    "funnel",
    "held_out_profit",
    "incremental_profit",
    "lift_by",
    "matched_effect_by",
    "maximum_profit",
    "maximum_uplift_profit",
    "next_product_rules",
    "payback",
    "points_by",
    "policy_profit",
    "price_paid_by",
    "price_tolerance_by",
    "profit_by_budget",
    "promotion_buyers",
    "purchase_paths",
    "qini",
    "redemption_by_cohort",
    "response_by",
    "response_change",
    "select_targets",
    "service_statistics",
    "tier_rule_outcomes",
    "up_sell_score",
    "uplift_by_percentile",
    "uplift_curve",
    "with_campaign_profit",
    "with_points_cost",
    "with_points_liability",
    "with_retention_priority",
    "with_service_experience",
    "with_share_of_wallet",
    "with_value_of_retention",
]
