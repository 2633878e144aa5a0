"""The purchase history of each customer of a ledger, to fit models to."""

from typing import Any

import numpy as np

from ..._check import instance, one_of
from ..._dates import day_number
from ..._frames import nw
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import Day, IntoDataFrameT, TimeUnit
from .customer_occasions import history_of, occasions_of
from .result_rows import labelled

__all__ = ["purchase_histories"]


def purchase_histories(
    ledger: Ledger[IntoDataFrameT], *, as_of: Day, time_unit: TimeUnit = "day"
) -> IntoDataFrameT:
    """Return the purchase history of each customer, for models of purchases and spend.

    The columns are those of ``rfm_summary``; an occasion is a day with an order, and a
    return is taken off the occasion of what it reverses, so amounts are net.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.
    time_unit
        The unit of ``recency`` and ``T``.

    Returns
    -------
    DataFrame
        One row per customer who has bought, by id: ``frequency``, ``recency``, ``T``,
        ``monetary_value`` (mean net amount of a repeat occasion).

    Raises
    ------
    InvalidValueError
        If ``time_unit`` is unknown, or ``as_of`` is not a day.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> from crmkit.clv import purchase_histories
    >>> ledger = Ledger(lines=pd.DataFrame({
    ...     "customer_id": ["ada", "ada", "bob"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-21"]),
    ...     "paid_amount": [10.0, 30.0, 5.0],
    ... }))
    >>> purchase_histories(ledger, as_of="2024-01-31")
      customer_id  frequency  recency     T  monetary_value
    0         ada        1.0     10.0  30.0            30.0
    1         bob        0.0      0.0  10.0             0.0
    """
    day = day_number("as_of", as_of)
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    book = instance("ledger", ledger, Ledger).book.until(day)
    history = history_of(book, occasions_of(book), day, unit)
    there = history.bought
    labels = {ledger.customer_id_col: book.ids.filter(there.tolist())}
    values: dict[str, np.ndarray | nw.Series[Any]] = {
        "frequency": history.frequency[there],
        "recency": history.recency[there],
        "T": history.T[there],
        "monetary_value": history.monetary_value[there],
    }
    return frame_of(ledger, labelled(labels, values))
