"""What a ranking captures: tied scores are one block, whatever the order of the rows.

Between the ends of a block every cumulative curve is a straight line: the expectation
over all orders of the tied rows.
"""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = [
    "area_under_roc",
    "block_ends",
    "blocks",
    "ends_of_blocks",
    "gain_at",
    "ranked_flags",
    "roc_area_variance",
    "share_above",
    "sums_at",
]


def block_ends(score: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the rows from the highest score down, and where blocks of equals end."""
    # Equal scores are one block: their order is free, and the unstable sort faster.
    order = np.argsort(score)[::-1]
    return order, ends_of_blocks(score[order])


def ranked_flags(score: FloatArray, flag: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sort scores and flags of 0 and 1 together, from the highest score down."""
    if np.any(score < 0):
        order = np.argsort(score)[::-1]
        return score[order], flag[order]
    # The bits of a number that is not negative rise with it and leave the sign's free
    # for the flag. Sorting such keys takes a fifth of the time of sorting places, and
    # nothing is looked up by place. Adding 0 turns minus zero into zero.
    keys = (score + 0.0).view(np.uint64) << np.uint64(1)
    keys |= flag.astype(np.uint64)
    keys.sort()
    falling = np.ascontiguousarray(keys[::-1])
    ranked = (falling & np.uint64(1)).astype(np.float64)
    falling >>= np.uint64(1)
    return falling.view(np.float64), ranked


def ends_of_blocks(ranked: FloatArray) -> IntArray:
    """Return the last row of each block of equals, of scores in their order."""
    return np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), ranked.size - 1)


def blocks(
    score: FloatArray, *columns: FloatArray
) -> tuple[FloatArray, tuple[FloatArray, ...]]:
    """Return the distinct scores, highest first, and the running sums at their ends.

    Each running sum starts with the 0 before the first block.
    """
    order, ends = block_ends(score)
    sums = tuple(sums_at(column[order], ends) for column in columns)
    return score[order][ends], sums


def sums_at(ranked: FloatArray, ends: IntArray) -> FloatArray:
    """Return the running sums of rows in their order, at the ends of blocks, from 0."""
    if ends.size == ranked.size:  # no equals: nothing to pick out
        sums = np.zeros(ranked.size + 1)
        np.cumsum(ranked, out=sums[1:])
        return sums
    return np.concatenate(([0.0], np.cumsum(ranked)[ends]))


def share_above(cut: int, ends: IntArray) -> float:
    """Return the share of the rows above a cut: 0 is before the first block."""
    return float((ends[cut - 1] + 1) / (ends[-1] + 1)) if cut else 0.0


def area_under_roc(positives: FloatArray, negatives: FloatArray) -> float:
    """Return P(score of a positive > of a negative), ties counting one half."""
    height = (positives[1:] + positives[:-1]) / 2
    return float(np.diff(negatives) @ height / (positives[-1] * negatives[-1]))


def roc_area_variance(positives: FloatArray, negatives: FloatArray) -> float:
    """Return the variance of that area: DeLong et al. (1988), by placements."""
    P, N = positives[-1], negatives[-1]
    p, n = np.diff(positives), np.diff(negatives)
    area = area_under_roc(positives, negatives)
    beaten = 1 - (negatives[1:] + negatives[:-1]) / (2 * N)
    beaten_by = (positives[1:] + positives[:-1]) / (2 * P)
    of_positives = p @ (beaten - area) ** 2 / (P - 1) / P
    of_negatives = n @ (beaten_by - area) ** 2 / (N - 1) / N
    return float(of_positives + of_negatives)


def gain_at(share: FloatArray, count: FloatArray, captured: FloatArray) -> FloatArray:
    """Return the share of all that is captured in the top ``share`` of the rows."""
    found = np.interp(share, count / count[-1], captured / captured[-1])
    return np.asarray(found, dtype=np.float64)
