"""Who is leaving, when, and what keeping them is worth."""

from .classifier.calibration_curve import calibration_curve
from .classifier.churn_backtest import churn_backtest
from .classifier.churn_classifier import ChurnClassifier, fit_churn_classifier
from .classifier.churn_metrics import ChurnMetrics, churn_metrics
from .classifier.classifier_report import ClassifierReport
from .classifier.gain_curve import gain_curve
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
from .survival.kaplan_meier import SurvivalCurve, fit_kaplan_meier
from .survival.log_rank import LogRank, log_rank
from .survival.person_periods import person_periods
from .survival.remaining_life import with_remaining_life, with_remaining_value
from .survival.spell import with_spell
from .survival.survival_by import survival_by
from .survival.survival_metrics import SurvivalMetrics, survival_metrics
from .survival.wrapped_survival import LifelinesSurvival, ScikitSurvival

__all__ = [
    "AggregationBias",
    "BetaDiscreteWeibull",
    "ChurnClassifier",
    "ChurnMetrics",
    "ClassifierReport",
    "DiscreteHazard",
    "LapseWindow",
    "LifelinesSurvival",
    "LogRank",
    "PeriodRates",
    "RetentionElasticity",
    "RetentionProjection",
    "ScikitSurvival",
    "ShiftedBetaGeometric",
    "SurvivalCurve",
    "SurvivalMetrics",
    "aggregation_bias",
    "calibration_curve",
    "churn_backtest",
    "churn_metrics",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_churn_classifier",
    "fit_discrete_hazard",
    "fit_kaplan_meier",
    "fit_lapse_window",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
    "gain_curve",
    "log_rank",
    "margin_multiple",
    "period_rates",
    "person_periods",
    "rescaled_rate",
    "retention_elasticity",
    "survival_by",
    "survival_metrics",
    "with_churn_risk",
    "with_departure_risk",
    "with_remaining_life",
    "with_remaining_value",
    "with_spell",
]
