"""Do two ways to group the same customers agree: the adjusted Rand index.

Hubert and Arabie (1985): 1 for the same grouping under other names, 0 on average for
groupings that have nothing to do with each other.
"""

import numpy as np

from ...typing import IntArray

__all__ = ["adjusted_rand"]


def adjusted_rand(first: IntArray, second: IntArray) -> float:
    """Return how far two groupings agree beyond chance."""
    width = int(second.max(initial=0)) + 1
    both = np.bincount(first * width + second)
    together = _pairs(both)
    apart = _pairs(np.bincount(first)), _pairs(np.bincount(second))
    chance = apart[0] * apart[1] / _pairs(np.array([first.size]))
    most = (apart[0] + apart[1]) / 2
    return 1.0 if most == chance else float((together - chance) / (most - chance))


def _pairs(counts: IntArray) -> float:
    n = counts.astype(np.float64)
    return float(np.sum(n * (n - 1) / 2))
