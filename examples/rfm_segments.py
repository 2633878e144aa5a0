"""Score customers by recency, frequency and money, and name their segments."""

import crmkit as ck

log = ck.datasets.load_cdnow_sample()
customers = ck.rfm_summary(log, observation_period_end="1998-06-30")

scores = ck.segments.fit_rfm_scores(customers)
segmented = customers.pipe(scores.with_rfm_scores).pipe(ck.segments.with_rfm_segment)

sizes = segmented.groupby("rfm_segment")["total_amount"].agg(["size", "sum"])
sizes["share"] = sizes["sum"] / sizes["sum"].sum()
for name, row in sizes.sort_values("sum", ascending=False).iterrows():
    action = ck.segments.RFM_SEGMENTS.actions[str(name)]
    print(f"{name:17} {row['size']:5,.0f} customers {row['share']:4.0%}  {action}")
