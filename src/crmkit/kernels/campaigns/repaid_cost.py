"""When discounted, surviving margins repay a cost, and what they are worth in all."""

import math

import numpy as np

from ...typing import FloatArray

__all__ = ["constant_margin_value", "margin_sums", "periods_to_repay"]


def constant_margin_value(
    margin: float, *, retention: float, discount_rate: float, at_start: bool
) -> float:
    """Return the value of margins for ever at a constant retention.

    m (1 + d) / (1 + d - r) at the start of each period, m / (1 + d - r) at its end.
    """
    gap = 1 + discount_rate - retention
    if gap <= 0:
        return margin * math.inf if margin else 0.0
    return margin * (1 + discount_rate if at_start else 1.0) / gap


def margin_sums(
    margin: FloatArray, *, survival: FloatArray, discount_rate: float, at_start: bool
) -> FloatArray:
    """Return the value of the first 1, 2, ... periods; ``survival`` is at their start.

    Who starts a period pays for it, at its start or at its end.
    """
    when = np.arange(survival.size) + (0 if at_start else 1)
    # Far ahead a factor may be too small for a number, and is then 0.
    discount = np.exp(-when * np.log1p(discount_rate))
    return np.asarray(np.cumsum(margin * survival * discount))


def periods_to_repay(sums: FloatArray, cost: float) -> int | None:
    """Return the first period after which the sum covers the cost; None if never."""
    # Rounding of a running sum must not cost a period.
    covered = np.flatnonzero(sums >= cost * (1 - 1e-12))
    if cost <= 0:
        return 0
    return int(covered[0]) + 1 if covered.size else None
