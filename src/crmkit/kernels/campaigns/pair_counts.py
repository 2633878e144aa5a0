"""How many units (baskets, customers) hold two products, within bounded memory.

A dense table of units by products, or of all item sets, does not fit: a million baskets
of 5,000 products are 5 billion cells. Here memory holds the purchases once, and the
counts of one block of products at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...typing import IntArray
from ..base.distinct_numbers import distinct_numbers

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["holdings", "ordered_counts", "together"]

_Counts = NDArray[np.int32]

_BLOCK = 200  # products whose pairs are counted at a time
_PAIRS = 4_000_000  # pairs of purchases that are expanded at a time


def holdings(unit: IntArray, product: IntArray, shape: tuple[int, int]) -> "csr_array":
    """Return a table of ones where a unit holds a product, however often."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - a tenth of a second at import

    cells = distinct_numbers(unit * shape[1] + product)
    starts = np.searchsorted(cells, np.arange(shape[0] + 1) * shape[1])
    ones = np.ones(cells.size, dtype=np.int32)
    columns = (cells % shape[1]).astype(np.int32)
    return csr_array((ones, columns, starts), shape=shape)


def together(
    held: "csr_array",
    *,
    minimum: int,
    through: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Yield pairs of products, the lower first, that ``minimum`` units hold.

    ``through`` goes through the blocks of products, and may tell how far it has come.
    """
    from scipy.sparse import csr_array, triu  # noqa: PLC0415 - slow to import

    by_product = csr_array(held.T)
    for begin in through(range(0, held.shape[1], _BLOCK)):
        block = by_product[begin : begin + _BLOCK] @ held
        # Above the diagonal: each pair once, and no product with itself.
        upper = triu(block, k=begin + 1, format="coo")
        some = upper.data >= minimum
        first, second = upper.row, upper.col
        yield (
            first[some].astype(np.int64) + begin,
            second[some].astype(np.int64),
            upper.data[some].astype(np.int64),
        )


def ordered_counts(
    customer: IntArray,
    product: IntArray,
    day: IntArray,
    *,
    products: int,
    within: int,
    through: Callable[[Sequence[IntArray]], Iterable[IntArray]] = iter,
) -> tuple[_Counts, _Counts, _Counts]:
    """Count customers who took a before b, the same within days, and both on one day.

    A row is a customer's first purchase of a product; rows of a customer are together.
    The tables have a row per a and a column per b. ``through`` goes through the parts
    of the customers, and may tell how far it has come.
    """
    size = products * products
    later, soon, same = (np.zeros(size, dtype=np.int32) for _ in range(3))
    # 32 bits hold any number of customers, in half the memory.
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    counts = np.diff(starts, append=customer.size)
    for part in through(np.split(np.arange(starts.size), _cuts(counts))):
        left, right = _pairs(starts[part], counts[part])
        wait = day[right] - day[left]
        code = product[left] * products + product[right]
        np.add.at(later, code[wait > 0], 1)
        np.add.at(soon, code[(wait > 0) & (wait <= within)], 1)
        np.add.at(same, code[(wait == 0) & (left != right)], 1)
    shape = (products, products)
    return later.reshape(shape), soon.reshape(shape), same.reshape(shape)


def _cuts(counts: IntArray) -> IntArray:
    """Return where to cut the customers, so that no part has too many pairs."""
    block = np.cumsum(counts**2) // _PAIRS
    return np.flatnonzero(np.diff(block)) + 1


def _pairs(starts: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of rows of each customer."""
    rows = np.repeat(starts - np.cumsum(counts) + counts, counts)
    rows = rows + np.arange(rows.size)
    many = np.repeat(counts, counts)
    left = np.repeat(rows, many)
    inside = np.arange(left.size) - np.repeat(np.cumsum(many) - many, many)
    return left, np.repeat(np.repeat(starts, counts), many) + inside
