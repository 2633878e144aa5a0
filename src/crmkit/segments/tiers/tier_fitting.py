"""Where value tiers are cut: by cumulative value, or by share of customers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of
from ..._frames import read
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntoFrame, IntoFrameT
from ..concentration.holdings import Missing, read_holdings
from ..list_arguments import listed
from .tier_labels import default_labels, require_labels
from .value_tiers import ValueTiers

__all__ = ["fit_value_tiers", "with_value_tier"]

By: TypeAlias = Literal["value", "customers"]


def fit_value_tiers(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    by: By = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    missing: Missing = "error",
) -> ValueTiers:
    """Learn where the tiers are cut, once; the result is frozen and applied later.

    Refitting each month would move the cuts with the base, and a customer would
    change tiers without having changed. Fit once a year, say, and apply in between.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The value to rank by.
    by
        What the shares are shares of: ``"value"``, all that is gained (the true
        80/20, or ABC analysis), or ``"customers"``, the customers themselves
        (the 1/4/15/80 pyramid is ``shares=(0.01, 0.05, 0.20, 1.0)``, quarters are
        ``(0.25, 0.5, 0.75, 1.0)``).
    shares
        Cumulative, from the top, rising to 1. A tier is the smallest set of
        customers that reaches its share; all of equal value come in together.
    labels
        Names, the best first; A, B, C and so on by default.
    missing
        ``"keep"`` leaves customers without a value out of the fit; ``"error"``
        refuses.

    Returns
    -------
    The cuts, with how many customers each tier has and what they hold.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the shares do not rise to 1.
    NotEnoughDataError
        If there is nobody, or, by value, nobody above zero.

    Notes
    -----
    By value, the shares are of everything that is *gained*: losses do not shrink
    the whole, and customers at or below zero stand in the last tier.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> tiers = ck.segments.fit_value_tiers(base)
    >>> tiers.cuts
    (20.0, 15.0)
    >>> later = pd.DataFrame({"clv": [19.0, 70.0]})
    >>> tiers.with_value_tier(later)["value_tier"].to_list()
    ['B', 'A']
    """
    one_of("by", by, ("value", "customers"))
    marks = _shares(shares)
    names = default_labels(marks.size) if labels is None else labels
    given = require_labels("labels", names, marks.size)
    held = read_holdings(read(customers, [value_col]), value_col, missing=missing)
    if by == "value" and held.value[0] <= 0:
        raise NotEnoughDataError(
            needed=f"a customer above 0 in column {value_col!r}",
            got="none",
            remedy='Cut by="customers", or write the cuts by hand.',
        )
    cut = tier_cuts.cuts_by_value if by == "value" else tier_cuts.cuts_by_customers
    x, w = lorenz.tie_groups(held.value, held.weight)
    cuts = cut(x, w, marks[:-1])
    counted, together = tier_cuts.totals(cuts, x, w)
    return ValueTiers(
        labels=given,
        cuts=tuple(cuts.tolist()),
        value_col=value_col,
        customers=tuple(counted),
        values=tuple(together),
    )


def with_value_tier(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    by: By = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    output_col: str = "value_tier",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add the value tier of each customer, cut on this very base.

    For tiers that stay put from month to month, fit once and keep the result:
    :func:`fit_value_tiers`, then its ``with_value_tier``.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    value_col, by, shares, labels, missing
        As for :func:`fit_value_tiers`: by default A makes the first 80 % of all
        that is gained, B the next 15 %, C the rest.
    output_col
        The column to write.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the shares do not rise to 1.
    NotEnoughDataError
        If there is nobody, or, by value, nobody above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> ck.segments.with_value_tier(base)["value_tier"].to_list()
    ['A', 'A', 'B', 'C', 'C']
    """
    fitted = fit_value_tiers(
        customers,
        value_col=value_col,
        by=by,
        shares=shares,
        labels=labels,
        missing=missing,
    )
    return fitted.with_value_tier(customers, output_col=output_col, missing=missing)


def _shares(shares: Sequence[float]) -> FloatArray:
    each = listed("shares", shares)
    given = [fraction("shares", share, closed=True) for share in each]
    rising = all(low < high for low, high in pairwise([0.0, *given]))
    if not given or not rising or given[-1] != 1:
        raise InvalidValueError(
            subject="argument 'shares'",
            found=f"shares {tuple(shares)!r}",
            remedy="Pass cumulative shares that rise from above 0 to 1, such as "
            "(0.80, 0.95, 1.0).",
        )
    return np.array(given)
