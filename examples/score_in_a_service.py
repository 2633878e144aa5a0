"""Fit a model once, keep it as JSON, and score single customers in a service."""

import json
import math

import crmkit as ck

log = ck.datasets.load_cdnow_sample()
customers = ck.rfm_summary(log, observation_period_end="1997-09-30", time_unit="week")
fitted = ck.clv.fit_bg_nbd(customers)
document = json.dumps(fitted.to_dict())
print(f"The model is {len(document)} characters of JSON.")

# In the service: no data, no fit and no pickle. The model equals the fitted one.
model = ck.clv.BgNbd.from_dict(json.loads(document))
print("Equal to the fit:", model == fitted)

alive = model.probability_alive([2, 2], [30.0, 5.0], [39.0, 39.0])
weekly = ck.clv.per_unit_rate(0.10, time_unit="week")
ahead = model.discounted_expected_purchases(
    [2, 2], [30.0, 5.0], [39.0, 39.0], horizon=math.inf, discount_rate=weekly
)
print(f"Bought 9 weeks ago:  alive {alive[0]:.2f}, {ahead[0]:.1f} to come")
print(f"Bought 34 weeks ago: alive {alive[1]:.2f}, {ahead[1]:.1f} to come")
