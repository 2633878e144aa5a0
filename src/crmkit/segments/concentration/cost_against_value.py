"""The cost of serving each tier compared with what the tier is worth."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import names_given, nonnegative
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
from ...errors import NotEnoughDataError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntoFrameT

__all__ = ["cost_against_value"]


def cost_against_value(
    customers: IntoFrameT,
    *,
    by: str | Sequence[str] = "value_tier",
    cost_col: str = "cost_to_serve",
    value_col: str = "clv",
    tolerance: float = 0.1,
) -> IntoFrameT:
    """Compare what is spent on each tier with what the tier is worth.

    If service is spread evenly over customers, most of it goes to those who bring in
    little. The index is the share of cost over the share of value: 1 is in proportion.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame is summed in its engine.
    by
        The column, or columns, of tiers, segments or roles.
    cost_col
        What is spent on the customer: service, contact, rewards.
    value_col
        What the customer is worth.
    tolerance
        How far from 1 the index may be: 0.1 for 10%.

    Returns
    -------
    A row per tier in the caller's library, the highest value per customer first, with
    ``n_customers``, ``cost``, ``value``, ``cost_share``, ``value_share``, ``index``
    (missing if a tier is worth nothing) and ``verdict``: ``"over-served"``,
    ``"in proportion"`` or ``"under-served"``.

    Raises
    ------
    InvalidValueError
        If a tier or a number is missing, or a cost is negative.
    NotEnoughDataError
        If the total cost or the total value is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "value_tier": ["A", "A", "C"], "clv": [400.0, 500.0, 100.0],
    ...     "cost_to_serve": [10.0, 10.0, 20.0],
    ... })
    >>> found = ck.segments.cost_against_value(customers)
    >>> found[["value_tier", "cost_share", "value_share", "verdict"]]
      value_tier  cost_share  value_share       verdict
    0          A         0.5          0.9  under-served
    1          C         0.5          0.1   over-served
    """
    noise = nonnegative("tolerance", tolerance)
    groups = names_given("by", by)
    opened = read(customers, [*groups, cost_col, value_col])
    require_numbers(opened, [cost_col, value_col])
    costs = number_rules(opened, cost_col, sign="nonnegative")
    refuse(opened, [*costs, *number_rules(opened, value_col)])
    require_present(opened, *groups)
    rows = opened.select(
        *groups,
        nw.col(cost_col).cast(nw.Float64).alias("cost"),
        nw.col(value_col).cast(nw.Float64).alias("value"),
    )
    sums = (nw.len().alias("n_customers"), nw.col("cost").sum(), nw.col("value").sum())
    found = collect(rows.group_by(*groups).agg(*sums))
    counted = numbers(found, "n_customers")
    cost, value = numbers(found, "cost"), numbers(found, "value")
    _require_totals(cost, value)
    cost_share, value_share = cost / cost.sum(), value / value.sum()
    index, verdict = _verdicts(cost_share, value_share, noise)
    order = np.argsort(-value / counted, kind="stable")
    columns: dict[str, Any] = {name: found[name][order] for name in groups}
    columns |= {
        "n_customers": counted[order].astype(np.int64),
        "cost": cost[order],
        "value": value[order],
        "cost_share": cost_share[order],
        "value_share": value_share[order],
        "index": index[order],
        "verdict": verdict[order],
    }
    return native(result_table(opened, columns, holes=["index"]), customers)


def _verdicts(
    cost_share: FloatArray, value_share: FloatArray, noise: float
) -> tuple[FloatArray, np.ndarray]:
    worth = value_share > 0
    index = np.where(worth, cost_share / np.where(worth, value_share, 1.0), np.nan)
    # Any cost is too much for a tier that is worth nothing, whose index is undefined.
    over = (index > 1 + noise) | (~worth & (cost_share > 0))
    verdict = np.select(
        [over, index < 1 - noise], ["over-served", "under-served"], "in proportion"
    )
    return index, verdict


def _require_totals(costs: FloatArray, values: FloatArray) -> None:
    cost, value = float(costs.sum()), float(values.sum())
    if cost <= 0 or not lorenz.is_gain(value, float(np.abs(values).sum())):
        raise NotEnoughDataError(
            needed="a total cost and a total value above 0",
            got=f"cost {cost!r} and value {value!r}",
            remedy="Pass customers on whom something is spent and who are worth more "
            "than 0 together.",
        )
