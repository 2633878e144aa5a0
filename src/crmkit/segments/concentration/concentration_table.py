"""Groups of customers against what they bring: deciles, spending bands, tiers."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import numpy as np

from ..._check import number, whole
from ..._frames import (
    Frame,
    collect,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntoFrameT
from ..list_arguments import listed, named_once
from .holdings import put_beside, read_holdings, require_present
from .resampled_shares import resampled_shares

__all__ = ["concentration_table", "spending_bands", "tier_summary"]

_GROUP = "crmkit_group"
_COUNT = "crmkit_count"


def concentration_table(
    customers: IntoFrameT,
    *,
    rank_col: str = "revenue",
    value_cols: Sequence[str] = ("revenue", "profit"),
    weight_col: str | None = None,
    groups: int = 10,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
) -> IntoFrameT:
    """Set deciles of customers against the revenue and the profit they bring.

    Customers are ranked by one column and counted off into groups, the best first;
    the table shows what each group is of several columns at once. The top decile by
    revenue is often not the top decile by profit: here it shows.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is summed up in its engine, and with
        ``rng`` gives up these columns.
    rank_col
        The column to rank by.
    value_cols
        The columns to add up.
    weight_col
        How many customers a row stands for; each counts once without it. With weights,
        ``customers`` is the sum of theirs.
    groups
        How many groups: 10 for deciles. Customers of equal value are never split,
        so a group can be larger than its share, and the next one empty.
    rng
        A source of randomness: with it, limits come along. The customers are drawn
        again, ranked again and counted off again.
    resamples, level
        How many resamples the limits rest on, and what share of them they span.

    Returns
    -------
    A row per group in the caller's library, with ``group`` (1 is the best),
    ``customers``, ``customer_share``, and for each column its sum, its ``_share``
    of the total and its ``_cumulative_share`` from the top; with ``rng`` also
    ``_lower`` and ``_upper`` of the sum and of the share. Shares are missing where the
    total is not above zero, and their limits where that of some resample is not.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a weight is not above zero.

    Notes
    -----
    The limit of one row is no statement on all rows at once. For the top 20 % together,
    ask :func:`top_share`.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "revenue": [50.0, 30.0, 15.0, 5.0], "profit": [5.0, 12.0, 4.0, -1.0],
    ... })
    >>> table = ck.segments.concentration_table(customers, groups=2)
    >>> table[["group", "customers", "revenue_share", "profit_share"]]
       group  customers  revenue_share  profit_share
    0      1          2            0.8          0.85
    1      2          2            0.2          0.15
    """
    count = whole("groups", groups, at_least=1)
    summed = named_once("value_cols", value_cols)
    opened = _opened(customers, [rank_col, *summed], weight_col)
    held = read_holdings(opened, rank_col, weight_col=weight_col)
    x, w = lorenz.tie_groups(held.value, held.weight)
    cuts = tier_cuts.cuts_by_customers(x, w, np.arange(1, count) / count)
    sums = _sums(opened, rank_col, cuts.tolist(), summed, weight_col=weight_col)
    columns: dict[str, np.ndarray] = {"group": np.arange(1, count + 1)}
    shares = _with_shares(columns, sums, summed)
    limits = resampled_shares(
        opened,
        rank_col,
        summed,
        weight_col=weight_col,
        groups=count,
        rng=rng,
        resamples=resamples,
        level=level,
    )
    holes = [*shares, *limits]
    return native(put_beside(opened, {**columns, **limits}, holes=holes), customers)


def spending_bands(
    customers: IntoFrameT,
    *,
    bounds: Sequence[float],
    spend_col: str = "revenue",
    value_cols: Sequence[str] = ("revenue", "profit"),
    weight_col: str | None = None,
) -> IntoFrameT:
    """Set bands of spending, with fixed edges, against what the customers bring.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is summed up in its engine.
    bounds
        Where a band ends and the next begins, ascending: ``(25, 50, 100)`` makes
        four. A customer who spends exactly 25 is in the band that begins there.
    spend_col
        The spending to sort into bands.
    value_cols
        The columns to add up.
    weight_col
        How many customers a row stands for; each counts once without it.

    Returns
    -------
    A row per band in the caller's library, the lowest first, with ``from_spend``
    and ``to_spend`` (missing at the open ends), ``customers``, ``customer_share``,
    and for each column its sum, its ``_share`` and its ``_cumulative_share``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, a weight is not above zero, or the bounds do
        not ascend.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "revenue": [10.0, 25.0, 200.0], "profit": [-3.0, 1.0, 40.0],
    ... })
    >>> bands = ck.segments.spending_bands(customers, bounds=(25, 100))
    >>> bands[["from_spend", "to_spend", "customers", "profit"]]
       from_spend  to_spend  customers  profit
    0         NaN      25.0          1    -3.0
    1        25.0     100.0          1     1.0
    2       100.0       NaN          1    40.0
    """
    edges = _ascending(bounds)
    summed = named_once("value_cols", value_cols)
    opened = _opened(customers, [spend_col, *summed], weight_col)
    down = _sums(opened, spend_col, edges[::-1], summed, weight_col=weight_col)
    columns: dict[str, np.ndarray] = {
        "from_spend": np.array([np.nan, *edges]),
        "to_spend": np.array([*edges, np.nan]),
    }
    up = {name: sums[::-1] for name, sums in down.items()}
    shares = _with_shares(columns, up, summed)
    holes = ["from_spend", "to_spend", *shares]
    return native(put_beside(opened, columns, holes=holes), customers)


def tier_summary(
    customers: IntoFrameT,
    *,
    tier_col: str = "value_tier",
    value_col: str = "clv",
) -> IntoFrameT:
    """Say of each tier how many customers it has and what they are worth.

    Parameters
    ----------
    customers
        One row per customer, with a tier; a lazy frame is summed up in its engine.
    tier_col
        The tier, segment, role or any other name of a group.
    value_col
        The value to add up.

    Returns
    -------
    A row per tier in the caller's library, the highest mean value first, with
    ``customers``, ``customer_share``, ``value``, ``value_share`` (missing where the
    total is not above zero), ``mean_value``, ``lowest_value``, ``highest_value``.

    Raises
    ------
    InvalidValueError
        If a tier or a value is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> tiers = base.pipe(ck.segments.with_value_tier).pipe(ck.segments.tier_summary)
    >>> tiers[["value_tier", "customers", "customer_share", "value_share"]]
      value_tier  customers  customer_share  value_share
    0          A          2             0.4         0.80
    1          B          1             0.2         0.15
    2          C          2             0.4         0.05
    """
    opened = read(customers, [tier_col, value_col])
    require_numbers(opened, [value_col])
    refuse(opened, number_rules(opened, value_col))
    require_present(opened, tier_col)
    value = nw.col(value_col).cast(nw.Float64)
    rows = opened.select(
        nw.col(tier_col), value=value, lowest_value=value, highest_value=value
    )
    found = collect(
        rows.group_by(tier_col).agg(
            nw.len().alias("customers"),
            nw.col("value").sum(),
            nw.col("lowest_value").min(),
            nw.col("highest_value").max(),
        )
    )
    counted, total = numbers(found, "customers"), numbers(found, "value")
    order = np.lexsort((numbers(found, "highest_value"), total / counted))[::-1]
    columns: dict[str, np.ndarray] = {
        tier_col: found[tier_col].to_numpy()[order],
        "customers": counted[order].astype(np.int64),
        "customer_share": counted[order] / counted.sum(),
        "value": total[order],
        "value_share": _shares(total)[order],
        "mean_value": total[order] / counted[order],
        "lowest_value": numbers(found, "lowest_value")[order],
        "highest_value": numbers(found, "highest_value")[order],
    }
    return native(put_beside(opened, columns, holes=["value_share"]), customers)


def _opened(customers: object, names: Sequence[str], weight_col: str | None) -> Frame:
    weights = [] if weight_col is None else [weight_col]
    opened = read(customers, [*names, *weights])
    columns = list(dict.fromkeys(names))
    require_numbers(opened, [*columns, *weights])
    rules = [rule for name in columns for rule in number_rules(opened, name)]
    for name in weights:
        rules += number_rules(opened, name, sign="positive")
    refuse(opened, rules)
    return opened


def _sums(
    frame: Frame,
    rank_col: str,
    cuts: Sequence[float],
    value_cols: Sequence[str],
    *,
    weight_col: str | None = None,
) -> dict[str, FloatArray]:
    """Add up each group in the engine; group 0 reaches the highest cut."""
    rank = nw.col(rank_col).cast(nw.Float64)
    group = nw.lit(len(cuts))
    for at in reversed(range(len(cuts))):
        group = nw.when(rank >= cuts[at]).then(nw.lit(at)).otherwise(group)
    values = {name: nw.col(name).cast(nw.Float64) for name in value_cols}
    counted = nw.len().alias(_COUNT)
    if weight_col is not None:
        weight = nw.col(weight_col).cast(nw.Float64)
        values = {name: value * weight for name, value in values.items()}
        values[_COUNT] = weight
        counted = nw.col(_COUNT).sum()
    rows = frame.select(group.alias(_GROUP), **values)
    sums = [nw.col(name).sum() for name in value_cols]
    found = collect(rows.group_by(_GROUP).agg(counted, *sums))
    place = numbers(found, _GROUP).astype(np.int64)
    result = {}
    for name in (_COUNT, *value_cols):
        result[name] = np.zeros(len(cuts) + 1)
        result[name][place] = numbers(found, name)
    return result


def _with_shares(
    columns: dict[str, np.ndarray],
    sums: dict[str, FloatArray],
    value_cols: Sequence[str],
) -> list[str]:
    """Add counts, sums and shares; name the columns that may have holes."""
    counted = sums[_COUNT]
    whole_customers = bool(np.all(counted == np.floor(counted)))
    columns["customers"] = counted.astype(np.int64) if whole_customers else counted
    columns["customer_share"] = counted / counted.sum()
    holes = []
    for name in value_cols:
        shares = _shares(sums[name])
        columns[name] = sums[name]
        columns[f"{name}_share"] = shares
        columns[f"{name}_cumulative_share"] = np.cumsum(shares)
        holes += [f"{name}_share", f"{name}_cumulative_share"]
    return holes


def _shares(sums: FloatArray) -> FloatArray:
    """Return what each sum is of all together; NaN where that is no gain."""
    total = float(sums.sum())
    known = lorenz.is_gain(total, float(np.abs(sums).sum()))
    return sums / total if known else np.full(sums.size, np.nan)


def _ascending(bounds: Sequence[float]) -> list[float]:
    edges = [number("bounds", bound) for bound in listed("bounds", bounds)]
    rising = all(low < high for low, high in pairwise(edges))
    if not edges or not rising or not all(isfinite(edge) for edge in edges):
        raise InvalidValueError(
            subject="argument 'bounds'",
            found=f"bounds {tuple(bounds)!r}",
            remedy="Pass finite amounts that ascend, such as (25, 50, 100).",
        )
    return edges
