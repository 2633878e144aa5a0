"""What each customer is worth: models of purchases and spend, and the value ahead."""

from .checking.backtest import Backtest, BacktestScore, backtest
from .checking.choice_ranking import ModelGap
from .checking.choice_scores import MoneyScore, PurchaseScore, SpendScore
from .checking.compare_models import (
    LikelihoodRatio,
    ModelComparison,
    ModelScore,
    compare_models,
)
from .checking.frequency_fit import frequency_fit
from .checking.held_out_choice import ModelChoice, model_choice
from .checking.heterogeneity import Heterogeneity, heterogeneity
from .checking.holdout_error import HoldoutError
from .checking.model_error_by import fit_model_error_by
from .checking.model_error_fit import fit_model_error
from .checking.probability_alive_path import probability_alive_path
from .checking.purchase_gaps import purchase_gaps
from .checking.spend_fit import spend_fit
from .checking.spend_independence import SpendIndependence, spend_independence
from .checking.tracking import tracking
from .components.assumptions import Assumptions
from .components.category_shares import CategoryShares, fit_category_shares
from .components.clv_components import clv_components
from .components.component_backtest import backtest_components
from .components.component_draws import ComponentDraws, expected_component_draws
from .components.expected_components import expected_components
from .components.part_model_error import PartModelError
from .components.part_score import PartScore
from .components.purchase_histories import purchase_histories
from .components.reference_fitting import fit_references
from .components.references import References
from .components.referral_influence import (
    Influence,
    ReferralInfluence,
    referral_influence,
)
from .components.referral_outlook import ReferralOutlook, fit_referral_outlook
from .components.tried_parts import ComponentBacktest
from .components.value_statement import ValueStatement, value_statement
from .models.bg_bb import BgBb, fit_bg_bb
from .models.bg_nbd import BgNbd, fit_bg_nbd
from .models.covariate_effects import CovariateEffect, CovariateTest
from .models.credibility_spend import CredibilitySpend, fit_credibility_spend
from .models.gamma_gamma import GammaGamma, fit_gamma_gamma
from .models.mbg_cnbd_k import MbgCnbdK, fit_mbg_cnbd_k
from .models.mbg_nbd import MbgNbd, fit_mbg_nbd
from .models.nbd import Nbd, fit_nbd
from .models.pareto_nbd import ParetoNbd, fit_pareto_nbd
from .models.purchase_covariates import PurchaseCovariates
from .models.purchase_covariates_fit import fit_purchase_covariates
from .models.seasonality import SeasonalEvent, Seasonality
from .models.seasonality_fit import fit_seasonality
from .models.spend_covariates import SpendCovariates, fit_spend_covariates
from .models.time_varying_covariates import TimeVaryingCovariates
from .models.time_varying_covariates_fit import fit_time_varying_covariates
from .uncertainty.clv_interval import with_clv_interval
from .uncertainty.draw_models import draw_models
from .uncertainty.error_scale import ErrorScale
from .uncertainty.expectation_interval import with_expectation_interval
from .uncertainty.forecast import Forecast, forecast
from .uncertainty.forecast_part import ForecastPart
from .uncertainty.model_error import ModelError, PastError
from .uncertainty.profile_intervals import profile_intervals
from .uncertainty.purchases_interval import with_purchases_interval
from .uncertainty.ranges import Ranges
from .value.clv import with_clv
from .value.clv_if_active import with_clv_if_active
from .value.per_unit_rate import per_unit_rate
from .value.profit_by import profit_by
from .value.profit_change import ProfitChange, profit_change
from .value.value_streams import with_value_streams
from .value.value_tenses import with_value_tenses
from .value.value_waterfall import value_waterfall

__all__ = [
    "Assumptions",
    "Backtest",
    "BacktestScore",
    "BgBb",
    "BgNbd",
    "CategoryShares",
    "ComponentBacktest",
    "ComponentDraws",
    "CovariateEffect",
    "CovariateTest",
    "CredibilitySpend",
    "ErrorScale",
    "Forecast",
    "ForecastPart",
    "GammaGamma",
    "Heterogeneity",
    "HoldoutError",
    "Influence",
    "LikelihoodRatio",
    "MbgCnbdK",
    "MbgNbd",
    "ModelChoice",
    "ModelComparison",
    "ModelError",
    "ModelGap",
    "ModelScore",
    "MoneyScore",
    "Nbd",
    "ParetoNbd",
    "PartModelError",
    "PartScore",
    "PastError",
    "ProfitChange",
    "PurchaseCovariates",
    "PurchaseScore",
    "Ranges",
    "References",
    "ReferralInfluence",
    "ReferralOutlook",
    "SeasonalEvent",
    "Seasonality",
    "SpendCovariates",
    "SpendIndependence",
    "SpendScore",
    "TimeVaryingCovariates",
    "ValueStatement",
    "backtest",
    "backtest_components",
    "clv_components",
    "compare_models",
    "draw_models",
    "expected_component_draws",
    "expected_components",
    "fit_bg_bb",
    "fit_bg_nbd",
    "fit_category_shares",
    "fit_credibility_spend",
    "fit_gamma_gamma",
    "fit_mbg_cnbd_k",
    "fit_mbg_nbd",
    "fit_model_error",
    "fit_model_error_by",
    "fit_nbd",
    "fit_pareto_nbd",
    "fit_purchase_covariates",
    "fit_references",
    "fit_referral_outlook",
    "fit_seasonality",
    "fit_spend_covariates",
    "fit_time_varying_covariates",
    "forecast",
    "frequency_fit",
    "heterogeneity",
    "model_choice",
    "per_unit_rate",
    "probability_alive_path",
    "profile_intervals",
    "profit_by",
    "profit_change",
    "purchase_gaps",
    "purchase_histories",
    "referral_influence",
    "spend_fit",
    "spend_independence",
    "tracking",
    "value_statement",
    "value_waterfall",
    "with_clv",
    "with_clv_if_active",
    "with_clv_interval",
    "with_expectation_interval",
    "with_purchases_interval",
    "with_value_streams",
    "with_value_tenses",
]
