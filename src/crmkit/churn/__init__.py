"""Who is leaving, when, what it costs, and whom it pays to keep."""

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
from .mixture import AggregationBias, aggregation_bias
from .rates import PeriodRates, period_rates, rescaled_rate
from .risk import PauseModel, with_churn_risk, with_departure_risk
from .survival import LogRank, SurvivalCurve, fit_kaplan_meier, log_rank

__all__ = [
    "AggregationBias",
    "BetaDiscreteWeibull",
    "LogRank",
    "PauseModel",
    "PeriodRates",
    "RetentionElasticity",
    "RetentionProjection",
    "ShiftedBetaGeometric",
    "SurvivalCurve",
    "aggregation_bias",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_kaplan_meier",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
    "log_rank",
    "margin_multiple",
    "period_rates",
    "rescaled_rate",
    "retention_elasticity",
    "with_churn_risk",
    "with_departure_risk",
]
