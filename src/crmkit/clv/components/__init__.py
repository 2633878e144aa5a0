"""Customer value decomposed exactly, in history and ahead."""

from .assumptions import Assumptions
from .draws import ComponentDraws, draw_models, expected_component_draws
from .expected import expected_components
from .fitting import fit_references
from .histories import purchase_histories
from .history import clv_components
from .influence import Influence, ReferralInfluence, referral_influence
from .references import References
from .referral_outlook import ReferralOutlook, fit_referral_outlook
from .shares import CategoryShares, fit_category_shares

__all__ = [
    "Assumptions",
    "CategoryShares",
    "ComponentDraws",
    "Influence",
    "References",
    "ReferralInfluence",
    "ReferralOutlook",
    "clv_components",
    "draw_models",
    "expected_component_draws",
    "expected_components",
    "fit_category_shares",
    "fit_references",
    "fit_referral_outlook",
    "purchase_histories",
    "referral_influence",
]
