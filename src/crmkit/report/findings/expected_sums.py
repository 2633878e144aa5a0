"""What all customers together are expected to buy until each of several times.

What a customer known to be active will do depends on the number of purchases and the
age, not on when the last purchase was. So the chance to be active is computed once, and
the rest for the distinct pairs of count and age, which are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...kernels.base.cells import group
from ...kernels.base.gauss_legendre import gauss_legendre
from ...typing import FloatArray
from .purchase_models import PurchaseFit

__all__ = ["ExpectedSums", "expected_sums"]

_BLOCK = 1 << 15  # histories times horizons: a hundred megabytes at most
_NODES = 14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectedSums:
    """The weight of all customers, as that of customers who bought just now.

    Attributes
    ----------
    present
        Distinct histories that end with a purchase.
    share
        The weight of each, times the chance that the customers are as active.
    """

    purchases: PurchaseFit
    present: tuple[FloatArray, FloatArray, FloatArray]
    share: FloatArray

    def until(
        self, horizons: Sequence[float], *, discount_rate: float | None = None
    ) -> FloatArray:
        """Return the sum of weighted expected purchases until each horizon.

        It is ``weights @ purchases.expected_purchases(*history, horizon=...)``, or with
        a ``discount_rate`` that of ``discounted_expected_purchases``.
        """
        ends = np.asarray(horizons, np.float64)
        if not discount_rate:
            return _until(self, ends)
        # By parts, the present value follows from the purchases until some times
        # between: these share a series, where each discounted expectation is an
        # integral itself.
        log_rate = float(np.log1p(discount_rate))
        times, weights = _between(ends)
        found = _until(self, np.append(ends, times))
        rate = log_rate * np.exp(-log_rate * times)
        worth = np.exp(-log_rate * ends) * found[: ends.size]
        return worth + weights @ (rate * found[ends.size :])


def expected_sums(
    purchases: PurchaseFit,
    history: tuple[FloatArray, FloatArray, FloatArray],
    weights: FloatArray | None,
) -> ExpectedSums:
    """Group customers by what they will do; each weighs 1 where no weight is given."""
    if not history[0].size:
        return ExpectedSums(purchases=purchases, present=history, share=np.zeros(0))
    cells = group(history, inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    mass = cells.weights if weights is None else np.bincount(cells.inverse, weights)
    mass = mass * purchases.probability_alive(*cells.columns)
    x, _, age = cells.columns
    pairs = group((x, age), mass)
    count, old = pairs.columns
    # Who bought just now: the chance to be active is never near 0.
    present = count, np.where(count > 0, old, 0.0), old
    return ExpectedSums(
        purchases=purchases,
        present=present,
        share=pairs.weights / purchases.probability_alive(*present),
    )


def _until(sums: ExpectedSums, ends: FloatArray) -> FloatArray:
    """Add up the purchases of a share of each history until each end."""
    total = np.zeros(ends.size)
    model = sums.purchases
    for at in range(0, sums.share.size, _BLOCK):
        rows = slice(at, at + _BLOCK)
        total += sums.share[rows] @ model.formulas.kernel.expected_purchases(
            *(column[rows, None] for column in sums.present),
            start=0.0,
            end=ends[None, :],
            **model.parameters,
        )
    return total


def _between(ends: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the times, and for each end the weights, of integrals from 0 to it.

    Gauss-Legendre in ``log(1 + time)``: what is expected bends most at the start.
    """
    nodes, rule = (np.array(part) for part in gauss_legendre(_NODES))
    span = np.log1p(ends)[:, None]
    place = span * (nodes + 1.0) / 2.0
    weights = np.zeros((ends.size, ends.size * _NODES))
    for at, row in enumerate(span / 2.0 * rule * np.exp(place)):
        weights[at, at * _NODES : (at + 1) * _NODES] = row
    return np.expm1(place).ravel(), weights
