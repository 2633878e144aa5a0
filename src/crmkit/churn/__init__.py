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
from .risk import PauseModel, with_churn_risk, with_departure_risk

__all__ = [
    "BetaDiscreteWeibull",
    "PauseModel",
    "RetentionProjection",
    "ShiftedBetaGeometric",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
    "with_churn_risk",
    "with_departure_risk",
]
