"""What a classifier passes on to its estimator, and what it makes of the answer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, logit

from crmkit.churn import churn_backtest, churn_metrics, fit_churn_classifier
from crmkit.churn.classifier.estimators import default_estimator, fit_to, raw_risk
from crmkit.churn.classifier.feature_matrix import chosen_features, require_both
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError


class Refusing:
    """An estimator that learns from nothing, and says why."""

    def __init__(self, why: str) -> None:
        self.why = why

    def fit(self, X: Any, y: Any) -> None:
        del X, y
        raise ValueError(self.why)


class Answering:
    """An estimator that gives each row the same known risks."""

    def __init__(self, *risks: float) -> None:
        self.risks = np.array(risks)

    def predict_proba(self, X: Any) -> Any:
        del X
        return np.column_stack([1 - self.risks, self.risks])


NUMBERS = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
HOLED = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [np.nan, 5.0, np.nan]})
WORDS = NUMBERS.assign(b=["x", "y"]).astype({"b": object})
NOT_A_NUMBER = "could not convert string to float: 'x'"


@pytest.mark.parametrize(
    ("X", "why"),
    [
        (NUMBERS, NOT_A_NUMBER),
        (NUMBERS, "Input X contains NaN."),
        (HOLED, "a seed is too large"),
        (WORDS, "a seed is too large"),
        (WORDS, "Input X contains NaN."),
    ],
)
def test_an_error_that_no_column_explains_is_passed_on(X: Any, why: str) -> None:
    estimator: Any = Refusing(why)
    with pytest.raises(ValueError, match=f"^{why}$") as found:
        fit_to(estimator, X, np.zeros(len(X)))
    assert type(found.value) is ValueError


def test_holes_and_text_that_nothing_reads_are_named() -> None:
    holes: Any = Refusing("Input X contains NaN.")
    with pytest.raises(InvalidValueError, match="'b': missing value in 2 of 3 rows"):
        fit_to(holes, HOLED, np.zeros(3))
    words: Any = Refusing(NOT_A_NUMBER)
    with pytest.raises(InvalidTypeError, match=r"'b': expected numbers.* got text"):
        fit_to(words, WORDS, np.zeros(2))


def test_the_risk_is_the_second_probability_from_0_to_1() -> None:
    fine: Any = Answering(0.0, 0.25, 1.0)
    assert raw_risk(fine, None).tolist() == [0.0, 0.25, 1.0]
    wrong: Any = Answering(0.5, 1.5, -2.0, 0.0)
    with pytest.raises(InvalidValueError, match=r"in 2 of 4 rows \(first: 1\.5\)"):
        raw_risk(wrong, None)


def test_the_default_is_boosting_with_cautious_settings() -> None:
    chosen: Any = default_estimator()
    settings = {
        "learning_rate": 0.05,
        "max_iter": 150,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 50,
        "l2_regularization": 1.0,
        "early_stopping": False,
        "random_state": 0,
    }
    given = chosen.get_params()
    assert {name: given[name] for name in settings} == settings
    assert type(chosen).__name__ == "HistGradientBoostingClassifier"


def test_a_base_rate_moves_each_risk_by_the_difference_of_the_log_odds() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"days": rng.exponential(20, 90)})
    rows["churned"] = rng.random(90) < expit(rows["days"] / 20 - 0.5)
    given: dict[str, Any] = {"estimator": LogisticRegression(), "fold_col": None}
    plain = fit_churn_classifier(rows, **given)
    moved = fit_churn_classifier(rows, base_rate=0.125, **given)
    rate = rows["churned"].mean()
    raw = LogisticRegression().fit(rows[["days"]], rows["churned"])
    eta = raw.decision_function(rows[["days"]])
    assert_allclose(plain.risk(rows), expit(eta), rtol=1e-12, atol=0)
    shifted = expit(eta + logit(0.125) - logit(rate))
    assert_allclose(moved.risk(rows), shifted, rtol=1e-9, atol=0)
    report = moved.report
    assert (report.n_trained, report.base_rate) == (90, 0.125)
    assert report.train_churn_rate == pytest.approx(rate, rel=1e-15, abs=0)
    assert (report.n_calibrated, report.calibration_slope) == (None, None)
    for wrong in (0.0, 1.0):
        with pytest.raises(InvalidValueError, match="base_rate"):
            fit_churn_classifier(rows, base_rate=wrong, **given)


def test_a_risk_that_is_sure_has_odds_of_a_billion_when_the_base_rate_moves() -> None:
    from sklearn.tree import DecisionTreeClassifier

    rows = pd.DataFrame({"days": [1.0, 2, 3, 4], "churned": [0, 0, 0, 1]})
    tree: Any = DecisionTreeClassifier(random_state=0)
    found = fit_churn_classifier(rows, estimator=tree, fold_col=None, base_rate=0.5)
    odds = 1e-9 / (1 - 1e-9) * 3
    assert_allclose(found.risk(rows)[:3], odds / (1 + odds), rtol=1e-6, atol=0)
    odds = (1 - 1e-9) / 1e-9 * 3
    assert_allclose(1 - found.risk(rows)[3], 1 / (1 + odds), rtol=1e-6, atol=0)


def test_features_are_told_apart_from_keys_outcomes_and_nothing() -> None:
    import narwhals.stable.v2 as nw

    frame = nw.from_native(
        NUMBERS.assign(churned=[0, 1], label_end=0, flag=[True, False]), eager_only=True
    )
    assert chosen_features(frame, None, words=False) == ("a", "b", "flag")
    assert chosen_features(frame, ["b"], words=False) == ("b",)
    with pytest.raises(InvalidValueError, match="'feature_cols': no feature"):
        chosen_features(frame, [], words=False)
    with pytest.raises(InvalidValueError, match="'churned', a key or an outcome"):
        chosen_features(frame, ["label_end", "a", "churned"], words=False)


@pytest.mark.parametrize("y", [[0.0, 0.0], [1.0, 1.0, 1.0], []])
def test_outcomes_of_one_kind_are_counted(y: list[float]) -> None:
    told = f"{int(sum(y))} that churned of {len(y)}"
    with pytest.raises(NotEnoughDataError, match=told):
        require_both(np.array(y))
    require_both(np.array([*y, 0.0, 1.0]))


def test_each_row_of_a_backtest_is_what_the_customers_of_its_cutoff_show() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    cutoff = np.repeat(pd.to_datetime(["2023-01-01", "2023-04-01", "2023-07-01"]), 40)
    rows = pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(40), 3),
            "cutoff": cutoff,
            "label_end": cutoff + pd.Timedelta(days=80),
            "inactivity": rng.exponential(30, 120),
        }
    )
    rows["churned"] = rng.random(120) < expit(rows["inactivity"] / 20 - 1.5)
    rows = rows.drop(index=[3, 50, 51])
    told: list[tuple[int, int]] = []
    estimator: Any = LogisticRegression()
    found: Any = churn_backtest(
        rows,
        estimator=estimator,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 2), (1, 2), (2, 2)]
    names = ["n_customers", "n_churned", "auc", "brier_score"]
    names += ["expected_calibration_error", "top_decile_lift"]
    assert [*found] == ["cutoff", "model", *names]
    days = sorted(rows["cutoff"].unique())
    for at, day in enumerate(days[1:]):
        past, now = rows[rows["cutoff"] < day], rows[rows["cutoff"] == day]
        plain = LogisticRegression().fit(past[["inactivity"]], past["churned"])
        risks = {
            0: expit(plain.decision_function(now[["inactivity"]])),
            2: np.full(len(now), past["churned"].mean()),
        }
        for place, risk in risks.items():
            row = found.iloc[3 * at + place]
            assert row["cutoff"] == day
            truth: Any = churn_metrics(now.assign(churn_risk=risk))
            values = [getattr(truth, name) for name in names]
            assert_allclose([row[name] for name in names], values, rtol=1e-9, atol=0)
    assert found["model"].tolist() == ["classifier", "baseline", "base rate"] * 2
    assert found["n_customers"].tolist() == [38] * 3 + [40] * 3
    for wrong in (-1.0, np.nan):
        with pytest.raises(InvalidValueError, match="'inactivity': missing or neg"):
            churn_backtest(rows.assign(inactivity=wrong), estimator=estimator)
