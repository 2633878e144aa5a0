"""The importance of features, beside scikit-learn's area under the curve."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from crmkit.churn import fit_churn_classifier


def test_importance_is_the_area_that_a_shuffled_column_loses() -> None:
    rng = np.random.default_rng(11)
    n = 400
    # Whole numbers: many customers share a risk.
    recency, spend = rng.integers(0, 6, n), rng.integers(0, 4, n)
    churned = rng.random(n) < 1 / (1 + np.exp(2.0 - 0.7 * recency + 0.4 * spend))
    frame = pd.DataFrame(
        {
            "recency": recency.astype(float),
            "spend": spend.astype(float),
            "churned": churned,
            "fold": np.where(np.arange(n) % 3 == 0, "test", "train"),
        }
    )
    model = fit_churn_classifier(frame, estimator=LogisticRegression(C=1e3))
    held = frame[frame["fold"] == "test"].reset_index(drop=True)
    found = model.importance(held, rng=np.random.default_rng(5), n_resamples=3)

    shuffles = np.random.default_rng(5)
    base = roc_auc_score(held["churned"], model.risk(held))
    for name in ("recency", "spend"):
        lost = []
        for _ in range(3):
            order = shuffles.permutation(len(held))
            mixed = held.assign(**{name: held[name].to_numpy()[order]})
            lost.append(base - roc_auc_score(held["churned"], model.risk(mixed)))
        row = found[found["feature_group"] == name].iloc[0]
        np.testing.assert_allclose(row["importance"], np.mean(lost), rtol=1e-9, atol=0)
        np.testing.assert_allclose(row["spread"], np.std(lost), rtol=1e-9, atol=0)
