"""Growth accounting: customers and revenue gained, kept and lost in each period."""

import numpy as np

from ..._check import whole
from ..._frames import native, result_table
from ...kernels.groups import growth_counts
from ...rfm.open_log import LogColumns
from ...typing import Day, Grain, IntoFrameT, Refunds
from .active_periods import ActivePeriods, active_periods

__all__ = ["growth_accounting", "growth_by_period"]


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
    """Count new, retained, resurrected and lost customers per period, with revenue.

    The same revenue can come from a base that stays and from one that leaks and is
    refilled. Two identities hold in every row::

        active  = active before  + new + resurrected - lost
        revenue = revenue before + new_revenue + resurrected_revenue
                  + expansion - contraction - lost_revenue

    Parameters
    ----------
    transactions
        One row per purchase, in any order. A lazy frame is summed in its engine.
    observation_period_end
        The last day of observation, inclusive: a date, a datetime or ISO-8601 text.
    grain
        The period: day, ISO week, month, quarter or year.
    lapse_periods
        Number of periods without a purchase up to which a customer is ``dormant``;
        after it, ``lapsed``. With None the two are not distinguished. A lapse window
        in days, such as :func:`crmkit.churn.fit_lapse_window` finds, is converted to
        periods by the caller: 90 days are 3 months.
    refunds
        What to do with negative amounts: ``"error"`` refuses them, ``"drop"`` ignores
        them, ``"net"`` subtracts them, as in :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per period in the caller's library, from the first purchase on, with

    - ``period``: its first day, and ``complete``: whether it has ended. A period in
      progress looks worse than it will be;
    - ``active``; ``new`` (first purchase in the log); ``retained`` (active in the
      period before too); ``resurrected`` (active earlier, but not in the period
      before); ``lost`` (active in the period before, but not in this one);
      ``inactive`` (known, but not active), and with ``lapse_periods`` its two parts,
      ``dormant`` and ``lapsed``;
    - ``revenue``, ``new_revenue``, ``resurrected_revenue``, ``expansion`` and
      ``contraction`` (of retained customers, compared with the period before), and
      ``lost_revenue``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If no row is within the window.

    Notes
    -----
    If the log starts later than the customer relationships, the first periods count
    all customers as new.

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
    named = LogColumns(customer_id_col, date_col, amount_col)
    seen = active_periods(transactions, named, observation_period_end, grain, refunds)
    return native(
        result_table(seen.log.frame, growth_by_period(seen, lapse)), transactions
    )


def growth_by_period(seen: ActivePeriods, lapse: int | None) -> dict[str, np.ndarray]:
    """Return the columns of the table, a row per period."""
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
    return columns | {
        "revenue": found.amount,
        "new_revenue": found.new_amount,
        "resurrected_revenue": found.resurrected_amount,
        "expansion": found.expansion,
        "contraction": found.contraction,
        "lost_revenue": found.lost_amount,
    }
