"""From a log to a value and a tier for each customer, in Polars."""

import polars as pl

import crmkit as ck

log = ck.datasets.load_cdnow_sample(backend="polars")
customers = ck.rfm_summary(log, observation_period_end="1997-09-30", time_unit="week")
purchases = ck.clv.fit_bg_nbd(customers)
spend = ck.clv.fit_gamma_gamma(customers, nonpositive="drop")

valued = (
    customers.pipe(purchases.with_probability_alive)
    .pipe(
        ck.clv.with_clv,
        purchases=purchases,
        spend=spend,
        horizon=52,
        discount_rate=ck.clv.per_unit_rate(0.10, time_unit="week"),
    )
    .pipe(ck.segments.with_value_tier, value_col="clv")
)

print(
    valued.group_by("value_tier")
    .agg(
        pl.len().alias("customers"),
        pl.col("probability_alive").mean().round(2),
        pl.col("clv").sum().round(0),
    )
    .sort("value_tier")
)
