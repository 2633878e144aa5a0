"""Groups followed over time: who is still there, and whether the groups differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ..._check import fraction
from ..._frames import (
    EagerFrame,
    Groups,
    group_rows,
    id_rules,
    native,
    read_eager,
    refuse,
    require_ids,
    table,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survival import event_table
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoDataFrameT
from ..item_columns import complete_rows, items, require_flag

__all__ = ["SurvivalComparison", "survival_by", "survival_comparison"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SurvivalComparison:
    """Whether groups leave, or come back, at one pace.

    Attributes
    ----------
    groups, observed, expected
        The groups in ascending order, their events, and the events to expect of each
        were the pace the same.
    statistic, degrees_of_freedom, p_value
        The log-rank test.
    incomplete
        Rows with a hole, left out.
    """

    groups: tuple[str, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    incomplete: int

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "SurvivalComparison":
        """Build the comparison from its JSON document."""
        return from_document(cls, document)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spells:
    frame: EagerFrame
    groups: Groups
    codes: IntArray
    duration: FloatArray
    event: FloatArray
    incomplete: int


def survival_by(
    responses: IntoDataFrameT,
    *,
    by: str,
    duration_col: str,
    event_col: str,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Follow each group over time: who is still there, or has not come back yet.

    Parameters
    ----------
    responses
        One row per customer with a group and outcomes.
    by
        The column that makes the groups.
    duration_col, event_col
        ``"days_to_churn"`` and ``"churned"``, or ``"days_to_repurchase"`` and
        ``"repurchased"``: the time, and 1 if the event came or 0 if only the horizon
        did.
    level
        Of the intervals (log-log).

    Returns
    -------
    The same library's frame, one row per group and time with an event or an end: the
    group, ``time``, ``at_risk``, ``events``, ``survival`` (Kaplan and Meier 1958),
    ``lower`` and ``upper``.

    Raises
    ------
    InvalidValueError
        If a group is missing, a time is not above 0, or an event is not 0 or 1.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "nps_group": ["promoter"] * 3, "days_to_churn": [10, 20, 30],
    ...     "churned": [1, 1, 0],
    ... })
    >>> survival_by(
    ...     after, by="nps_group", duration_col="days_to_churn", event_col="churned"
    ... )[["time", "at_risk", "survival"]]
       time  at_risk  survival
    0  10.0      3.0      0.67
    1  20.0      2.0      0.33
    2  30.0      1.0      0.33
    """
    fraction("level", level)
    spells = _spells(responses, by, duration_col, event_col)
    codes, groups = spells.codes, spells.groups
    curves = [
        _curve(spells.duration[codes == code], spells.event[codes == code], level)
        for code in range(groups.count)
    ]
    place = np.repeat(np.arange(groups.count), [curve.shape[1] for curve in curves])
    names = ("time", "at_risk", "events", "survival", "lower", "upper")
    columns = dict(zip(names, np.concatenate(curves, axis=1), strict=True))
    return native(table(spells.frame, {by: groups.ids[place], **columns}), responses)


def survival_comparison(
    responses: IntoDataFrame, *, by: str, duration_col: str, event_col: str
) -> SurvivalComparison:
    """Test whether groups leave, or come back, at one pace (Mantel 1966).

    Parameters
    ----------
    responses
        One row per customer with a group and outcomes.
    by, duration_col, event_col
        As in :func:`survival_by`.

    Returns
    -------
    SurvivalComparison
        Events seen and expected in each group, and the log-rank test.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two groups, or no event.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "nps_group": ["detractor"] * 4 + ["promoter"] * 4,
    ...     "days_to_churn": [5, 10, 20, 90, 60, 90, 90, 90],
    ...     "churned": [1, 1, 1, 0, 1, 0, 0, 0],
    ... })
    >>> test = survival_comparison(
    ...     after, by="nps_group", duration_col="days_to_churn", event_col="churned"
    ... )
    >>> test.observed, test.expected, test.p_value
    ((3.0, 1.0), (1.5, 2.5), 0.11)
    """
    spells = _spells(responses, by, duration_col, event_col)
    present, codes = np.unique(spells.codes, return_inverse=True)
    if present.size < 2 or not spells.event.any():
        raise NotEnoughDataError(
            needed="2 groups and an event",
            got=f"{present.size} groups and {spells.event.sum():.0f} events",
            remedy="Choose other groups, or a longer horizon.",
        )
    events, at_risk = event_table.grouped_events(
        np.full(codes.size, -np.inf),
        spells.duration,
        spells.event == 1,
        np.ones(codes.size),
        codes,
        groups=present.size,
    )
    test = event_table.log_rank(events, at_risk, np.ones(events.shape[1]))
    names = spells.groups.ids.to_list()
    return SurvivalComparison(
        groups=tuple(str(names[code]) for code in present.tolist()),
        observed=tuple(test.observed.tolist()),
        expected=tuple(test.expected.tolist()),
        statistic=test.statistic,
        degrees_of_freedom=test.degrees_of_freedom,
        p_value=float(chdtrc(test.degrees_of_freedom, test.statistic)),
        incomplete=spells.incomplete,
    )


def _spells(responses: object, by: str, duration_col: str, event_col: str) -> _Spells:
    frame = read_eager(responses, (by, duration_col, event_col))
    require_ids(frame, by)
    refuse(frame, id_rules(frame, by))
    values = items(frame, (duration_col, event_col), None)
    kept = complete_rows(values, at_least=1)
    duration, event = values[kept].T
    require_flag(event_col, event)
    if duration.min() <= 0:
        raise InvalidValueError(
            subject=f"column {duration_col!r}",
            found="time that is not above 0",
            first=repr(float(duration.min())),
            remedy="Time begins after the answer.",
        )
    groups = group_rows(frame, by)
    return _Spells(
        frame=frame,
        groups=groups,
        codes=groups.codes[kept],
        duration=duration,
        event=event,
        incomplete=int((~kept).sum()),
    )


def _curve(duration: FloatArray, event: FloatArray, level: float) -> FloatArray:
    if duration.size == 0:
        return np.empty((6, 0))
    counted = event_table.event_table(
        np.full(duration.size, -np.inf), duration, event == 1, np.ones(duration.size)
    )
    S = event_table.survival(counted)
    lower, upper = event_table.log_log_interval(
        S, event_table.greenwood(counted), level=level
    )
    return np.stack([counted.time, counted.at_risk, counted.events, S, lower, upper])
