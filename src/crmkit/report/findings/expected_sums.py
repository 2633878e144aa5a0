"""What all customers together are expected to buy until each of several times.

What a customer known to be active will do depends on the number of purchases and the
age, not on when the last purchase was. So the chance to be active is computed once, and
the rest for the distinct pairs of count and age, which are few.
"""

from collections.abc import Sequence

import numpy as np

from ...kernels.base.cells import group
from ...typing import FloatArray
from .purchase_models import PurchaseFit

__all__ = ["expected_sums"]


def expected_sums(
    purchases: PurchaseFit,
    history: tuple[FloatArray, FloatArray, FloatArray],
    weights: FloatArray | None,
    horizons: Sequence[float],
    *,
    discount_rate: float | None = None,
) -> FloatArray:
    """Return the sum of weighted expected purchases until each horizon.

    It is ``weights @ purchases.expected_purchases(*history, horizon=...)``, or with a
    ``discount_rate`` that of ``discounted_expected_purchases``.
    """
    if not history[0].size:
        return np.zeros(len(horizons))
    cells = group(history, inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    mass = cells.weights if weights is None else np.bincount(cells.inverse, weights)
    mass = mass * purchases.probability_alive(*cells.columns)
    x, _, age = cells.columns
    pairs = group((x, age), mass)
    count, old = pairs.columns
    # Who bought just now: the chance to be active is never near 0.
    present = count, np.where(count > 0, old, 0.0), old
    share = pairs.weights / purchases.probability_alive(*present)
    if discount_rate is None:
        found = [
            share @ purchases.expected_purchases(*present, horizon=horizon)
            for horizon in horizons
        ]
    else:
        found = [
            share
            @ purchases.discounted_expected_purchases(
                *present, horizon=horizon, discount_rate=discount_rate
            )
            for horizon in horizons
        ]
    return np.asarray(found)
