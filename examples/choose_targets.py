"""Choose whom to call and whom to write to within a budget."""

import numpy as np
import pandas as pd

import crmkit as ck

rng = np.random.default_rng(11)
n = 5000
clv = rng.gamma(1.5, 80, n)
options = {"mail": (1.0, 0.02), "call": (6.0, 0.07)}
contacts = pd.concat(
    [
        pd.DataFrame(
            {
                "customer_id": np.arange(n),
                "channel": channel,
                "cost": cost,
                "expected_profit": saved * clv - cost,
            }
        )
        for channel, (cost, saved) in options.items()
    ],
    ignore_index=True,
)

plan = ck.campaigns.select_targets(contacts, budget=4000, capacity={"call": 400})
print(f"{plan.n_selected:,} contacts for {plan.cost:,.0f} bring {plan.profit:,.0f}.")
chosen = plan.customers[plan.customers["selected"]]
print(chosen.groupby("channel")["expected_profit"].agg(["size", "sum"]).round(0))
print(f"No other choice brings more than {plan.gap:.2%} above that.")
