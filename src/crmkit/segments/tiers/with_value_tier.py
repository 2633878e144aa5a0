"""The value tier of each customer, cut on the same base."""

from collections.abc import Sequence

from ..._check import typed
from ..._frames import native, read
from ...typing import IntoFrameT, Missing
from .fit_value_tiers import ShareOf, cut_tiers
from .tier_labels import labelled

__all__ = ["with_value_tier"]


@typed
def with_value_tier(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    share_of: ShareOf = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    output_col: str = "value_tier",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add the value tier of each customer, cut on the same customers.

    By default, A makes the first 80% of the value, B the next 15%, C the rest. For
    tiers that stay comparable from month to month, fit once and keep the result:
    :func:`fit_value_tiers`, then its ``with_value_tier``.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame stays lazy.
    value_col
        The value to rank by.
    share_of
        What the shares refer to. ``"value"``: the total value, in which losses are
        subtracted (the 80/20 rule, or ABC analysis). ``"gains"``: the total of the
        customers above zero. ``"customers"``: the number of customers (the 1/4/15/80
        pyramid is ``shares=(0.01, 0.05, 0.20, 1.0)``, quarters are
        ``(0.25, 0.5, 0.75, 1.0)``). :func:`pareto_point` uses the same words.
    shares
        Cumulative shares from the top, rising to 1. A tier is the smallest set of
        customers that reaches its share; customers of equal value enter together.
    labels
        Names, the best first; A, B, C and so on by default.
    output_col
        The column to write.
    missing
        ``"error"`` refuses missing values; with ``"keep"``, customers without a
        value have no tier.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, the shares do not rise to 1, or the total is
        not above zero with ``share_of="value"``.
    NotEnoughDataError
        If there are no customers or, with ``share_of="gains"``, none above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> ck.segments.with_value_tier(base)["value_tier"].to_list()
    ['A', 'A', 'B', 'C', 'C']
    """
    opened = read(customers, [value_col])
    tiers = cut_tiers(
        opened,
        value_col,
        share_of=share_of,
        shares=shares,
        labels=labels,
        missing=missing,
    )
    tier = labelled(opened, value_col, tiers.cuts, tiers.labels)
    return native(opened.with_columns(tier.alias(output_col)), customers)
