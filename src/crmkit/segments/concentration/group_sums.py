"""Sums of groups of customers, and what share of all each group is."""

from collections.abc import Sequence

import numpy as np

from ..._frames import (
    Frame,
    collect,
    numbers,
    nw,
)
from ...kernels.groups import lorenz
from ...typing import FloatArray

__all__ = ["group_sums", "share_columns", "shares_of_gain"]

_GROUP = "crmkit_group"
_COUNT = "crmkit_count"


def group_sums(
    frame: Frame,
    rank_col: str,
    cuts: Sequence[float],
    value_cols: Sequence[str],
    *,
    weight_col: str | None = None,
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Count and add up each group in the engine; group 0 reaches the highest cut."""
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
        # A group of which the base has none is a row of zeros, not a row less.
        result[name] = np.zeros(len(cuts) + 1)
        result[name][place] = numbers(found, name)
    return result.pop(_COUNT), result


def share_columns(
    counted: FloatArray, sums: dict[str, FloatArray]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Name counts, sums and shares, and the columns that may have holes."""
    whole_customers = bool(np.all(counted == np.floor(counted)))
    columns: dict[str, np.ndarray] = {
        "n_customers": counted.astype(np.int64) if whole_customers else counted,
        "customer_share": shares_of_gain(counted),
    }
    holes = ["customer_share"]
    for name, sum_ in sums.items():
        shares = shares_of_gain(sum_)
        columns[name] = sum_
        columns[f"{name}_share"] = shares
        columns[f"{name}_cumulative_share"] = np.cumsum(shares)
        holes += [f"{name}_share", f"{name}_cumulative_share"]
    return columns, holes


def shares_of_gain(sums: FloatArray) -> FloatArray:
    """Return the share of each sum in their total; NaN if that is not above zero."""
    total = float(sums.sum())
    known = lorenz.is_gain(total, float(np.abs(sums).sum()))
    return sums / total if known else np.full(sums.size, np.nan)
