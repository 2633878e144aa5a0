"""What each customer is worth: models of purchases and spend, and the value ahead."""

from .bg_nbd import BgNbd
from .components import References, clv_components, fit_references
from .fit_bg_nbd import fit_bg_nbd
from .fit_mbg_nbd import fit_mbg_nbd
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .mbg_nbd import MbgNbd
from .nbd import Nbd, fit_nbd
from .rates import per_unit_rate
from .value import with_clv

__all__ = [
    "BgNbd",
    "GammaGamma",
    "MbgNbd",
    "Nbd",
    "References",
    "clv_components",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_nbd",
    "fit_references",
    "per_unit_rate",
    "with_clv",
]
