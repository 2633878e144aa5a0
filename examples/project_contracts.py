"""Project the retention of contracts beyond the years that were observed."""

import pandas as pd

import crmkit as ck

cohort = pd.DataFrame(
    {
        "cohort": "high end",
        "renewals": range(8),
        "customers": [1000, 869, 743, 653, 593, 551, 517, 491],
    }
)
model = ck.churn.fit_shifted_beta_geometric(cohort, time_unit="year")
ahead = model.projection(horizon=12)
for year, (share, lower, upper) in enumerate(
    zip(ahead.survival, ahead.survival_lower, ahead.survival_upper, strict=True), 1
):
    print(f"year {year:2}: {share:.1%} are left ({lower:.1%} to {upper:.1%})")
