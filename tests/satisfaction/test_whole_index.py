"""A whole index of satisfaction from unequal items, and the weights it takes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import SatisfactionIndex, fit_satisfaction_index

ITEMS = ["a", "b", "c"]
ANSWERS = pd.DataFrame(
    {
        "a": [2.0, 7.0, 5.0, 9.0, 3.0, None],
        "b": [4.0, 8.0, 6.0, 10.0, 5.0, 4.0],
        "c": [3.0, 3.0, 7.0, 8.0, 2.0, 9.0],
    }
)


def _fit(**options: Any) -> SatisfactionIndex:
    return fit_satisfaction_index(ANSWERS, item_cols=ITEMS, **options)


@pytest.mark.parametrize(
    ("given", "weights"),
    [
        ("equal", [1 / 3, 1 / 3, 1 / 3]),
        ({"a": 0.5, "b": 0.2, "c": 0.1}, [0.625, 0.25, 0.125]),
        ({"c": 6.0, "a": 2.0, "b": 0.0}, [0.25, 0.0, 0.75]),
    ],
)
def test_an_index_is_the_weighted_place_on_the_scale(
    given: Any, weights: list[float]
) -> None:
    found = _fit(weights=given, scale=(2, 12))
    X = ANSWERS.dropna().to_numpy()
    assert found.weights == pytest.approx(weights, rel=1e-14, abs=0)
    assert found.means == pytest.approx(X.mean(axis=0).tolist(), rel=1e-14, abs=0)
    assert (found.lowest, found.highest) == (2.0, 12.0)
    assert (found.n_responses, found.incomplete) == (5, 1)
    each = 100 * (X @ weights - 2) / 10
    assert found.score == pytest.approx(each.mean(), rel=1e-13, abs=0)
    assert found.standard_error == pytest.approx(stats.sem(each), rel=1e-12, abs=0)
    ends = stats.t.interval(0.8, 4, loc=each.mean(), scale=stats.sem(each))
    assert tuple(found.interval(level=0.8)) == pytest.approx(ends, rel=1e-9, abs=0)
    scored = found.with_satisfaction_index(ANSWERS)["satisfaction_index"]
    assert scored[:5].tolist() == pytest.approx(each.tolist(), rel=1e-13, abs=0)
    assert np.isnan(scored[5])
    items = X.var(axis=0, ddof=1).sum() / X.sum(axis=1).var(ddof=1)
    assert found.alpha == pytest.approx(1.5 * (1 - items), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "weights",
    [
        {"a": 0.5, "b": -1e-9, "c": 0.1},
        {"a": 0.0, "b": 0.0, "c": 0.0},
        {"a": 1.0, "b": np.inf, "c": 1.0},
        {"a": 1.0, "b": np.nan, "c": 1.0},
        {"a": 1.0, "b": 1.0},
        {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0},
        "last_component",
    ],
)
def test_weights_are_at_least_0_and_one_for_each_item(weights: Any) -> None:
    with pytest.raises(errors.CrmkitError, match="weights"):
        _fit(weights=weights)


def test_an_index_of_one_item_has_no_alpha_and_of_equal_sums_neither() -> None:
    one = fit_satisfaction_index(ANSWERS, item_cols=["c"])
    assert (one.alpha, one.weights, one.n_responses) == (None, (1.0,), 6)
    against = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]})
    assert fit_satisfaction_index(against, item_cols=["a", "b"]).alpha is None
    two = fit_satisfaction_index(ANSWERS[:2], item_cols=["a", "b"])
    assert two.n_responses == 2
    with pytest.raises(errors.NotEnoughDataError, match=r"needs 2 rows .*, got 1"):
        fit_satisfaction_index(ANSWERS[:1], item_cols=["a", "b"])


def test_an_interval_of_an_index_stays_on_its_scale() -> None:
    low = pd.DataFrame({"a": [1.0, 1.0, 10.0], "b": [1.0, 1.0, 9.0]})
    ends = fit_satisfaction_index(low, item_cols=["a", "b"]).interval()
    assert tuple(ends) == (0.0, 100.0)
    by_hand = SatisfactionIndex(
        item_cols=("a",), weights=(1.0,), means=(4.0,), lowest=1.0, highest=5.0
    )
    assert (by_hand.score, by_hand.n_responses, by_hand.incomplete) == (75.0, 0, 0)
    with pytest.raises(errors.NotEnoughDataError, match="made by hand"):
        by_hand.interval()
