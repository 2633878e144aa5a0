"""Who is leaving, when, what it costs, and whom it pays to keep."""

from .backtest import churn_backtest
from .borrowed import LifelinesSurvival, ScikitSurvival
from .campaign import IncrementalProfit, incremental_profit
from .classifier import (
    ChurnClassifier,
    ClassifierReport,
    ProbabilityEstimator,
    fit_churn_classifier,
)
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
from .expansion import person_periods
from .hazard import DiscreteHazard, fit_discrete_hazard
from .held_out import HeldOutProfit, held_out_profit
from .judging import ForecastQuality, calibration_curve, forecast_quality, gain_curve
from .lapse import LapseWindow, fit_lapse_window
from .mixture import AggregationBias, aggregation_bias
from .offer import RetentionOffer, with_campaign_profit
from .priority import with_retention_priority, with_value_of_retention
from .profit import (
    CampaignProfit,
    campaign_profit_curve,
    maximum_profit,
)
from .rates import PeriodRates, period_rates, rescaled_rate
from .remaining import with_remaining_life, with_remaining_value
from .risk import PauseModel, with_churn_risk, with_departure_risk
from .survival import LogRank, SurvivalCurve, fit_kaplan_meier, log_rank
from .survival_scores import SurvivalQuality, survival_quality
from .uncertain import (
    UncertainOffer,
    expected_maximum_profit,
    expected_maximum_profit_by_value,
)
from .uplift import Qini, maximum_uplift_profit, qini, uplift_curve

__all__ = [
    "AggregationBias",
    "BetaDiscreteWeibull",
    "CampaignProfit",
    "ChurnClassifier",
    "ClassifierReport",
    "DiscreteHazard",
    "ForecastQuality",
    "HeldOutProfit",
    "IncrementalProfit",
    "LapseWindow",
    "LifelinesSurvival",
    "LogRank",
    "PauseModel",
    "PeriodRates",
    "ProbabilityEstimator",
    "Qini",
    "RetentionElasticity",
    "RetentionOffer",
    "RetentionProjection",
    "ScikitSurvival",
    "ShiftedBetaGeometric",
    "SurvivalCurve",
    "SurvivalQuality",
    "UncertainOffer",
    "aggregation_bias",
    "calibration_curve",
    "campaign_profit_curve",
    "churn_backtest",
    "expected_maximum_profit",
    "expected_maximum_profit_by_value",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_churn_classifier",
    "fit_discrete_hazard",
    "fit_kaplan_meier",
    "fit_lapse_window",
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
    "person_periods",
    "qini",
    "rescaled_rate",
    "retention_elasticity",
    "survival_quality",
    "uplift_curve",
    "with_campaign_profit",
    "with_churn_risk",
    "with_departure_risk",
    "with_remaining_life",
    "with_remaining_value",
    "with_retention_priority",
    "with_value_of_retention",
]
