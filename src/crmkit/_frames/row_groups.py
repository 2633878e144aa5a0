"""Rows that share an id, as whole numbers: how a log becomes one row per customer."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from ..typing import BoolArray, IntArray
from .column_rules import require_ids
from .conversion import EagerFrame

__all__ = ["Groups", "distinct_ids", "group_rows"]

_Series = nw.Series[Any]

_WORD = 8  # bytes of a whole number of 64 bits
_SHORT_TEXT = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """Which group each row is in, and what each group is called.

    Attributes
    ----------
    codes
        For each row, the number of its group, from 0.
    ids
        For each group, its id as the caller wrote it, in ascending order.
    """

    codes: IntArray
    ids: _Series

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.ids)


def group_rows(frame: EagerFrame, column: str) -> Groups:
    """Give each row the number of its id, numbered in ascending order of the ids."""
    require_ids(frame, column)
    series = frame[column]
    if series.dtype.is_numeric():
        codes = _ranked(series.to_numpy())
        return Groups(codes=codes, ids=series[_first_rows(codes)])
    codes = _ranked(_labels(series))
    ids = series[_first_rows(codes)]
    order = _ascending(ids)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Groups(codes=rank[codes], ids=ids[order])


def distinct_ids(frame: EagerFrame, column: str) -> tuple[IntArray, _Series]:
    """Give distinct texts or categories numbers in any order; a missing one has -1.

    What is asked of the text of an id costs one answer for each id, not for each row.
    """
    series = frame[column]
    hole = series.is_null().to_numpy().astype(np.bool_)
    filled = series.drop_nulls() if hole.any() else series
    labels = _ranked(_labels(filled))
    ids = filled[_first_rows(labels)]
    if ids.dtype in (nw.Categorical, nw.Enum):
        ids = ids.cast(nw.String)
    if not hole.any():
        return labels, ids
    codes = np.full(hole.size, -1, dtype=np.int64)
    codes[~hole] = labels
    return codes, ids


def _labels(series: _Series) -> IntArray:
    """Give equal ids one whole number, by the library's own hashing."""
    implementation = series.implementation
    if implementation.is_pandas_like():
        labels = series.to_native().factorize()[0]
    elif implementation.is_polars():
        if series.dtype not in (nw.Categorical, nw.Enum):
            return _hashed(series)
        labels = series.to_native().to_physical().to_numpy()
    else:
        encoded = series.to_native().combine_chunks()
        if series.dtype != nw.Categorical:
            encoded = encoded.dictionary_encode()
        # A missing index would make the others floats, and has no whole number.
        labels = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.asarray(labels, dtype=np.int64)


def _hashed(series: _Series) -> IntArray:
    """Give equal ids of Polars one number: by their hash, once it is seen to tell them.

    A table of categories takes several times as long to fill as numbers to sort. Two
    ids may have one hash, so each row is compared with the first of its number.
    """
    column = series.to_native()
    codes = _ranked_hashes(column.hash(seed=0).to_numpy())
    alike = column.gather(_first_rows(codes)).gather(codes) == column
    if alike.all():
        return codes
    categories = series.cast(nw.Categorical).to_native()
    return np.asarray(categories.to_physical().to_numpy(), dtype=np.int64)


def _ranked(values: np.ndarray) -> IntArray:
    """Give each value its rank among the distinct ones; dense ones by counting."""
    if values.size and values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * values.size + 1024:
            # Too far for its width, a difference is right again without a sign.
            narrow = (values - values.dtype.type(low)).view(f"u{values.dtype.itemsize}")
            offset = narrow.astype(np.int64)
            present = np.bincount(offset, minlength=1) > 0
            if present.all():
                return np.asarray(offset, dtype=np.int64)
            return np.asarray((np.cumsum(present) - 1)[offset], dtype=np.int64)
    ranks: IntArray = np.unique(values, return_inverse=True)[1]
    return ranks


def _ranked_hashes(values: NDArray[np.uint64]) -> IntArray:
    """Rank evenly spread numbers: sorted with their rows in the place of their end.

    NumPy sorts numbers several times as fast as it sorts places. Of the few that share
    their beginning, the places are sorted.
    """
    count = values.size
    rows = np.arange(count, dtype=np.uint64)
    low = np.uint64((1 << count.bit_length()) - 1)
    packed = np.sort((values & ~low) | rows)
    order = (packed & low).astype(np.int64)
    begins = _changes(packed & ~low)
    starts = np.flatnonzero(begins)
    mixed = np.flatnonzero(_changes(values[order]) & ~begins)
    ends = np.append(starts[1:], count)
    for at in np.unique(np.searchsorted(starts, mixed) - 1):
        run = slice(starts[at], ends[at])
        order[run] = order[run][np.argsort(values[order[run]], kind="stable")]
    ranks = np.empty(count, dtype=np.int64)
    ranks[order] = np.cumsum(_changes(values[order])) - 1
    return ranks


def _changes(values: NDArray[np.uint64]) -> BoolArray:
    """Tell which values differ from the one before; the first does."""
    differs = np.ones(values.size, dtype=np.bool_)
    differs[1:] = values[1:] != values[:-1]
    return differs


def _first_rows(codes: IntArray) -> IntArray:
    """Find the first row of each group."""
    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    return first


def _ascending(ids: _Series) -> IntArray:
    texts = ids.implementation.is_polars() and ids.dtype == nw.String
    # A missing text has no number: whole numbers with a hole would become floats.
    if texts and len(ids) and not ids.is_null().any():
        longest = int(ids.to_native().str.len_bytes().max())
        # The oldest Polars that is admitted cannot cut bytes out of a text.
        if longest <= _SHORT_TEXT and hasattr(ids.to_native().bin, "slice"):
            return _order_of_texts(ids.to_native(), longest)
    if ids.implementation.is_pyarrow() and ids.dtype in (nw.String, nw.Categorical):
        order = _order_of_ascii(ids)
        if order is not None:
            return order
    name = "_crmkit_at"
    table = ids.to_frame().with_row_index(name)
    column = ids.name
    if ids.dtype in (nw.Categorical, nw.Enum):
        table = table.with_columns(nw.col(column).cast(nw.String))
    return np.asarray(table.sort(column)[name].to_numpy(), dtype=np.int64)


def _order_of_ascii(ids: _Series) -> IntArray | None:
    """Sort distinct short texts of Arrow as numbers, in a quarter of the time.

    It is as with those of Polars, but Arrow fills texts up by letters: only where each
    letter is a byte, and for one number a text; None elsewhere.
    """
    arrow: Any = nw.Implementation.PYARROW.to_native_namespace()
    compute = import_module("pyarrow.compute")
    texts = ids.to_native().cast(arrow.string()).combine_chunks()
    bytes_ = compute.max(compute.binary_length(texts)).as_py()
    plain = compute.all(compute.string_is_ascii(texts)).as_py()
    if texts.null_count or not plain or bytes_ > _WORD:
        return None
    filled = compute.utf8_rpad(texts, _WORD, padding="\0")
    keys = np.frombuffer(filled.buffers()[2], ">u8", count=len(texts)).astype(np.uint64)
    order = np.argsort(keys)
    ordered = keys[order]
    # Texts that differ in the zeros at their end alone are equal as numbers.
    return None if np.any(ordered[1:] == ordered[:-1]) else order


def _order_of_texts(texts: Any, longest: int) -> IntArray:
    """Sort short texts of Polars as numbers, in a quarter of the time.

    The order of UTF-8 is that of its bytes, and eight bytes are one whole number, the
    first byte highest. Texts are filled up with zeros; where a text ends in zeros of
    its own, the shorter one comes first.
    """
    polars = nw.Implementation.POLARS.to_native_namespace()
    width = -(-max(longest, 1) // _WORD) * _WORD
    filled = texts.str.pad_end(width, "\0").cast(polars.Binary)
    keys = [
        filled.bin.slice(at, _WORD)
        .bin.reinterpret(dtype=polars.UInt64, endianness="big")
        .to_numpy()
        for at in range(width - _WORD, -1, -_WORD)
    ]
    return np.lexsort([texts.str.len_bytes().to_numpy(), *keys])
