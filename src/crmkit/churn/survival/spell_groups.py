"""Groups of spells, by one column or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._frames import EagerFrame, Groups, group_rows, numbers, nw
from ...kernels.base.cells import group
from ...typing import IntArray

__all__ = ["SpellGroups", "spell_groups"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpellGroups:
    """The group of each row, in ascending order of the names, and those names.

    Attributes
    ----------
    codes
        For each row, the number of its group, from 0.
    names
        For each column, the name of each group as the caller wrote it.
    """

    codes: IntArray
    names: dict[str, nw.Series[Any]]

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.codes.max()) + 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Each group as text."""
        columns = [names.to_list() for names in self.names.values()]
        return tuple(
            " / ".join(str(name) for name in row) for row in zip(*columns, strict=True)
        )


def spell_groups(frame: EagerFrame, by: Sequence[str]) -> SpellGroups:
    """Give each row the number of its group; only groups that occur are counted."""
    found = [_groups(frame, name) for name in by]
    if len(found) == 1:  # numbered without gaps already
        only = found[0]
        return SpellGroups(codes=only.codes, names={by[0]: only.ids})
    # Numbers of groups are small and whole: they are counted, not sorted row by row.
    cells = group([groups.codes.astype(np.float64) for groups in found], inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    return SpellGroups(
        codes=cells.inverse,
        names={
            name: groups.ids[at.astype(np.int64).tolist()]
            for name, groups, at in zip(by, found, cells.columns, strict=True)
        },
    )


def _groups(frame: EagerFrame, name: str) -> Groups:
    if frame.schema[name] != nw.Boolean:
        return group_rows(frame, name)
    # Polars makes no categories of booleans.
    codes = numbers(frame, name).astype(np.int64)
    first = [int(np.argmax(codes == flag)) for flag in (0, 1) if flag in codes]
    ids = frame[name][first]
    return Groups(codes=codes if len(first) > 1 else codes * 0, ids=ids)
