"""Columns that regularity and the spread of spend need, added to a summary."""

import numpy as np

from .._frames import (
    EagerFrame,
    collect,
    group_rows,
    matched_ids,
    native,
    nw,
    read_eager,
    require_ids,
    table,
    with_arrays,
)
from ..errors import InvalidValueError
from ..kernels.log.occasion_details import occasion_details
from ..typing import Day, Grain, IntoDataFrameT, Refunds, TimeUnit
from .open_log import LogColumns, open_log
from .summary_in_memory import occasions_between

__all__ = ["with_occasion_details"]

_ROW = "_crmkit_row"
_DETAILS = ("log_gaps", "monetary_variance")


def with_occasion_details(
    customers: IntoDataFrameT,
    *,
    transactions: IntoDataFrameT,
    observation_period_end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoDataFrameT:
    """Add how even each customer's purchases are, in time and in money.

    ``rfm_summary`` keeps the number, the ends and the mean of the purchase occasions.
    A model of regular buyers needs the times between them too (``fit_mbg_cnbd_k``), and
    a credibility model of spend the spread of the amounts (``fit_credibility_spend``).

    Parameters
    ----------
    customers
        The summary of the same log, made with the same arguments.
    transactions
        The log that the summary was made of, in the same library, in memory.
    observation_period_end, grain, time_unit, refunds
        As they were given to ``rfm_summary``.
    customer_id_col, date_col, amount_col
        The columns to read; ``customer_id_col`` is one of ``customers`` too.

    Returns
    -------
    The same rows, with

    - ``log_gaps``: the sum of the natural logarithms of the times between occasions, in
      the unit of time; 0 without a repeat purchase;
    - ``monetary_variance``: the sample variance of the amounts of the repeat occasions;
      0 for fewer than two.

    Raises
    ------
    MissingColumnError
        If a column is absent.
    InvalidValueError
        If a customer has no transaction in the log, or the log is one that
        ``rfm_summary`` refuses.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "ann"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-15", "2024-01-20",
    ...                             "2024-02-12"]),
    ...     "amount": [10.0, 20.0, 15.0, 40.0],
    ... })
    >>> customers = ck.rfm_summary(
    ...     log, observation_period_end="2024-03-31", time_unit="week"
    ... )
    >>> detailed = ck.with_occasion_details(
    ...     customers,
    ...     transactions=log,
    ...     observation_period_end="2024-03-31",
    ...     time_unit="week",
    ... )
    >>> detailed[["customer_id", "log_gaps", "monetary_variance"]].round(3)
      customer_id  log_gaps  monetary_variance
    0         ann     2.079              200.0
    1         bob     0.000                0.0
    """
    summary = read_eager(customers, (customer_id_col,))
    require_ids(summary, customer_id_col)
    columns = LogColumns(customer_id_col, date_col, amount_col)
    log = open_log(
        read_eager(transactions, columns),
        columns,
        observation_period_end,
        grain,
        time_unit,
        refunds=refunds,
    )
    frame = collect(log.frame)
    groups = group_rows(frame, customer_id_col)
    details = occasion_details(occasions_between(log, frame, groups, refunds))
    found = table(
        frame,
        {
            customer_id_col: groups.ids[details.customer],
            # The gaps are whole days: another unit moves each logarithm alike.
            "log_gaps": details.log_gaps - details.gaps * np.log(log.window.unit_days),
            "monetary_variance": details.variance,
        },
    )
    rows = summary.select(customer_id_col).with_row_index(_ROW)
    left, right = map(collect, matched_ids(rows, found, customer_id_col))
    joined = left.join(right, on=customer_id_col, how="left").sort(_ROW)
    _refuse_unknown(joined, customer_id_col)
    arrays = {name: joined[name].to_numpy() for name in _DETAILS}
    return native(with_arrays(summary, arrays), customers)


def _refuse_unknown(joined: EagerFrame, customer_id_col: str) -> None:
    unknown = joined.filter(nw.col("log_gaps").is_null())
    if len(unknown):
        raise InvalidValueError(
            subject=f"column {customer_id_col!r}",
            found="customer without a transaction",
            count=len(unknown),
            total=len(joined),
            first=f"customer {unknown[customer_id_col].to_list()[0]!r}",
            remedy="Pass the log that the summary was made of.",
        )
