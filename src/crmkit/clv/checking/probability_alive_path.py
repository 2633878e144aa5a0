"""The probability to be active of every customer, over a series of days."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from ..._check import able_to, listed, one_of
from ..._dates import date_of, day_number
from ..._frames import native, nw, read_eager, with_arrays
from ...errors import InvalidValueError
from ...rfm.open_log import REFUNDS, LogColumns, read_log
from ...rfm.rfm_summary import summary_of_log
from ...typing import Day, Grain, IntoFrameT, Refunds, TimeUnit
from ..value.fitted_unit import unit_of

__all__ = ["probability_alive_path"]

_ADDED = ("date", "probability_alive")


class _WithAlive(Protocol):
    def with_probability_alive(self, customers: IntoFrameT) -> IntoFrameT: ...


def probability_alive_path(
    transactions: IntoFrameT,
    *,
    model: _WithAlive,
    days: Iterable[Day],
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Follow the probability to be active of every customer over days.

    On each day only purchases up to that day are known. The probability falls while a
    customer is silent and jumps up at each purchase. Days after the last purchase of
    the log go on as if nothing more was bought.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    model
        A fitted purchase model; the same one for all days.
    days
        The days to look at.
    grain, refunds
        What makes one occasion and what a negative amount means, as in ``rfm_summary``.
    time_unit
        The unit of ``T`` that the model was fitted in.
    customer_id_col, date_col, amount_col
        The columns read.

    Returns
    -------
    frame
        One row per day and customer who had bought by then: the id, ``date`` and
        ``probability_alive``.

    Raises
    ------
    InvalidValueError
        If ``days`` is empty, or the model was fitted in another unit of time.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd
    >>> log = pd.DataFrame({
    ...     "customer_id": "ann", "amount": 9.0,
    ...     "date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
    ... })
    >>> path = probability_alive_path(
    ...     log, model=BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4), time_unit="week",
    ...     days=["2024-01-15", "2024-02-01", "2024-02-29", "2024-03-01"],
    ... )
    >>> path["probability_alive"].round(2).tolist()
    [1.0, 0.75, 0.65, 0.81]
    """
    able_to("model", model, "with_probability_alive")
    unit = unit_of(model)
    if unit is not None and unit != time_unit:
        raise InvalidValueError(
            subject="argument 'time_unit'",
            found=f"{time_unit!r}, beside a model fitted in {unit!r}",
            remedy=f"Pass time_unit={unit!r}.",
        )
    looked = sorted(
        {day_number("days", day, zone=None) for day in listed("days", days)}
    )
    if not looked:
        raise InvalidValueError(
            subject="argument 'days'",
            found="an empty list",
            remedy="Pass at least one day to look at.",
        )
    one_of("refunds", refunds, REFUNDS)
    given: object = customer_id_col  # a Series compared with a text has no truth value
    if isinstance(given, str) and given in _ADDED:
        raise InvalidValueError(
            subject="argument 'customer_id_col'",
            found=f"{customer_id_col!r}, a column that the path adds",
            remedy="Rename the column of customers.",
        )
    columns = LogColumns(customer_id_col, date_col, amount_col)
    log = read_log(
        read_eager(transactions, columns),
        columns,
        date_of(looked[-1]),
        grain,
        time_unit,
    )
    parts = []
    for day in looked:
        known = summary_of_log(log.until(date_of(day), "days"), refunds)
        customers = native(known, transactions)
        scored = read_eager(model.with_probability_alive(customers), ())
        date = np.full(len(scored), np.datetime64(date_of(day), "D"))
        dated = with_arrays(scored, {"date": date})
        parts.append(dated.select(customer_id_col, *_ADDED))
    path = nw.maybe_reset_index(nw.concat(parts, how="vertical"))
    return native(path, transactions)
