"""A funnel: how many customers reach each stage, and how long they take."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import fraction, names_given
from ..._frames import (
    EagerFrame,
    native,
    nw,
    read_eager,
    require_present,
    table,
)
from ...errors import InvalidValueError
from ...kernels.base.intervals import wilson
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntArray, IntoDataFrameT
from .days_reached import days_reached
from .sums_by_group import refuse_lost_groups

__all__ = ["funnel"]


def funnel(
    leads: IntoDataFrameT,
    *,
    stage_cols: Sequence[str],
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Summarise how many customers reach each stage of a funnel, and how long it takes.

    Parameters
    ----------
    leads
        One row per lead or customer.
    stage_cols
        The columns of dates on which each stage was reached, first stage first; a date
        is missing where the stage was not reached.
    by
        The column or columns that make a funnel for each of their values: channel,
        campaign, region, person.
    level
        The confidence level of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row per stage (and group, in ascending order): ``stage``;
        ``n_customers`` who reached it; ``conversion_rate``, their share of those who
        reached the stage before, with ``_lower`` and ``_upper``; ``overall_rate``,
        their share of those who entered the funnel; ``median_days`` and ``mean_days``
        from the stage before. The first stage has neither a rate from before nor days.

    Raises
    ------
    InvalidValueError
        If a stage was reached without the one before, or on an earlier day.

    Notes
    -----
    The days are those of customers who did move on. Customers who are still waiting
    are not counted in them, so a recent campaign looks quicker than it is.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> leads = pd.DataFrame({
    ...     "asked": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
    ...     "met": pd.to_datetime(["2024-01-05", "2024-01-04", None]),
    ...     "won": pd.to_datetime(["2024-01-20", None, None]),
    ... })
    >>> found = campaigns.funnel(leads, stage_cols=["asked", "met", "won"])
    >>> found[["stage", "n_customers", "conversion_rate", "median_days"]]
       stage  n_customers  conversion_rate  median_days
    0  asked            3              NaN          NaN
    1    met            2         0.666667          3.0
    2    won            1         0.500000         15.0
    """
    inside = fraction("level", level)
    stages = names_given("stage_cols", stage_cols)
    groups = [] if by is None else names_given("by", by)
    frame = read_eager(leads, [*stages, *groups])
    require_present(frame, *groups)
    days = [days_reached(frame, stage) for stage in stages]
    _require_order(stages, days)
    keys, codes = answer_groups(frame, groups) if groups else (None, _one(frame))
    # Without groups there is one funnel, also of no leads at all.
    count = 1 if keys is None else len(keys)
    reached = np.array(
        [np.bincount(codes[~np.isnan(day)], minlength=count) for day in days]
    ).T.astype(np.float64)
    before = np.concatenate([np.full((count, 1), np.nan), reached[:, :-1]], axis=1)
    some = before > 0
    base = np.where(some, before, 1.0)
    lower, upper = wilson(np.where(some, reached, 0.0), base, level=inside)
    waits = _waits(days, codes, count)
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        name: values[np.repeat(np.arange(count), len(stages))]
        for name, values in (keys.to_dict() if keys is not None else {}).items()
    }
    rates = {
        "conversion_rate": np.where(some, reached / base, np.nan),
        "conversion_rate_lower": np.where(some, lower, np.nan),
        "conversion_rate_upper": np.where(some, upper, np.nan),
        "overall_rate": reached / np.maximum(reached[:, :1], 1.0),
        "median_days": waits[0],
        "mean_days": waits[1],
    }
    refuse_lost_groups(list(columns), ("stage", "n_customers", *rates))
    columns |= {
        "stage": np.tile(np.asarray(stages, dtype=object), count),
        "n_customers": reached.ravel().astype(np.int64),
        **{name: values.ravel() for name, values in rates.items()},
    }
    made = table(frame, columns)
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in rates]
    return native(made.with_columns(*known), leads)


def _one(frame: EagerFrame) -> IntArray:
    return np.zeros(len(frame), dtype=np.int64)


def _waits(
    days: list[FloatArray], codes: IntArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Return median and mean days from the stage before: groups down, stages across."""
    median, mean = (np.full((count, len(days)), np.nan) for _ in range(2))
    for at in range(1, len(days)):
        moved = ~np.isnan(days[at])
        spent, group = (days[at] - days[at - 1])[moved], codes[moved]
        order = np.lexsort((spent, group))
        some = np.unique(group)
        for code, part in zip(
            some,
            np.split(spent[order], np.flatnonzero(np.diff(group[order])) + 1),
            strict=False,
        ):
            median[code, at], mean[code, at] = np.median(part), part.mean()
    return median, mean


def _require_order(stages: list[str], days: list[FloatArray]) -> None:
    for at in range(1, len(stages)):
        skipped = np.isnan(days[at - 1]) & ~np.isnan(days[at])
        early = days[at] < days[at - 1]
        for wrong, found in (
            (skipped, f"date without one in {stages[at - 1]!r}"),
            (early, f"date before that in {stages[at - 1]!r}"),
        ):
            if wrong.any():
                raise InvalidValueError(
                    subject=f"column {stages[at]!r}",
                    found=found,
                    count=int(wrong.sum()),
                    total=wrong.size,
                    first=f"row {int(np.flatnonzero(wrong)[0])}",
                    remedy="Correct the dates, or leave this stage out.",
                )
