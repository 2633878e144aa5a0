"""How far totals of a right model miss: against moments and moved parameters."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import invgamma

from crmkit import clv
from crmkit._check import known_history
from crmkit.clv.checking import right_model_variance
from crmkit.clv.checking.right_model_variance import (
    _log,
    amount_variance,
    expected_worth,
    purchases_parameter_variance,
    spread_of,
)
from crmkit.clv.uncertainty.parameter_draws import moved
from crmkit.typing import FloatArray

X = np.array([0.0, 2.0, 7.0, 2.0, 0.0])
RECENCY = np.array([0.0, 11.0, 30.0, 11.0, 0.0])
T = np.array([20.0, 25.0, 31.0, 25.0, 9.0])
HISTORY = known_history(X, RECENCY, T)
WORTH = np.array([5.0, 0.5, 40.0, 3.0, 11.0])


@pytest.fixture(scope="module")
def fit() -> clv.BgNbd:
    rng = np.random.default_rng(3)
    x, age = rng.geometric(0.4, 300) - 1, rng.uniform(20.0, 40.0, 300)
    last = age * rng.random(300) * (x > 0)
    history = pd.DataFrame({"frequency": x, "recency": last, "T": age})
    return clv.fit_bg_nbd(history, penalty=1.0)


def _by_hand(fit: clv.BgNbd, weights: FloatArray) -> float:
    report = fit.report
    assert report is not None
    size, axes = np.linalg.eigh(np.array(report.log_covariance))
    found = 0.0
    for length, axis in zip(np.sqrt(size), axes.T, strict=True):
        up, down = (
            weights
            @ moved(fit, sign * length * axis).expected_purchases(
                *HISTORY, horizon=13.0
            )
            for sign in (1.0, -1.0)
        )
        found += float(np.log(up / down) / 2) ** 2
    return found


def test_totals_move_with_the_parameters_along_each_axis(fit: clv.BgNbd) -> None:
    alone = purchases_parameter_variance(fit, HISTORY, None, horizon=13.0)
    np.testing.assert_allclose(alone, [_by_hand(fit, np.ones(5))], rtol=1e-8)
    both = purchases_parameter_variance(fit, HISTORY, WORTH, horizon=13.0)
    known = [_by_hand(fit, np.ones(5)), _by_hand(fit, WORTH)]
    np.testing.assert_allclose(both, known, rtol=1e-8)
    assert known[0] != pytest.approx(known[1], rel=1e-3, abs=0)


def test_a_total_of_nothing_and_a_model_by_hand_have_no_spread(fit: clv.BgNbd) -> None:
    nothing = spread_of(fit, lambda _: np.array([-np.inf, 1.0]))
    assert nothing.tolist() == [0.0, 0.0]
    plain = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
    assert spread_of(plain, lambda _: np.array([7.0, 1.0])).tolist() == [0.0, 0.0]


def test_amounts_vary_as_their_gamma_rates_say() -> None:
    spend = clv.GammaGamma(p=1.8, q=2.5, v=12.0)
    frequency, paid = np.array([0.0, 3.0, 1.0]), np.array([99.0, 8.0, 20.0])
    within, between = amount_variance(spend, frequency, paid)
    shape, size = 1.8 * frequency + 2.5, np.array([12.0, 36.0, 32.0])
    rates = invgamma(shape, scale=size)
    np.testing.assert_allclose(within, 1.8 * rates.moment(2), rtol=1e-9)
    np.testing.assert_allclose(between, 1.8**2 * rates.var(), rtol=1e-9)
    unknown = amount_variance(spend, frequency, np.array([np.nan, 8.0, 20.0]))
    np.testing.assert_array_equal(unknown, (within, between))


def test_a_variance_without_end_counts_as_none() -> None:
    at_the_edge = clv.GammaGamma(p=1.5, q=2.0, v=12.0)
    frequency, paid = np.array([0.0, 1.0]), np.array([0.0, 8.0])
    for found in amount_variance(at_the_edge, frequency, paid):
        assert found[0] == 0
        assert found[1] > 0


def test_who_paid_nothing_on_average_is_worth_nothing_to_positive_amounts() -> None:
    spend = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
    frequency, paid = np.array([0.0, 2.0, 2.0]), np.array([-7.0, 0.0, 30.0])
    found = expected_worth(spend, frequency, paid)
    known = spend.expected_spend(np.array([0.0, 2.0]), np.array([0.0, 30.0]))
    np.testing.assert_allclose(found, [known[0], 0.0, known[1]], rtol=1e-12)


class _Counting:
    """A model that expects the frequency of each customer again."""

    def expected_purchases(
        self, frequency: FloatArray, recency: FloatArray, T: FloatArray, *, horizon: int
    ) -> FloatArray:
        del recency, T
        return frequency * horizon


@pytest.mark.parametrize(
    ("customers", "kept"),
    [
        (1_999, np.arange(1_999.0)),
        (2_000, np.arange(1.0, 2_000.0, 2.0)),
        (3_001, np.arange(1.0, 3_001.0, 3.0)),
    ],
)
def test_of_two_thousand_cells_or_more_those_in_the_middle_of_a_step_are_asked(
    monkeypatch: pytest.MonkeyPatch, customers: int, kept: FloatArray
) -> None:
    def totals(model: Any, log_totals: Callable[[Any], FloatArray]) -> FloatArray:
        return np.exp(log_totals(model))

    monkeypatch.setattr(right_model_variance, "spread_of", totals)
    x = np.arange(float(customers))
    # The first customer of all has a twin.
    rows = np.append(x, 0.0)
    history = known_history(rows, np.minimum(rows, 1.0), np.full(rows.size, 2.0))
    worth = np.append(1.0 + x % 7, 4.0)
    model: Any = _Counting()
    found = purchases_parameter_variance(model, history, worth, horizon=3)
    known = [3.0 * kept.sum(), 3.0 * (kept * (1.0 + kept % 7)).sum()]
    np.testing.assert_allclose(found, known, rtol=1e-12, atol=0)


def test_a_fit_all_but_free_says_nothing_of_its_spread(fit: clv.BgNbd) -> None:
    report = fit.report
    assert report is not None

    def totals(model: clv.BgNbd) -> FloatArray:
        return np.log([model.r, model.a])

    assert spread_of(fit, totals).min() > 0
    free = tuple(tuple(1e4 * entry for entry in row) for row in report.covariance or ())
    for changed in (
        replace(report, covariance=free),
        replace(report, covariance=None),
        None,
    ):
        assert spread_of(replace(fit, report=changed), totals).tolist() == [0.0, 0.0]


def test_net_amounts_vary_within_and_means_by_what_is_not_yet_believed() -> None:
    net = clv.CredibilitySpend(collective_mean=30.0, within=90.0, between=40.0)
    frequency, paid = np.array([0.0, 3.0, 1.0]), np.array([9.0, 8.0, 20.0])
    within, between = amount_variance(net, frequency, paid)
    assert within.tolist() == [90.0] * 3
    # Credibility is x between / (within + x between).
    known = [40.0, 40.0 * 90 / 210, 40.0 * 90 / 130]
    np.testing.assert_allclose(between, known, rtol=1e-12, atol=0)
    other: Any = object()
    for nothing in amount_variance(other, frequency, paid):
        assert nothing.tolist() == [0.0] * 3


def test_a_total_below_one_has_a_logarithm_and_one_of_nothing_has_none() -> None:
    found = _log(np.array([0.5, 0.0, -1.0]))
    np.testing.assert_array_equal(found, [np.log(0.5), -np.inf, -np.inf])


def test_who_came_back_once_and_paid_little_is_worth_something() -> None:
    spend = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
    frequency, paid = np.array([1.0, 1.0, 0.0]), np.array([0.5, -0.5, 8.0])
    found = expected_worth(spend, frequency, paid)
    # p (v + x m) / (p x + q - 1), where m is the mean amount.
    first = 6.25 * (15.444 + 0.5) / (6.25 + 3.744 - 1)
    known = [first, 0.0, 6.25 * 15.444 / 2.744]
    np.testing.assert_allclose(found, known, rtol=1e-12, atol=0)


class _Paying:
    """A model that expects one more than the mean amount."""

    def expected_spend(self, frequency: FloatArray, amount: FloatArray) -> FloatArray:
        return 1.0 + amount + 0.0 * frequency


def test_a_mean_amount_counts_only_where_a_customer_came_back() -> None:
    frequency, paid = np.array([0.0, 2.0, 0.0]), np.array([-7.0, 4.0, 9.0])
    model: Any = _Paying()
    assert expected_worth(model, frequency, paid).tolist() == [1.0, 5.0, 1.0]
    paid = np.array([-7.0, -4.0, 9.0])
    assert expected_worth(model, frequency, paid).tolist() == [1.0, 0.0, 1.0]


def test_net_amounts_below_nothing_are_believed_too() -> None:
    net = clv.CredibilitySpend(collective_mean=30.0, within=90.0, between=45.0)
    found = expected_worth(net, np.array([0.0, 2.0]), np.array([5.0, -8.0]))
    # Two amounts are believed by 2 * 45 / (90 + 2 * 45).
    np.testing.assert_allclose(found, [30.0, 0.5 * 30.0 - 0.5 * 8.0], rtol=1e-12)
