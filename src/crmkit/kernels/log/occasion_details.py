"""What single occasions tell of a customer beyond their number, mean and ends."""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from .occasions import Occasions

__all__ = ["OccasionDetails", "occasion_details"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OccasionDetails:
    """One row per customer with at least one occasion.

    Attributes
    ----------
    customer
        Number of the customer, ascending.
    log_gaps
        Sum of the logarithms of the days between occasions; 0 with one occasion.
    gaps
        Number of those gaps.
    variance
        Sample variance of the amounts after the first; 0 for fewer than two.
    """

    customer: IntArray
    log_gaps: FloatArray
    gaps: IntArray
    variance: FloatArray


def occasion_details(occasions: Occasions) -> OccasionDetails:
    """Add up the gaps and the spread of each customer's occasions.

    The occasions are sorted by customer and day, one at most for each of both.
    """
    who = occasions.customer
    new = np.ones(who.size, dtype=bool)
    new[1:] = who[1:] != who[:-1]
    number = np.cumsum(new) - 1
    count = int(new.sum())
    repeat = ~new
    place = number[repeat]
    gap = np.diff(occasions.day)[repeat[1:]].astype(np.float64)
    gaps = np.bincount(place, minlength=count)
    amount = occasions.amount[repeat]
    # About the mean: squares of large amounts would hide a small spread.
    mean = np.bincount(place, amount, count) / np.maximum(gaps, 1)
    spread = np.bincount(place, (amount - mean[place]) ** 2, count)
    return OccasionDetails(
        customer=who[new],
        log_gaps=np.bincount(place, np.log(gap), count).astype(np.float64),
        gaps=gaps,
        variance=spread / np.maximum(gaps - 1, 1),
    )
