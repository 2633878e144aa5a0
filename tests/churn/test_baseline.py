"""The baseline of a backtest is a logistic curve with a weak prior."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from crmkit.churn import churn_backtest
from crmkit.churn.classifier.churn_backtest import _curve
from crmkit.errors import NotEnoughDataError
from crmkit.typing import FloatArray

LEFT = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0.0])
PAST = np.array([0, 3, 1, 90, 6, 45, 70, 130, 9, 14, 200, 2.0])


def _by_hand(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Fit by the value alone, then take Newton steps until nothing moves."""
    X = np.column_stack([np.ones(x.size), np.log1p(x)])

    def loss(b: FloatArray) -> float:
        eta = X @ b
        return float(np.sum(np.logaddexp(0, eta) - y * eta) + 0.0005 * b @ b)

    b = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    for _ in range(9):
        p = expit(X @ b)
        slope = X.T @ (y - p) - 0.001 * b
        b = b + np.linalg.solve((X.T * p * (1 - p)) @ X + 0.001 * np.eye(2), slope)
    return np.asarray(expit(b[0] + b[1] * np.log1p(at)))


@pytest.mark.parametrize("split", [False, True])
def test_the_curve_maximises_a_likelihood_with_a_prior(*, split: bool) -> None:
    y = (PAST > 20).astype(float) if split else LEFT
    learn, judge = np.arange(2, 10), np.array([0, 1, 10, 11])
    found = _curve(PAST, y, learn, judge)
    known = _by_hand(PAST[learn], y[learn], PAST[judge])
    np.testing.assert_allclose(found, known, rtol=1e-7)


def _snapshots() -> Any:
    import pandas as pd

    cutoff = np.repeat(pd.to_datetime(["2023-01-01", "2023-04-01"]), 6)
    return pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(6), 2),
            "cutoff": cutoff,
            "label_end": cutoff + pd.Timedelta(days=90),
            "inactivity": PAST,
            "churned": LEFT.astype(bool),
        }
    )


def test_a_cutoff_of_one_customer_cannot_be_judged() -> None:
    from sklearn.linear_model import LogisticRegression

    estimator: Any = LogisticRegression()
    with pytest.raises(NotEnoughDataError, match="1 who left of 1 at 2023-04-01"):
        churn_backtest(_snapshots().head(7), estimator=estimator)


def test_the_baseline_of_a_backtest_is_that_curve() -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots()
    asked: dict[str, Any] = {"estimator": LogisticRegression()}
    found = churn_backtest(snapshots, **asked).set_index("model")["brier_score"]
    known = _by_hand(PAST[:6], LEFT[:6], PAST[6:])
    assert found["baseline"] == pytest.approx(
        np.mean((known - LEFT[6:]) ** 2), rel=1e-7, abs=0
    )


@pytest.mark.parametrize("split", [False, True])
def test_a_later_calibration_has_a_prior_of_one_customer_of_each_kind(
    *, split: bool
) -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    from crmkit.churn import fit_churn_classifier

    x, fold = np.tile(PAST, 2), np.repeat(["train", "calibrate"], 12)
    left = np.append(LEFT, (PAST > 20).astype(float) if split else LEFT[::-1])
    frame = pd.DataFrame({"inactivity": x, "churned": left == 1, "fold": fold})
    asked: dict[str, Any] = {"feature_cols": ["inactivity"]}
    found = fit_churn_classifier(frame, estimator=LogisticRegression(), **asked)
    plain = LogisticRegression().fit(frame[["inactivity"]][:12], left[:12])
    y = left[12:]
    risk = expit(plain.decision_function(frame[["inactivity"]][12:]))
    logits = logit(np.clip(risk, 1e-9, 1 - 1e-9))  # no risk is sure
    start, slope = found.report.calibration_intercept, found.report.calibration_slope
    assert start is not None
    assert slope is not None
    # At the top the pull of the prior is what the data pull.
    missed = y - expit(start + slope * logits)
    assert missed.sum() == pytest.approx(start, rel=1e-6, abs=0)
    assert missed @ logits == pytest.approx(slope - 1, rel=1e-6, abs=0)
    assert found.report.n_calibrated == 12
