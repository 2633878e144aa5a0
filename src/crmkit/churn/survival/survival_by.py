"""The Kaplan-Meier curve of each group, as one table."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction, names_given, typed
from ..._frames import native, table
from ...typing import IntoDataFrameT
from .kaplan_meier import curve_of
from .spell_groups import spell_groups
from .spells import SpellColumns, Spells, read_spells

__all__ = ["survival_by"]


@typed
def survival_by(
    spells: IntoDataFrameT,
    *,
    by: str | Sequence[str],
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Summarise the share of each group still there after each time (Kaplan-Meier).

    Parameters
    ----------
    spells
        One row per customer.
    by
        The column of the groups, or several.
    duration_col, event_col
        How long the customer was observed from the start, and whether the loss was
        seen (booleans, or 0 and 1). Any event counts, such as the next purchase.
    entry_col
        The age at which observation began, where that was later than the start.
    weight_col
        The number of customers that a row represents.
    level
        The confidence level of the intervals (log-log).

    Returns
    -------
    DataFrame
        One row per group and time at which a customer left or was censored: the group,
        ``time``, ``at_risk``, ``events``, ``survival``, ``survival_lower`` and
        ``survival_upper``.

    Raises
    ------
    InvalidValueError
        If a group, duration, event, entry or weight is missing or impossible.

    See Also
    --------
    log_rank : Test whether the groups differ.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "plan": ["basic"] * 3, "duration": [10, 20, 30],
    ...     "event_observed": [1, 1, 0],
    ... })
    >>> survival_by(spells, by="plan")[["time", "at_risk", "survival"]].round(2)
       time  at_risk  survival
    0  10.0      3.0      0.67
    1  20.0      2.0      0.33
    2  30.0      1.0      0.33
    """
    inside = fraction("level", level)
    names = names_given("by", by)
    columns_read = SpellColumns(duration_col, event_col, entry_col, weight_col)
    rows, frame = read_spells(spells, columns_read, by=names)
    groups = spell_groups(frame, names)
    curves = [
        curve_of(_rows_of(rows, groups.codes == code), level=inside)
        for code in range(groups.count)
    ]
    place = np.repeat(np.arange(groups.count), [len(curve.time) for curve in curves])
    facts = (
        "time",
        "at_risk",
        "events",
        "survival",
        "survival_lower",
        "survival_upper",
    )
    columns = {
        fact: np.concatenate([np.array(getattr(curve, fact)) for curve in curves])
        for fact in facts
    }
    labels = {name: ids[place.tolist()] for name, ids in groups.names.items()}
    return native(table(frame, {**labels, **columns}), spells)


def _rows_of(rows: Spells, own: np.ndarray) -> Spells:
    return Spells(
        duration=rows.duration[own],
        event=rows.event[own],
        entry=rows.entry[own],
        weight=rows.weight[own],
    )
