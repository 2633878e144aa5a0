"""Beside lifelines and scikit-survival, which are not installed: their numbers, frozen.

Each number was written down from a run of the version named; the stand-ins below answer
and refuse as models of these versions did.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from crmkit.churn import (
    LifelinesSurvival,
    ScikitSurvival,
    fit_kaplan_meier,
    log_rank,
    survival_metrics,
    with_remaining_life,
    with_remaining_value,
)
from crmkit.errors import InvalidTypeError, InvalidValueError, MissingColumnError
from crmkit.typing import FloatArray, IntoFrame

# Freireich et al. (1963), the classic 42 of Gehan (1965).
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
START = [0, 1, 2, 0, 3, 0, 1, 4, 5, 0, 2, 6, 0, 8, 9, 1, 0, 3, 10, 0, 5]


def _treated() -> Any:
    import pandas as pd

    return pd.DataFrame(
        {
            "duration": TREATED,
            "event_observed": TREATED_EVENT,
            "start": START,
            "weight": np.arange(21) % 3 + 1,
        }
    )


def _at(curve: Any, values: Any) -> list[float]:
    return [values[curve.time.index(week)] for week in (6, 10, 16, 23)]


def test_lifelines_has_the_same_curve_interval_and_restricted_mean() -> None:
    curve = fit_kaplan_meier(_treated())
    # lifelines 0.30.3, confidence_interval_ and restricted_mean_survival_time.
    lower = [
        0.6197179552659838,
        0.5031995107999564,
        0.367510855987502,
        0.18805200595923,
    ]
    upper = [0.9515517476469971, 0.889361835169265, 0.804912189471841, 0.68014262849524]
    assert _at(curve, curve.survival_lower) == pytest.approx(lower, rel=1e-12)
    assert _at(curve, curve.survival_upper) == pytest.approx(upper, rel=1e-12)
    mean, _ = curve.restricted_mean(until=30)
    assert mean == pytest.approx(21.04649859943977, rel=1e-12)


def test_lifelines_has_the_same_curve_with_delayed_entry_and_with_weights() -> None:
    late = fit_kaplan_meier(_treated(), entry_col="start")
    # lifelines 0.30.3, entry= and weights=.
    survival = [
        0.823529411764705,
        0.710084033613445,
        0.59173669467787,
        0.42266906762705,
    ]
    lower = [0.547131776702978, 0.43829178362547, 0.32947888404949, 0.17340087446265]
    upper = [0.939405339469288, 0.86752979564456, 0.78038593715574, 0.65491140188520]
    assert _at(late, late.survival) == pytest.approx(survival, rel=1e-12)
    assert _at(late, late.survival_lower) == pytest.approx(lower, rel=1e-12)
    assert _at(late, late.survival_upper) == pytest.approx(upper, rel=1e-12)
    heavy = fit_kaplan_meier(_treated(), weight_col="weight")
    weighted = [0.857142857142857, 0.781224489795918, 0.683571428571429, 0.501285714285]
    assert _at(heavy, heavy.survival) == pytest.approx(weighted, rel=2e-12)


def test_lifelines_has_the_same_test_of_three_groups() -> None:
    import pandas as pd

    trial = pd.DataFrame(
        {
            "duration": TREATED + PLACEBO,
            "event_observed": TREATED_EVENT + [1] * 21,
            "group": np.arange(42) % 3,
        }
    )
    found = log_rank(trial, by="group")
    # lifelines 0.30.3, multivariate_logrank_test.
    assert found.statistic == pytest.approx(0.7163805891691822, rel=1e-12)
    assert found.p_value == pytest.approx(0.6989400578427428, rel=1e-12)


class Exponential:
    """A survival model of a constant rate, known for each customer."""

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        rate: Any = customers
        return np.exp(-np.outer(rate["rate"], np.asarray(times)))


def test_scikit_survival_has_the_same_scores_where_no_times_are_tied() -> None:
    import pandas as pd

    arm = np.repeat([0.028, 0.11], 21)
    trial = pd.DataFrame(
        {
            "duration": np.array(TREATED + PLACEBO) + np.arange(42) / 1000,
            "event_observed": TREATED_EVENT + [1] * 21,
            "rate": arm * (1 + np.arange(42) % 7 / 10),
        }
    )
    found = survival_metrics(
        trial, survival=Exponential(), times=[5, 9.5, 14, 21], learned_from=trial
    )
    # scikit-survival 0.28.0, brier_score, integrated_brier_score and
    # cumulative_dynamic_auc.
    brier = [
        0.14186179559249593,
        0.22430826516856875,
        0.2099711566812889,
        0.18872793891003756,
    ]
    area = [0.8, 0.6555788370874804, 0.6560699971075574, 0.6787282275815868]
    assert found.brier_score == pytest.approx(brier, rel=1e-12)
    assert found.auc == pytest.approx(area, rel=1e-12)
    assert found.integrated_brier_score == pytest.approx(0.1997786356527636, rel=1e-12)


def test_an_event_goes_before_a_censoring_of_the_same_time() -> None:
    import pandas as pd

    # One is censored at 2, where another leaves: G(2-) is 1, G(2) is 2/3.
    spells = pd.DataFrame(
        {
            "duration": [1.0, 2, 2, 3, 3],
            "event_observed": [True, True, False, True, False],
            "rate": 0.0,
        }
    )
    found = survival_metrics(
        spells, survival=Exponential(), times=[2], learned_from=spells
    )
    # S is 1 for all: two were wrong with weight 1; one is out, two were right.
    assert found.brier_score == pytest.approx([2 / 5], rel=1e-12)
    # The one censored at 2 stays beyond nothing: its high risk beats nobody.
    ranked = spells.assign(rate=[0.9, 0.6, 0.95, 0.5, 0.2])
    # Risks that are all but certain are told apart too.
    for more in (ranked, ranked.assign(rate=100 * ranked["rate"])):
        found = survival_metrics(
            more, survival=Exponential(), times=[2], learned_from=spells
        )
        assert found.auc == (1,)


@pytest.mark.parametrize("answer", [float("nan"), 1.2, -0.1])
def test_a_model_that_answers_no_share_is_not_judged(answer: float) -> None:
    import pandas as pd

    class Broken:
        def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
            del customers
            table = np.full((42, len(np.asarray(times))), 0.5)
            table[:3, 0], table[7] = (0.0, 1.0, answer), (1.5, -2.0)
            return table

    trial = pd.DataFrame({"duration": TREATED + PLACEBO, "event_observed": 1})
    told = f"outside 0 to 1 in 3 of 84.*{answer!r}"
    with pytest.raises(InvalidValueError, match=told):
        survival_metrics(trial, survival=Broken(), times=[5, 9], learned_from=trial)


class Regression:
    """A regression of lifelines: a row per time, a column per customer, any columns."""

    durations = np.array([2.0, 7.0, 30.0])

    def predict_survival_function(self, customers: Any, times: Any) -> Any:
        import pandas as pd

        assert isinstance(customers, pd.DataFrame)
        rates = customers["rate"].to_numpy()
        return pd.DataFrame(np.exp(-np.outer(times, rates)), index=times)


class Cox(Regression):
    """Its baseline was observed: lifelines holds it level beyond the last duration."""

    def predict_survival_function(self, customers: Any, times: Any) -> Any:
        return super().predict_survival_function(customers, np.minimum(times, 30))


class Aalen(Regression):
    """It answers at its own times only, and takes none."""

    cumulative_hazards_ = None

    def predict_survival_function(self, customers: Any) -> Any:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().predict_survival_function(customers, np.arange(1.0, 31))


class Curve:
    """A curve of lifelines without covariates, observed until 30."""

    durations = np.array([2.0, 7.0, 30.0])

    def survival_function_at_times(self, times: Any) -> Any:
        import pandas as pd

        return pd.Series(np.exp(-0.1 * np.minimum(times, 30)), index=times)


class Step:
    """A step function of scikit-survival: the line a y + b."""

    a, b = 2.0, -1.0

    def __init__(self, rate: float) -> None:
        self.x = np.arange(1.0, 31)
        self.y = (np.exp(-rate * self.x) + 1) / 2


class Forest:
    """An estimator of scikit-survival fitted to a frame: it refuses other columns."""

    feature_names_in_ = np.array(["rate"], dtype=object)

    def predict_survival_function(self, customers: Any) -> list[Step]:
        if list(customers.columns) != ["rate"]:
            message = "The feature names should match those that were passed during fit"
            raise ValueError(message)
        return [Step(rate) for rate in customers["rate"]]


class ForestOfArrays:
    """One fitted to an array: it warns of names, so it is given none."""

    def predict_survival_function(self, customers: Any) -> list[Step]:
        assert isinstance(customers, np.ndarray)
        return [Step(rate) for (rate,) in customers]


CUSTOMERS: dict[str, list[float]] = {
    "rate": [0.1, 0.3],
    "tenure": [2, 4],
    "margin": [10.0, 5.0],
}
ADAPTED: dict[str, Any] = {
    "regression": LifelinesSurvival(model=Regression()),
    "cox": LifelinesSurvival(model=Cox()),
    "aalen": LifelinesSurvival(model=Aalen()),
    "forest": ScikitSurvival(model=Forest()),
    "forest of arrays": ScikitSurvival(model=ForestOfArrays(), features=("rate",)),
}


@pytest.mark.parametrize("adapted", ADAPTED.values(), ids=ADAPTED)
def test_their_models_are_asked_about_frames_of_any_library(
    adapted: Any, eager_frame: Any, columns_of: Any
) -> None:
    customers = eager_frame(CUSTOMERS)
    out = columns_of(with_remaining_life(customers, survival=adapted, horizon=10))
    steps = np.arange(1, 11)
    expected = [np.exp(-rate * steps).sum() for rate in CUSTOMERS["rate"]]
    assert out["remaining_life"] == pytest.approx(expected, rel=1e-12)
    valued = columns_of(
        with_remaining_value(
            customers, survival=adapted, horizon=10, discount_rate=0.05
        )
    )
    money = [
        margin * (np.exp(-rate * steps) @ 1.05**-steps)
        for rate, margin in zip(CUSTOMERS["rate"], CUSTOMERS["margin"], strict=True)
    ]
    assert valued["remaining_value"] == pytest.approx(money, rel=1e-12)


@pytest.mark.parametrize("name", ["aalen", "forest", "forest of arrays"])
def test_a_step_falls_at_its_time_and_not_before(name: str) -> None:
    import pandas as pd

    table = ADAPTED[name].survival_table(
        pd.DataFrame(CUSTOMERS), [0, 0.5, 1, 1.5, 2, 30]
    )
    whole = np.array([0, 0, 1, 1, 2, 30])
    np.testing.assert_allclose(
        table, np.exp(-np.outer(CUSTOMERS["rate"], whole)), rtol=1e-12
    )


def test_a_curve_without_covariates_is_the_same_for_everybody() -> None:
    import pandas as pd

    customers = pd.DataFrame({"tenure": [2, 4]})
    curve = LifelinesSurvival(model=Curve())
    out = with_remaining_life(customers, survival=curve, horizon=10)
    expected = np.exp(-0.1 * np.arange(1, 11)).sum()
    np.testing.assert_allclose(out["remaining_life"], expected, rtol=1e-12)
    assert curve.survival_table(customers, [0, 30]).shape == (2, 2)


@pytest.mark.parametrize(
    "observed",
    [
        LifelinesSurvival(model=Cox()),
        LifelinesSurvival(model=Aalen()),
        LifelinesSurvival(model=Curve()),
        ScikitSurvival(model=Forest()),
    ],
)
def test_what_was_only_observed_is_not_continued(observed: Any) -> None:
    import pandas as pd

    customers = pd.DataFrame(CUSTOMERS)
    with pytest.raises(InvalidValueError, match=r"time 34\.0 beyond 30\.0"):
        with_remaining_life(customers, survival=observed, horizon=30)
    # A parametric curve goes on.
    with_remaining_life(
        customers, survival=LifelinesSurvival(model=Regression()), horizon=30
    )


def test_a_curve_that_ended_at_nobody_stays_there() -> None:
    import pandas as pd

    class Ended(Curve):
        def survival_function_at_times(self, times: Any) -> Any:
            return pd.Series(np.where(times < 30, 0.5, 0.0), index=times)

    table = LifelinesSurvival(model=Ended()).survival_table(
        pd.DataFrame({"tenure": [1]}), [0, 29, 30, 99]
    )
    assert table.tolist() == [[1, 0.5, 0, 0]]


@pytest.mark.parametrize("adapter", [LifelinesSurvival, ScikitSurvival])
def test_a_model_without_a_survival_function_is_refused(adapter: Any) -> None:
    with pytest.raises(InvalidTypeError, match="'model': expected a fitted model with"):
        adapter(model=object())


def test_a_feature_that_is_not_there_is_named() -> None:
    import pandas as pd

    with pytest.raises(MissingColumnError, match="rate"):
        ScikitSurvival(model=Forest()).survival_table(pd.DataFrame({"x": [1]}), [1])


def test_without_censoring_no_time_is_too_late_and_with_it_the_last_is() -> None:
    import pandas as pd

    class Half:
        def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
            del customers
            return np.full((3, len(np.asarray(times))), 0.5)

    judged = pd.DataFrame({"duration": [1, 2, 9], "event_observed": [1, 1, 1]})
    found = survival_metrics(judged, survival=Half(), times=[5], learned_from=judged)
    assert found.brier_score == (0.25,)
    # The last censoring counts, not the last departure.
    learned = judged.assign(event_observed=[1, 0, 1])
    with pytest.raises(InvalidValueError, match=r"not before the last censoring at 2"):
        survival_metrics(judged, survival=Half(), times=[5], learned_from=learned)


@pytest.mark.parametrize("ended", [[0, 0, 0], [0, 0, 1]])
def test_durations_of_0_are_refused_without_a_warning(ended: list[int]) -> None:
    import pandas as pd

    judged = pd.DataFrame(
        {"duration": [1, 2, 9], "event_observed": [1, 1, 0], "rate": 0.1}
    )
    learned = pd.DataFrame({"duration": [0.0, 0, 0], "event_observed": ended})
    with pytest.raises(InvalidValueError, match=r"last censoring at 0"):
        survival_metrics(
            judged, survival=Exponential(), times=[1.5], learned_from=learned
        )
