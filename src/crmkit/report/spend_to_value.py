"""The mean spend that is valued: what refunds took below zero counts as zero.

The spend model knows positive amounts only. A customer who was given back more than
their repeat purchases brought is valued as if these had brought nothing, in line with
those whose mean spend is zero; the customers' table keeps the mean as it came out.
"""

import numpy as np

from .._frames import native, numbers, nw, read_eager
from ..typing import IntoDataFrame, IntoDataFrameT

__all__ = [
    "SPEND_TO_VALUE",
    "below_zero",
    "with_spend_to_value",
    "without_spend_to_value",
]

SPEND_TO_VALUE = "_crmkit_spend_to_value"


def with_spend_to_value(customers: IntoDataFrameT) -> IntoDataFrameT:
    """Add the mean spend without what is below zero."""
    mean = nw.col("monetary_value").clip(lower_bound=0.0)
    frame = read_eager(customers, ("monetary_value",))
    return native(frame.with_columns(mean.alias(SPEND_TO_VALUE)), customers)


def without_spend_to_value(customers: IntoDataFrameT) -> IntoDataFrameT:
    """Take the column off again."""
    return native(read_eager(customers, ()).drop(SPEND_TO_VALUE), customers)


def below_zero(customers: IntoDataFrame) -> int:
    """Count the repeat customers whose mean spend is below zero."""
    frame = read_eager(customers, ("frequency", "monetary_value"))
    repeats = numbers(frame, "frequency") > 0
    return int(np.count_nonzero(repeats & (numbers(frame, "monetary_value") < 0)))
