"""The discrete hazard: the life table without covariates, truth found with them."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import (
    DiscreteHazard,
    SurvivalMetrics,
    fit_discrete_hazard,
    fit_kaplan_meier,
    person_periods,
    survival_metrics,
    with_remaining_life,
    with_remaining_value,
)
from crmkit.errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from crmkit.typing import FloatArray


def _spells(rng: np.random.Generator, n: int = 3000) -> Any:
    """Draw spells of hazard expit(-2 + 0.8 x), censored at random."""
    import pandas as pd

    x = rng.normal(size=n)
    lifetime = rng.geometric(1 / (1 + np.exp(2 - 0.8 * x)))
    watched = rng.integers(2, 9, n)
    return pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "x": x,
            "duration": np.minimum(lifetime, watched),
            "event_observed": lifetime <= watched,
        }
    )


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_the_saturated_baseline_is_the_life_table(
    link: Any, rng: np.random.Generator
) -> None:
    spells = _spells(rng)
    periods = person_periods(spells)
    model = fit_discrete_hazard(periods, link=link)
    grouped = periods.groupby("period")["event"]
    table = model.hazard_table(spells[:1], np.arange(1.0, 9))[0]
    np.testing.assert_allclose(table, grouped.mean(), rtol=1e-8)
    S = model.survival_table(spells[:1], np.arange(9.0))[0]
    curve = fit_kaplan_meier(spells)
    np.testing.assert_allclose(S, curve.survival_at(np.arange(9.0)), rtol=1e-8)
    again = DiscreteHazard.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model


def test_rows_are_the_sum_of_the_durations(eager_frame: Any, columns_of: Any) -> None:
    spells = {
        "customer_id": ["a", "b", "c"],
        "duration": [3, 2, 4],
        "event_observed": [True, False, True],
        "start": [0, 0, 2],
    }
    out = columns_of(person_periods(eager_frame(spells), entry_col="start"))
    assert out["customer_id"] == ["a"] * 3 + ["b"] * 2 + ["c"] * 2
    assert out["period"] == [1, 2, 3, 1, 2, 3, 4]
    assert out["event"] == [False, False, True, False, False, False, True]


def test_the_truth_is_within_its_interval(rng: np.random.Generator) -> None:
    covered = 0
    for _ in range(40):
        periods = person_periods(_spells(rng, 400))
        model = fit_discrete_hazard(periods, covariate_cols=["x"], baseline="constant")
        lower, upper = model.interval("x")
        covered += lower <= 0.8 <= upper
    assert covered >= 34


def test_scaling_a_covariate_divides_its_coefficient(rng: np.random.Generator) -> None:
    periods = person_periods(_spells(rng, 800))
    small = fit_discrete_hazard(
        periods.assign(x=periods["x"] * 1e-6), covariate_cols=["x"], link="cloglog"
    )
    plain = fit_discrete_hazard(periods, covariate_cols=["x"], link="cloglog")
    assert small.coefficients[-1] / 1e6 == pytest.approx(plain.coefficients[-1])
    assert small.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-10)
    assert small.standard_errors is not None
    assert plain.standard_errors is not None
    ratio = small.standard_errors[-1] / plain.standard_errors[-1]
    assert ratio == pytest.approx(1e6, rel=1e-6)


def test_scikit_learn_finds_the_same_coefficients(rng: np.random.Generator) -> None:
    from sklearn.linear_model import LogisticRegression

    periods = person_periods(_spells(rng, 800))
    model = fit_discrete_hazard(periods, covariate_cols=["x"], baseline="logarithmic")
    X = np.column_stack([np.log(periods["period"]), periods["x"]])
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    other.fit(X, periods["event"])
    np.testing.assert_allclose(
        model.coefficients, np.append(other.intercept_, other.coef_), rtol=1e-4
    )


def test_rows_twice_halve_the_variance_and_clusters_undo_it(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    periods = person_periods(_spells(rng, 600))
    twice = pd.concat([periods, periods])
    ask: dict[str, Any] = {"covariate_cols": ["x"], "baseline": "constant"}
    plain = fit_discrete_hazard(periods, **ask, cluster_col="customer_id")
    naive = fit_discrete_hazard(twice, **ask)
    fair = fit_discrete_hazard(twice, **ask, cluster_col="customer_id")
    heavy = periods.assign(weight=2.0)
    weighted = fit_discrete_hazard(heavy, **ask, weight_col="weight")
    assert plain.standard_errors is not None
    assert naive.standard_errors is not None
    assert fair.standard_errors is not None
    assert weighted.standard_errors == pytest.approx(naive.standard_errors, rel=1e-6)
    assert fair.standard_errors == pytest.approx(plain.standard_errors, rel=1e-6)
    assert fair.standard_errors[-1] > 1.2 * naive.standard_errors[-1]


def _row_by_row(
    X: FloatArray, y: FloatArray, weight: FloatArray, cluster: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Fit by Newton's steps over all rows; errors from the Hessian or a sandwich."""

    def derivatives(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        h = 1 / (1 + np.exp(-X @ at))
        return X * (weight * (y - h))[:, None], (X.T * weight * h * (1 - h)) @ X

    at = np.zeros(X.shape[1])
    for _ in range(40):
        each, information = derivatives(at)
        at = at + np.linalg.solve(information, each.sum(axis=0))
    each, information = derivatives(at)
    covariance = np.linalg.inv(information)
    if cluster is not None:
        own = [each[cluster == one].sum(axis=0) for one in np.unique(cluster)]
        covariance = covariance @ sum(np.outer(g, g) for g in own) @ covariance
    return at, np.sqrt(np.diag(covariance))


@pytest.mark.parametrize("cluster", [None, "customer_id"])
@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("baseline", ["saturated", "logarithmic"])
def test_rows_that_are_alike_are_fitted_as_one(
    baseline: Any, weight: str | None, cluster: str | None, rng: np.random.Generator
) -> None:
    spells = _spells(rng, 700).assign(
        x=rng.integers(0, 3, 700) / 7, z=rng.random(700) < 0.5
    )
    periods = person_periods(spells)
    periods["weight"] = rng.choice([0.0, 0.5, 2.0], len(periods))
    found = fit_discrete_hazard(
        periods,
        covariate_cols=["x", "z"],
        baseline=baseline,
        pooled_from=5 if baseline == "saturated" else None,
        weight_col=weight,
        cluster_col=cluster,
    )
    period = periods["period"].to_numpy(float)
    tenure = (
        np.minimum(period, 5)[:, None] == np.arange(1, 6)
        if baseline == "saturated"
        else np.column_stack([np.ones(len(period)), np.log(period)])
    )
    X = np.column_stack([tenure, periods["x"], periods["z"]]).astype(float)
    at, errors = _row_by_row(
        X,
        periods["event"].to_numpy(float),
        periods["weight"].to_numpy() if weight else np.ones(len(period)),
        periods["customer_id"].to_numpy() if cluster else None,
    )
    np.testing.assert_allclose(found.coefficients, at, rtol=1e-8)
    assert found.standard_errors is not None
    np.testing.assert_allclose(found.standard_errors, errors, rtol=1e-8)
    mixed = periods.sample(frac=1, random_state=1)
    again = fit_discrete_hazard(
        mixed,
        covariate_cols=["x", "z"],
        baseline=baseline,
        pooled_from=5 if baseline == "saturated" else None,
        weight_col=weight,
    )
    assert cluster is not None or again == found  # to the last bit


@pytest.mark.parametrize("size", [1e70, 1e-200])
def test_the_size_of_a_covariate_overflows_nothing(
    size: float, rng: np.random.Generator
) -> None:
    periods = person_periods(_spells(rng, 400))
    ask: dict[str, Any] = {"covariate_cols": ["x"], "baseline": "constant"}
    plain = fit_discrete_hazard(periods, **ask)
    sized = fit_discrete_hazard(periods.assign(x=periods["x"] * size), **ask)
    assert sized.coefficients[1] * size == pytest.approx(
        plain.coefficients[1], rel=1e-9
    )
    assert plain.standard_errors is not None
    assert sized.standard_errors is not None
    assert sized.standard_errors[1] * size == pytest.approx(
        plain.standard_errors[1], rel=1e-9
    )


def test_periods_are_whole_and_weights_are_no_debts(rng: np.random.Generator) -> None:
    periods = person_periods(_spells(rng, 60))
    with pytest.raises(InvalidValueError, match="not whole"):
        fit_discrete_hazard(periods.assign(period=periods["period"] + 0.5))
    with pytest.raises(InvalidValueError, match="negative value in 255"):
        fit_discrete_hazard(periods.assign(w=-1.0), weight_col="w")
    far = periods["period"].where(periods.index > 0, 10**15)
    with pytest.raises(NotEnoughDataError, match="only one kind in period"):
        fit_discrete_hazard(periods.assign(period=far))
    model = fit_discrete_hazard(periods, baseline="constant")
    with pytest.raises(InvalidValueError, match=r"period 1\.5"):
        model.hazard_table(periods[:1], [1, 1.5])


def test_a_period_without_a_loss_is_refused_by_number() -> None:
    import pandas as pd

    spells = pd.DataFrame(
        {"duration": [1, 1, 3, 3, 3], "event_observed": [1, 0, 1, 0, 0]}
    )
    periods = person_periods(spells)
    with pytest.raises(NotEnoughDataError, match="only one kind in period 2"):
        fit_discrete_hazard(periods)
    assert fit_discrete_hazard(periods, pooled_from=2).last_period == 2
    with pytest.raises(InvalidValueError, match="not a whole number of 1 or more"):
        person_periods(spells.assign(duration=0.5))


@pytest.mark.parametrize(
    "covariates",
    [
        {"x": [1, 1, 1, 0, 0, 0]},  # a perfect split
        {"x": [1, 0, 0, 0, 0, 0]},  # where x is 1 everybody left
        {"x": [1, 1, 0, 0, 1, 0], "z": [2, 2, 0, 0, 2, 0]},  # one says the other
        {"x": [0, 0, 0, 0, 0, 0]},  # says nothing
    ],
)
@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_what_no_data_can_tell_is_said(covariates: dict[str, Any], link: Any) -> None:
    import pandas as pd

    periods = pd.DataFrame({"period": 1, "event": [1, 1, 1, 0, 0, 0], **covariates})
    with pytest.raises(ConvergenceError, match="leave it out"):
        fit_discrete_hazard(
            periods, covariate_cols=list(covariates), baseline="constant", link=link
        )


def test_there_is_no_period_before_the_first(rng: np.random.Generator) -> None:
    spells = _spells(rng, 200)
    model = fit_discrete_hazard(person_periods(spells), baseline="logarithmic")
    with pytest.raises(InvalidValueError, match=r"'periods': period 0\.0"):
        model.hazard_table(spells[:1], [0, 1])


def test_a_rare_loss_is_no_flat_likelihood() -> None:
    import pandas as pd

    rare = pd.DataFrame(
        {
            "period": 1,
            "event": [1, 0, 1, 0],
            "x": [0, 0, 1, 1],
            "weight": [3, 300_000, 9, 300_000],
        }
    )
    model = fit_discrete_hazard(
        rare, covariate_cols=["x"], baseline="constant", weight_col="weight"
    )
    odds = np.log((9 / 300_000) / (3 / 300_000))
    assert model.coefficients[1] == pytest.approx(odds, rel=1e-6)


def test_what_remains_is_the_conditional_sum(
    eager_frame: Any, columns_of: Any, rng: np.random.Generator
) -> None:
    spells = _spells(rng)
    model = fit_discrete_hazard(
        person_periods(spells), covariate_cols=["x"], baseline="logarithmic"
    )
    customers = {"x": [0.0, 1.0], "tenure": [0, 3], "margin": [10.0, 20.0]}
    frame = eager_frame(customers)
    lived = columns_of(with_remaining_life(frame, survival=model, horizon=5))
    valued = columns_of(
        with_remaining_value(frame, survival=model, horizon=5, discount_rate=0.1)
    )
    S = model.survival_table(frame, np.arange(9.0))
    life = [S[0, 1:6].sum(), S[1, 4:9].sum() / S[1, 3]]
    assert lived["remaining_life"] == pytest.approx(life, rel=1e-12)
    factor = 1.1 ** -np.arange(1.0, 6)
    value = [10 * S[0, 1:6] @ factor, 20 * S[1, 4:9] @ factor / S[1, 3]]
    assert valued["remaining_value"] == pytest.approx(value, rel=1e-12)


def test_a_true_model_scores_better_than_one_without_covariates(
    rng: np.random.Generator,
) -> None:
    learn, judge = _spells(rng), _spells(rng)
    periods = person_periods(learn)
    scores = []
    for covariates in (["x"], []):
        model = fit_discrete_hazard(
            periods, covariate_cols=covariates, baseline="constant"
        )
        scores.append(
            survival_metrics(judge, survival=model, times=[1, 3, 5], learned_from=learn)
        )
    assert scores[0].integrated_brier_score is not None
    assert scores[1].integrated_brier_score is not None
    assert scores[0].integrated_brier_score < scores[1].integrated_brier_score
    assert min(scores[0].auc) > 0.65
    assert scores[1].auc == pytest.approx((0.5, 0.5, 0.5))
    again = SurvivalMetrics.from_dict(json.loads(json.dumps(scores[0].to_dict())))
    assert again == scores[0]
    last = learn["duration"][~learn["event_observed"].astype(bool)].max()
    with pytest.raises(InvalidValueError, match="not before the last censoring"):
        survival_metrics(judge, survival=model, times=[last], learned_from=learn)


def test_one_who_left_at_the_time_itself_has_left_by_then() -> None:
    import pandas as pd

    spells = pd.DataFrame({"duration": [2, 3, 4], "event_observed": [1, 0, 0]})
    spells["x"] = 0.0
    periods = person_periods(spells)
    model = fit_discrete_hazard(periods, covariate_cols=[], baseline="constant")
    found = survival_metrics(spells, survival=model, times=[2], learned_from=spells)
    assert found.auc == (0.5,)


def test_spells_counted_before_they_are_expanded_give_the_fit_of_all(
    rng: np.random.Generator,
) -> None:
    spells = _spells(rng).assign(x=lambda each: each["x"].round())
    alike = spells.value_counts(["x", "duration", "event_observed"]).reset_index()
    ask: Any = {"covariate_cols": ["x"]}
    every = fit_discrete_hazard(person_periods(spells), **ask)
    few = fit_discrete_hazard(person_periods(alike), **ask, weight_col="count")
    assert 10 * len(alike) < len(spells)
    assert few.n_events == every.n_events
    assert few.coefficients == pytest.approx(every.coefficients, rel=1e-9)
    assert few.standard_errors == pytest.approx(every.standard_errors, rel=1e-9)
    assert few.log_likelihood == pytest.approx(every.log_likelihood, rel=1e-12)
