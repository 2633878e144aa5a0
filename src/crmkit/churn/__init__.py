"""Who is leaving, when, what it costs, and whom it pays to keep."""

from .campaign import IncrementalProfit, incremental_profit
from .contracts import (
    BetaDiscreteWeibull,
    RetentionProjection,
    ShiftedBetaGeometric,
    fit_beta_discrete_weibull,
    fit_beta_discrete_weibull_spells,
    fit_shifted_beta_geometric,
    fit_shifted_beta_geometric_spells,
)
from .economics import RetentionElasticity, margin_multiple, retention_elasticity
from .judging import (
    ForecastQuality,
    calibration_curve,
    forecast_quality,
    gain_curve,
)
from .mixture import AggregationBias, aggregation_bias
from .offer import RetentionOffer, break_even_risk, with_campaign_profit
from .profit import (
    CampaignProfit,
    HeldOutProfit,
    campaign_profit_curve,
    expected_maximum_profit,
    held_out_profit,
    maximum_profit,
)
from .rates import PeriodRates, period_rates, rescaled_rate
from .risk import PauseModel, with_churn_risk, with_departure_risk
from .survival import LogRank, SurvivalCurve, fit_kaplan_meier, log_rank
from .uplift import Qini, maximum_uplift_profit, qini, uplift_curve

__all__ = [
    "AggregationBias",
    "BetaDiscreteWeibull",
    "CampaignProfit",
    "ForecastQuality",
    "HeldOutProfit",
    "IncrementalProfit",
    "LogRank",
    "PauseModel",
    "PeriodRates",
    "Qini",
    "RetentionElasticity",
    "RetentionOffer",
    "RetentionProjection",
    "ShiftedBetaGeometric",
    "SurvivalCurve",
    "aggregation_bias",
    "break_even_risk",
    "calibration_curve",
    "campaign_profit_curve",
    "expected_maximum_profit",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_kaplan_meier",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
    "forecast_quality",
    "gain_curve",
    "held_out_profit",
    "incremental_profit",
    "log_rank",
    "margin_multiple",
    "maximum_profit",
    "maximum_uplift_profit",
    "period_rates",
    "qini",
    "rescaled_rate",
    "retention_elasticity",
    "uplift_curve",
    "with_campaign_profit",
    "with_churn_risk",
    "with_departure_risk",
]
