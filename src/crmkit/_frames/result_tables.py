"""Small result tables, in the library and on the connection of the caller's frame."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from .conversion import Frame
from .joined_table import beside

__all__ = ["result_table", "sorted_rows"]


def result_table(
    like: Frame,
    columns: Mapping[str, "np.ndarray | nw.Series[Any]"],
    *,
    holes: Sequence[str] = (),
) -> Frame:
    """Make a small table in the library, and on the connection, of ``like``.

    In the columns named by ``holes``, NaN becomes the missing value of the library.
    """
    made: Frame = beside(like, columns)
    known = {name: nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in holes}
    return made.with_columns(**known) if known else made


def sorted_rows(
    frame: Frame, *columns: str, descending: Sequence[bool] | bool = False
) -> Frame:
    """Sort a summary in memory, with a fresh index; a lazy frame keeps no order."""
    if isinstance(frame, nw.LazyFrame):
        return frame
    return nw.maybe_reset_index(frame.sort(*columns, descending=descending))
