"""What each customer prefers: the channel, category or place of most of their money."""

from ..._frames import (
    Frame,
    id_rules,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_ids,
    require_numbers,
)
from ...typing import IntoFrameT
from ..concentration.holdings import require_present, sorted_rows

__all__ = ["preferences"]

_TOTAL, _WHOLE, _MOST = "crmkit_total", "crmkit_whole", "crmkit_most"


def preferences(
    transactions: IntoFrameT,
    *,
    by_col: str,
    customer_id_col: str = "customer_id",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Say which channel, category or place each customer gives most money to.

    Parameters
    ----------
    transactions
        One row per purchase or line; a lazy frame stays lazy.
    by_col
        The column of channels, categories or places.
    customer_id_col, amount_col
        The customer, and what the row counts for: money, or a column of ones for
        purchases.

    Returns
    -------
    A row per customer, sorted (a lazy frame is not), with ``preferred_<by_col>`` and
    ``preferred_share``: its share of the customer's money. Of equal ones, the first
    in the alphabet.

    Raises
    ------
    InvalidValueError
        If a value is missing, infinite or negative: take refunds off first.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "channel": ["web", "shop", "web", "shop"],
    ...     "amount": [10.0, 15.0, 15.0, 5.0],
    ... })
    >>> ck.segments.preferences(log, by_col="channel")
      customer_id preferred_channel  preferred_share
    0         ann               web            0.625
    1         bob              shop            1.000
    """
    opened = _opened(transactions, customer_id_col, by_col, amount_col)
    rows = opened.select(
        customer_id_col, by_col, nw.col(amount_col).cast(nw.Float64).alias(_TOTAL)
    )
    summed = rows.group_by(customer_id_col, by_col).agg(nw.col(_TOTAL).sum())
    beside = summed.with_columns(
        nw.col(_TOTAL).max().over(customer_id_col).alias(_MOST),
        nw.col(_TOTAL).sum().over(customer_id_col).alias(_WHOLE),
    )
    best = beside.filter(nw.col(_TOTAL) == nw.col(_MOST))
    found = best.group_by(customer_id_col).agg(
        nw.col(by_col).min(), nw.col(_MOST).max(), nw.col(_WHOLE).max()
    )
    # A customer who paid nothing at all prefers nothing by amount: share missing.
    share = nw.when(nw.col(_WHOLE) > 0).then(nw.col(_MOST) / nw.col(_WHOLE))
    named = found.select(
        customer_id_col,
        nw.col(by_col).alias(f"preferred_{by_col}"),
        share.alias("preferred_share"),
    )
    return native(sorted_rows(named, customer_id_col), transactions)


def _opened(
    transactions: object, customer_id_col: str, by_col: str, amount_col: str
) -> Frame:
    opened = read(transactions, [customer_id_col, by_col, amount_col])
    require_ids(opened, customer_id_col)
    require_numbers(opened, [amount_col])
    rules = number_rules(opened, amount_col, sign="nonnegative")
    refuse(opened, [*id_rules(opened, customer_id_col), *rules])
    require_present(opened, by_col)
    return opened
