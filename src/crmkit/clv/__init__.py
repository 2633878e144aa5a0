"""What each customer is worth: models of purchases and spend, and the value ahead."""

from .bg_bb import BgBb
from .bg_nbd import BgNbd
from .components import References, clv_components, fit_references
from .fit_bg_bb import fit_bg_bb
from .fit_bg_nbd import fit_bg_nbd
from .fit_mbg_nbd import fit_mbg_nbd
from .fit_pareto_nbd import fit_pareto_nbd
from .forecasting import Forecast, forecast
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .mbg_nbd import MbgNbd
from .nbd import Nbd, fit_nbd
from .pareto_nbd import ParetoNbd
from .prediction_intervals import with_clv_interval, with_purchases_interval
from .profiles import purchases_profile_intervals, spend_profile_intervals
from .rates import per_unit_rate
from .value import with_clv

__all__ = [
    "BgBb",
    "BgNbd",
    "Forecast",
    "GammaGamma",
    "MbgNbd",
    "Nbd",
    "ParetoNbd",
    "References",
    "clv_components",
    "fit_bg_bb",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_nbd",
    "fit_pareto_nbd",
    "fit_references",
    "forecast",
    "per_unit_rate",
    "purchases_profile_intervals",
    "spend_profile_intervals",
    "with_clv",
    "with_clv_interval",
    "with_purchases_interval",
]
