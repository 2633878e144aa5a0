"""The chance of a first purchase of one category by owners of another.

Tables of units by categories: ``owned`` before a day, ``bought`` in the time after it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...typing import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["best_offers", "calibration", "first_purchase_rates"]

_UNITS = 50_000  # whose chances are held at a time


def first_purchase_rates(
    owned: "csr_array", bought: "csr_array", *, prior: float
) -> FloatArray:
    """Return, for owners of the row without the column, the share who then bought it.

    Shrunk to the share among all units without the column, as if ``prior`` more units
    had it.
    """
    new = _new(owned, bought)
    units = float(np.count_nonzero(np.diff(owned.indptr)))
    held = np.asarray(owned.sum(axis=0), dtype=np.float64).ravel()
    without = held[:, None] - (owned.T @ owned).toarray()
    taken = (owned.T @ new).toarray().astype(np.float64)
    base = np.asarray(new.sum(axis=0)).ravel() / np.maximum(units - held, 1.0)
    return np.asarray((taken + prior * base) / (without + prior), dtype=np.float64)


def calibration(
    owned: "csr_array", bought: "csr_array", rates: FloatArray
) -> FloatArray:
    """Return the factor of each column with which chances sum to what was bought."""
    expected = np.zeros(rates.shape[1])
    for _, held, chance in _chances(owned, rates):
        expected += np.where(held > 0, 0.0, chance).sum(axis=0)
    seen = np.asarray(_new(owned, bought).sum(axis=0), dtype=np.float64).ravel()
    return np.divide(seen, expected, out=np.zeros(seen.size), where=expected > 0)


def best_offers(
    owned: "csr_array", rates: FloatArray, *, worth: FloatArray, most: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return units, their ``most`` best columns not owned, and the chances."""
    found = []
    for units, held, chance in _chances(owned, rates):
        known = np.minimum(chance, 1.0)
        score = np.where(held > 0, -np.inf, known * worth)
        best = np.argsort(-score, axis=1, kind="stable")[:, :most]
        row = np.repeat(np.arange(units.size), best.shape[1])
        column = best.ravel()
        free = held[row, column] == 0
        row, column = row[free], column[free]
        found.append((units[row], column, known[row, column]))
    unit, column, chance = (np.concatenate(part) for part in zip(*found, strict=True))
    return unit, column, chance


def _new(owned: "csr_array", bought: "csr_array") -> "csr_array":
    """Return what was bought and not owned before."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - a tenth of a second at import

    return csr_array(bought - bought.multiply(owned))


def _chances(
    owned: "csr_array", rates: FloatArray
) -> Iterator[tuple[IntArray, np.ndarray, FloatArray]]:
    """Yield units that own something, what they own, and the mean of its rates."""
    size = np.diff(owned.indptr)
    some = np.flatnonzero(size)
    for begin in range(0, some.size, _UNITS):
        units = some[begin : begin + _UNITS]
        part = owned[units]
        mean = np.asarray(part @ rates) / size[units][:, None]
        yield units.astype(np.int64), part.toarray(), mean
