"""Own-price elasticity with an effect for each customer and each product.

E[quantity] = exp(a_customer + b_product + elasticity log price), fitted by Poisson
pseudo-maximum likelihood (Santos Silva and Tenreyro 2006): the mean must be right, the
distribution need not be, and quantities of 0 stay in. Effects are concentrated out, so
that memory holds rows and effects and never a table of indicators.
"""

from typing import NamedTuple

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["Elasticity", "elasticity", "informative"]

_ROUNDS = 5_000
_CLOSE = 1e-10
_STEPS = 100
_FURTHEST = 1.0  # of one step: an elasticity rarely moves further from its start


class Elasticity(NamedTuple):
    """The estimate, its standard error by customer, and the steps (None: no end)."""

    value: float
    standard_error: float
    spread: float
    steps: int | None


def informative(
    quantity: FloatArray, customer: IntArray, product: IntArray
) -> BoolArray:
    """Return rows of customers and products that were sold something at all.

    The others have an effect of minus infinity and tell nothing about prices. Their
    quantities are 0, so that without them all sums are the same.
    """
    kept = np.ones(quantity.size, dtype=bool)
    for code in (customer, product):
        kept &= np.bincount(code, quantity)[code] > 0
    return kept


def elasticity(
    quantity: FloatArray, log_price: FloatArray, customer: IntArray, product: IntArray
) -> Elasticity:
    """Return the elasticity; every customer and product must have sold something."""
    codes = (customer, product)
    effects = [np.zeros(int(code.max()) + 1) for code in codes]
    value = 0.0
    mean = _fitted(quantity, log_price, value, codes, effects)
    left = _without_effects(log_price, mean, codes)
    spread = float(mean @ left**2)
    steps: int | None = None
    for step in range(_STEPS):
        if not spread > 0:
            break
        move = float(left @ (quantity - mean)) / spread
        value += float(np.clip(move, -_FURTHEST, _FURTHEST))
        mean = _fitted(quantity, log_price, value, codes, effects)
        left = _without_effects(log_price, mean, codes)
        spread = float(mean @ left**2)
        if abs(move) < 1e-8:
            steps = step + 1
            break
    # Rows of one customer are not independent: their scores are added up first.
    scores = np.bincount(customer, left * (quantity - mean))
    n = scores.size
    error = np.sqrt(float(scores @ scores) * n / max(n - 1, 1)) / max(spread, 1e-300)
    share = spread / max(float(mean.sum()), 1e-300)
    return Elasticity(value, float(error), share, steps)


def _fitted(
    quantity: FloatArray,
    log_price: FloatArray,
    value: float,
    codes: tuple[IntArray, IntArray],
    effects: list[FloatArray],
) -> FloatArray:
    """Return means whose totals by customer and by product are those observed.

    ``effects`` are logarithms and are updated: the next fit starts from them.
    """
    totals = [np.bincount(code, quantity) for code in codes]
    base = np.exp(value * log_price)
    factors = [np.exp(effect) for effect in effects]
    for _ in range(_ROUNDS):
        for at in (0, 1):
            other = base * factors[1 - at][codes[1 - at]]
            factors[at] = totals[at] / np.bincount(codes[at], other)
        # The last factor fits its own totals exactly; the other ones tell the distance.
        mean = base * factors[0][codes[0]] * factors[1][codes[1]]
        off = np.abs(np.bincount(codes[0], mean) - totals[0])
        if np.all(off <= _CLOSE * totals[0]):
            break
    effects[:] = [np.log(factor) for factor in factors]
    return np.asarray(base * factors[0][codes[0]] * factors[1][codes[1]])


def _without_effects(
    values: FloatArray, weight: FloatArray, codes: tuple[IntArray, IntArray]
) -> FloatArray:
    """Return what is left of ``values`` after weighted means of both kinds."""
    sums = [np.bincount(code, weight) for code in codes]
    left = values - values.mean()
    scale = max(float(np.abs(left).max(initial=0.0)), 1e-300)
    for _ in range(_ROUNDS):
        furthest = 0.0
        for code, size in zip(codes, sums, strict=True):
            shift = np.bincount(code, weight * left) / size
            left = left - shift[code]
            furthest = max(furthest, float(np.abs(shift).max()))
        if furthest <= _CLOSE * scale:
            break
    # Rounding is no variation: prices that never move within both leave nothing.
    return np.where(np.abs(left) > 1e-8 * scale, left, 0.0)
