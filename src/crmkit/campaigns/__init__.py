"""What campaigns cost, whom they should reach and what they earned."""

from .acquisition.acquisition_breakeven import acquisition_breakeven
from .measurement.cell_response import cell_response
from .measurement.incremental_profit import IncrementalProfit, incremental_profit
from .measurement.maximum_uplift_profit import maximum_uplift_profit
from .measurement.qini import QiniArea, qini
from .measurement.uplift_curve import uplift_curve
from .offers.campaign_profit import with_campaign_profit
from .offers.campaign_profit_curve import campaign_profit_curve
from .offers.expected_maximum_profit import expected_maximum_profit
from .offers.held_out_profit import HeldOutProfit, held_out_profit
from .offers.maximum_profit import MaximumProfit, maximum_profit
from .offers.retention_offer import RetentionOffer
from .offers.uncertain_offer import UncertainOffer
from .targeting.retention_priority import with_retention_priority
from .targeting.value_of_retention import with_value_of_retention

__all__ = [
    "HeldOutProfit",
    "IncrementalProfit",
    "MaximumProfit",
    "QiniArea",
    "RetentionOffer",
    "UncertainOffer",
    "acquisition_breakeven",
    "campaign_profit_curve",
    "cell_response",
    "expected_maximum_profit",
    "held_out_profit",
    "incremental_profit",
    "maximum_profit",
    "maximum_uplift_profit",
    "qini",
    "uplift_curve",
    "with_campaign_profit",
    "with_retention_priority",
    "with_value_of_retention",
]
