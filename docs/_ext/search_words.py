"""What people type who look for a name that they do not know.

The search of the site ranks a page first whose index entry is what was typed. So each
of these words leads to the page of its name; those of the question tables and the
glossary lead there through their pages.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["SEARCH_WORDS"]

SEARCH_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "crmkit.calibration_holdout_summary": ("train test split", "holdout"),
    "crmkit.rfm_summary": ("rfm", "recency frequency monetary", "frequency recency T"),
    "crmkit.transaction_report": ("data quality", "check the log", "duplicates"),
    "crmkit.campaigns.acquisition_cost_by": ("cac", "customer acquisition cost"),
    "crmkit.campaigns.arm_effects": ("a/b test", "ab test", "several offers"),
    "crmkit.campaigns.association_rules": ("market basket", "basket analysis"),
    "crmkit.campaigns.cross_sell_score": ("cross-selling", "recommendation"),
    "crmkit.campaigns.fit_price_response": ("price elasticity",),
    "crmkit.campaigns.funnel": ("conversion rate", "conversion funnel"),
    "crmkit.campaigns.lift_by": ("control group", "incremental response"),
    "crmkit.campaigns.next_product_rules": ("next best product", "next product"),
    "crmkit.campaigns.qini": ("uplift", "qini"),
    "crmkit.campaigns.response_by": ("response rate",),
    "crmkit.campaigns.select_targets": ("whom to contact", "campaign budget"),
    "crmkit.campaigns.with_points_liability": ("loyalty points", "points liability"),
    "crmkit.campaigns.with_share_of_wallet": ("share of wallet",),
    "crmkit.churn.churn_metrics": ("auc", "brier score", "log loss"),
    "crmkit.churn.fit_churn_classifier": ("who will leave", "churn prediction"),
    "crmkit.churn.fit_discrete_hazard": ("cox regression", "hazard model"),
    "crmkit.churn.fit_kaplan_meier": ("survival curve", "kaplan-meier"),
    "crmkit.churn.fit_lapse_window": ("when has a customer left", "inactivity"),
    "crmkit.churn.log_rank": ("compare survival", "log-rank test"),
    "crmkit.churn.period_rates": ("churn rate", "net revenue retention"),
    "crmkit.clv.backtest": ("backtest", "how good is the forecast"),
    "crmkit.clv.clv_components": ("clv1 to clv6", "parts of value"),
    "crmkit.clv.compare_models": ("aic", "which model"),
    "crmkit.clv.fit_bg_nbd": ("bg/nbd", "how many purchases", "probability alive"),
    "crmkit.clv.fit_gamma_gamma": ("gamma-gamma", "average order value"),
    "crmkit.clv.fit_pareto_nbd": ("pareto/nbd",),
    "crmkit.clv.fit_seasonality": ("season", "seasonality"),
    "crmkit.clv.forecast": ("forecast of revenue", "interval of the total"),
    "crmkit.clv.profit_by": ("customer profitability", "profit by customer"),
    "crmkit.clv.with_clv": ("clv", "ltv", "customer lifetime value"),
    "crmkit.clv.with_clv_interval": ("interval of each customer",),
    "crmkit.satisfaction.csat": ("csat", "customer satisfaction score"),
    "crmkit.satisfaction.fit_driver_weights": ("key drivers", "driver analysis"),
    "crmkit.satisfaction.kano": ("kano", "kano model"),
    "crmkit.satisfaction.nps": ("nps", "net promoter score"),
    "crmkit.satisfaction.nps_sample_size": ("sample size", "how many answers"),
    "crmkit.segments.cohort_table": ("cohort", "cohort retention", "cohort analysis"),
    "crmkit.segments.fit_clusters": ("k-means", "clustering"),
    "crmkit.segments.fit_migration": ("transition matrix", "markov chain"),
    "crmkit.segments.fit_value_tiers": ("abc analysis", "value tiers"),
    "crmkit.segments.gini": ("gini", "concentration"),
    "crmkit.segments.pareto_point": ("80/20", "pareto 80/20", "pareto principle"),
    "crmkit.segments.with_rfm_segment": ("rfm segments", "rfm segmentation"),
    "crmkit.snapshots.make_snapshots": ("features and labels", "leakage"),
}
