"""Spending on customers beside what they are worth: who is over- and under-served."""

import numpy as np

from ..._check import nonnegative
from ..._frames import (
    collect,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntoFrameT
from .holdings import put_beside, require_present

__all__ = ["spend_against_value"]


def spend_against_value(
    customers: IntoFrameT,
    *,
    tier_col: str = "value_tier",
    spend_col: str = "cost_to_serve",
    value_col: str = "clv",
    tolerance: float = 0.1,
) -> IntoFrameT:
    """Set what is spent on each tier beside what the tier is worth.

    Service spread evenly over customers is spent mostly on those who bring little.
    The index is the share of spending over the share of value: 1 is in proportion.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is summed up in its engine.
    tier_col
        The tier, segment or role.
    spend_col
        What is spent on the customer: service, contact, rewards.
    value_col
        What the customer is worth.
    tolerance
        How far from 1 the index may be: 0.1 for 10 %.

    Returns
    -------
    A row per tier in the caller's library, the highest value per customer first, with
    ``customers``, ``spend``, ``value``, ``spend_share``, ``value_share``, ``index``
    (missing where a tier is worth nothing) and ``verdict``: ``"over-served"``,
    ``"in proportion"`` or ``"under-served"``.

    Raises
    ------
    InvalidValueError
        If a tier or a number is missing, or spending negative.
    NotEnoughDataError
        If nothing is spent, or all together are worth nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "value_tier": ["A", "A", "C"], "clv": [400.0, 500.0, 100.0],
    ...     "cost_to_serve": [10.0, 10.0, 20.0],
    ... })
    >>> found = ck.segments.spend_against_value(customers)
    >>> found[["value_tier", "spend_share", "value_share", "verdict"]]
      value_tier  spend_share  value_share       verdict
    0          A          0.5          0.9  under-served
    1          C          0.5          0.1   over-served
    """
    noise = nonnegative("tolerance", tolerance)
    opened = read(customers, [tier_col, spend_col, value_col])
    require_numbers(opened, [spend_col, value_col])
    spent = number_rules(opened, spend_col, sign="nonnegative")
    refuse(opened, [*spent, *number_rules(opened, value_col)])
    require_present(opened, tier_col)
    rows = opened.select(
        nw.col(tier_col),
        nw.col(spend_col).cast(nw.Float64).alias("spend"),
        nw.col(value_col).cast(nw.Float64).alias("value"),
    )
    sums = (nw.len().alias("customers"), nw.col("spend").sum(), nw.col("value").sum())
    found = collect(rows.group_by(tier_col).agg(*sums))
    counted = numbers(found, "customers")
    spend, value = numbers(found, "spend"), numbers(found, "value")
    _require_totals(spend, value)
    spend_share, value_share = spend / spend.sum(), value / value.sum()
    worth = value_share > 0
    index = np.where(worth, spend_share / np.where(worth, value_share, 1.0), np.nan)
    over = (index > 1 + noise) | (~worth & (spend > 0))
    verdict = np.select(
        [over, index < 1 - noise], ["over-served", "under-served"], "in proportion"
    )
    columns: dict[str, np.ndarray] = {
        tier_col: found[tier_col].to_numpy(),
        "customers": counted.astype(np.int64),
        "spend": spend,
        "value": value,
        "spend_share": spend_share,
        "value_share": value_share,
        "index": index,
        "verdict": verdict,
    }
    order = np.argsort(-value / counted, kind="stable")
    ordered = {name: values[order] for name, values in columns.items()}
    return native(put_beside(opened, ordered, holes=["index"]), customers)


def _require_totals(spends: FloatArray, values: FloatArray) -> None:
    spend, value = float(spends.sum()), float(values.sum())
    if spend <= 0 or not lorenz.is_gain(value, float(np.abs(values).sum())):
        raise NotEnoughDataError(
            needed="spending and value above 0, all tiers together",
            got=f"spending {spend!r} and value {value!r}",
            remedy="Shares of nothing or of a loss have no meaning.",
        )
