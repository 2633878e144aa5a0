"""Measure what a campaign added, with customers who were not contacted."""

import numpy as np
import pandas as pd

import crmkit as ck

rng = np.random.default_rng(7)
n = 6000
treated = rng.random(n) < 0.8
redeemed = treated & (rng.random(n) < 0.3)
customers = pd.DataFrame(
    {
        "treated": treated,
        "profit": rng.gamma(2, 10, n) + 8 * redeemed,
        "coupon": 2.0 * redeemed,
    }
)

found = ck.campaigns.incremental_profit(customers, cost=900, cost_col="coupon")
lower, upper = found.interval()
print(f"Added per customer: {found.effect:.2f} ({lower:.2f} to {upper:.2f}).")
lower, upper = found.interval(of="return_on_investment")
print(f"Return: {found.return_on_investment:.1f} ({lower:.1f} to {upper:.1f}).")
