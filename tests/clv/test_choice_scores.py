"""Scores of predictions, counted again customer by customer."""

import math

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.checking.choice_scores import (
    miscalibration,
    money_score,
    purchase_score,
    spend_score,
)
from crmkit.errors import NotEnoughDataError
from crmkit.typing import FloatArray


def drawn(n: int) -> tuple[FloatArray, FloatArray]:
    """Return predictions, all different, and outcomes."""
    rng = np.random.default_rng(n)
    predicted = rng.permutation(n) / n + 0.3
    return predicted, rng.poisson(2 * predicted).astype(np.float64)


def off_by_tenths(predicted: FloatArray, actual: FloatArray) -> float:
    """Return how far tenths are off, the first ones larger by one where it must be."""
    rows = sorted(zip(predicted.tolist(), actual.tolist(), strict=True))
    small, more = divmod(len(rows), 10)
    off, start = 0.0, 0
    for tenth in range(10):
        end = start + small + (tenth < more)
        part = rows[start:end]
        off += abs(sum(p for p, _ in part) - sum(a for _, a in part))
        start = end
    return off / float(actual.sum())


@pytest.mark.parametrize("n", [3, 9, 10, 11, 20, 57])
def test_miscalibration_is_the_distance_of_the_tenths(n: int) -> None:
    predicted, actual = drawn(n)
    found = miscalibration(predicted, actual)
    assert found == pytest.approx(off_by_tenths(predicted, actual), rel=1e-12, abs=0)


@pytest.mark.parametrize("actual", [np.zeros(5), np.array([1.0, -2, 0, 0, 0])])
def test_a_share_of_nothing_is_unknown(actual: FloatArray) -> None:
    assert miscalibration(np.arange(5.0), actual) is None


def gini(predicted: FloatArray, actual: FloatArray) -> float:
    """Return Gini's coefficient of the outcomes in the order of predictions."""

    def area(order: list[int]) -> float:
        ranks = np.arange(1 - len(order), len(order) + 1, 2)
        return float(ranks @ actual[order])

    rows = range(actual.size)
    best = sorted(rows, key=lambda row: actual[row])
    return area(sorted(rows, key=lambda row: predicted[row])) / area(best)


def test_a_model_of_purchases_is_scored_customer_by_customer() -> None:
    predicted, actual = drawn(23)
    logs = np.log(np.linspace(0.1, 0.9, 23))
    found = purchase_score(
        "A", "2024-01-31", predicted=predicted, actual=actual, logs=logs
    )
    assert (found.n_customers, found.actual) == (23, actual.sum())
    assert found.predicted == pytest.approx(math.fsum(predicted), rel=1e-12, abs=0)
    assert found.bias == pytest.approx(
        (math.fsum(predicted) - actual.sum()) / actual.sum(), rel=1e-12, abs=0
    )
    assert found.log_score == pytest.approx(math.fsum(logs) / 23, rel=1e-12, abs=0)
    error = sum(abs(p - a) for p, a in zip(predicted, actual, strict=True)) / 23
    assert found.mean_absolute_error == pytest.approx(error, rel=1e-12, abs=0)
    assert found.gini == pytest.approx(gini(predicted, actual), rel=1e-12, abs=0)


def test_an_impossible_outcome_has_a_log_score_of_none() -> None:
    predicted, actual = drawn(4)
    logs = np.array([-1.0, -np.inf, -2.0, -0.5])
    found = purchase_score(
        "A", "2024-01-31", predicted=predicted, actual=actual, logs=logs
    )
    assert found.log_score is None


def test_a_model_of_spend_is_scored_purchase_by_purchase() -> None:
    rng = np.random.default_rng(3)
    expected = rng.uniform(20, 40, 17)
    came = rng.integers(1, 6, 17).astype(np.float64)
    paid = came * rng.uniform(10, 50, 17)
    found = spend_score("G", "2024-01-31", expected=expected, came=came, paid=paid)
    squares = came * (expected - paid / came) ** 2
    assert found.root_mean_square_error == pytest.approx(
        math.sqrt(math.fsum(squares) / came.sum()), rel=1e-12, abs=0
    )
    assert found.predicted == pytest.approx(came @ expected, rel=1e-12, abs=0)
    assert found.actual == pytest.approx(math.fsum(paid), rel=1e-12, abs=0)
    assert found.bias == pytest.approx(
        came @ expected / paid.sum() - 1, rel=1e-9, abs=0
    )
    assert found.miscalibration == pytest.approx(
        off_by_tenths(came * expected, paid), rel=1e-12, abs=0
    )


def test_money_is_ranked_only_where_all_of_it_was_paid() -> None:
    predicted, actual = drawn(12)
    names = ("A", "G")
    found = money_score(names, "2024-01-31", predicted=predicted, actual=actual)
    assert (found.purchases, found.spend) == names
    assert found.gini == pytest.approx(gini(predicted, actual), rel=1e-12, abs=0)
    actual[0] = -0.5
    found = money_score(names, "2024-01-31", predicted=predicted, actual=actual)
    assert found.gini is None


def test_a_backtest_of_one_customer_is_refused() -> None:
    days = ["2023-01-01", "2023-02-01", "2023-06-01"]
    log = pd.DataFrame(
        {"customer_id": "a", "date": pd.to_datetime(days), "amount": 5.0}
    )
    models = {"BG/NBD": clv.fit_bg_nbd}
    with pytest.raises(NotEnoughDataError, match="at least 2 customers"):
        clv.backtest(log, models=models, cutoffs=["2023-03-01"], horizon_days=60)
