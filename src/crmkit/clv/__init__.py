"""What each customer is worth: models of purchases and spend, and the value ahead."""

from ._holdout import HoldoutError
from .backtesting import Backtest, BacktestScore, backtest
from .bg_bb import BgBb
from .bg_bb_fit import fit_bg_bb
from .bg_nbd import BgNbd
from .bg_nbd_fit import fit_bg_nbd
from .breakeven import acquisition_breakeven
from .change_of_profit import ProfitChange, profit_change
from .comparison import LikelihoodRatio, ModelComparison, ModelScore, compare_models
from .components import (
    Assumptions,
    CategoryShares,
    ComponentDraws,
    Influence,
    References,
    ReferralInfluence,
    ReferralOutlook,
    clv_components,
    draw_models,
    expected_component_draws,
    expected_components,
    fit_category_shares,
    fit_references,
    fit_referral_outlook,
    purchase_histories,
    referral_influence,
)
from .forecasting import Forecast, forecast
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .independence import SpendIndependence, spend_independence
from .mbg_nbd import MbgNbd
from .mbg_nbd_fit import fit_mbg_nbd
from .nbd import Nbd, fit_nbd
from .parameter_intervals import with_expectation_interval
from .pareto_nbd import ParetoNbd
from .pareto_nbd_fit import fit_pareto_nbd
from .prediction_intervals import with_clv_interval, with_purchases_interval
from .profiles import purchases_profile_intervals, spend_profile_intervals
from .profit import profit_by
from .rates import per_unit_rate
from .streams import with_value_streams
from .tenses import with_value_tenses
from .value import with_clv
from .waterfall import value_waterfall

__all__ = [
    "Assumptions",
    "Backtest",
    "BacktestScore",
    "BgBb",
    "BgNbd",
    "CategoryShares",
    "ComponentDraws",
    "Forecast",
    "GammaGamma",
    "HoldoutError",
    "Influence",
    "LikelihoodRatio",
    "MbgNbd",
    "ModelComparison",
    "ModelScore",
    "Nbd",
    "ParetoNbd",
    "ProfitChange",
    "References",
    "ReferralInfluence",
    "ReferralOutlook",
    "SpendIndependence",
    "acquisition_breakeven",
    "backtest",
    "clv_components",
    "compare_models",
    "draw_models",
    "expected_component_draws",
    "expected_components",
    "fit_bg_bb",
    "fit_bg_nbd",
    "fit_category_shares",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_nbd",
    "fit_pareto_nbd",
    "fit_references",
    "fit_referral_outlook",
    "forecast",
    "per_unit_rate",
    "profit_by",
    "profit_change",
    "purchase_histories",
    "purchases_profile_intervals",
    "referral_influence",
    "spend_independence",
    "spend_profile_intervals",
    "value_waterfall",
    "with_clv",
    "with_clv_interval",
    "with_expectation_interval",
    "with_purchases_interval",
    "with_value_streams",
    "with_value_tenses",
]
