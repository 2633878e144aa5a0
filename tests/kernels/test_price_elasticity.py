"""The elasticity against a regression with a column for every customer and product."""

import numpy as np
import pytest

from crmkit.kernels.campaigns import price_elasticity
from crmkit.kernels.campaigns.price_elasticity import elasticity, informative
from crmkit.typing import FloatArray, IntArray


def sales(
    seed: int, customers: int = 12
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    rng = np.random.default_rng(seed)
    customer, product = (each.ravel() for each in np.indices((customers, 5)))
    price = rng.normal(0, 0.4, customer.size) + 0.1 * product
    own, of_product = rng.normal(0.5, 0.6, customers), rng.normal(0.5, 0.4, 5)
    mean = np.exp(own[customer] + of_product[product] - 1.3 * price)
    sold = rng.poisson(mean).astype(np.float64)
    kept = informative(sold, customer, product)
    return tuple(each[kept] for each in (sold, price, customer, product))  # type: ignore[return-value]


def columns(customer: IntArray, product: IntArray) -> FloatArray:
    """Return one column per customer, and per product but the first."""
    by_customer = customer[:, None] == np.unique(customer)
    by_product = product[:, None] == np.unique(product)[1:]
    return np.hstack([by_customer, by_product]).astype(np.float64)


@pytest.mark.parametrize(("seed", "customers"), [(0, 12), (1, 12), (2, 12), (1, 2)])
def test_it_is_that_of_a_poisson_regression_with_errors_by_customer(
    seed: int, customers: int
) -> None:
    sold, price, customer, product = sales(seed, customers)
    effects = columns(customer, product)
    design = np.hstack([price[:, None], effects])
    at = np.zeros(design.shape[1])
    at[1 : 1 + np.unique(customer).size] = np.log(sold.mean())
    for _ in range(60):
        mean = np.exp(design @ at)
        bend = design.T @ (mean[:, None] * design)
        step = np.linalg.solve(bend, design.T @ (sold - mean))
        at = at + np.clip(step, -1, 1)
    mean = np.exp(design @ at)
    found = elasticity(sold, price, customer, product)
    assert found.value == pytest.approx(at[0], rel=1e-7)
    root = np.sqrt(mean)
    fitted = np.linalg.lstsq(root[:, None] * effects, root * price, rcond=None)[0]
    left = price - effects @ fitted
    spread = float(mean @ left**2)
    scores = [
        float((left * (sold - mean))[customer == who].sum()) for who in set(customer)
    ]
    n = len(scores)
    error = np.sqrt(np.square(scores).sum() * n / (n - 1)) / spread
    assert found.standard_error == pytest.approx(error, rel=1e-6)
    assert found.spread == pytest.approx(spread / sold.sum(), rel=1e-6)
    assert found.steps is not None
    assert 1 <= found.steps < 20


def test_prices_that_are_those_of_the_products_tell_nothing() -> None:
    sold, _, customer, product = sales(1)
    found = elasticity(sold, product / 4.0, customer, product)
    assert (found.value, found.spread, found.steps) == (0.0, 0.0, None)


def test_who_bought_nothing_tells_nothing_and_takes_others_along() -> None:
    customer = np.array([0, 0, 1, 1, 2, 2])
    product = np.array([0, 1, 0, 1, 2, 2])
    kept = informative(np.array([1.0, 0, 0, 0, 0, 2]), customer, product)
    # Customer 1 bought nothing, nor did anyone buy product 1.
    assert kept.tolist() == [True, False, False, False, True, True]


def test_the_units_of_quantities_and_prices_are_nothing() -> None:
    sold, price, customer, product = sales(2)
    whole = elasticity(sold, price, customer, product)
    for unit in (1e-4, 1e3):
        found = elasticity(unit * sold, price + np.log(unit), customer, product)
        assert found[:3] == pytest.approx(whole[:3], rel=1e-7, abs=0)
    codes = (customer, product)
    left = price_elasticity._without_effects(price, sold + 1, codes)
    for unit in (1e-12, 1e-3):
        found_left = price_elasticity._without_effects(unit * price, sold + 1, codes)
        np.testing.assert_allclose(found_left, unit * left, rtol=1e-7, atol=0)


def test_a_search_takes_steps_of_one_and_a_hundred_at_most() -> None:
    customer, product = (each.ravel() for each in np.indices((4, 3)))
    price = np.random.default_rng(4).normal(0, 0.5, 12)
    bought = np.exp(0.3 * customer - 0.2 * product)
    level = elasticity(bought, price, customer, product)
    assert level.value == pytest.approx(0.0, abs=1e-9)
    assert level.steps == 1
    steep = elasticity(bought * np.exp(-6.5 * price), price, customer, product)
    assert steep.value == pytest.approx(-6.5, rel=1e-9)
    assert steep.standard_error == pytest.approx(0.0, abs=1e-6)
    assert steep.steps is not None
    assert steep.steps > 6.5
    # What is a thousand times as steep is out of reach.
    sold = bought * np.exp(-6.5 * price)
    wall = elasticity(sold, price / 1000, customer, product)
    assert (wall.value, wall.steps) == (-100.0, None)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_means_have_the_totals_of_every_customer_in_any_unit(unit: float) -> None:
    sold, price, customer, product = sales(3)
    codes = (customer, product)
    effects = [np.zeros(int(code.max()) + 1) for code in codes]
    means = price_elasticity._fitted(sold * unit, price, -1.3, codes, effects)
    for code in codes:
        np.testing.assert_allclose(
            np.bincount(code, means), np.bincount(code, sold * unit), rtol=1e-9
        )
