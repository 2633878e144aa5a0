"""A table of segments in which every combination of scores has exactly one name."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..._check import MOST_REPEATS, whole
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...typing import IntArray

__all__ = ["RfmSegment", "RfmSegments"]

_FIVE: Final = (1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RfmSegment:
    """A segment: its name, the scores it covers, and the action it suggests.

    Attributes
    ----------
    name
        The segment.
    recency, frequency, monetary
        The lowest and the highest score, both included.
    action
        The suggested action, in a few words.
    """

    name: str
    recency: tuple[int, int] = _FIVE
    frequency: tuple[int, int] = _FIVE
    monetary: tuple[int, int] = _FIVE
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RfmSegments(JsonResult):
    """A table of segments in which every combination of scores has exactly one name.

    A gap or an overlap is refused when the table is made, so that no customer ends up
    as "other".

    Attributes
    ----------
    rules
        The segments, in the order they are listed in reports.
    bins
        Number of scores per axis.

    Examples
    --------
    >>> from crmkit.segments import RfmSegment, RfmSegments
    >>> table = RfmSegments(rules=(
    ...     RfmSegment(name="active", recency=(3, 5)),
    ...     RfmSegment(name="asleep", recency=(1, 2)),
    ... ))
    >>> table.names
    ('active', 'asleep')
    """

    rules: tuple[RfmSegment, ...]
    bins: int = 5

    def __post_init__(self) -> None:
        whole("bins", self.bins, at_least=1, at_most=MOST_REPEATS)
        _require_one_name(self._covered(), self.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, each once, in their order."""
        return tuple(dict.fromkeys(rule.name for rule in self.rules))

    @property
    def actions(self) -> dict[str, str]:
        """The suggested action of each segment."""
        return {rule.name: rule.action for rule in self.rules}

    def _covered(self) -> IntArray:
        counted = np.zeros((self.bins, self.bins, self.bins), dtype=np.int64)
        for rule in self.rules:
            axes = (rule.recency, rule.frequency, rule.monetary)
            inside = tuple(slice(low - 1, high) for low, high in axes)
            if any(not 1 <= low <= high <= self.bins for low, high in axes):
                raise InvalidValueError(
                    subject=f"segment {rule.name!r}",
                    found=f"scores {axes!r}",
                    remedy=f"Pass ranges from low to high within 1 to {self.bins}.",
                )
            counted[inside] += 1
        return counted


def _require_one_name(covered: IntArray, rules: tuple[RfmSegment, ...]) -> None:
    wrong = np.argwhere(covered != 1)
    if not wrong.size:
        return
    cell = tuple(int(at) + 1 for at in wrong[0])
    times = int(covered[tuple(wrong[0])])
    names = [rule.name for rule in rules if _covers(rule, cell)]
    raise InvalidValueError(
        subject="argument 'rules'",
        found=f"{len(wrong)} combinations without exactly one name",
        first=f"scores {cell}, {times} names {names}",
        remedy="Widen or narrow the ranges so that each combination has one.",
    )


def _covers(rule: RfmSegment, cell: tuple[int, ...]) -> bool:
    axes = (rule.recency, rule.frequency, rule.monetary)
    return all(low <= at <= high for at, (low, high) in zip(cell, axes, strict=True))
