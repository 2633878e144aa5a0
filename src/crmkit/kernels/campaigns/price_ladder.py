"""Who moves to a dearer product of a category: rungs of a ladder, and the moves.

The products of a category are its rungs, from the lowest price to the highest. A
customer stands on the dearest one bought.
"""

from typing import NamedTuple

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["Standing", "climbing_rates", "ladder", "standing"]


class Standing(NamedTuple):
    """Customers and categories by their number, and the rung that each stands on."""

    place: IntArray
    rung: IntArray


def ladder(price: FloatArray, category: IntArray) -> tuple[IntArray, BoolArray]:
    """Return the order of the products, by category and price, and the top rungs."""
    order = np.lexsort((price, category))
    top = np.diff(category[order], append=-1) != 0
    return order, top


def standing(place: IntArray, rung: IntArray, rows: BoolArray) -> Standing:
    """Return the dearest rung of each customer and category, from some purchases."""
    found, where = np.unique(place[rows], return_inverse=True)
    best = np.zeros(found.size, dtype=np.int64)
    np.maximum.at(best, where, rung[rows])
    return Standing(found, best)


def climbing_rates(
    before: Standing,
    after: Standing,
    *,
    category: IntArray,
    top: BoolArray,
    prior: float,
) -> FloatArray:
    """Return, for each rung, the share of those on it who bought a dearer one later.

    Shrunk to the share of the category, as if ``prior`` more customers had it.
    ``category`` is that of each rung; the top ones have a rate of 0.
    """
    at = np.searchsorted(after.place, before.place)
    # A place beyond the last is looked up at the last, where it does not match.
    at = np.minimum(at, max(after.place.size - 1, 0))
    seen = np.zeros(before.place.size, dtype=bool)
    if after.place.size:
        seen = after.place[at] == before.place
        seen &= after.rung[at] > before.rung
    below = ~top[before.rung]
    n, moved = (
        np.bincount(before.rung[below], weight, minlength=top.size)
        for weight in (np.ones(int(below.sum())), seen[below].astype(np.float64))
    )
    whole, gone = (np.bincount(category, part)[category] for part in (n, moved))
    # Few climbs from one rung: its rate is shrunk to that of the category.
    base = gone / np.maximum(whole, 1.0)
    return np.where(top, 0.0, (moved + prior * base) / (n + prior))
