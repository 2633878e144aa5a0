"""Intervals from resampling the customers, one resample in memory at a time."""

from collections.abc import Callable, Sequence

import numpy as np

from ..._check import fraction, random_source, whole
from ..._frames import Frame, collect, numbers
from ...kernels.base.intervals import bootstrap, percentile_interval
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntArray

__all__ = ["resampled_limits", "resampled_shares"]

Limits = tuple[FloatArray, FloatArray]


def resampled_limits(
    statistic: Callable[[IntArray], FloatArray],
    *,
    units: int,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> Limits | None:
    """Return the percentile limits of a statistic; None without ``rng``.

    It is told how often each unit was drawn. Where a resample leaves one of its
    numbers undefined (NaN), the limits of that number are undefined too: to leave out
    such resamples would make it look surer than it is.
    """
    span = fraction("level", level)
    count = whole("resamples", resamples, at_least=1)
    if rng is None:
        return None
    source = random_source(rng)
    draws = bootstrap(statistic, units=units, resamples=count, rng=source)
    return percentile_interval(draws, level=span)


def resampled_shares(
    frame: Frame,
    rank_col: str,
    value_cols: Sequence[str],
    *,
    weight_col: str | None,
    groups: int,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> dict[str, FloatArray]:
    """Return limits of the sum of each column, and of its share, group by group."""
    rank, values, weight = np.zeros(0), np.zeros((0, 0)), np.zeros(0)
    if rng is not None:
        rank, values, weight = _ranked(frame, rank_col, value_cols, weight_col)
    last = np.flatnonzero(np.append(rank[1:] != rank[:-1], rank.size > 0))
    marks = np.arange(1, groups) / groups

    def resampled(times: IntArray) -> FloatArray:
        sums = tier_cuts.sums_by_customers(last, values, weight * times, marks)
        total, gross = sums.sum(axis=1), np.abs(sums).sum(axis=1)
        of = np.where(lorenz.is_gain(total, gross), total, np.nan)
        return np.stack([sums, sums / of[:, None]])

    limits = resampled_limits(
        resampled, units=rank.size, rng=rng, resamples=resamples, level=level
    )
    if limits is None:
        return {}
    return {
        f"{name}{of}_{end}": limit[kind, at]
        for at, name in enumerate(value_cols)
        for kind, of in enumerate(("", "_share"))
        for end, limit in zip(("lower", "upper"), limits, strict=True)
    }


def _ranked(
    frame: Frame, rank_col: str, value_cols: Sequence[str], weight_col: str | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fetch the columns, the highest rank first; ties by the rest: order is nothing."""
    weights = [] if weight_col is None else [weight_col]
    rows = collect(frame.select(*dict.fromkeys([rank_col, *value_cols, *weights])))
    rank = numbers(rows, rank_col)
    values = [numbers(rows, name) for name in value_cols]
    weight = np.ones(rank.size) if weight_col is None else numbers(rows, weight_col)
    order = np.lexsort((weight, *values, rank))[::-1]
    return rank[order], np.stack(values)[:, order], weight[order]
