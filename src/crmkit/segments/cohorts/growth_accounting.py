"""Growth accounting: whether the base gets better, in customers and in money."""

import numpy as np

from ..._check import whole
from ..._frames import native
from ...kernels.groups import growth_counts
from ...typing import Day, Grain, IntoFrameT, Refunds
from ..concentration.holdings import put_beside
from .active_periods import active_periods

__all__ = ["growth_accounting"]


def growth_accounting(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    grain: Grain = "month",
    lapse_periods: int | None = None,
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Say per period who came, stayed, came back and left, and what it meant in money.

    The same revenue can hide a base that holds and a base that leaks and is refilled.
    Two identities hold in every row::

        active  = active before  + new + resurrected - lost
        revenue = revenue before + new_revenue + resurrected_revenue
                  + expansion - contraction - lost_revenue

    Parameters
    ----------
    transactions
        One row per purchase, in any order; of a lazy frame, only sums leave the
        engine.
    observation_period_end
        The last day seen, inclusive: a date, a datetime or an ISO-8601 text.
    grain
        The period: day, ISO week, month, quarter or year.
    lapse_periods
        How many periods without a purchase a customer is ``dormant`` and not yet
        ``lapsed``; with None both are not told apart.
    refunds
        As for :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per period in the caller's library, from the first purchase on, with

    - ``period``: its first day, and ``complete``: whether it has ended; the last one
      may be in progress, and looks worse than it is;
    - ``active``, ``new`` (first purchase in the log), ``retained`` (active in the
      period before too), ``resurrected`` (active before that only), ``lost`` (active
      in the period before and not in this one), ``inactive`` (seen before, not
      active), and with ``lapse_periods`` its two parts, ``dormant`` and ``lapsed``;
    - ``revenue``, ``new_revenue``, ``resurrected_revenue``, ``expansion`` and
      ``contraction`` (of retained customers, against their period before), and
      ``lost_revenue``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window.

    Notes
    -----
    A log that starts after the relationships did calls everybody new in its first
    periods.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "bob"],
    ...     "date": pd.to_datetime(
    ...         ["2024-01-05", "2024-01-20", "2024-02-11", "2024-03-02"]
    ...     ),
    ...     "amount": [10.0, 20.0, 15.0, 30.0],
    ... })
    >>> growth = ck.segments.growth_accounting(
    ...     log, observation_period_end="2024-03-31"
    ... )
    >>> growth[["active", "new", "retained", "resurrected", "lost"]]
       active  new  retained  resurrected  lost
    0       2    2         0            0     0
    1       1    0         1            0     1
    2       1    0         0            1     1
    """
    lapse = (
        None
        if lapse_periods is None
        else whole("lapse_periods", lapse_periods, at_least=1)
    )
    seen = active_periods(
        transactions,
        end=observation_period_end,
        grain=grain,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    arrived, left = seen.spells()
    found = growth_counts.accounts(arrived, left, seen.count)

    def inactive(shortest: int, longest: int) -> np.ndarray:
        return growth_counts.inactive_between(
            left, seen.count, shortest=shortest, longest=longest
        ).astype(np.int64)

    columns: dict[str, np.ndarray] = {
        "period": seen.starts.astype("datetime64[D]"),
        "complete": np.arange(seen.count) < seen.complete,
        "active": found.active.astype(np.int64),
        "new": found.new.astype(np.int64),
        "retained": found.retained.astype(np.int64),
        "resurrected": found.resurrected.astype(np.int64),
        "lost": found.lost.astype(np.int64),
        "inactive": inactive(1, seen.count),
    }
    if lapse is not None:
        columns["dormant"] = inactive(1, lapse)
        columns["lapsed"] = inactive(lapse + 1, seen.count)
    columns |= {
        "revenue": found.amount,
        "new_revenue": found.new_amount,
        "resurrected_revenue": found.resurrected_amount,
        "expansion": found.expansion,
        "contraction": found.contraction,
        "lost_revenue": found.lost_amount,
    }
    return native(put_beside(seen.log.frame, columns), transactions)
