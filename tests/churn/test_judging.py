"""Judging a forecast: parts that add up, no luck from row order, known calibration."""

import json
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from crmkit.churn import (
    ChurnMetrics,
    calibration_curve,
    churn_metrics,
    gain_curve,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError


def _judged(rng: np.random.Generator, n: int = 4000) -> Any:
    import pandas as pd

    risk = rng.beta(1, 4, n)
    return pd.DataFrame({"churn_risk": risk, "churned": rng.random(n) < risk})


def test_a_calibrated_forecast_is_found_calibrated(rng: np.random.Generator) -> None:
    judged = _judged(rng, 20_000)
    quality = churn_metrics(judged)
    parts = quality.reliability - quality.resolution + quality.uncertainty
    assert parts + quality.within_bins == pytest.approx(quality.brier_score, rel=1e-12)
    assert quality.reliability < 1e-3
    assert quality.calibration_slope == pytest.approx(1, abs=0.06)
    assert quality.calibration_intercept == pytest.approx(0, abs=0.1)
    assert quality.spiegelhalter_z is not None
    assert abs(quality.spiegelhalter_z) < 3.5
    lower, upper = quality.interval()
    assert lower < quality.auc < upper
    assert quality.gini == 2 * quality.auc - 1
    again = ChurnMetrics.from_dict(json.loads(json.dumps(quality.to_dict())))
    assert again == quality


def test_risks_too_extreme_have_a_slope_below_one(rng: np.random.Generator) -> None:
    judged = _judged(rng, 20_000)
    extreme = judged.assign(churn_risk=expit(2 * logit(judged["churn_risk"])))
    good, bad = churn_metrics(judged), churn_metrics(extreme)
    assert bad.calibration_slope == pytest.approx(0.5, abs=0.04)
    assert bad.auc == pytest.approx(good.auc, rel=1e-12)
    assert bad.brier_score > good.brier_score


def test_scikit_learn_agrees(eager_frame: Any, rng: np.random.Generator) -> None:
    from sklearn import metrics

    judged = _judged(rng, 500)
    columns = {name: judged[name].tolist() for name in judged}
    quality = churn_metrics(eager_frame(columns))
    y, p = judged["churned"], judged["churn_risk"]
    assert quality.auc == pytest.approx(metrics.roc_auc_score(y, p), rel=1e-12)
    assert quality.brier_score == pytest.approx(
        metrics.brier_score_loss(y, p), rel=1e-12
    )
    assert quality.log_loss == pytest.approx(metrics.log_loss(y, p), rel=1e-12)


def test_equal_scores_have_a_lift_of_one_whatever_the_order(
    eager_frame: Any, columns_of: Any
) -> None:
    for churned in ([1, 1, 0, 0], [0, 0, 1, 1]):
        judged = eager_frame({"churn_risk": [0.5] * 4, "churned": churned})
        out = columns_of(gain_curve(judged, points=5))
        assert out["lift"] == pytest.approx([1] * 5)
        quality = churn_metrics(judged)
        assert (quality.auc, quality.top_decile_lift) == pytest.approx((0.5, 1))
        assert quality.calibration_slope is None


def test_a_lift_is_at_most_one_over_the_base_rate(rng: np.random.Generator) -> None:
    judged = _judged(rng, 1000)
    perfect = judged.assign(churn_risk=judged["churned"].astype(float))
    quality = churn_metrics(perfect)
    bound = 1 / judged["churned"].mean()
    assert quality.top_decile_lift == pytest.approx(bound, rel=1e-9)
    assert quality.auc == 1
    assert quality.log_loss == 0
    failed = churn_metrics(perfect.assign(churn_risk=1 - perfect["churn_risk"]))
    assert failed.log_loss is None


def test_calibration_bins_keep_ties_together(eager_frame: Any, columns_of: Any) -> None:
    judged = {"churn_risk": [0.1] * 6 + [0.9] * 2, "churned": [0, 0, 0, 1, 1, 0, 1, 1]}
    out = columns_of(calibration_curve(eager_frame(judged), bins=4))
    assert out["n_customers"] == [6, 2]
    assert out["mean_risk"] == pytest.approx([0.1, 0.9])
    assert out["churn_rate"] == pytest.approx([1 / 3, 1])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"churn_risk": [1.2, 0.1]}, "value outside 0 to 1"),
        ({"churn_risk": [None, 0.1]}, "'churn_risk': missing value in 1 of 2 rows"),
        ({"churned": [1, 2]}, "'churned': value other than 0 or 1"),
        ({"churned": [1, None]}, "'churned': missing value"),
    ],
)
def test_what_is_no_forecast_is_refused(
    change: dict[str, Any], match: str, eager_frame: Any
) -> None:
    judged = {"churn_risk": [0.3, 0.1], "churned": [1, 0]} | change
    with pytest.raises(InvalidValueError, match=match):
        churn_metrics(eager_frame(judged))


def test_one_kind_of_outcome_cannot_be_judged() -> None:
    import pandas as pd

    judged = pd.DataFrame({"churn_risk": [0.3, 0.1], "churned": [0, 0]})
    with pytest.raises(NotEnoughDataError, match="0 who left of 2"):
        churn_metrics(judged)


def test_no_digit_depends_on_the_order_of_the_rows(rng: np.random.Generator) -> None:
    judged = _judged(rng, 999)
    for seed in range(5):
        mixed = judged.sample(frac=1, random_state=seed)
        assert churn_metrics(mixed) == churn_metrics(judged)
