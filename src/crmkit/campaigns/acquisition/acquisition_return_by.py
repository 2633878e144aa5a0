"""Lifetime value per unit of acquisition cost, by cohort, channel or any columns."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, typed
from ..._frames import number_rules, numbers, nw, read_numbers, refuse
from ...kernels.campaigns.ratio_limits import fieller
from ...typing import IntoFrameT
from ..measurement.sums_by_group import (
    N_ROWS,
    centred,
    groups_of,
    summary_by_group,
    sums_by_group,
)

__all__ = ["acquisition_return_by"]

_PRODUCTS = ("crmkit_vv", "crmkit_cc", "crmkit_vc")


@typed
def acquisition_return_by(
    customers: IntoFrameT,
    *,
    by: str | Sequence[str] | None = None,
    clv_col: str = "clv",
    cost_col: str = "acquisition_cost",
    level: float = 0.95,
) -> IntoFrameT:
    """Compare lifetime value with acquisition cost, by cohort, channel or any columns.

    Parameters
    ----------
    customers
        One row per customer won. A lazy frame is counted in its engine.
    by
        The column or columns that make a group; None takes all customers together.
    clv_col
        The lifetime value of the customer since the first purchase, before the cost of
        acquisition.
    cost_col
        What it cost to win the customer: from an acquisition account, or the cost per
        customer of the channel.
    level
        The confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted):
        ``n_customers``; the means ``clv`` and ``acquisition_cost``; ``clv_to_cost``,
        the first divided by the second, with ``_lower`` and ``_upper`` (Fieller),
        missing where the cost is 0; ``profit``, the value minus the cost of all
        customers of the group.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, a cost is negative, a group is missing, or a
        column of ``by`` is called like one of the result.

    Notes
    -----
    The interval allows for the differences between customers, not for the error of the
    model that predicts their value. It is missing for groups of one customer.

    References
    ----------
    Fieller (1954), "Some problems in interval estimation".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> won = pd.DataFrame({
    ...     "channel": ["ads", "ads", "ads", "referral", "referral"],
    ...     "clv": [90.0, 150.0, 120.0, 100.0, 140.0],
    ...     "acquisition_cost": [60.0, 60.0, 60.0, 20.0, 20.0],
    ... })
    >>> found = campaigns.acquisition_return_by(won, by="channel")
    >>> found[["channel", "clv_to_cost", "clv_to_cost_lower", "profit"]].round(2)
        channel  clv_to_cost  clv_to_cost_lower  profit
    0       ads          2.0               0.76   180.0
    1  referral          6.0              -6.71   200.0
    """
    groups = groups_of(by)
    inside = fraction("level", level)
    opened = read_numbers(customers, [clv_col, cost_col])
    refuse(opened, number_rules(opened, cost_col, sign="nonnegative"))
    value, cost = (nw.col(name).cast(nw.Float64) for name in (clv_col, cost_col))
    summed = sums_by_group(opened, groups, {"crmkit_v": value, "crmkit_c": cost})
    n = numbers(summed, N_ROWS)
    v, c = (numbers(summed, f"crmkit_{name}") / np.maximum(n, 1.0) for name in "vc")
    away = centred(opened, groups, {"crmkit_v": value, "crmkit_c": cost})
    top, bottom = nw.col("crmkit_v"), nw.col("crmkit_c")
    products = (top**2, bottom**2, top * bottom)
    spread = sums_by_group(away, groups, dict(zip(_PRODUCTS, products, strict=True)))
    vv, cc, vc = (numbers(spread, name) / np.maximum(n, 1.0) for name in _PRODUCTS)
    known = (c > 0) & (n > 1)
    rest = np.maximum(n - 1, 1.0)
    lower, upper = fieller(
        v,
        c,
        top_variance=vv / rest,
        bottom_variance=cc / rest,
        covariance=vc / rest,
        quantile=np.asarray(stdtrit(rest, 0.5 + inside / 2), dtype=np.float64),
    )
    columns = {
        "n_customers": n.astype(np.int64),
        "clv": v,
        "acquisition_cost": c,
        "clv_to_cost": np.where(c > 0, v / np.where(c > 0, c, 1.0), np.nan),
        "clv_to_cost_lower": np.where(known, lower, np.nan),
        "clv_to_cost_upper": np.where(known, upper, np.nan),
        "profit": n * (v - c),
    }
    return summary_by_group(opened, customers, summed, groups, columns)
