"""The values that customers hold, read from one column and sorted from the top."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ..._frames import (
    Frame,
    LazyFrame,
    cells,
    collect,
    known_rows,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.groups import lorenz
from ...kernels.groups.value_blocks import value_blocks
from ...typing import FloatArray, IntArray, Missing

__all__ = [
    "Holdings",
    "fetched_holdings",
    "held_values",
    "open_holdings",
    "read_holdings",
]

Fetch: TypeAlias = Callable[[LazyFrame, str, int], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Values from the highest down, and how many customers each stands for.

    Attributes
    ----------
    value, weight
        Sorted together; equal values may be in several entries.
    column
        Where they came from, for errors that name it.
    weights_count
        Whether a weight is a number of rows, and not a weight of the caller's.
    """

    value: FloatArray
    weight: FloatArray
    column: str
    weights_count: bool

    @property
    def n_customers(self) -> float:
        """Number of customers, or the sum of their weights."""
        return float(np.sum(self.weight))

    @property
    def total(self) -> float:
        """Total value, losses subtracted."""
        return float(np.sum(self.value * self.weight))

    @property
    def n_negative(self) -> float:
        """Number of customers below zero."""
        return float(np.sum(self.weight[self.value < 0]))

    def holds_anything(self) -> bool:
        """Tell whether any customer has a value other than 0."""
        return bool(np.any(self.value[self.weight > 0]))

    def has_positive_total(self) -> bool:
        """Tell whether the total is above zero, so that shares of it mean something."""
        total = self.total
        if self.value[-1] >= 0:  # nothing to cancel
            return total > 0
        gross = float(np.sum(np.abs(self.value) * self.weight))
        return bool(lorenz.is_gain(total, gross))

    def gains(self) -> "Holdings":
        """Return the customers with each loss counted as 0."""
        return replace(self, value=np.maximum(self.value, 0.0))

    def drawn_units(self) -> "tuple[Holdings, IntArray | int]":
        """Return what resamples are drawn from: entries, and their number or sizes.

        One entry per row, where an engine had counted equal values; of very many
        customers, blocks of neighbours, at their mean value.
        """
        if not self.weights_count:
            return self, self.value.size
        value = self.value
        if self.weight.strides != (0,):
            value = np.repeat(value, self.weight.astype(np.int64))
        blocks = value_blocks(value)
        entries, sizes = (value, value.size) if blocks is None else blocks
        weight = np.broadcast_to(np.float64(1.0), entries.shape)
        return replace(self, value=entries, weight=weight), sizes

    def drawn(self, times: IntArray) -> "Holdings":
        """Return a resample: each entry, drawn so many times."""
        return replace(self, weight=self.weight * times)

    def require_positive_total(self) -> None:
        """Refuse shares of a total that is zero or a loss."""
        if not self.has_positive_total():
            raise InvalidValueError(
                subject=f"column {self.column!r}",
                found=f"a total of {self.total!r}, of which a share has no meaning",
                remedy="Leave out the customers below zero, or use whale_curve, "
                "which reports amounts.",
            )


def open_holdings(
    customers: object,
    value_col: str,
    weight_col: str | None,
    *,
    fetch: Fetch | None = None,
) -> tuple[Frame, Holdings]:
    """Open a frame of customers, and read what they hold."""
    names = [value_col] if weight_col is None else [value_col, weight_col]
    opened = read(customers, names)
    held = read_holdings(opened, value_col, weight_col=weight_col, fetch=fetch)
    return opened, held


def read_holdings(
    frame: Frame,
    value_col: str,
    *,
    weight_col: str | None = None,
    missing: Missing | None = None,
    fetch: Fetch | None = None,
) -> Holdings:
    """Check and fetch the column of values; of a lazy frame, its distinct values.

    ``fetch`` may bring fewer values out of an engine, where fewer are enough; it is
    given the frame, the column and the number of rows.
    """
    known, n_rows = known_rows(frame, value_col, missing=missing)
    if weight_col is not None:
        require_numbers(known, [weight_col])
        refuse(known, number_rules(known, weight_col, sign="positive"))
    if isinstance(known, nw.LazyFrame) and weight_col is None and fetch is not None:
        return held_values(*fetch(known, value_col, n_rows), value_col)
    return fetched_holdings(known, value_col, weight_col=weight_col)


def fetched_holdings(
    frame: Frame, value_col: str, *, weight_col: str | None = None
) -> Holdings:
    """Fetch a column of values that is checked; of a lazy frame, the distinct ones."""
    value, weight = _fetched(frame, value_col, weight_col)
    return held_values(value, weight, value_col, weights_count=weight_col is None)


def held_values(
    value: FloatArray, weight: FloatArray, column: str, *, weights_count: bool = True
) -> Holdings:
    """Sort values that are checked; refuse none at all, and more than can be summed."""
    if not value.size:
        raise NotEnoughDataError(
            needed=f"at least 1 row with a value in column {column!r}",
            got="0",
            remedy="Pass a frame with at least one customer.",
        )
    _refuse_overflow(value, weight, column)
    x, w = lorenz.descending(value, weight)
    return Holdings(value=x, weight=w, column=column, weights_count=weights_count)


def _fetched(
    frame: Frame, value_col: str, weight_col: str | None
) -> tuple[FloatArray, FloatArray]:
    if weight_col is not None:
        rows = collect(frame.select(*dict.fromkeys((value_col, weight_col))))
        return numbers(rows, value_col), numbers(rows, weight_col)
    if isinstance(frame, nw.LazyFrame):
        (value,), weight = cells(
            frame,
            [value_col],
            what=f"values of column {value_col!r}",
            remedy="Round the column, or pass a sample of the customers.",
        )
        return value, weight
    value = numbers(collect(frame), value_col)
    # One weight, broadcast: a million customers carry along no million ones.
    return value, np.broadcast_to(np.float64(1.0), value.shape)


def _refuse_overflow(value: FloatArray, weight: FloatArray, column: str) -> None:
    largest = float(np.max(np.abs(value))) * float(np.sum(weight))
    if not np.isfinite(largest):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="values whose sum exceeds the largest number a computer holds",
            remedy="Divide the column by a large number first.",
        )
