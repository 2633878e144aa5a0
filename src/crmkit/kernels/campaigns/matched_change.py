"""Change of members against customers alike who are not members.

Members and comparison customers share a stratum. The effect on the members of a group
is the mean over its members of their change minus the mean change of the comparison
customers of their stratum (Heckman, Ichimura and Todd 1997). Its variance has the
spread between members and, apart, the noise of the comparison means.
"""

from typing import NamedTuple

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = ["MatchedChange", "matched_change"]


_NORMAL = 1e9  # degrees of freedom from which Student's t is the normal distribution


class MatchedChange(NamedTuple):
    """One entry per group; means and variances are NaN where nothing is matched."""

    matched: FloatArray
    comparison: FloatArray
    own: FloatArray
    other: FloatArray
    effect: FloatArray
    variance: FloatArray
    freedom: FloatArray


def matched_change(
    change: FloatArray,
    *,
    member: BoolArray,
    stratum: IntArray,
    group: IntArray,
    n_groups: int,
) -> MatchedChange:
    """Return the effect on the members of each group.

    ``stratum`` is a number for each customer, and ``group`` for each member: what it
    says of other customers is not read.
    """
    size = int(stratum.max(initial=-1)) + 1
    rest = ~member
    n, mean, spread = _means(change[rest], stratum[rest], size)
    found = member & (n[stratum] > 0)
    at, of = stratum[found], group[found]
    m = np.bincount(of, minlength=n_groups).astype(np.float64)
    some = np.where(m > 0, m, np.nan)
    own, other = change[found], mean[at]
    gain = own - other
    effect = np.bincount(of, gain, minlength=n_groups) / some
    off = np.bincount(of, (gain - effect[of]) ** 2, minlength=n_groups)
    members = off / np.where(m > 1, m - 1, np.nan) / some
    # How many members of each group lean on each comparison mean.
    pair, times = np.unique(of * size + at, return_counts=True)
    who, where = pair // size, pair % size
    lean = (times / some[who]) ** 2 * spread[where] / n[where]
    noise = np.bincount(who, lean, minlength=n_groups)
    used = np.bincount(who, n[where], minlength=n_groups)
    strata = np.bincount(who, minlength=n_groups)
    variance = members + noise
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = members**2 / (m - 1) + noise**2 / np.maximum(used - strata, 1.0)
        freedom = np.where(parts > 0, variance**2 / parts, _NORMAL)
    return MatchedChange(
        matched=m,
        comparison=np.asarray(used, dtype=np.float64),
        own=np.bincount(of, own, minlength=n_groups) / some,
        other=np.bincount(of, other, minlength=n_groups) / some,
        effect=effect,
        variance=variance,
        freedom=np.where(np.isnan(variance), np.nan, freedom),
    )


def _means(
    change: FloatArray, stratum: IntArray, size: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the number, the mean and the variance of each stratum."""
    n = np.bincount(stratum, minlength=size).astype(np.float64)
    mean = np.bincount(stratum, change, minlength=size) / np.maximum(n, 1.0)
    squares = np.bincount(stratum, (change - mean[stratum]) ** 2, minlength=size)
    free = np.maximum(n - 1, 0.0)
    pooled = squares.sum() / free.sum() if free.sum() else np.nan
    # One customer has no spread: the others tell how far a single one may be off.
    return n, mean, np.where(free > 0, squares / np.maximum(free, 1.0), pooled)
