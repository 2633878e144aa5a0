"""A label per customer, kept as a number: a million texts are costly to compare."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._frames import EagerFrame, group_rows, nw, table
from ...typing import BoolArray, IntArray

__all__ = ["Labels", "labels_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """The label of each customer.

    Attributes
    ----------
    names
        The distinct labels, in ascending order.
    code
        For each customer, the place of the label among ``names``.
    """

    names: tuple[str, ...]
    code: NDArray[np.integer[Any]]  # as narrow as the names are few

    def have(self, name: str) -> BoolArray:
        """Mark the customers with this label."""
        if name not in self.names:
            return np.zeros(self.code.size, dtype=np.bool_)
        return np.asarray(self.code == self.names.index(name))

    def of(self, rows: IntArray) -> "Labels":
        """Return the labels of some rows, in their order."""
        return Labels(names=self.names, code=self.code[rows])

    def texts(self, column: str, like: EagerFrame) -> nw.Series[Any]:
        """Write the labels out, as a column of a frame like another."""
        few = table(like, {column: np.array(self.names, dtype=np.str_)})
        return few[column][self.code]


def labels_of(frame: EagerFrame, column: str) -> Labels:
    """Give each label of a column of text, without gaps, a number."""
    groups = group_rows(frame, column)
    names = tuple(str(name) for name in groups.ids.to_list())
    few = np.min_scalar_type(max(len(names) - 1, 0))
    return Labels(names=names, code=groups.codes.astype(few))
