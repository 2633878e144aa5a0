"""The classifier learns from the past only, and says what is left of it later."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import (
    ClassifierReport,
    churn_backtest,
    churn_metrics,
    fit_churn_classifier,
)
from crmkit.errors import (
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    NotEnoughDataError,
)
from crmkit.snapshots import cutoff_folds, with_fold


def _snapshots(rng: np.random.Generator, per_cutoff: int = 500) -> Any:
    import pandas as pd

    cutoff = np.repeat(
        pd.to_datetime(["2023-01-01", "2023-04-01", "2023-07-01", "2023-10-01"]),
        per_cutoff,
    )
    n = cutoff.size
    inactivity, purchases = rng.exponential(50, n), rng.poisson(3, n) + 1.0
    odds = 0.02 * inactivity - 0.4 * purchases + 0.3
    return pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(per_cutoff), 4),
            "cutoff": cutoff,
            "label_start": cutoff,
            "label_end": cutoff + pd.Timedelta(days=90),
            "inactivity": inactivity,
            "purchases": purchases,
            "amount_total": rng.gamma(2, 20, n),
            "churned": rng.random(n) < 1 / (1 + np.exp(-odds)),
            "future_purchases": 0.0,
            "future_amount": 0.0,
        }
    )


def test_only_the_training_fold_is_learned_from(rng: np.random.Generator) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    snapshots = with_fold(_snapshots(rng), test_from="2023-07-01")
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    model = fit_churn_classifier(snapshots, estimator=pipeline)
    other = snapshots.copy()
    later = other["fold"] != "train"
    other.loc[later, "churned"] = ~other.loc[later, "churned"]
    other.loc[later, "inactivity"] = 1e6
    again = fit_churn_classifier(other, estimator=pipeline)
    np.testing.assert_array_equal(model.risk(snapshots), again.risk(snapshots))
    assert not hasattr(pipeline[-1], "coef_")
    assert model.report.features == ("inactivity", "purchases", "amount_total")
    assert model.report.n_trained == 1000
    written = json.loads(json.dumps(model.report.to_dict()))
    assert ClassifierReport.from_dict(written) == model.report


def test_calibration_on_later_data_repairs_overconfidence(
    rng: np.random.Generator,
) -> None:
    from sklearn.tree import DecisionTreeClassifier

    snapshots = _snapshots(rng, 1500)
    folded = with_fold(snapshots, test_from="2023-10-01", calibrate_from="2023-04-01")
    tree = DecisionTreeClassifier(max_depth=9, random_state=0)
    calibrated = fit_churn_classifier(folded, estimator=tree)
    raw = fit_churn_classifier(folded[folded["fold"] != "calibrate"], estimator=tree)
    test = folded[folded["fold"] == "test"]
    before = churn_metrics(raw.with_churn_risk(test))
    after = churn_metrics(calibrated.with_churn_risk(test))
    assert after.expected_calibration_error < before.expected_calibration_error
    assert after.brier_score < before.brier_score
    assert calibrated.report.n_calibrated == 3000
    assert calibrated.report.calibration_slope is not None
    assert calibrated.report.calibration_slope < 1


def test_a_sampled_base_rate_is_corrected(rng: np.random.Generator) -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 4000).assign(fold="train")
    churned = snapshots["churned"]
    sampled = pd.concat([snapshots[churned], snapshots[~churned].iloc[::4]])
    estimator = LogisticRegression(max_iter=1000)
    naive = fit_churn_classifier(sampled, estimator=estimator)
    right = fit_churn_classifier(
        sampled, estimator=estimator, base_rate=float(churned.mean())
    )
    assert naive.risk(snapshots).mean() > churned.mean() + 0.1
    assert right.risk(snapshots).mean() == pytest.approx(churned.mean(), abs=0.02)


def test_the_group_that_matters_is_the_most_important(
    rng: np.random.Generator,
) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = with_fold(_snapshots(rng), test_from="2023-07-01")
    model = fit_churn_classifier(snapshots, estimator=LogisticRegression(max_iter=500))
    found = model.importance(snapshots[snapshots["fold"] == "test"], rng=rng)
    assert found["feature_group"].tolist()[0] == "recency"
    assert found["feature_group"].tolist()[-1] == "spend"
    assert abs(found["importance"].tolist()[-1]) < 0.01


def test_a_search_with_time_folds_is_an_estimator_too(
    rng: np.random.Generator,
) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    folded = with_fold(_snapshots(rng, 200), test_from="2023-10-01")
    train = folded[folded["fold"] == "train"].reset_index(drop=True)
    search = GridSearchCV(
        LogisticRegression(max_iter=500), {"C": [0.01, 1.0]}, cv=cutoff_folds(train)
    )
    model = fit_churn_classifier(train, estimator=search)
    assert model.risk(train).shape == (600,)


def test_every_library_gives_the_same_risks(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    snapshots = with_fold(_snapshots(rng, 150), test_from="2023-07-01")
    names = ["inactivity", "purchases", "churned", "fold"]
    columns = {name: snapshots[name].tolist() for name in names}
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression(max_iter=500)
    model = fit_churn_classifier(eager_frame(columns), estimator=estimator)
    out = columns_of(model.with_churn_risk(eager_frame(columns)))
    expected = fit_churn_classifier(snapshots[names], estimator=estimator)
    np.testing.assert_allclose(out["churn_risk"], expected.risk(snapshots), rtol=1e-9)


def test_the_default_learner_is_repeatable(rng: np.random.Generator) -> None:
    snapshots = with_fold(_snapshots(rng, 300), test_from="2023-07-01")
    one, other = (fit_churn_classifier(snapshots) for _ in range(2))
    np.testing.assert_array_equal(one.risk(snapshots), other.risk(snapshots))
    quality = churn_metrics(one.with_churn_risk(snapshots[snapshots["fold"] == "test"]))
    assert quality.auc > 0.7


def test_a_backtest_stands_beside_plain_rules(rng: np.random.Generator) -> None:
    from sklearn.linear_model import LogisticRegression

    found = churn_backtest(_snapshots(rng), estimator=LogisticRegression(max_iter=500))
    assert found["model"].tolist() == ["classifier", "baseline", "base rate"] * 3
    assert found["cutoff"].nunique() == 3
    by = found.groupby("model")[["auc", "brier_score"]].mean()
    assert by.loc["base rate", "auc"] == 0.5
    assert by.loc["classifier", "auc"] > by.loc["baseline", "auc"] > 0.6
    assert by.loc["classifier", "brier_score"] < by.loc["base rate", "brier_score"]


def test_the_plain_rules_of_a_backtest_know_the_past_only(
    rng: np.random.Generator,
) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 200)
    snapshots["churned"] &= snapshots["cutoff"] < "2023-07-01"
    snapshots.loc[snapshots.index[-1], "churned"] = True
    snapshots.loc[snapshots["cutoff"] == "2023-07-01", "churned"] = (
        rng.random(200) < 0.5
    )
    ask: dict[str, Any] = {"estimator": LogisticRegression(max_iter=500)}
    found = churn_backtest(snapshots, **ask)
    y = snapshots["churned"].to_numpy().astype(float).reshape(4, 200)
    base = found[found["model"] == "base rate"]["brier_score"].tolist()
    by_hand = [np.mean((y[k] - y[:k].mean()) ** 2) for k in (1, 2, 3)]
    assert base == pytest.approx(by_hand, rel=1e-12)
    # What comes later changes nothing of what was said before.
    turned = snapshots.copy()
    last = turned["cutoff"] == "2023-10-01"
    turned.loc[last, "churned"] = ~turned.loc[last, "churned"]
    turned.loc[last, "inactivity"] = 3.0
    again = churn_backtest(turned, **ask)
    earlier = found["cutoff"] < "2023-10-01"
    assert again[earlier].equals(found[earlier])


def test_an_outcome_is_no_feature(rng: np.random.Generator) -> None:
    snapshots = _snapshots(rng, 20).assign(fold="train")
    with pytest.raises(InvalidValueError, match="'future_amount', a key or an outcome"):
        fit_churn_classifier(snapshots, feature_cols=["inactivity", "future_amount"])
    with pytest.raises(NotEnoughDataError, match="0 that churned of 80"):
        fit_churn_classifier(snapshots.assign(churned=False))


def test_a_pipeline_may_encode_words(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    plan = rng.choice(["basic", "plus", "pro"], 900)
    churned = rng.random(900) < np.where(plan == "pro", 0.1, 0.5)
    columns = {
        "plan": plan.tolist(),
        "tenure": rng.exponential(10, 900).tolist(),
        "churned": churned.tolist(),
        "fold": (["train"] * 600 + ["test"] * 300),
    }
    encoded = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["plan"]), remainder="passthrough"),
        LogisticRegression(C=1e6, max_iter=1000),
    )
    model = fit_churn_classifier(eager_frame(columns), estimator=encoded)
    risk = np.array(
        columns_of(model.with_churn_risk(eager_frame(columns)))["churn_risk"]
    )
    train = np.arange(900) < 600
    by_hand = churned[train & (plan == "pro")].mean()
    assert risk[plan == "pro"].mean() == pytest.approx(by_hand, abs=0.01)
    found = columns_of(model.importance(eager_frame(columns), rng=rng))
    assert found["feature_group"][0] == "plan"


def test_words_that_nothing_encodes_are_refused_by_name(
    rng: np.random.Generator,
) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 50).assign(fold="train", plan="basic")
    with pytest.raises(InvalidTypeError, match="'plan': expected numbers, got"):
        fit_churn_classifier(snapshots)
    with pytest.raises(InvalidTypeError, match=r"'plan'.*OneHotEncoder"):
        fit_churn_classifier(snapshots, estimator=LogisticRegression())


def test_nobody_to_score_is_an_empty_column(rng: np.random.Generator) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 50).assign(fold="train")
    model = fit_churn_classifier(snapshots, estimator=LogisticRegression(max_iter=500))
    assert model.with_churn_risk(snapshots[:0])["churn_risk"].tolist() == []


def test_one_kind_of_outcome_is_no_ranking(rng: np.random.Generator) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 50)
    estimator = LogisticRegression(max_iter=500)
    model = fit_churn_classifier(snapshots.assign(fold="train"), estimator=estimator)
    with pytest.raises(NotEnoughDataError, match="0 that churned of"):
        model.importance(snapshots[~snapshots["churned"]], rng=rng)
    quiet = snapshots["cutoff"] == "2023-07-01"
    silent = snapshots.assign(churned=snapshots["churned"] & ~quiet)
    with pytest.raises(NotEnoughDataError, match="0 who left of 50 at 2023-07-01"):
        churn_backtest(silent, estimator=estimator)


def test_a_missing_fold_and_a_missing_probability_say_what_to_do(
    rng: np.random.Generator,
) -> None:
    from sklearn.svm import LinearSVC

    snapshots = _snapshots(rng, 50)
    with pytest.raises(MissingColumnError) as found:
        fit_churn_classifier(snapshots)
    assert "fold_col=None" in found.value.__notes__[0]
    without: Any = LinearSVC()
    with pytest.raises(InvalidTypeError, match=r"'estimator': .* got LinearSVC"):
        fit_churn_classifier(snapshots, estimator=without, fold_col=None)


def _learned(rng: np.random.Generator) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 50).assign(fold="train")
    snapshots["vip"] = rng.random(len(snapshots)) < 0.3
    model = fit_churn_classifier(
        snapshots,
        estimator=LogisticRegression(max_iter=500),
        feature_cols=["inactivity", "vip"],
    )
    return model, snapshots


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_feature_is_scored_as_it_was_learned(
    value: float, rng: np.random.Generator
) -> None:
    model, snapshots = _learned(rng)
    holed = snapshots.assign(inactivity=[value, *snapshots["inactivity"][1:]])
    with pytest.raises(InvalidValueError, match=r"'inactivity': (missing|infinite)"):
        model.with_churn_risk(holed)


def test_text_and_numbers_are_no_flags_and_text_is_no_number(
    rng: np.random.Generator,
) -> None:
    model, snapshots = _learned(rng)
    with pytest.raises(InvalidTypeError, match="'inactivity': expected numbers"):
        model.with_churn_risk(snapshots.assign(inactivity="7"))
    for wrong in (-3, 7):
        with pytest.raises(InvalidValueError, match="'vip': value other than 0"):
            model.with_churn_risk(snapshots.assign(vip=wrong))
    as_numbers = snapshots.assign(vip=snapshots["vip"].astype(int))
    np.testing.assert_array_equal(model.risk(as_numbers), model.risk(snapshots))


def test_missing_values_that_were_learned_from_are_scored(
    rng: np.random.Generator,
) -> None:
    snapshots = _snapshots(rng, 100).assign(fold="train")
    snapshots.loc[::7, "purchases"] = np.nan
    model = fit_churn_classifier(snapshots, feature_cols=["inactivity", "purchases"])
    assert model.report.missed == ("purchases",)
    assert np.all((model.risk(snapshots) > 0) & (model.risk(snapshots) < 1))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.inf, "infinite value"),
        (1e200, "value beyond 1e.75"),
        (np.nan, "missing value"),
    ],
)
def test_a_feature_that_nothing_learns_from_is_refused_by_name(
    value: float, found: str, rng: np.random.Generator
) -> None:
    from sklearn.linear_model import LogisticRegression

    snapshots = _snapshots(rng, 50).assign(fold="train")
    snapshots.loc[3, "purchases"] = value
    with pytest.raises(InvalidValueError, match=f"'purchases': {found}.* 1 of 200 row"):
        fit_churn_classifier(
            snapshots,
            estimator=LogisticRegression(),
            feature_cols=["inactivity", "purchases"],
        )


@pytest.mark.parametrize("answer", [float("nan"), -3.0, 7.0])
def test_an_estimator_that_answers_no_probability_is_refused(
    answer: float, rng: np.random.Generator
) -> None:
    from sklearn.dummy import DummyClassifier

    class Broken(DummyClassifier):  # type: ignore[misc]
        def predict_proba(self, X: Any) -> Any:
            return np.full((len(X), 2), answer)

    snapshots = _snapshots(rng, 20).assign(fold="train")
    broken: Any = Broken()
    model = fit_churn_classifier(snapshots, estimator=broken)
    with pytest.raises(InvalidValueError, match=r"the estimator: .* in 80 of 80 rows"):
        model.risk(snapshots)
    with pytest.raises(InvalidValueError, match=rf"1 of 1 rows \(first: {answer}\)"):
        model.risk(snapshots.head(1))
