"""What campaigns cost, whom they should reach and what they earned."""

from .acquisition.acquisition_breakeven import acquisition_breakeven
from .measurement.cell_response import cell_response
from .measurement.incremental_profit import IncrementalProfit, incremental_profit
from .measurement.uplift import Qini, maximum_uplift_profit, qini, uplift_curve
from .offers.campaign_profit import (
    CampaignProfit,
    campaign_profit_curve,
    maximum_profit,
)
from .offers.held_out_profit import HeldOutProfit, held_out_profit
from .offers.retention_offer import RetentionOffer, with_campaign_profit
from .offers.uncertain_offer import (
    UncertainOffer,
    expected_maximum_profit,
    expected_maximum_profit_by_value,
)
from .targeting.retention_priority import (
    with_retention_priority,
    with_value_of_retention,
)
from .targeting.segment_priority import retention_priority

__all__ = [
    "CampaignProfit",
    "HeldOutProfit",
    "IncrementalProfit",
    "Qini",
    "RetentionOffer",
    "UncertainOffer",
    "acquisition_breakeven",
    "campaign_profit_curve",
    "cell_response",
    "expected_maximum_profit",
    "expected_maximum_profit_by_value",
    "held_out_profit",
    "incremental_profit",
    "maximum_profit",
    "maximum_uplift_profit",
    "qini",
    "retention_priority",
    "uplift_curve",
    "with_campaign_profit",
    "with_retention_priority",
    "with_value_of_retention",
]
