"""Spells as person-periods: one row for each period of a customer at risk."""

import numpy as np

from ..._check import typed
from ..._frames import native, numbers, nw, with_arrays
from ...errors import InvalidValueError
from ...typing import FloatArray, IntoDataFrameT
from .spells import SpellColumns, read_spells

__all__ = ["person_periods"]

_MOST_ROWS = 100_000_000


@typed
def person_periods(
    spells: IntoDataFrameT,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    period_col: str = "period",
    output_col: str = "event",
) -> IntoDataFrameT:
    """Expand spells into one row per customer and period at risk.

    Join what changes over time to the result, on customer and period: a value must be
    known at the *start* of its period.

    Parameters
    ----------
    spells
        One row per customer.
    duration_col
        Whole periods observed: an event of duration 3 happened in period 3; without an
        event the customer stayed through periods 1 to 3.
    event_col
        Whether the loss was seen.
    entry_col
        Whole periods already over when observation began: rows start after it.
    period_col, output_col
        The columns added: the period, from 1, and whether the loss was in it.

    Returns
    -------
    DataFrame
        The columns of ``spells``, repeated, and two more. The number of rows is the sum
        of the durations minus the entries.

    Notes
    -----
    Where many spells are alike, count the equal ones first: a column with their number
    is repeated like any other, and is the ``weight_col`` of ``fit_discrete_hazard``.

    Raises
    ------
    InvalidValueError
        If a duration is not whole, or 0.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame(
    ...     {"customer_id": ["a", "b"], "duration": [2, 1], "event_observed": [1, 0]}
    ... )
    >>> person_periods(spells)[["customer_id", "period", "event"]]
      customer_id  period  event
    0           a       1  False
    1           a       2   True
    2           b       1  False
    """
    columns = SpellColumns(duration_col, event_col, entry_col)
    rows, frame = read_spells(spells, columns)
    entry = numbers(frame, entry_col) if entry_col is not None else np.zeros(len(frame))
    _require_whole(duration_col, rows.duration, at_least=1)
    _require_whole(entry_col or "entry", entry, at_least=0)
    _require_few(duration_col, float(np.sum(rows.duration - entry)))
    length = (rows.duration - entry).astype(np.int64)
    at = np.repeat(np.arange(length.size), length)
    start = np.repeat(np.cumsum(length) - length, length)
    period = np.arange(at.size) - start + entry[at].astype(np.int64) + 1
    event = rows.event[at] & (period == rows.duration[at])
    # A repeated pandas index would identify no row: the rows are numbered anew.
    repeated = nw.maybe_reset_index(frame[at])
    added = with_arrays(repeated, {period_col: period, output_col: event})
    return native(added, spells)


def _require_few(column: str, total: float) -> None:
    # A duration in seconds would fill the memory with a row for each of them.
    if total > _MOST_ROWS:
        raise InvalidValueError(
            subject=f"column {column!r}",
            found=f"durations of {total:,.0f} periods in all",
            remedy=f"Count in a larger unit: at most {_MOST_ROWS:,} rows are made.",
        )


def _require_whole(name: str, values: FloatArray, *, at_least: int) -> None:
    wrong = np.flatnonzero((values != np.floor(values)) | (values < at_least))
    if wrong.size:
        raise InvalidValueError(
            subject=f"column {name!r}",
            found=f"value that is not a whole number of {at_least} or more",
            count=wrong.size,
            total=values.size,
            first=f"row {wrong[0]}, value {float(values[wrong[0]])!r}",
            remedy="Count whole periods; round the duration of an event up.",
        )
