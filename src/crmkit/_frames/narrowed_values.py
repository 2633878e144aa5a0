"""Values of an engine as a histogram that is exact where it is cut.

To cut a base into tiers, no list of all its values has to leave the engine: counts and
sums of disjoint ranges do, and around each cut, ever narrower ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Self, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..typing import BoolArray, FloatArray
from .cell_scores import cells, few_cells
from .conversion import numbers
from .kept_rows import kept_for_now

__all__ = ["Cuts", "close_values", "value_histogram", "value_histograms"]

# Values that descend and the customers who hold each, to the values that are cut at.
Cuts: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

# As many values as are fetched at once, 16 bytes each.
FEW = 1_000_000
_BINS = 65_536
_STEPS = 5_000  # ranges per factor of e, each 0.02% wide
_MILLIONTH = 1e-6
_VALUE, _BIN = "crmkit_value", "crmkit_bin"
_COUNT, _SUM, _LOW, _HIGH = "crmkit_n", "crmkit_sum", "crmkit_low", "crmkit_high"

_Lazy: TypeAlias = "nw.LazyFrame[Any]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ranges:
    """Disjoint ranges of values in ascending order, each with its customers."""

    count: FloatArray
    total: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def value(self) -> FloatArray:
        """The mean of each range, which rounding cannot move out of it."""
        return np.clip(self.total / self.count, self.low, self.high)

    def at(self, which: BoolArray) -> Self:
        return type(self)(
            count=self.count[which],
            total=self.total[which],
            low=self.low[which],
            high=self.high[which],
        )

    def with_others(self, others: Self) -> Self:
        order = np.argsort(np.append(self.low, others.low), kind="stable")
        return type(self)(
            count=np.append(self.count, others.count)[order],
            total=np.append(self.total, others.total)[order],
            low=np.append(self.low, others.low)[order],
            high=np.append(self.high, others.high)[order],
        )


def value_histogram(
    frame: _Lazy, column: str, n_rows: int, *, cuts: Cuts
) -> tuple[FloatArray, FloatArray]:
    """Fetch values and how many rows hold each; far from all cuts, means of ranges.

    Of up to a million rows, the distinct values are fetched. Of more, the ranges around
    the cuts are divided until single values are cut at: the cuts are those of all
    values. Their sums on either side are exact too, up to rounding. ``n_rows`` is how
    many rows there are, which the caller's checks have counted, or a larger number.
    """
    rows = frame.select(nw.col(column).cast(nw.Float64).alias(_VALUE))
    if n_rows <= FEW:
        return _distinct(rows, column, n_rows)
    # The column is kept, for the plan behind it may be dear to run for every pass.
    with kept_for_now(rows) as kept:
        return _narrowed(kept, column, cuts)


def value_histograms(
    frame: _Lazy, cuts: Sequence[tuple[str, Cuts]], n_rows: int
) -> list[tuple[FloatArray, FloatArray]]:
    """Fetch a histogram of each of several columns, each with cuts of its own.

    As :func:`value_histogram`, from fewer queries: of up to a million rows, one brings
    the distinct combinations of all columns; of more, the columns are kept together.
    """
    columns = [column for column, _ in cuts]
    if n_rows <= FEW:
        return _rows_of(*few_cells(frame, columns))
    with kept_for_now(frame.select(*dict.fromkeys(columns))) as kept:
        return [
            _narrowed(
                kept.select(nw.col(column).cast(nw.Float64).alias(_VALUE)), column, cut
            )
            for column, cut in cuts
        ]


def _rows_of(
    values: Sequence[FloatArray], weight: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Repeat each combination: rows without weights are sorted in a fifth of the time.

    There are a million of them at most.
    """
    times = weight.astype(np.int64)
    one = np.broadcast_to(np.float64(1.0), int(times.sum()))
    return [(np.repeat(value, times), one) for value in values]


def _narrowed(kept: _Lazy, column: str, cuts: Cuts) -> tuple[FloatArray, FloatArray]:
    ranges = _counted(kept, _sign())
    if (n_rows := float(np.sum(ranges.count))) <= FEW:
        return _distinct(kept, column, n_rows)
    while True:
        near = _near(ranges, cuts)
        if not near.any():
            return ranges.value, ranges.count
        divided = _divided(kept, ranges.at(near), column)
        ranges = ranges.at(~near).with_others(divided)


def close_values(
    frame: _Lazy, column: str, n_rows: int
) -> tuple[FloatArray, FloatArray]:
    """Fetch values that stand for all within 0.02% of them, and how many rows they are.

    Of up to a million rows, the distinct values are fetched. Of more, each stands at
    the mean of its range; sums from the top then fall short by at most a millionth of
    all sizes together, wherever they end. Where that cannot be promised, all distinct
    values are fetched after all.
    """
    rows = frame.select(nw.col(column).cast(nw.Float64).alias(_VALUE))
    if n_rows <= FEW:
        return _distinct(rows, column, n_rows)
    value = nw.col(_VALUE)
    with kept_for_now(rows) as kept:
        # Some databases refuse the logarithm of a value that is not asked for.
        size = nw.when(value != 0).then(value.abs()).otherwise(1.0)
        steps = (size.log() * _STEPS).floor().cast(nw.Int64)
        # No logarithm of a float reaches a thousand: each sign has its own bins.
        number = _sign() * 4_000 * _STEPS + steps
        ranges = _counted(kept, number)
        if _shortfall(ranges) <= _MILLIONTH:
            return ranges.value, ranges.count
        return _distinct(kept, column, n_rows)


def _sign() -> nw.Expr:
    """Tell losses, zeros and gains apart: sums of a range then only rise, or fall."""
    value = nw.col(_VALUE)
    return (
        nw.when(value < 0).then(-1).otherwise(nw.when(value > 0).then(1).otherwise(0))
    )


def _shortfall(ranges: _Ranges) -> float:
    """Bound what a sum from the top loses inside a range, as a share of all sizes.

    Values between ``low`` and ``high`` with a known mean exceed it most, added up from
    the top, where each is one or the other. The Gini coefficient weighs these losses by
    the share of the customers, so it loses no more than the largest.
    """
    mean, width = ranges.value, ranges.high - ranges.low
    above = (ranges.high - mean) / np.where(width > 0, width, 1.0)
    lost = ranges.count * above * (mean - ranges.low)
    sizes = float(np.sum(np.abs(mean) * ranges.count))
    return float(np.max(lost)) / sizes if sizes > 0 else 0.0


def _near(ranges: _Ranges, cuts: Cuts) -> BoolArray:
    """Find the ranges in which a cut may lie and more than one value does."""
    value = ranges.value
    cut = cuts(value[::-1], ranges.count[::-1])
    at = np.clip(np.searchsorted(value, cut), 0, value.size - 1)
    near = np.zeros(value.size, dtype=np.bool_)
    # A quantile that lies inside a range may be reached with the next one as a whole.
    for step in (-1, 0, 1):
        near[np.clip(at + step, 0, value.size - 1)] = True
    return near & (ranges.low < ranges.high)


def _distinct(rows: _Lazy, column: str, n_rows: float) -> tuple[FloatArray, FloatArray]:
    if n_rows <= FEW:
        (value,), weight = few_cells(rows, [_VALUE])
        return value, weight
    (value,), weight = cells(
        rows,
        [_VALUE],
        what=f"values of column {column!r}",
        remedy="Round the column, or pass a sample of the customers.",
    )
    return value, weight


def _divided(rows: _Lazy, ranges: _Ranges, column: str) -> _Ranges:
    """Divide ranges: into their values if these are few, or else into bins."""
    value = nw.col(_VALUE)
    bounds = list(zip(ranges.low.tolist(), ranges.high.tolist(), strict=True))
    within = [(value >= low) & (value <= high) for low, high in bounds]
    inside = rows.filter(reduce(or_, within))
    bins = max(_BINS // len(bounds), 2)
    with np.errstate(over="ignore", divide="ignore"):
        scale = (bins - 1) / (ranges.high - ranges.low)
    n_rows = float(np.sum(ranges.count))
    if n_rows <= FEW or not np.isfinite(scale).all():
        each, weight = _distinct(inside, column, n_rows)
        order = np.argsort(each)
        each, weight = each[order], weight[order]
        return _Ranges(count=weight, total=each * weight, low=each, high=each)
    # Subtracting, multiplying and rounding down keep the order of all floats, so that
    # the bins are disjoint; the lowest value and the highest are never in one bin.
    number: nw.Expr = nw.lit(-1)
    for at, (low, _) in enumerate(bounds):
        binned = ((value - low) * float(scale[at])).floor().cast(nw.Int64)
        number = nw.when(within[at]).then(binned + at * bins).otherwise(number)
    return _counted(inside, number)


def _counted(rows: _Lazy, number: nw.Expr) -> _Ranges:
    """Count the values of each bin, add them up, and find its ends."""
    value = nw.col(_VALUE)
    binned = rows.with_columns(number.alias(_BIN)).group_by(_BIN)
    found = binned.agg(
        nw.len().alias(_COUNT),
        value.sum().alias(_SUM),
        value.min().alias(_LOW),
        value.max().alias(_HIGH),
    ).collect()
    columns = [numbers(found, name) for name in (_COUNT, _SUM, _LOW, _HIGH)]
    order = np.argsort(columns[2])
    count, total, low, high = (column[order] for column in columns)
    return _Ranges(count=count, total=total, low=low, high=high)
