"""Which customers buy only, or mostly, on promotion."""

import numpy as np
from scipy.special import bdtrc

from ..._check import fraction
from ..._frames import (
    flag_rules,
    id_rules,
    numbers,
    nw,
    read,
    refuse,
    require_ids,
)
from ...errors import NotEnoughDataError
from ...kernels.base.intervals import benjamini_hochberg
from ...typing import IntoFrameT
from ..measurement.sums_by_group import N_ROWS, summary_by_group, sums_by_group

__all__ = ["promotion_buyers"]


def promotion_buyers(
    purchases: IntoFrameT,
    *,
    false_discovery_rate: float = 0.05,
    promoted_col: str = "promoted",
    customer_id_col: str = "customer_id",
) -> IntoFrameT:
    """Find the customers who buy on promotion more often than chance explains.

    A customer with two purchases, both on promotion, may be like all others: where half
    of all purchases are promoted, a quarter of such customers are. The test tells them
    apart from customers who wait for promotions.

    Parameters
    ----------
    purchases
        One row per purchase. A lazy frame is counted in its engine.
    false_discovery_rate
        The share of the customers named that may be chance, on average.
    promoted_col
        Whether the purchase was on promotion: true and false, or 1 and 0.
    customer_id_col
        The customer.

    Returns
    -------
    DataFrame
        One row per customer, sorted by id (a lazy frame is not sorted):
        ``n_purchases``, ``n_promoted``, ``promoted_share``; ``p_value`` that a customer
        with the promoted share of all purchases has so many promoted ones;
        ``buys_on``: ``"promotion only"`` or ``"promotion mostly"`` where chance does
        not explain it, ``"full price"`` where no purchase was promoted, ``"both"``
        otherwise.

    Raises
    ------
    InvalidValueError
        If a customer or a flag is missing, or a flag is neither 0 nor 1.
    NotEnoughDataError
        If there are no purchases.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> purchases = pd.DataFrame({
    ...     "customer_id": ["ann"] * 12 + ["bob"] * 30 + ["cyd"] * 2,
    ...     "promoted": [1] * 12 + [0, 0, 1] * 10 + [1] * 2,
    ... })
    >>> found = campaigns.promotion_buyers(purchases)
    >>> found[["customer_id", "n_purchases", "promoted_share", "buys_on"]].round(2)
      customer_id  n_purchases  promoted_share         buys_on
    0         ann           12            1.00  promotion only
    1         bob           30            0.33            both
    2         cyd            2            1.00            both
    """
    rate = fraction("false_discovery_rate", false_discovery_rate, closed=True)
    opened = read(purchases, [customer_id_col, promoted_col])
    require_ids(opened, customer_id_col)
    refuse(
        opened,
        [*id_rules(opened, customer_id_col), *flag_rules(opened, promoted_col)],
    )
    promoted = {"crmkit_promoted": nw.col(promoted_col)}
    summed = sums_by_group(opened, [customer_id_col], promoted)
    n, k = numbers(summed, N_ROWS), numbers(summed, "crmkit_promoted")
    if not n.size:
        raise NotEnoughDataError(
            needed="1 purchase or more", got="0", remedy="Pass purchases."
        )
    base = float(k.sum() / n.sum())
    # P(X >= k): bdtrc is the probability of more than its first argument.
    p = np.where(k > 0, bdtrc(np.maximum(k - 1, 0), n.astype(np.int64), base), 1.0)
    found = (benjamini_hochberg(p) <= rate) & (base < 1)
    columns = {
        "n_purchases": n.astype(np.int64),
        "n_promoted": k.astype(np.int64),
        "promoted_share": k / n,
        "p_value": p,
        "buys_on": np.select(
            [found & (k == n), found, k == 0],
            ["promotion only", "promotion mostly", "full price"],
            "both",
        ),
    }
    return summary_by_group(opened, purchases, summed, [customer_id_col], columns)
