"""Cut value tiers by share of value, of gains or of customers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, listed, one_of
from ..._frames import Frame, read, value_histogram
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntoFrame, Missing
from ..concentration.holdings import Holdings, read_holdings
from .tier_labels import default_labels, require_labels
from .value_tiers import ValueTiers

__all__ = ["ShareOf", "cut_tiers", "fit_value_tiers"]

ShareOf: TypeAlias = Literal["value", "gains", "customers"]

_CUTS = {
    "value": tier_cuts.cuts_by_value,
    "gains": tier_cuts.cuts_by_gains,
    "customers": tier_cuts.cuts_by_customers,
}


def fit_value_tiers(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    share_of: ShareOf = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    missing: Missing = "error",
    difference_p_value: float | None = None,
) -> ValueTiers:
    """Cut value tiers once; the result is frozen and applied to any later base.

    Refitting each month would move the cuts with the base, and customers would change
    tiers without having changed. Fit once a year, for example, and apply in between.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, only those around the cuts, which are exact.
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
    missing
        ``"error"`` refuses missing values; with ``"keep"``, customers without a
        value are left out of the fit.
    difference_p_value
        The chance of as large differences between customers if there are none: the
        ``difference_p_value`` of the report of a purchase model, or the ``p_value`` of
        ``clv.heterogeneity``. Tiers of customers who do not differ then say that they
        are noise. None if it is not known.

    Returns
    -------
    The cuts, with the number of customers in each tier and their total value.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, the shares do not rise to 1, or the total is
        not above zero with ``share_of="value"``.
    NotEnoughDataError
        If there are no customers or, with ``share_of="gains"``, none above zero.

    Notes
    -----
    By value and by gains, a tier ends at the customer with whom the share is reached,
    so its customers hold the share or more. With values 50, 20, 15, 10, 5 and -20, 80%
    of the total of 80 is reached by 2 customers, and 80% of the gains of 100 by 3.
    Customers below zero are in the last tier.

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
    cuts = cut_tiers(
        read(customers, [value_col]),
        value_col,
        share_of=share_of,
        shares=shares,
        labels=labels,
        missing=missing,
    )
    if difference_p_value is None:
        return cuts
    p_value = fraction("difference_p_value", difference_p_value, closed=True)
    return replace(cuts, difference_p_value=p_value)


def cut_tiers(
    opened: Frame,
    value_col: str,
    *,
    share_of: ShareOf,
    shares: Sequence[float],
    labels: Sequence[str] | None,
    missing: Missing,
) -> ValueTiers:
    """Cut the tiers of a frame that is open."""
    one_of("share_of", share_of, tuple(_CUTS))
    marks = _rising(shares)
    names = default_labels(marks.size) if labels is None else labels
    given = require_labels("labels", names, marks.size)

    def cut(x: FloatArray, w: FloatArray) -> FloatArray:
        return _CUTS[share_of](x, w, marks[:-1])

    def wanted(x: FloatArray, w: FloatArray) -> FloatArray:
        # A whole that is not above zero is refused below: it has no cuts to look for.
        top = np.maximum(x, 0.0) if share_of == "gains" else x
        whole = share_of == "customers" or float(np.sum(top * w)) > 0
        return cut(x, w) if whole else x[:0]

    held = read_holdings(
        opened, value_col, missing=missing, fetch=partial(value_histogram, cuts=wanted)
    )
    _require_whole(held, share_of)
    x, w = lorenz.tie_groups(held.value, held.weight)
    cuts = cut(x, w)
    counted, together = tier_cuts.totals(cuts, x, w)
    return ValueTiers(
        labels=given,
        cuts=tuple(cuts.tolist()),
        value_col=value_col,
        n_customers=tuple(counted),
        values=tuple(together),
    )


def _require_whole(held: Holdings, share_of: ShareOf) -> None:
    """Refuse shares of a whole that is not above zero."""
    if share_of != "customers" and held.value[0] <= 0:
        raise NotEnoughDataError(
            needed=f"a customer above 0 in column {held.column!r}",
            got="none",
            remedy='Pass share_of="customers", or write the cuts by hand.',
        )
    if share_of == "value" and not held.has_positive_total():
        raise InvalidValueError(
            subject=f"column {held.column!r}",
            found=f"a total of {held.total!r}, of which a share has no meaning",
            remedy='Pass share_of="gains", in which losses count as 0.',
        )


def _rising(shares: Sequence[float]) -> FloatArray:
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
