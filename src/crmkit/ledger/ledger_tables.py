"""Read the columns of one table, each refused by table, column, rule and count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .._frames import (
    EagerFrame,
    collect,
    day_numbers,
    numbers,
    nw,
    read_eager,
    require_dates,
    require_ids,
    require_numbers,
)
from ..errors import InvalidTypeError, InvalidValueError, MissingColumnError
from ..typing import BoolArray, FloatArray, IntArray

__all__ = ["Table", "open_table"]

_FIX = "Correct or drop these rows first."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """One frame of the ledger, with a name to call it by when it is refused."""

    name: str
    frame: EagerFrame
    label_col: str

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def has(self, column: str, canonical: str) -> bool:
        """Return whether an optional column exists; one that is named must."""
        there = column in self.frame.columns
        if not there and column != canonical:
            raise MissingColumnError([column], list(self.frame.columns))
        return there

    def require(self, columns: Sequence[str]) -> None:
        """Refuse a table without these columns."""
        absent = [name for name in columns if name not in self.frame.columns]
        if absent:
            raise MissingColumnError(absent, list(self.frame.columns))

    def ids(self, column: str) -> nw.Series[Any]:
        """Return a column of ids without a hole."""
        require_ids(self.frame, column)
        series = self.frame[column]
        self.refuse(column, _holes(series), "missing value")
        if series.dtype == nw.String:
            blank = np.asarray((series == "").to_numpy(), dtype=bool)
            self.refuse(column, blank, "blank value")
        return series

    def days(self, column: str) -> IntArray:
        """Return a column of dates as day numbers."""
        dated = collect(require_dates(self.frame, column)[0])
        self.refuse(column, _holes(dated[column]), "missing value")
        return day_numbers(dated, column)

    def money(
        self, column: str, sign: Literal["any", "nonnegative"] = "any"
    ) -> FloatArray:
        """Return a column of finite numbers."""
        require_numbers(self.frame, [column])
        values = numbers(self.frame, column)
        self.refuse(column, np.isnan(values), "missing value")
        self.refuse(column, np.isinf(values), "infinite value")
        if sign == "nonnegative":
            self.refuse(column, values < 0, "negative value")
        return values

    def refuse(
        self,
        column: str,
        broken: BoolArray,
        found: str,
        remedy: str = _FIX,
        label_col: str | None = None,
    ) -> None:
        """Raise where ``broken``: how many, of how many, and the first of them."""
        if not broken.any():
            return
        at = int(np.flatnonzero(broken)[0])
        shown = label_col or self.label_col
        raise InvalidValueError(
            subject=f"{self.name}, column {column!r}",
            found=found,
            count=int(np.count_nonzero(broken)),
            total=self.rows,
            first=f"row {at}, {shown} {self.frame[shown][[at]].to_list()[0]!r}",
            remedy=remedy,
        )


def open_table(
    name: str, frame: object, columns: Sequence[str], label_col: str
) -> Table:
    """Open one frame of the ledger with at least these columns."""
    try:
        opened = read_eager(frame, columns)
    except InvalidTypeError as error:
        raise InvalidTypeError(
            subject=f"table {name!r}",
            expected=error.expected,
            got=error.got,
            remedy=error.remedy,
        ) from None
    return Table(name=name, frame=opened, label_col=label_col)


def _holes(series: nw.Series[Any]) -> BoolArray:
    holes = series.is_null()
    if series.dtype.is_float():
        holes = holes | series.is_nan()
    return np.asarray(holes.to_numpy(), dtype=bool)
