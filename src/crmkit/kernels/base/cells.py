"""Customers who share their numbers share their likelihood: group them into cells.

A million customers followed by the day fall into a third as many distinct rows, ten
million into a seventh: what is computed once per cell is computed once per customer.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["Cells", "distinct", "group", "mostly_distinct", "per_cell", "per_distinct"]

# Steps per unit of time that calendars leave behind: whole units, days in weeks, hours,
# minutes and seconds in days, decimals of a file, days in months, quarters and years.
_GRIDS = (1.0, 7.0, 100.0, 24.0, 1440.0, 86400.0, 30.436875, 91.310625, 365.2425)
_LARGEST_KEY = 2**62
_EXACT = 2.0**52
_PROBE = 64
_SAMPLE = 4096
_MOST_BUCKETS = 2**15  # a sort of 16-bit integers is a radix sort
_ENDLESS = -(2.0**40)  # stands for infinity while rows are grouped


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Distinct rows in rising order, the first column leading.

    Attributes
    ----------
    columns
        One array per column that was grouped, one entry per distinct row.
    weights
        Total weight of each distinct row; its number of rows where none was given.
    inverse
        For each row that was grouped, the number of its cell; None unless asked for.
    """

    columns: tuple[FloatArray, ...]
    weights: FloatArray
    inverse: IntArray | None = None

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(self.weights.size)


def group(
    columns: Sequence[FloatArray],
    weights: FloatArray | None = None,
    *,
    inverse: bool = False,
) -> Cells:
    """Group equal rows.

    Parameters
    ----------
    columns
        Arrays of one length, finite. Zero and minus zero are one value.
    weights
        Weight of each row; None counts rows. Within a cell weights are added in
        rising order, so that the order of the rows leaves no trace in the last bit.
    inverse
        Whether to say which cell each row went to.

    Returns
    -------
    Cells
        Distinct rows in rising order, whatever the order of the rows.

    Notes
    -----
    Where each column holds whole numbers divided by one step (days by 7, say), a row
    becomes one integer and the grouping one integer sort. That path is taken only if
    dividing again gives every value back to the last bit. Where only the last column
    does not (a mean amount, after a count), it is sorted within each of the others.

    Examples
    --------
    >>> import numpy as np
    >>> cells = group((np.array([2.0, 0.0, 2.0]), np.array([5.0, 1.0, 5.0])))
    >>> [column.tolist() for column in cells.columns], cells.weights.tolist()
    ([[0.0, 2.0], [1.0, 5.0]], [1.0, 2.0])
    """
    table = [np.asarray(column, np.float64) for column in columns]
    key = _Key.of(table)
    if key is not None and key.width == len(table):
        if weights is None:
            return _from_key(key, inverse=inverse)
        if key.size <= 4 * weights.size and _add_up_exactly(weights):
            return _weighed(_from_key(key, inverse=True), weights, inverse=inverse)
        order = np.lexsort((weights, key.values))
        return _from_order(table, weights, order, inverse=inverse)
    if key is not None and weights is None and not inverse:
        if key.leads(table):
            return _from_buckets(key, table[-1])
        if key.width == len(table) - 2 and key.size <= _MOST_BUCKETS:
            order = _order_in_buckets(key, *table[-2:])
            return _from_order(table, None, order, inverse=False)
    if len(table) == 1 and weights is None:
        # Which of two equals comes first is nothing here, and NumPy's unstable sort of
        # one column takes a third of the time of a stable one.
        order = np.argsort(table[0])
    else:
        order = np.lexsort((*([] if weights is None else [weights]), *table[::-1]))
    return _from_order(table, weights, order, inverse=inverse)


def distinct(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct values in rising order, and which of them each row has."""
    cells = group((values.ravel(),), inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    return cells.columns[0], cells.inverse


def per_distinct(
    function: Callable[[FloatArray], FloatArray], values: FloatArray
) -> FloatArray:
    """Evaluate a costly function once per distinct value."""
    found, place = distinct(values)
    return function(found)[place].reshape(values.shape)


def per_cell(
    function: Callable[..., FloatArray], **columns: FloatArray | float
) -> FloatArray:
    """Evaluate a costly function of named columns once per distinct row.

    Columns are broadcast against each other; those that do not vary are left out of the
    grouping. Infinity is a value like any other.
    """
    shape = np.broadcast_shapes(*(np.shape(column) for column in columns.values()))
    varying = {
        name: np.broadcast_to(column, shape).ravel()
        for name, column in columns.items()
        if np.size(column) > 1 or np.size(column) == np.prod(shape)
    }
    cells = group(
        [np.where(np.isinf(v), _ENDLESS, v) for v in varying.values()], inverse=True
    )
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    rows = {
        name: np.broadcast_to(np.asarray(column, np.float64).ravel(), cells.size)
        for name, column in columns.items()
        if name not in varying
    }
    for name, column in zip(varying, cells.columns, strict=True):
        rows[name] = np.where(column == _ENDLESS, np.inf, column)
    return function(**rows)[cells.inverse].reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """A column of whole numbers divided by one step, to the last bit."""

    numbers: IntArray
    lowest: int
    span: int
    grid: float


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """One integer per row of the leading columns, and how to read them back from it."""

    values: IntArray
    lowest: tuple[int, ...]
    spans: tuple[int, ...]
    grids: tuple[float, ...]

    @classmethod
    def of(cls, table: list[FloatArray]) -> "_Key | None":
        """Join columns, one after the other, as far as they lie on a grid."""
        key: _Key | None = None
        for column in table:
            steps = _steps(column)
            if steps is None:
                break
            spans = (*(key.spans if key else ()), steps.span)
            if math.prod(spans) >= _LARGEST_KEY:
                break
            values = steps.numbers
            values -= steps.lowest
            if key is not None:
                values += key.values * steps.span
            lowest = (*(key.lowest if key else ()), steps.lowest)
            key = cls(values, lowest, spans, (*(key.grids if key else ()), steps.grid))
        return key

    @property
    def width(self) -> int:
        return len(self.spans)

    def leads(self, table: list[FloatArray]) -> bool:
        """Tell whether the rest of the table is one column in few groups."""
        return self.width == len(table) - 1 and self.size <= _MOST_BUCKETS

    @property
    def size(self) -> int:
        return math.prod(self.spans)

    def columns(self, keys: IntArray) -> tuple[FloatArray, ...]:
        columns: list[FloatArray] = []
        for low, span, grid in zip(
            self.lowest[::-1], self.spans[::-1], self.grids[::-1], strict=True
        ):
            keys, part = np.divmod(keys, span)
            columns.append((part + low) / grid)
        return tuple(columns[::-1])


def _steps(column: FloatArray) -> _Steps | None:
    """Find the step that gives every value of the column back to the last bit."""
    probe = column[:_PROBE]
    for grid in _GRIDS:
        if probe.size and _on_grid(probe, grid) is not None:
            found = _on_grid(column, grid)
            if found is not None:
                return found
    return None


def _on_grid(column: FloatArray, grid: float) -> _Steps | None:
    with np.errstate(over="ignore"):  # what is infinite is too large for a grid
        whole = np.rint(column * grid)
    low, high = float(whole.min()), float(whole.max())
    if max(high, -low) >= _EXACT or not np.all(whole / grid == column):
        return None
    return _Steps(whole.astype(np.int64), int(low), int(high) - int(low) + 1, grid)


def _from_key(key: _Key, *, inverse: bool) -> Cells:
    rows = key.values.size
    if key.size <= 4 * rows:
        counts = np.bincount(key.values, minlength=key.size)
        keys = np.flatnonzero(counts)
        number = np.cumsum(counts > 0) - 1 if inverse else None
        return Cells(
            columns=key.columns(keys),
            weights=counts[keys].astype(np.float64),
            inverse=None if number is None else number[key.values],
        )
    if inverse:
        order = np.argsort(key.values, kind="stable")
        ordered = key.values[order]
    else:
        order = None
        ordered = key.values
        ordered.sort()
    first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    starts = np.flatnonzero(first)
    return Cells(
        columns=key.columns(ordered[starts]),
        weights=np.diff(starts, append=rows).astype(np.float64),
        inverse=None if order is None else _inverse(first, order),
    )


def _add_up_exactly(weights: FloatArray) -> bool:
    """Tell whether sums of the weights are exact, so that their order is nothing."""
    most = float(np.abs(weights).max(initial=0.0)) * weights.size
    return most < _EXACT and bool(np.all(weights == np.rint(weights)))


def _weighed(cells: Cells, weights: FloatArray, *, inverse: bool) -> Cells:
    place = cells.inverse
    assert place is not None  # noqa: S101 - the caller asked for it
    total = np.bincount(place, weights, minlength=cells.size).astype(np.float64)
    kept = place if inverse else None
    return Cells(columns=cells.columns, weights=total, inverse=kept)


def _from_buckets(leading: _Key, last: FloatArray) -> Cells:
    """Group by few keys and a column off any grid, which is sorted bucket by bucket."""
    small = leading.values.astype(np.int16)
    order = np.argsort(small, kind="stable")
    keys, values = small[order], last[order]
    turns = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    for bucket in np.split(values, turns):  # views of one array
        bucket.sort()
    first = np.ones(values.size, np.bool_)
    first[1:] = values[1:] != values[:-1]
    first[turns] = True
    starts = np.flatnonzero(first)
    return Cells(
        columns=(
            *leading.columns(keys[starts].astype(np.int64)),
            values[starts] + 0.0,
        ),
        weights=np.diff(starts, append=values.size).astype(np.float64),
    )


def _order_in_buckets(leading: _Key, middle: FloatArray, last: FloatArray) -> IntArray:
    """Order by few keys and two columns off any grid, a third of the work of a sort."""
    small = leading.values.astype(np.int16)
    order = np.argsort(small, kind="stable")
    turns = np.flatnonzero(np.diff(small[order])) + 1
    for bucket in np.split(order, turns):  # views of one array
        bucket[:] = bucket[_order_of_two(middle[bucket], last[bucket])]
    return order


def _order_of_two(middle: FloatArray, last: FloatArray) -> IntArray:
    if middle.size and middle.min() == middle.max():
        return np.argsort(last, kind="stable")
    order = np.argsort(middle, kind="stable")
    ordered = middle[order]
    if np.any(ordered[1:] == ordered[:-1]):
        return np.lexsort((last, middle))
    return order


def mostly_distinct(values: FloatArray) -> bool:
    """Tell from a sample whether hardly a value occurs twice: grouping saves none."""
    sample = values[:: values.size // _SAMPLE + 1]
    return values.size >= _SAMPLE and np.unique(sample).size > 0.9 * sample.size


def _from_order(
    table: list[FloatArray],
    weights: FloatArray | None,
    order: IntArray,
    *,
    inverse: bool,
) -> Cells:
    rows = order.size
    first = np.zeros(rows, np.bool_)
    first[:1] = True
    for column in table:
        ordered = column[order]
        first[1:] |= ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    if weights is None:
        total = np.diff(starts, append=rows).astype(np.float64)
    elif rows:
        total = np.add.reduceat(weights[order], starts)
    else:
        total = np.zeros(0)
    return Cells(
        # Minus zero, which is equal to zero, becomes zero.
        columns=tuple(column[order[starts]] + 0.0 for column in table),
        weights=total,
        inverse=_inverse(first, order) if inverse else None,
    )


def _inverse(first: BoolArray, order: IntArray) -> IntArray:
    number = np.empty(order.size, np.int64)
    number[order] = np.cumsum(first) - 1
    return number
