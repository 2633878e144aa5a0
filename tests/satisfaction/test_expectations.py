"""Performance against expectation, and the four factors."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    Disconfirmation,
    DisconfirmationFit,
    SatisfactionFactors,
    disconfirmation,
    fit_disconfirmation,
    fit_driver_weights,
    satisfaction_factors,
    with_disconfirmation,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def _answers(n: int = 300, *, bent: float = 0.0) -> dict[str, Any]:
    rng = np.random.default_rng(9)
    E, P = rng.integers(1, 8, size=(2, n)).astype(float)
    y = 4 - 0.3 * (E - 4) + 1.2 * (P - 4) + bent * (P - 4) ** 2 + rng.normal(0, 1, n)
    return {"expectation": E, "performance": P, "satisfaction": y}


def test_better_and_worse_are_counted(eager_frame: Build) -> None:
    answers = {"expectation": [7.0, 8, 6, None], "performance": [8.0, 8, 4, 9]}
    met = disconfirmation(eager_frame(answers))
    assert (met.better, met.as_expected, met.worse, met.incomplete) == (1, 1, 1, 1)
    assert met.difference == pytest.approx(-1 / 3, rel=1e-13)
    assert met.standard_error == pytest.approx(stats.sem([1, 0, -2]), rel=1e-13)
    assert Disconfirmation.from_dict(json.loads(json.dumps(met.to_dict()))) == met


def test_each_customer_gets_the_difference(
    eager_frame: Build, columns_of: Read
) -> None:
    answers = {"expectation": [7.0, 8, None], "performance": [8.0, 5, 4]}
    rows = columns_of(with_disconfirmation(eager_frame(answers)))
    assert rows["disconfirmation"][:2] == [1, -3]
    assert rows["disconfirmation"][2] is None or np.isnan(rows["disconfirmation"][2])


def test_the_linear_form_is_the_regression_of_another_library() -> None:
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    answers = pd.DataFrame(_answers())
    fit = fit_disconfirmation(answers, scale=(1, 7))
    X = answers[["expectation", "performance"]].to_numpy() - 4
    other = LinearRegression().fit(X, answers["satisfaction"])
    assert fit.coefficients == pytest.approx(
        (other.intercept_, *other.coef_), rel=1e-10
    )
    assert fit.r_squared == pytest.approx(
        other.score(X, answers["satisfaction"]), rel=1e-10
    )
    assert fit.expected_satisfaction(expectation=4, performance=6) == pytest.approx(
        other.predict([[0, 2]])[0], rel=1e-12
    )


def test_the_restriction_of_the_difference_is_rejected_when_false() -> None:
    import pandas as pd

    fit = fit_disconfirmation(pd.DataFrame(_answers()), scale=(1, 7))
    assert fit.restriction_p_value < 1e-9
    assert fit.restriction_df == (1, 297)


def test_the_restriction_of_the_difference_stands_when_true() -> None:
    import pandas as pd

    rng = np.random.default_rng(12)
    rejected = 0
    for _ in range(100):
        E, P = rng.integers(1, 8, size=(2, 80)).astype(float)
        y = P - E + rng.normal(0, 2, 80)
        answers = pd.DataFrame({"expectation": E, "performance": P, "satisfaction": y})
        fit = fit_disconfirmation(answers, scale=(1, 7), form="polynomial")
        rejected += fit.restriction_p_value < 0.05
    assert rejected / 100 < 0.12


def test_few_answers_seldom_reject_a_true_difference() -> None:
    import pandas as pd

    rng = np.random.default_rng(12)
    rejected = 0
    for _ in range(100):
        E, P = rng.integers(1, 8, size=(2, 15)).astype(float)
        y = P - E + rng.normal(0, 1, 15)
        answers = pd.DataFrame({"expectation": E, "performance": P, "satisfaction": y})
        fit = fit_disconfirmation(answers, scale=(1, 7), form="polynomial")
        rejected += fit.restriction_p_value < 0.05
    assert rejected / 100 < 0.12


def test_a_single_restriction_is_the_square_of_its_t() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers())
    fit = fit_disconfirmation(answers, scale=(1, 7))
    # With total = E + P in place of E, its coefficient is (b_E + ... ) tested alone.
    E, P = (answers[name].to_numpy() - 4 for name in ("expectation", "performance"))
    X = np.column_stack([np.ones_like(E), (E + P) / 2, (P - E) / 2])
    y = answers["satisfaction"].to_numpy()
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    inverse = np.linalg.inv(X.T @ X)
    left = (y - X @ b) / (1 - np.diag(X @ inverse @ X.T))
    pull = X * left[:, None]
    covariance = inverse @ pull.T @ pull @ inverse
    assert fit.restriction_f == pytest.approx(
        b[1] ** 2 / covariance[1, 1], rel=1e-9, abs=0
    )
    assert b[1] == pytest.approx(fit.surface["agreement_slope"], rel=1e-9)


def test_the_surface_is_read_along_its_two_lines() -> None:
    import pandas as pd

    fit = fit_disconfirmation(
        pd.DataFrame(_answers(bent=0.4)), scale=(1, 7), form="polynomial"
    )
    middle = fit.expected_satisfaction(expectation=4, performance=4)
    up = fit.expected_satisfaction(expectation=3, performance=5)
    surface = fit.surface
    assert up - middle == pytest.approx(
        surface["disagreement_slope"] + surface["disagreement_curvature"], rel=1e-9
    )
    assert surface["agreement_curvature"] == pytest.approx(0.4, abs=0.15)
    document = json.loads(json.dumps(fit.to_dict()))
    assert DisconfirmationFit.from_dict(document) == fit


def test_expectation_that_follows_performance_is_refused() -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers())
    answers["expectation"] = answers["performance"]
    with pytest.raises(errors.NotEnoughDataError, match="not collinear"):
        fit_disconfirmation(answers, scale=(1, 7))


@pytest.mark.parametrize(
    ("slope", "unit"), [(0, 1), (1, 1), (1, 1e6)], ids=["nothing", "usual", "large"]
)
def test_a_perfect_fit_cannot_be_tested(slope: float, unit: float) -> None:
    import pandas as pd

    answers = pd.DataFrame(_answers()) * unit
    answers["satisfaction"] = slope * answers["performance"]
    with pytest.raises(errors.InvalidValueError, match="residuals of 0"):
        fit_disconfirmation(answers, scale=(0, 7 * unit))


def _factor_answers() -> dict[str, Any]:
    rng = np.random.default_rng(10)
    names = ("core_1", "core_2", "support_1", "recovery_1")
    block = rng.integers(1, 8, size=(4, 200)).astype(float)
    block[1] = np.clip(block[0] + rng.integers(-1, 2, 200), 1, 7)
    block[3, rng.random(200) < 0.6] = np.nan  # most had nothing to recover from
    answers: dict[str, Any] = dict(zip(names, block, strict=True))
    answers["satisfaction"] = block[0] + 0.3 * block[2] + rng.normal(0, 1, 200)
    return answers


FACTOR_COLS = {
    "core": ["core_1", "core_2"],
    "support": ["support_1"],
    "recovery": ["recovery_1"],
}


def test_factor_weights_are_those_of_grouped_drivers(eager_frame: Build) -> None:
    answers = eager_frame(_factor_answers())
    found = satisfaction_factors(answers, factors=FACTOR_COLS, scale=(1, 7))
    weights = fit_driver_weights(
        answers, driver_cols=FACTOR_COLS, outcome_col="satisfaction"
    )
    assert [factor.weight for factor in found.factors] == pytest.approx(
        [driver.weight for driver in weights.drivers], rel=1e-12
    )
    assert found.r_squared == pytest.approx(weights.r_squared, rel=1e-12)
    assert found.n_customers == weights.n_responses < 200


def test_means_use_all_who_answered_the_factor() -> None:
    import pandas as pd

    answers = pd.DataFrame(_factor_answers())
    found = satisfaction_factors(answers, factors=FACTOR_COLS, scale=(1, 7))
    core, support, recovery = found.factors
    assert (core.n_customers, support.n_customers) == (200, 200)
    assert recovery.n_customers == found.n_customers
    assert support.mean == pytest.approx(answers["support_1"].mean(), rel=1e-13)
    assert core.alpha is not None
    assert core.alpha > 0.9
    assert support.alpha is None
    assert (
        SatisfactionFactors.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    )


def test_a_factor_of_another_name_is_refused() -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match="unknown factor 'price'"):
        satisfaction_factors(
            pd.DataFrame(_factor_answers()), factors={"price": ["core_1"]}, scale=(1, 7)
        )
