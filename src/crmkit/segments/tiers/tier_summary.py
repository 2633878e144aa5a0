"""Number and value of the customers in each tier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import names_given
from ..._frames import (
    collect,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    require_present,
    result_table,
)
from ...typing import IntoFrameT
from ..concentration.group_sums import shares_of_gain

__all__ = ["tier_summary"]


def tier_summary(
    customers: IntoFrameT,
    *,
    by: str | Sequence[str] = "value_tier",
    value_col: str = "clv",
) -> IntoFrameT:
    """Count the customers of each tier, and sum and average their value.

    Parameters
    ----------
    customers
        One row per customer, with a tier. A lazy frame is summed in its engine.
    by
        The column, or columns, of tiers, segments, roles or any other groups.
    value_col
        The value to add up.

    Returns
    -------
    A row per tier in the caller's library, the highest mean value first, with
    ``n_customers``, ``customer_share``, ``value``, ``value_share`` (missing if the
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
    >>> tiers[["value_tier", "n_customers", "customer_share", "value_share"]]
      value_tier  n_customers  customer_share  value_share
    0          A            2             0.4         0.80
    1          B            1             0.2         0.15
    2          C            2             0.4         0.05
    """
    groups = names_given("by", by)
    opened = read(customers, [*groups, value_col])
    require_numbers(opened, [value_col])
    refuse(opened, number_rules(opened, value_col))
    require_present(opened, *groups)
    value = nw.col(value_col).cast(nw.Float64)
    rows = opened.select(*groups, value=value, lowest_value=value, highest_value=value)
    found = collect(
        rows.group_by(*groups).agg(
            nw.len().alias("n_customers"),
            nw.col("value").sum(),
            nw.col("lowest_value").min(),
            nw.col("highest_value").max(),
        )
    )
    counted, total = numbers(found, "n_customers"), numbers(found, "value")
    # Equal means are told apart by the best customer: engines return groups in any
    # order, and the rows of a result are always in the same one.
    order = np.lexsort((numbers(found, "highest_value"), total / counted))[::-1]
    columns: dict[str, Any] = {name: found[name][order] for name in groups}
    columns |= {
        "n_customers": counted[order].astype(np.int64),
        "customer_share": counted[order] / counted.sum(),
        "value": total[order],
        "value_share": shares_of_gain(total)[order],
        "mean_value": total[order] / counted[order],
        "lowest_value": numbers(found, "lowest_value")[order],
        "highest_value": numbers(found, "highest_value")[order],
    }
    return native(result_table(opened, columns, holes=["value_share"]), customers)
