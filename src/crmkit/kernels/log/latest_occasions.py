"""The last occasions of each customer, and what was spent in the last two windows."""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from .occasions import Occasions

__all__ = ["LatestOccasions", "latest_occasions"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatestOccasions:
    """One row per customer with at least one occasion.

    Attributes
    ----------
    customer
        The number of each customer.
    first_day, last_day
        The days of the first and of the last occasion.
    gap
        The days between the last two occasions; 0 if there is only one.
    recent, previous
        The amounts within the window that ends with the last day of observation, and
        within the window before it.
    """

    customer: IntArray
    first_day: IntArray
    last_day: IntArray
    gap: IntArray
    recent: FloatArray
    previous: FloatArray


def latest_occasions(
    occasions: Occasions, *, end_day: int, length: int
) -> LatestOccasions:
    """Summarise occasions, at least one, that are sorted by customer and day."""
    customer, day, amount = occasions.customer, occasions.day, occasions.amount
    starts = np.flatnonzero(np.concatenate(([True], customer[1:] != customer[:-1])))
    last = np.append(starts[1:], customer.size) - 1
    before_last = np.maximum(last - 1, starts)
    is_recent = day > end_day - length
    is_previous = (day > end_day - 2 * length) & ~is_recent
    return LatestOccasions(
        customer=customer[starts],
        first_day=day[starts],
        last_day=day[last],
        gap=day[last] - day[before_last],
        recent=np.add.reduceat(np.where(is_recent, amount, 0.0), starts),
        previous=np.add.reduceat(np.where(is_previous, amount, 0.0), starts),
    )
