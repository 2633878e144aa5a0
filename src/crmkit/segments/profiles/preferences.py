"""The channel, category or place on which each customer spends the most."""

from collections.abc import Sequence

from ..._check import names_given
from ..._frames import (
    Frame,
    column_types,
    id_rules,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_ids,
    require_numbers,
    require_present,
    sorted_rows,
    with_group_values,
)
from ...typing import IntoFrameT

__all__ = ["preferences"]

_TOTAL, _WHOLE, _MOST = "crmkit_total", "crmkit_whole", "crmkit_most"
_FIRST, _GROUP = "crmkit_first", "crmkit_group"


def preferences(
    transactions: IntoFrameT,
    *,
    by: str | Sequence[str],
    customer_id_col: str = "customer_id",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Find the channel, category or place on which each customer spends the most.

    Parameters
    ----------
    transactions
        One row per purchase or line. A lazy frame stays lazy.
    by
        The column of channels, categories or places. With several columns, their
        combinations are compared.
    customer_id_col, amount_col
        The customer, and what the row counts for: money, or a column of ones to count
        purchases.

    Returns
    -------
    A row per customer, sorted by the id (a lazy frame is not sorted), with a column
    ``preferred_<name>`` for each name in ``by``, and ``preferred_share``: its share of
    the customer's spending (missing if the customer spent nothing). If several are
    equal, the first in the alphabet is taken.

    Raises
    ------
    InvalidValueError
        If a value is missing, infinite or negative: net refunds first.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "channel": ["web", "shop", "web", "shop"],
    ...     "amount": [10.0, 15.0, 15.0, 5.0],
    ... })
    >>> ck.segments.preferences(log, by="channel")
      customer_id preferred_channel  preferred_share
    0         ann               web            0.625
    1         bob              shop            1.000
    """
    groups = names_given("by", by)
    opened = _opened(transactions, customer_id_col, groups, amount_col)
    # Under other names: the id itself may be a group, and no frame holds it twice.
    keys = [f"{_GROUP}_{at}" for at in range(len(groups))]
    rows = opened.select(
        customer_id_col,
        *(nw.col(name).alias(key) for key, name in zip(keys, groups, strict=True)),
        nw.col(amount_col).cast(nw.Float64).alias(_TOTAL),
    )
    best = _largest(rows, customer_id_col, keys)
    share = nw.when(nw.col(_WHOLE) > 0).then(nw.col(_MOST) / nw.col(_WHOLE))
    preferred = [
        nw.col(key).alias(f"preferred_{name}")
        for key, name in zip(keys, groups, strict=True)
    ]
    named = best.select(customer_id_col, *preferred, share.alias("preferred_share"))
    return native(sorted_rows(named, customer_id_col), transactions)


def _largest(rows: Frame, customer_id_col: str, groups: list[str]) -> Frame:
    """Keep the largest group of each customer, of equal ones the first."""
    summed = rows.group_by(customer_id_col, *groups).agg(nw.col(_TOTAL).sum())
    own = {_MOST: nw.col(_TOTAL).max(), _WHOLE: nw.col(_TOTAL).sum()}
    best = with_group_values(summed, [customer_id_col], own)
    best = best.filter(nw.col(_TOTAL) == nw.col(_MOST))
    for at, name in enumerate(groups):
        first = f"{_FIRST}_{at}"
        best = with_group_values(best, [customer_id_col], {first: nw.col(name).min()})
        best = best.filter(nw.col(name) == nw.col(first))
    return best


def _opened(
    transactions: object, customer_id_col: str, groups: list[str], amount_col: str
) -> Frame:
    opened = read(transactions, [customer_id_col, *groups, amount_col])
    require_ids(opened, customer_id_col)
    require_numbers(opened, [amount_col])
    rules = number_rules(opened, amount_col, sign="nonnegative")
    refuse(opened, [*id_rules(opened, customer_id_col), *rules])
    require_present(opened, *groups)
    # Categories have an order of their own, or none; text has the alphabet's.
    kinds = column_types(opened, groups)
    text = [
        nw.col(name).cast(nw.String)
        for name, kind in kinds.items()
        if kind in (nw.Categorical, nw.Enum)
    ]
    return opened.with_columns(*text) if text else opened
