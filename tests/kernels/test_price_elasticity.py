"""The elasticity against a regression with a column for every customer and product."""

import numpy as np
import pytest

from crmkit.kernels.campaigns.price_elasticity import elasticity, informative
from crmkit.typing import FloatArray, IntArray


def sales(seed: int) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    rng = np.random.default_rng(seed)
    customer, product = (each.ravel() for each in np.indices((12, 5)))
    price = rng.normal(0, 0.4, customer.size) + 0.1 * product
    own, of_product = rng.normal(0.5, 0.6, 12), rng.normal(0.5, 0.4, 5)
    mean = np.exp(own[customer] + of_product[product] - 1.3 * price)
    sold = rng.poisson(mean).astype(np.float64)
    kept = informative(sold, customer, product)
    return tuple(each[kept] for each in (sold, price, customer, product))  # type: ignore[return-value]


def columns(customer: IntArray, product: IntArray) -> FloatArray:
    """Return one column per customer, and per product but the first."""
    by_customer = customer[:, None] == np.unique(customer)
    by_product = product[:, None] == np.unique(product)[1:]
    return np.hstack([by_customer, by_product]).astype(np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_a_poisson_regression_with_errors_by_customer(seed: int) -> None:
    sold, price, customer, product = sales(seed)
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
