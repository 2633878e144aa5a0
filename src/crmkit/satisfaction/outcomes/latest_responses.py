"""The latest response of each customer."""

import numpy as np

from ..._check import day_count
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    Frame,
    collect,
    day_numbers,
    epoch_day,
    group_rows,
    id_rules,
    native,
    nw,
    read,
    refuse,
    require_dates,
    require_ids,
    time_zone,
)
from ...typing import Day, IntArray, IntoFrameT

__all__ = ["latest_responses"]


def latest_responses(
    responses: IntoFrameT,
    *,
    as_of: Day,
    window_days: int | None = None,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
) -> IntoFrameT:
    """Keep the latest response of each customer.

    Parameters
    ----------
    responses
        One row per answer.
    as_of
        The last day that counts, inclusive; later responses are left out.
    window_days
        Keep only responses from this many days up to ``as_of``; None keeps all.
    customer_id_col, date_col
        The customer and the date of each response.

    Returns
    -------
    The kept rows with all columns, one per customer, sorted by customer; of several
    responses on one day, the one in the last row. A lazy frame stays lazy and unsorted,
    and keeps all responses of a customer's last day, because rows in an engine have no
    order.

    Raises
    ------
    InvalidValueError
        If an id or a date is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-03-01", "2023-06-01"]),
    ...     "score": [3, 9, 10],
    ... })
    >>> latest_responses(answers, as_of="2024-03-31", window_days=90)
      customer_id       date  score
    1           a 2024-03-01      9
    """
    opened = read(responses, (customer_id_col, date_col))
    require_ids(opened, customer_id_col)
    frame, dates = require_dates(opened, date_col)
    refuse(frame, [*id_rules(frame, customer_id_col), *dates], id_col=customer_id_col)
    end = day_number("as_of", as_of, zone=time_zone(frame, date_col))
    start = None if window_days is None else end - day_count("window_days", window_days)
    if isinstance(frame, nw.LazyFrame):
        kept: Frame = _latest_in_engine(frame, customer_id_col, date_col, start, end)
    else:
        rows = _latest_rows(frame, customer_id_col, date_col, start, end)
        # Rows of the caller's frame: dates that were read from text stay text.
        kept = collect(opened)[rows]
    return native(kept, responses)


def _latest_rows(
    frame: EagerFrame, customer_id_col: str, date_col: str, start: int | None, end: int
) -> IntArray:
    day = day_numbers(frame, date_col)
    inside = np.flatnonzero((day <= end) & (start is None or day > start))
    code = group_rows(frame, customer_id_col).codes[inside]
    order = np.lexsort((inside, day[inside], code))
    last = np.append(np.diff(code[order]) != 0, values=True)[: inside.size]
    rows: IntArray = inside[order][last]
    return rows


def _latest_in_engine(
    frame: Frame, customer_id_col: str, date_col: str, start: int | None, end: int
) -> Frame:
    dated = frame.with_columns(epoch_day(date_col).alias("crmkit_day"))
    kept = dated.filter(nw.col("crmkit_day") <= end)
    if start is not None:
        kept = kept.filter(nw.col("crmkit_day") > start)
    last = nw.col("crmkit_day").max().over(customer_id_col).alias("crmkit_last")
    latest = kept.with_columns(last).filter(
        nw.col("crmkit_day") == nw.col("crmkit_last")
    )
    return latest.drop("crmkit_day", "crmkit_last")
