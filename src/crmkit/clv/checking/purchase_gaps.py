"""The times between purchases, one by one."""

import numpy as np

from ..._frames import collect, group_rows, native, read_eager, table
from ...rfm.open_log import LogColumns, open_log
from ...rfm.summary_in_memory import occasions_between
from ...typing import Day, Grain, IntoDataFrameT, Refunds, TimeUnit

__all__ = ["purchase_gaps"]


def purchase_gaps(
    transactions: IntoDataFrameT,
    *,
    observation_period_end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoDataFrameT:
    """Measure the time between each purchase of a customer and the one before.

    The gap that is still open at the end is not among them, so that short gaps are
    over-represented where customers were observed for a short time.

    Parameters
    ----------
    transactions
        One row per transaction.
    observation_period_end
        The last day observed; later rows are left out.
    grain
        The calendar period that makes one purchase occasion.
    time_unit
        The unit of the gaps.
    refunds
        What a negative amount means, as in ``rfm_summary``.
    customer_id_col, date_col, amount_col
        The columns read.

    Returns
    -------
    DataFrame
        One row per repeat purchase, sorted by customer and day: ``customer_id``,
        ``date`` of the purchase, and ``gap`` since the one before.

    Raises
    ------
    InvalidValueError
        If a value is missing or impossible.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "ann"], "amount": [1.0, 2.0, 3.0, 4.0],
    ...     "date": pd.to_datetime(
    ...         ["2024-01-01", "2024-01-08", "2024-01-09", "2024-01-29"]
    ...     ),
    ... })
    >>> purchase_gaps(log, observation_period_end="2024-12-31", time_unit="week")
      customer_id       date  gap
    0         ann 2024-01-08  1.0
    1         ann 2024-01-29  3.0
    """
    named = LogColumns(customer_id_col, date_col, amount_col)
    log = open_log(
        read_eager(transactions, named),
        named,
        observation_period_end,
        grain,
        time_unit,
        refunds=refunds,
    )
    frame = collect(log.frame)
    groups = group_rows(frame, log.customer_id)
    found = occasions_between(log, frame, groups, refunds)
    again = np.flatnonzero(np.diff(found.customer, prepend=-1) == 0)
    gap = log.window.length(found.day[again] - found.day[again - 1])
    date = found.day[again].astype("datetime64[D]")
    ids = groups.ids.to_numpy()[found.customer[again]]
    columns = {customer_id_col: ids, "date": date, "gap": gap}
    return native(table(frame, columns), transactions)
