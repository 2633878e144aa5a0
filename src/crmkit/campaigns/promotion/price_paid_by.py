"""Discounts, full-price share and price premium, by any columns."""

from collections.abc import Sequence

import numpy as np

from ..._check import typed
from ..._frames import Rule, numbers, nw, read, read_numbers, refuse
from ...typing import FloatArray, IntoFrameT
from ..measurement.sums_by_group import (
    N_ROWS,
    groups_of,
    summary_by_group,
    sums_by_group,
)

__all__ = ["price_paid_by"]


@typed
def price_paid_by(
    lines: IntoFrameT,
    *,
    by: str | Sequence[str] | None = None,
    list_col: str = "list_amount",
    paid_col: str = "paid_amount",
    reference_col: str | None = None,
) -> IntoFrameT:
    """Summarise what was paid against list and reference prices, by any columns.

    Parameters
    ----------
    lines
        One row per line of a receipt. A lazy frame is counted in its engine.
    by
        The column or columns that make a group: customer, tier, product, channel,
        period; None takes all lines together.
    list_col, paid_col
        The amount of the line at list prices, and the amount paid.
    reference_col
        The amount of the same line at a reference price, such as the mean price that
        all customers paid for the product. With it, the price premium is measured.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted): ``n_lines``;
        ``list_amount``; ``revenue``; ``discount``, the first amount minus the second;
        ``discount_depth``, its share of the list amount; ``discount_depth_promoted``,
        the same of the lines below the list price only; ``full_price_share``, the share
        of revenue paid at the list price or above; ``price_premium`` (with
        ``reference_col``), the revenue per unit of reference amount minus 1: a Paasche
        index of the basket that was bought, so that a different choice of products is
        zero premium. Shares are missing where their base is 0.

    Raises
    ------
    InvalidValueError
        If an amount is missing or negative: net or drop returns first.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "tier": ["top", "top", "base", "base"],
    ...     "list_amount": [10.0, 10.0, 10.0, 10.0],
    ...     "paid_amount": [10.0, 9.0, 8.0, 6.0], "usual": [8.0, 8.0, 8.0, 8.0],
    ... })
    >>> found = campaigns.price_paid_by(lines, by="tier", reference_col="usual")
    >>> found[["tier", "discount_depth", "full_price_share", "price_premium"]].round(3)
       tier  discount_depth  full_price_share  price_premium
    0  base            0.30             0.000         -0.125
    1   top            0.05             0.526          0.188
    """
    groups = groups_of(by)
    columns = [list_col, paid_col, *([] if reference_col is None else [reference_col])]
    opened = read(lines, [*groups, *columns])
    read_numbers(opened, columns)
    refuse(
        opened,
        [
            Rule(
                column=name,
                broken=nw.col(name) < 0,
                found="negative value",
                remedy="Net returns with their purchases, or drop them.",
            )
            for name in columns
        ],
    )
    listed, paid = (nw.col(name).cast(nw.Float64) for name in (list_col, paid_col))
    full = nw.when(paid >= listed)
    sums = {
        "crmkit_list": listed,
        "crmkit_paid": paid,
        "crmkit_full": full.then(paid).otherwise(0.0),
        "crmkit_full_list": full.then(listed).otherwise(0.0),
    }
    if reference_col is not None:
        sums["crmkit_reference"] = nw.col(reference_col)
    summed = sums_by_group(opened, groups, sums)
    n, all_listed, revenue, at_full, full_listed, *rest = (
        numbers(summed, name) for name in (N_ROWS, *sums)
    )
    reduced, reduced_paid = all_listed - full_listed, revenue - at_full
    found = {
        "n_lines": n.astype(np.int64),
        "list_amount": all_listed,
        "revenue": revenue,
        "discount": all_listed - revenue,
        "discount_depth": _share(all_listed - revenue, all_listed),
        "discount_depth_promoted": _share(reduced - reduced_paid, reduced),
        "full_price_share": _share(at_full, revenue),
    }
    if rest:
        found["price_premium"] = _share(revenue - rest[0], rest[0])
    return summary_by_group(opened, lines, summed, groups, found)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
