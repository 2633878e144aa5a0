"""Scores from 1 to k by rank, as cuts: the lowest value that earns each score.

Values ascend, distinct; ``count`` is how many customers hold each. Equal values get
equal scores whatever the rule, so that nothing depends on the order of rows.
"""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = [
    "RULES",
    "Rule",
    "cuts",
    "nested_cuts",
    "ntile_starts",
    "scored",
    "scored_within",
]

Rule: TypeAlias = Literal["strict", "upper", "midrank", "spread"]


def _strict(below: FloatArray, count: FloatArray, n: float, bins: int) -> FloatArray:
    """1 + floor(k F-(x)), F- the share strictly below: the crowd at the bottom is 1."""
    del count
    return 1 + np.floor(bins * below / n)


def _upper(below: FloatArray, count: FloatArray, n: float, bins: int) -> FloatArray:
    """ceil(k F(x)), F the share at or below: the crowd at the top is k."""
    return np.ceil(bins * (below + count) / n)


def _midrank(below: FloatArray, count: FloatArray, n: float, bins: int) -> FloatArray:
    """1 + floor(k (F- + F) / 2): a crowd scores as its middle does."""
    return 1 + np.floor(bins * (below + count / 2) / n)


def _spread(below: FloatArray, count: FloatArray, n: float, bins: int) -> FloatArray:
    """As strict, unless a crowd at the bottom is larger than the share of one score.

    Such a crowd scores 1, and the others are ranked among themselves over 2 to k: by
    rank among all, they would score k or nearly so, and the middle would be empty.
    """
    # Values are ascending: the first is the crowd that ties at the bottom.
    crowd = float(count[0])
    if crowd <= n / bins or crowd >= n:
        return _strict(below, count, n, bins)
    above = 2 + np.floor((bins - 1) * (below - crowd) / (n - crowd))
    return np.where(below < crowd, 1.0, above)


RULES: Final[dict[Rule, Callable[..., FloatArray]]] = {
    "strict": _strict,
    "upper": _upper,
    "midrank": _midrank,
    "spread": _spread,
}


def cuts(values: FloatArray, count: FloatArray, bins: int, rule: Rule) -> FloatArray:
    """Return the lowest value that earns each of the scores 2 to ``bins``.

    A score that nobody earns is cut just above the highest value.
    """
    below = np.cumsum(count) - count
    score = np.minimum(RULES[rule](below, count, float(np.sum(count)), bins), bins)
    at = np.searchsorted(score, np.arange(2, bins + 1), side="left")
    # A score that no value earns gets a cut above all of them.
    beyond = np.nextafter(values[-1], np.inf)
    return np.append(values, beyond)[at]


def ntile_starts(n: int, bins: int) -> IntArray:
    """Return where groups 2 to ``bins`` begin among ``n`` in a row, as SQL's NTILE.

    Sizes differ by one at most, the larger groups first; ``n`` for an empty group.
    """
    group = np.arange(1, bins)
    size, larger = divmod(n, bins)
    return np.asarray(group * size + np.minimum(group, larger), dtype=np.int64)


def scored(bounds: FloatArray, values: FloatArray) -> IntArray:
    """Score each value: 1 plus how many of the ascending bounds it reaches."""
    return np.asarray(1 + np.searchsorted(bounds, values, side="right"), np.int64)


def nested_cuts(
    values: FloatArray, group: IntArray, groups: int, bins: int, rule: Rule
) -> FloatArray:
    """Return a row of cuts per group; an empty group takes those of all customers."""
    result = np.tile(cuts(*_counted(values), bins, rule), (groups, 1))
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(groups + 1))
    for at in range(groups):
        inside = values[order[edges[at] : edges[at + 1]]]
        if inside.size:
            result[at] = cuts(*_counted(inside), bins, rule)
    return result


def scored_within(bounds: FloatArray, group: IntArray, values: FloatArray) -> IntArray:
    """Score each value by the cuts of its own group."""
    score = np.ones(values.size, dtype=np.int64)
    for column in bounds.T:
        score += values >= column[group]
    return score


def _counted(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    distinct, count = np.unique(values, return_counts=True)
    return distinct, count.astype(np.float64)
