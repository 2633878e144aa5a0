"""Customers who were refunded more than they bought: valued at 0, and counted.

The spend model knows positive amounts only. A customer whose repeat purchases brought
nothing, or less after refunds, is expected to spend nothing, since nothing in such a
past speaks for an amount. The table of customers keeps the mean as it came out.
"""

import numpy as np

from ..._frames import EagerFrame, numbers, nw
from ...typing import FloatArray, SpendModel

__all__ = ["count_below_zero", "expected_spend", "with_spend_floor"]


def with_spend_floor(summary: EagerFrame) -> EagerFrame:
    """Raise each mean spend below zero to zero."""
    return summary.with_columns(nw.col("monetary_value").clip(lower_bound=0.0))


def expected_spend(
    spend: SpendModel, frequency: FloatArray, mean: FloatArray
) -> FloatArray:
    """Return the amount of a purchase ahead; 0 where repeat purchases brought nothing.

    ``clv.with_clv(nonpositive="keep")`` values such customers at 0 too.
    """
    nothing = (frequency > 0) & (mean <= 0)
    return np.where(nothing, 0.0, spend.expected_spend(frequency, mean))


def count_below_zero(summary: EagerFrame) -> int:
    """Count the repeat customers whose mean spend is below zero."""
    repeats = numbers(summary, "frequency") > 0
    return int(np.count_nonzero(repeats & (numbers(summary, "monetary_value") < 0)))
