"""Mean spend without negative values: what the spend model can be asked about.

The spend model knows positive amounts only. A customer who was refunded more than
their repeat purchases brought is valued as if these had brought nothing; the table of
customers keeps the mean as it came out.
"""

import numpy as np

from ..._frames import EagerFrame, numbers, nw

__all__ = ["count_below_zero", "with_spend_floor"]


def with_spend_floor(summary: EagerFrame) -> EagerFrame:
    """Raise each mean spend below zero to zero."""
    return summary.with_columns(nw.col("monetary_value").clip(lower_bound=0.0))


def count_below_zero(summary: EagerFrame) -> int:
    """Count the repeat customers whose mean spend is below zero."""
    repeats = numbers(summary, "frequency") > 0
    return int(np.count_nonzero(repeats & (numbers(summary, "monetary_value") < 0)))
