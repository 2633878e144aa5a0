"""From the dates a customer came and left to a duration and an event."""

import numpy as np

from ..._check import one_of, typed
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    Rule,
    collect,
    day_numbers,
    native,
    nw,
    read_eager,
    refuse,
    require_dates,
    with_arrays,
)
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import Day, IntArray, IntoDataFrameT, TimeUnit

__all__ = ["with_spell"]


@typed
def with_spell(
    customers: IntoDataFrameT,
    *,
    observation_period_end: Day,
    time_unit: TimeUnit = "day",
    start_col: str = "start_date",
    end_col: str = "end_date",
    duration_col: str = "duration",
    event_col: str = "event_observed",
) -> IntoDataFrameT:
    """Add how long each customer was observed, and whether the customer left.

    Parameters
    ----------
    customers
        One row per customer or contract.
    observation_period_end
        The last day seen, inclusive. A customer who left later had not left by then:
        the spell is censored at that day.
    time_unit
        The unit of the duration.
    start_col
        The day the customer came.
    end_col
        The day the customer left; missing for a customer who is still there.
    duration_col
        The column added for the time from the first day to the last one seen.
    event_col
        The column added for whether the customer left within the observation.

    Returns
    -------
    DataFrame
        The same rows and two more columns, as ``fit_kaplan_meier`` reads them.

    Raises
    ------
    InvalidValueError
        If a start is missing or after the end of observation, or an end is before its
        start.

    Examples
    --------
    >>> import pandas as pd
    >>> contracts = pd.DataFrame({
    ...     "start_date": pd.to_datetime(["2024-01-01", "2024-02-01"]),
    ...     "end_date": pd.to_datetime(["2024-01-31", None]),
    ... })
    >>> spells = with_spell(contracts, observation_period_end="2024-03-31")
    >>> spells[["duration", "event_observed"]]
       duration  event_observed
    0      30.0            True
    1      59.0           False
    """
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    last = day_number("observation_period_end", observation_period_end)
    frame = read_eager(customers, (start_col, end_col))
    dated, rules = require_dates(frame, start_col)
    # A missing end is an answer: the customer is still there.
    dated, _ = require_dates(dated, end_col)
    early = Rule(
        column=end_col,
        broken=nw.col(end_col) < nw.col(start_col),
        found="date before its start",
        remedy="Correct or drop these rows.",
    )
    refuse(dated, [*rules, early])
    opened = collect(dated)
    start = day_numbers(opened, start_col)
    _refuse_late(opened, start, last, start_col)
    open_ended = np.asarray(opened[end_col].is_null().to_numpy(), dtype=np.bool_)
    end = np.full(start.size, last + 1)
    # Engines disagree about a hole among dates: only those that are there are read.
    end[~open_ended] = day_numbers(opened.filter((~open_ended).tolist()), end_col)
    columns = {
        duration_col: (np.minimum(end, last) - start) / unit,
        event_col: end <= last,
    }
    return native(with_arrays(frame, columns), customers)


def _refuse_late(frame: EagerFrame, start: IntArray, last: int, column: str) -> None:
    marked = with_arrays(frame, {"_crmkit_late": start > last})
    refuse(
        marked,
        [
            Rule(
                column=column,
                broken=nw.col("_crmkit_late"),
                found="date after the end of observation",
                remedy="Drop these rows, or observe for longer.",
            )
        ],
    )
