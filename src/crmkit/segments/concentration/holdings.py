"""What customers hold, read from one column and sorted once from the top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..._check import one_of
from ..._frames import (
    Frame,
    Rule,
    beside,
    cells,
    collect,
    is_lazy,
    missing,
    number_rules,
    numbers,
    nw,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray

__all__ = [
    "Holdings",
    "Missing",
    "known_rows",
    "put_beside",
    "read_holdings",
    "require_present",
    "sorted_rows",
]

Missing = Literal["error", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Values from the highest down, and how many customers each stands for.

    Attributes
    ----------
    value, weight
        Sorted together; equal values may stand side by side.
    column
        Where they came from, for errors that name it.
    weights_count
        Whether a weight is a number of rows, and not the caller's own weight.
    """

    value: FloatArray
    weight: FloatArray
    column: str
    weights_count: bool

    @property
    def customers(self) -> float:
        """How many customers, all weights together."""
        return float(np.sum(self.weight))

    @property
    def total(self) -> float:
        """What they hold together, losses taken off."""
        return float(np.sum(self.value * self.weight))

    @property
    def negative(self) -> float:
        """How many customers are below zero."""
        return float(np.sum(self.weight[self.value < 0]))

    def holds_anything(self) -> bool:
        """Say whether anybody holds something other than 0."""
        return bool(np.any(self.value[self.weight > 0]))

    def has_positive_total(self) -> bool:
        """Say whether all together are above zero, so that shares mean something."""
        total = self.total
        if self.value[-1] >= 0:  # nothing to cancel
            return total > 0
        gross = float(np.sum(np.abs(self.value) * self.weight))
        return bool(lorenz.is_gain(total, gross))

    def one_by_one(self) -> "Holdings":
        """Return one entry per row, where an engine had counted equal values."""
        if not self.weights_count or self.weight.strides == (0,):
            return self
        value = np.repeat(self.value, self.weight.astype(np.int64))
        return replace(
            self, value=value, weight=np.broadcast_to(np.float64(1.0), value.shape)
        )

    def drawn(self, times: IntArray) -> "Holdings":
        """Return the same values, each drawn so many times (a resample)."""
        return replace(self, weight=self.weight * times)

    def require_positive_total(self, what: str) -> None:
        """Refuse shares of a total that is zero or a loss."""
        if not self.has_positive_total():
            raise InvalidValueError(
                subject=f"column {self.column!r}",
                found=f"a total of {self.total!r}, of which {what} has no meaning",
                remedy="Leave out the customers below zero, or use whale_curve, "
                "which reports amounts.",
            )


def read_holdings(
    frame: Frame,
    value_col: str,
    *,
    weight_col: str | None = None,
    missing: Missing = "error",
) -> Holdings:
    """Check and fetch the column of values, in an engine as distinct values."""
    known = known_rows(frame, value_col, missing=missing)
    if weight_col is not None:
        require_numbers(known, [weight_col])
        refuse(known, number_rules(known, weight_col, sign="positive"))
    value, weight = _fetched(known, value_col, weight_col)
    if not value.size:
        raise NotEnoughDataError(
            needed=f"at least 1 row with a value in column {value_col!r}",
            got="0",
            remedy="Pass the customers to look at.",
        )
    _refuse_overflow(value, weight, value_col)
    x, w = lorenz.descending(value, weight)
    return Holdings(
        value=x, weight=w, column=value_col, weights_count=weight_col is None
    )


def known_rows(frame: Frame, value_col: str, *, missing: Missing) -> Frame:
    """Refuse what is no number; leave out the holes where that was asked for."""
    one_of("missing", missing, ("error", "keep"))
    require_numbers(frame, [value_col])
    remedy = 'Drop or fill them first, or pass missing="keep".'
    hole, *others = number_rules(frame, value_col, remedy=remedy)
    if missing == "error":
        refuse(frame, [hole, *others])
        return frame
    known: Frame = frame.filter(~_hole(frame, value_col))
    refuse(known, others)
    return known


def put_beside(
    frame: Frame, columns: Mapping[str, np.ndarray], *, holes: Sequence[str] = ()
) -> Frame:
    """Make a small table in the library, and on the connection, of the frame.

    In the columns named by ``holes``, NaN becomes the library's missing value.
    """
    made: Frame = beside(frame, columns)
    known = {name: nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in holes}
    return made.with_columns(**known) if known else made


def sorted_rows(
    frame: Frame, *columns: str, descending: Sequence[bool] | bool = False
) -> Frame:
    """Sort a summary in memory, with a fresh index; a lazy one keeps no order."""
    if isinstance(frame, nw.LazyFrame):
        return frame
    return nw.maybe_reset_index(frame.sort(*columns, descending=descending))


def require_present(frame: Frame, *columns: str) -> None:
    """Refuse rows without a name in one of the columns."""
    refuse(
        frame,
        [
            Rule(
                column=column,
                broken=missing(frame, column),
                found="missing value",
                remedy="Drop these rows, or fill in a name first.",
            )
            for column in columns
        ],
    )


def _hole(frame: Frame, column: str) -> nw.Expr:
    return missing(frame, column)


def _fetched(
    frame: Frame, value_col: str, weight_col: str | None
) -> tuple[FloatArray, FloatArray]:
    if weight_col is not None:
        rows = collect(frame.select(*dict.fromkeys((value_col, weight_col))))
        return numbers(rows, value_col), numbers(rows, weight_col)
    if is_lazy(frame):
        (value,), weight = cells(frame, [value_col])
        return value, weight
    value = numbers(collect(frame), value_col)
    return value, np.broadcast_to(np.float64(1.0), value.shape)


def _refuse_overflow(value: FloatArray, weight: FloatArray, column: str) -> None:
    largest = float(np.max(np.abs(value))) * float(np.sum(weight))
    if not np.isfinite(largest):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="values whose sum passes the largest number a computer holds",
            remedy="Divide the column by a large number first.",
        )
