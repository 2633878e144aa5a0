"""Contracts: each renewal shows who is kept and who is lost."""

from .beta_discrete_weibull import (
    BetaDiscreteWeibull,
    fit_beta_discrete_weibull,
    fit_beta_discrete_weibull_spells,
)
from .projection import RetentionProjection
from .shifted_beta_geometric import (
    ShiftedBetaGeometric,
    fit_shifted_beta_geometric,
    fit_shifted_beta_geometric_spells,
)

__all__ = [
    "BetaDiscreteWeibull",
    "RetentionProjection",
    "ShiftedBetaGeometric",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
]
