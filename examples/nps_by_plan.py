"""A net promoter score with its interval, overall and for each of two plans."""

import pandas as pd

import crmkit as ck

responses = pd.DataFrame(
    {
        "plan": ["basic"] * 60 + ["premium"] * 40,
        "score": [3, 6, 7, 8, 9, 10] * 10 + [6, 8, 9, 9, 10, 10, 10, 9] * 5,
    }
)

overall = ck.satisfaction.nps(responses, score_col="score")
lower, upper = overall.interval()
print(f"{overall.score:+.0f} ({lower:+.0f} to {upper:+.0f}), n = {overall.n_responses}")

by_plan = ck.satisfaction.nps_by(responses, by="plan", score_col="score")
print(by_plan.to_string(index=False, float_format="{:+.1f}".format))
