"""How long it took until a customer had paid back the cost of acquisition."""

from typing import Any

import numpy as np

from ..._arguments import instance, one_of
from ..._dates import day_number
from ..._frames import native, nw, read_eager, table
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER, first_days, totals
from ...kernels.value.payback import payback_days
from ...ledger import Ledger
from ...typing import Day, IntoDataFrameT, TimeUnit

__all__ = ["acquisition_breakeven"]


def acquisition_breakeven(
    ledger: Ledger[IntoDataFrameT], *, as_of: Day, time_unit: TimeUnit
) -> IntoDataFrameT:
    """Summarise when the profit of each customer first covered its acquisition cost.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.
    time_unit
        The unit of ``age`` and ``breakeven_time``.

    Returns
    -------
    DataFrame
        One row per customer seen, by id: ``acquisition_cost``; ``profit`` so far
        (revenue minus the cost of goods and service, undiscounted); ``age`` since the
        first cost or purchase; ``breakeven_time`` from then to the day on which profit
        first covered the cost, null where it has not yet.

    Raises
    ------
    InvalidValueError
        If ``time_unit`` is not a unit of time, or ``as_of`` not a date.

    Notes
    -----
    A customer who has not broken even may still do so: the time is censored. Use
    ``crmkit.churn.fit_kaplan_meier`` for the share by age, not a mean of
    ``breakeven_time``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.ledger import Ledger
    >>> from crmkit.campaigns import acquisition_breakeven
    >>> ledger = Ledger(
    ...     lines=pd.DataFrame({
    ...         "customer_id": ["ada", "ada", "bob"],
    ...         "date": pd.to_datetime(["2024-01-05", "2024-03-05", "2024-02-10"]),
    ...         "paid_amount": [20.0, 30.0, 12.0],
    ...     }),
    ...     acquisition=pd.DataFrame({
    ...         "customer_id": ["ada", "bob"], "amount": [40.0, 40.0],
    ...         "date": pd.to_datetime(["2024-01-05", "2024-02-10"]),
    ...     }),
    ... )
    >>> found = acquisition_breakeven(ledger, as_of="2024-12-31", time_unit="day")
    >>> found[["customer_id", "profit", "breakeven_time"]]
      customer_id  profit  breakeven_time
    0         ada    50.0            60.0
    1         bob    12.0             NaN
    """
    day = day_number("as_of", as_of)
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    book = instance("ledger", ledger, Ledger).book.until(day)
    lines, service, won = book.lines, book.service, book.acquisition
    customer = np.concatenate([lines.customer, service.customer])
    days = np.concatenate([lines.day, service.day])
    money = np.concatenate([lines.paid - lines.cost, -service.amount])
    cost = totals(won.customer, won.amount, book.customers)
    start = np.minimum(
        first_days(customer, days, book.customers),
        first_days(won.customer, won.day, book.customers),
    )
    start = np.where(start < NEVER, start, day)
    reached = payback_days(customer, days, money, cost)
    seen = book.seen()
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        ledger.customer_id_col: book.ids.filter(seen.tolist()),
        "acquisition_cost": cost[seen],
        "profit": totals(customer, money, book.customers)[seen],
        "age": ((day - start) / unit)[seen],
        "breakeven_time": ((reached - start) / unit)[seen],
    }
    found = table(read_eager(ledger.lines, ()), columns)
    time = nw.col("breakeven_time")
    return native(
        found.with_columns(nw.when(~time.is_nan()).then(time).alias("breakeven_time")),
        ledger.lines,
    )
