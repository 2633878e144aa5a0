"""How few customers bring in most of the money, on all purchases of 18 months."""

import numpy as np

import crmkit as ck

log = ck.datasets.load_cdnow(backend="polars")
customers = ck.rfm_summary(log, observation_period_end="1998-06-30")

top = ck.segments.pareto_point(
    customers,
    customer_share=0.2,
    value_col="total_amount",
    rng=np.random.default_rng(1),
    n_resamples=199,
)
point = ck.segments.pareto_point(customers, value_col="total_amount")
print(f"The top 20% of {top.n_customers:,.0f} customers paid {top.value_share:.1%}.")
lower, upper = top.interval()
print(f"95% interval from resampling the customers: {lower:.1%} to {upper:.1%}.")
print(
    f"Where both shares add up to one: {point.customer_share:.1%} of the customers, "
    f"{point.value_share:.1%} of the money."
)

tiers = ck.segments.fit_value_tiers(customers, value_col="total_amount")
tiered = tiers.with_value_tier(customers, value_col="total_amount")
print(tiered.group_by("value_tier").len().sort("value_tier"))
