"""Spend by credibility: net values, spend that rises with frequency, and no spread."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.errors import NotEnoughDataError


def retail(size: int, seed: int, *, slope: float = 9.0) -> pd.DataFrame:
    """Simulate the shape of a public retail log, and the mean of later amounts."""
    rng = np.random.default_rng(seed)
    x = 1 + rng.negative_binomial(0.8, 0.15, size)
    own = 25.0 + slope * np.log1p(x) + 5.0 * rng.standard_normal(size)
    who = np.repeat(np.arange(size), x)
    amount = np.maximum(own[who] * rng.gamma(6.0, 1 / 6.0, who.size), 0.01)
    mean = np.bincount(who, amount) / x
    spread = np.bincount(who, (amount - mean[who]) ** 2) / np.maximum(x - 1, 1)
    later = own * rng.gamma(18.0, 1 / 18.0, size)
    return pd.DataFrame(
        {
            "frequency": x,
            "monetary_value": mean,
            "monetary_variance": spread,
            "later": later,
        }
    )


def error(customers: pd.DataFrame, guess: Any) -> float:
    return float(np.sqrt(np.mean((np.asarray(guess) - customers["later"]) ** 2)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_holdout_error_is_not_above_the_best_of_the_others(seed: int) -> None:
    """Gamma-Gamma has one mean for all: here it is worse than plain credibility."""
    customers = retail(4000, seed)
    columns = customers["frequency"], customers["monetary_value"]
    sloping = clv.fit_credibility_spend(customers)
    plain = clv.fit_credibility_spend(customers, frequency_effect="none")
    gamma = clv.fit_gamma_gamma(customers)
    own = error(customers, columns[1])
    best = error(customers, sloping.expected_spend(*columns))
    assert best <= error(customers, plain.expected_spend(*columns))
    assert best <= error(customers, gamma.expected_spend(*columns))
    assert best < 0.9 * own
    assert sloping.slope_error is not None
    assert sloping.slope == pytest.approx(9.0, abs=4 * sloping.slope_error)


def test_where_spend_does_not_depend_on_frequency_nothing_is_lost() -> None:
    customers = retail(4000, 4, slope=0.0)
    columns = customers["frequency"], customers["monetary_value"]
    sloping = error(
        customers, clv.fit_credibility_spend(customers).expected_spend(*columns)
    )
    flat = clv.fit_credibility_spend(customers, frequency_effect="none")
    assert sloping == pytest.approx(
        error(customers, flat.expected_spend(*columns)), rel=0.005
    )


def test_net_values_of_any_sign_are_taken() -> None:
    customers = retail(500, 5)
    moved = customers.assign(monetary_value=customers["monetary_value"] - 50.0)
    model, net = (clv.fit_credibility_spend(frame) for frame in (customers, moved))
    assert net.collective_mean == pytest.approx(model.collective_mean - 50.0, rel=1e-9)
    assert (net.with_expected_spend(moved)["expected_spend"] < 0).any()


def test_customers_who_do_not_differ_are_said_to() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(1, 6, 300)
    customers = pd.DataFrame(
        {
            "frequency": x,
            "monetary_value": 20.0 + 0.01 * rng.standard_normal(300),
            "monetary_variance": np.where(x > 1, 25.0, 0.0),
        }
    )
    with pytest.warns(ck.errors.IdentifiabilityWarning, match="noise"):
        model = clv.fit_credibility_spend(customers, frequency_effect="none")
    assert model.between == 0


@pytest.mark.parametrize("price", [0.0, 20.0])
def test_one_price_for_all_is_what_all_will_pay(price: float) -> None:
    customers = pd.DataFrame(
        {"frequency": [1, 2, 3, 5], "monetary_value": price, "monetary_variance": 0.0}
    )
    with pytest.warns(ck.errors.IdentifiabilityWarning, match="no.* differ"):
        model = clv.fit_credibility_spend(customers)
    found = model.expected_spend([0, 1, 7], [0.0, price, price])
    np.testing.assert_allclose(found, price, rtol=1e-12)
    assert model.collective_mean_error == 0.0


def test_amounts_drawn_have_the_variance_of_the_model() -> None:
    model = clv.CredibilitySpend(
        collective_mean=30.0, slope=2.0, within=200.0, between=50.0
    )
    who = np.repeat(np.arange(20_000), 2)
    x, mean = np.full(20_000, 4), np.full(20_000, 50.0)
    drawn = model.sample_amounts(x, mean, customer=who, rng=np.random.default_rng(6))
    expected = float(model.expected_spend(4, 50.0))
    unsure = 50.0 * (1 - float(model.credibility(4)))
    assert drawn.mean() == pytest.approx(expected, abs=0.3)
    assert drawn.var() == pytest.approx(200.0 + unsure, rel=0.03)
    pairs = drawn.reshape(-1, 2)
    assert np.cov(pairs.T)[0, 1] == pytest.approx(unsure, abs=5.0)


def test_it_takes_the_place_of_a_spend_model() -> None:
    customers = retail(200, 7).assign(recency=10.0, T=30.0)
    model = clv.fit_credibility_spend(customers)
    assert clv.CredibilitySpend.from_dict(model.to_dict()) == model
    purchases = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
    valued = clv.with_clv(
        customers, purchases=purchases, spend=model, horizon=12, discount_rate=0.0
    )
    times = purchases.expected_purchases(
        customers["frequency"], customers["recency"], customers["T"], horizon=12
    )
    known = times * model.expected_spend(
        customers["frequency"], customers["monetary_value"]
    )
    np.testing.assert_allclose(valued["clv"], known, rtol=1e-9)


def test_every_library_gives_the_same(frame: Callable[[dict[str, Any]], Any]) -> None:
    columns: dict[str, Any] = {
        str(name): values.to_list()
        for name, values in retail(40, 8).drop(columns="later").items()
    }
    model = clv.fit_credibility_spend(frame(columns))
    known = clv.fit_credibility_spend(pd.DataFrame(columns))
    assert model.collective_mean == pytest.approx(known.collective_mean, rel=1e-12)
    assert model.between == pytest.approx(known.between, rel=1e-9)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("monetary_variance", -1.0, "negative"),
        ("monetary_value", np.inf, "infinite"),
        ("frequency", -1.0, "negative"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    column: str, value: float, words: str
) -> None:
    customers = retail(40, 9).astype(float)
    customers.loc[3, column] = value
    with pytest.raises(ck.errors.InvalidValueError, match=words):
        clv.fit_credibility_spend(customers)


def test_one_amount_each_is_too_little() -> None:
    customers = retail(40, 10).assign(frequency=1)
    with pytest.raises(ck.errors.NotEnoughDataError, match="two repeat purchases"):
        clv.fit_credibility_spend(customers)


@pytest.mark.parametrize("unknown", [np.nan, np.inf, -7.0, 900.0])
def test_the_mean_of_no_purchase_is_not_read(unknown: float) -> None:
    spend = clv.CredibilitySpend(collective_mean=30.0, within=200.0, between=50.0)
    found = spend.expected_spend([0, 1, 4], [unknown, 50.0, 50.0])
    # Credibility: x / (x + 200 / 50) of the own mean, the rest of that of all.
    assert found.tolist() == pytest.approx([30.0, 34.0, 40.0], rel=1e-14)
    with pytest.raises(ck.errors.InvalidValueError, match="monetary_value"):
        spend.expected_spend([1], [np.nan])


def test_a_forecast_draws_amounts_of_credibility() -> None:
    customers = pd.DataFrame(
        {
            "frequency": [8, 0, 3] * 60,
            "recency": [28.0, 0.0, 20.0] * 60,
            "T": [30.0] * 180,
            "monetary_value": [40.0, 0.0, 25.0] * 60,
        }
    )
    spend = clv.CredibilitySpend(collective_mean=30.0, within=200.0, between=50.0)
    purchases = clv.BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5)
    asked: dict[str, Any] = {
        "purchases": purchases,
        "spend": spend,
        "horizon": 20.0,
        "discount_rate": 0.0,
    }
    ahead = clv.forecast(
        customers,
        ranges=clv.Ranges(n_draws=400),
        rng=np.random.default_rng(1),
        **asked,
    )
    value = clv.with_clv(customers, **asked)["clv"].sum()
    assert ahead.value == pytest.approx(value, rel=0.03)
    # Without any scatter of amounts there is nothing to shrink: no 0 over 0.
    sure = clv.CredibilitySpend(collective_mean=30.0, within=0.0, between=1.0)
    assert sure.expected_spend([0, 2], [0.0, 50.0]).tolist() == [30.0, 50.0]


def test_two_customers_who_came_back_are_counted_and_refused() -> None:
    two = pd.DataFrame(
        {
            "frequency": [2, 3, 0],
            "monetary_value": [10.0, 30.0, 0.0],
            "monetary_variance": [4.0, 9.0, 0.0],
        }
    )
    with pytest.raises(NotEnoughDataError, match=r"at least 3 .* got 2\."):
        clv.fit_credibility_spend(two)
    three = pd.concat([two, two.iloc[:1].assign(monetary_value=20.0)])
    assert clv.fit_credibility_spend(three).n_customers == 3


def test_two_frequencies_give_a_line() -> None:
    customers = pd.DataFrame(
        {
            "frequency": [2, 2, 8, 8],
            "monetary_value": [10.0, 14.0, 40.0, 44.0],
            "monetary_variance": [4.0, 9.0, 4.0, 9.0],
        }
    )
    sloping = clv.fit_credibility_spend(customers)
    assert sloping.slope_error is not None
    # 12 at log(1 + 2) and 42 at log(1 + 8).
    assert sloping.slope == pytest.approx(30.0 / np.log(3.0), rel=1e-9, abs=0)
    one = clv.fit_credibility_spend(customers.assign(frequency=2))
    assert (one.slope, one.slope_error) == (0.0, None)
