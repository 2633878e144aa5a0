"""Deciles of customers, and the revenue and profit that each brings in."""

from collections.abc import Sequence

import numpy as np

from ..._check import MOST_REPEATS, names_given, whole
from ..._frames import Frame, collect, native, numbers, read_numbers, result_table
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntArray, IntoFrameT, Progress
from .group_sums import group_sums, share_columns
from .holdings import fetched_holdings
from .resampled_limits import resampled_limits

__all__ = ["concentration_table"]


def concentration_table(
    customers: IntoFrameT,
    *,
    rank_col: str = "revenue",
    value_cols: Sequence[str] = ("revenue", "profit"),
    weight_col: str | None = None,
    n_groups: int = 10,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> IntoFrameT:
    """Rank customers into deciles, and sum the revenue and profit of each decile.

    Customers are ranked by one column and counted off into groups, the best first.
    The table shows the share of each group in several columns at once, because the
    top decile by revenue is often not the top decile by profit.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame is summed in its engine; with ``rng``, the
        columns named here are fetched.
    rank_col
        The column to rank by.
    value_cols
        The columns to add up.
    weight_col
        How many customers a row stands for; each row counts once without it. With
        weights, ``n_customers`` is the sum of the weights.
    n_groups
        Number of groups: 10 for deciles. Customers of equal value are never split, so
        a group can be larger than its share, and the next one smaller or empty.
    rng
        A source of randomness. With it, the customers are resampled, ranked and
        counted off again, and the table has limits.
    n_resamples, level
        Number of bootstrap resamples, and the level of the limits.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    A row per group in the caller's library, with ``group`` (1 is the best),
    ``n_customers``, ``customer_share``, and for each column its sum, its ``_share``
    of the total and its ``_cumulative_share`` from the top. With ``rng``, also
    ``_lower`` and ``_upper`` of the sum and of the share. Shares are missing if the
    total is not above zero, and their limits if that of a resample is not.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a weight is not above zero.

    Notes
    -----
    The limits hold for each row on its own, not for all rows at once. For the top 20%
    together, use :func:`pareto_point`.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "revenue": [50.0, 30.0, 15.0, 5.0], "profit": [5.0, 12.0, 4.0, -1.0],
    ... })
    >>> table = ck.segments.concentration_table(customers, n_groups=2)
    >>> table[["group", "n_customers", "revenue_share", "profit_share"]]
       group  n_customers  revenue_share  profit_share
    0      1            2            0.8          0.85
    1      2            2            0.2          0.15
    """
    count = whole("n_groups", n_groups, at_least=1, at_most=MOST_REPEATS)
    summed = names_given("value_cols", value_cols)
    opened = read_numbers(customers, [rank_col, *summed], weight_col=weight_col)
    held = fetched_holdings(opened, rank_col, weight_col=weight_col)
    x, w = lorenz.tie_groups(held.value, held.weight)
    cuts = tier_cuts.cuts_by_customers(x, w, np.arange(1, count) / count)
    counted, sums = group_sums(
        opened, rank_col, cuts.tolist(), summed, weight_col=weight_col
    )
    shares, holes = share_columns(counted, sums)
    limits = _limits(
        opened,
        rank_col,
        summed,
        weight_col=weight_col,
        n_groups=count,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
    )
    columns = {"group": np.arange(1, count + 1), **shares, **limits}
    return native(result_table(opened, columns, holes=[*holes, *limits]), customers)


def _limits(
    frame: Frame,
    rank_col: str,
    value_cols: Sequence[str],
    *,
    weight_col: str | None,
    n_groups: int,
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None,
) -> dict[str, FloatArray]:
    """Return limits of the sum of each column, and of its share, group by group."""
    rank, values, weight = np.zeros(0), np.zeros((0, 0)), np.zeros(0)
    if rng is not None:
        rank, values, weight = _ranked(frame, rank_col, value_cols, weight_col)
    last = np.flatnonzero(np.append(rank[1:] != rank[:-1], [True]))
    marks = np.arange(1, n_groups) / n_groups

    def resampled(times: IntArray) -> FloatArray:
        sums = tier_cuts.sums_by_customers(last, values, weight * times, marks)
        total, gross = sums.sum(axis=1), np.abs(sums).sum(axis=1)
        of = np.where(lorenz.is_gain(total, gross), total, np.nan)
        return np.stack([sums, sums / of[:, None]])

    limits = resampled_limits(
        resampled,
        units=rank.size,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
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
    """Fetch the columns, the highest rank first."""
    weights = [] if weight_col is None else [weight_col]
    rows = collect(frame.select(*dict.fromkeys([rank_col, *value_cols, *weights])))
    rank = numbers(rows, rank_col)
    values = [numbers(rows, name) for name in value_cols]
    weight = np.ones(rank.size) if weight_col is None else numbers(rows, weight_col)
    # Ties are sorted by the other columns: a seed then gives the same limits whatever
    # the order of rows.
    order = np.lexsort((weight, *values, rank))[::-1]
    return rank[order], np.stack([each[order] for each in values]), weight[order]
