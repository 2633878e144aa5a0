"""What policies of treatment earn, from customers whose treatment was drawn at random.

A customer counts for a policy if she was drawn to be treated as the policy would, in
proportion to how rarely that happens (Horvitz and Thompson 1952).
"""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["gain_per_customer", "mean_with_variance"]


def gain_per_customer(
    outcome: FloatArray, arm: IntArray, policy: IntArray, other: IntArray
) -> FloatArray:
    """Return terms whose mean is what ``policy`` earns more than ``other``.

    The mean outcome is taken off first: both policies treat all customers in some way,
    so it cancels, and less noise is left.
    """
    share = np.bincount(arm) / arm.size
    # Sums in rising order, here and below: the order of the rows leaves no trace.
    centred = outcome - np.sort(outcome).mean()
    drawn = (arm == policy).astype(np.float64) - (arm == other)
    return np.asarray(drawn * centred / share[arm], dtype=np.float64)


def mean_with_variance(terms: FloatArray) -> tuple[float, float]:
    """Return the mean, and the variance of that mean."""
    rising = np.sort(terms)
    return float(rising.mean()), float(rising.var(ddof=1) / rising.size)
