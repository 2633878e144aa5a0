"""Groups of spells, by one column or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._frames import EagerFrame, Groups, group_rows, numbers, nw
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
        return int(self.codes.max(initial=-1)) + 1

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
    codes = np.stack([groups.codes for groups in found])
    present, place = np.unique(codes, axis=1, return_inverse=True)
    return SpellGroups(
        codes=np.asarray(place, dtype=np.int64).ravel(),
        names={
            name: groups.ids[at.tolist()]
            for name, groups, at in zip(by, found, present, strict=True)
        },
    )


def _groups(frame: EagerFrame, name: str) -> Groups:
    if frame.schema[name] != nw.Boolean:
        return group_rows(frame, name)
    # Polars makes no categories of booleans.
    _, first, codes = np.unique(
        numbers(frame, name), return_index=True, return_inverse=True
    )
    ids = frame[name][first.tolist()]
    return Groups(codes=np.asarray(codes, dtype=np.int64), ids=ids)
