"""Scores of a choice of models, against sums by hand on unequal values."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.checking.choice_scores import miscalibration, money_score, spend_score
from crmkit.errors import NotEnoughDataError


def test_tenths_of_unequal_size_count_by_their_customers() -> None:
    rng = np.random.default_rng(8)
    predicted, actual = rng.gamma(2.0, 1.5, 23), rng.poisson(2.0, 23).astype(float)
    order = np.argsort(predicted)
    # Three tenths of three customers, then seven of two.
    cuts = [0, 3, 6, 9, *range(11, 24, 2)]
    off = sum(
        abs(predicted[order[a:b]].sum() - actual[order[a:b]].sum())
        for a, b in pairwise(cuts)
    )
    found = miscalibration(predicted, actual)
    assert found == pytest.approx(off / actual.sum(), rel=1e-12, abs=0)


def test_fewer_customers_than_tenths_stand_alone() -> None:
    predicted, actual = np.array([0.5, 2.0, 1.0]), np.array([1.0, 0.0, 3.0])
    found = miscalibration(predicted, actual)
    assert found == pytest.approx((0.5 + 2 + 2) / 4, rel=1e-12, abs=0)
    assert miscalibration(predicted, np.zeros(3)) is None


def test_spend_is_scored_by_purchase() -> None:
    expected, came = np.array([4.0, 9.0]), np.array([3.0, 2.0])
    paid = np.array([15.0, 14.0])
    found = spend_score("m", "c", expected=expected, came=came, paid=paid)
    assert (found.predicted, found.actual, found.n_customers) == (30.0, 29.0, 2)
    wrong = ((3 * 1 + 2 * 4) / 5) ** 0.5
    assert found.root_mean_square_error == pytest.approx(wrong, rel=1e-12, abs=0)


@pytest.mark.parametrize(("returned", "ranked"), [(0.0, True), (-0.5, False)])
def test_money_is_ranked_unless_returns_outweigh(
    returned: float, *, ranked: bool
) -> None:
    found = money_score(
        ("p", "s"),
        "c",
        predicted=np.array([1.0, 2.0, 4.0]),
        actual=np.array([returned, 3.0, 2.0]),
    )
    assert (found.gini is not None) is ranked


def test_a_backtest_of_one_customer_is_refused() -> None:
    days = ["2023-01-01", "2023-02-01", "2023-06-01"]
    log = pd.DataFrame(
        {"customer_id": "a", "date": pd.to_datetime(days), "amount": 5.0}
    )
    models = {"BG/NBD": clv.fit_bg_nbd}
    with pytest.raises(NotEnoughDataError, match="at least 2 customers"):
        clv.backtest(log, models=models, cutoffs=["2023-03-01"], horizon_days=60)
