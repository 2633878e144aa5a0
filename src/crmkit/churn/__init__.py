"""Who is leaving, when, what it costs, and whom it pays to keep."""

from ..typing import PauseModel
from .classifier.churn_backtest import churn_backtest
from .classifier.churn_classifier import (
    ChurnClassifier,
    ClassifierReport,
    ProbabilityEstimator,
    fit_churn_classifier,
)
from .classifier.churn_metrics import (
    ForecastQuality,
    calibration_curve,
    forecast_quality,
    gain_curve,
)
from .contracts.beta_discrete_weibull import (
    BetaDiscreteWeibull,
    fit_beta_discrete_weibull,
    fit_beta_discrete_weibull_spells,
)
from .contracts.retention_projection import RetentionProjection
from .contracts.shifted_beta_geometric import (
    ShiftedBetaGeometric,
    fit_shifted_beta_geometric,
    fit_shifted_beta_geometric_spells,
)
from .risk.aggregation_bias import AggregationBias, aggregation_bias
from .risk.churn_risk import with_churn_risk, with_departure_risk
from .risk.lapse_window import LapseWindow, fit_lapse_window
from .risk.period_rates import PeriodRates, period_rates, rescaled_rate
from .risk.retention_elasticity import (
    RetentionElasticity,
    margin_multiple,
    retention_elasticity,
)
from .survival.discrete_hazard import DiscreteHazard, fit_discrete_hazard
from .survival.kaplan_meier import LogRank, SurvivalCurve, fit_kaplan_meier, log_rank
from .survival.person_periods import person_periods
from .survival.remaining_life import with_remaining_life, with_remaining_value
from .survival.survival_metrics import SurvivalQuality, survival_quality
from .survival.wrapped_survival import LifelinesSurvival, ScikitSurvival

__all__ = [
    "AggregationBias",
    "BetaDiscreteWeibull",
    "ChurnClassifier",
    "ClassifierReport",
    "DiscreteHazard",
    "ForecastQuality",
    "LapseWindow",
    "LifelinesSurvival",
    "LogRank",
    "PauseModel",
    "PeriodRates",
    "ProbabilityEstimator",
    "RetentionElasticity",
    "RetentionProjection",
    "ScikitSurvival",
    "ShiftedBetaGeometric",
    "SurvivalCurve",
    "SurvivalQuality",
    "aggregation_bias",
    "calibration_curve",
    "churn_backtest",
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
    "log_rank",
    "margin_multiple",
    "period_rates",
    "person_periods",
    "rescaled_rate",
    "retention_elasticity",
    "survival_quality",
    "with_churn_risk",
    "with_departure_risk",
    "with_remaining_life",
    "with_remaining_value",
]
