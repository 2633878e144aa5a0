"""Contacts, call-backs, time and cost of service cases, by strategy or any column."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import fraction, names_given, typed
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
    require_present,
    table,
)
from ...errors import NotEnoughDataError
from ...kernels.base.intervals import wilson
from ...kernels.survival.event_table import event_table, survival
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT
from ..measurement.days_reached import days_reached, require_order
from ..measurement.sums_by_group import refuse_lost_groups

__all__ = ["service_statistics"]


@typed
def service_statistics(
    cases: IntoDataFrameT,
    *,
    by: str | Sequence[str],
    as_of: Day | None = None,
    opened_col: str = "opened",
    closed_col: str = "closed",
    n_contacts_col: str = "n_contacts",
    n_callbacks_col: str | None = None,
    cost_col: str | None = None,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Summarise service cases by support strategy, person, product or any column.

    Parameters
    ----------
    cases
        One row per case.
    by
        The column or columns that make a group, such as the support strategy, the
        product, or both.
    as_of
        The last day seen, inclusive: cases without a closing day were open then. None
        is the last day in the two columns of dates.
    opened_col, closed_col
        The day on which the case was opened, and the one on which it was closed;
        missing while it is open.
    n_contacts_col
        The contacts that the case took so far, 1 or more.
    n_callbacks_col
        Those among them in which the customer had to come back about the same matter.
    cost_col
        The cost of the case.
    level
        The confidence level of the Wilson interval.

    Returns
    -------
    DataFrame
        One row per group, in ascending order: ``n_cases``, ``n_closed``;
        ``contacts_per_case``; ``callbacks_per_case`` (with ``n_callbacks_col``);
        ``first_contact_resolution``, the share of the closed cases that took one
        contact and no call-back, with ``_lower`` and ``_upper``;
        ``median_days_to_close``, by Kaplan and Meier, so that open cases count as the
        time that they have waited (missing if half are not closed yet); ``cost`` and
        ``cost_per_case`` (with ``cost_col``).

    Raises
    ------
    InvalidValueError
        If a value is missing or negative, or a case was closed before it was opened or
        opened after ``as_of``.

    Notes
    -----
    Strategies are rarely assigned at random: hard cases go to one and easy cases to
    another, so the table describes and does not rank them. What service does to
    satisfaction and retention needs the outcomes of customers:
    ``with_service_experience``, then ``matched_effect_by``.

    References
    ----------
    Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> cases = pd.DataFrame({
    ...     "strategy": ["phone", "phone", "phone", "mail"],
    ...     "opened": pd.to_datetime(["2024-01-01", "2024-01-02"] * 2),
    ...     "closed": pd.to_datetime(["2024-01-02", "2024-01-06", None, "2024-01-10"]),
    ...     "n_contacts": [1, 3, 1, 2], "cost": [8.0, 20.0, 6.0, 3.0],
    ... })
    >>> found = campaigns.service_statistics(cases, by="strategy", cost_col="cost")
    >>> found[["strategy", "n_cases", "median_days_to_close", "cost_per_case"]]
      strategy  n_cases  median_days_to_close  cost_per_case
    0     mail        1                   8.0       3.000000
    1    phone        3                   4.0      11.333333
    """
    inside = fraction("level", level)
    groups = names_given("by", by)
    counts = [
        name for name in (n_contacts_col, n_callbacks_col, cost_col) if name is not None
    ]
    frame = read_eager(cases, [*groups, opened_col, closed_col, *counts])
    require_present(frame, *groups, opened_col)
    require_numbers(frame, counts)
    refuse(
        frame,
        [
            rule
            for name in counts
            for rule in number_rules(frame, name, sign="nonnegative")
        ],
    )
    if len(frame) == 0:
        raise NotEnoughDataError(
            needed="at least 1 case", got="0", remedy="Pass the cases of a longer time."
        )
    waited, closed = _waits(frame, opened_col, closed_col, as_of)
    keys, code = answer_groups(frame, groups)
    n = len(keys)

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(code, values, minlength=n), dtype=np.float64)

    contacts = numbers(frame, n_contacts_col)
    back = np.zeros(code.size)
    if n_callbacks_col is not None:
        back = numbers(frame, n_callbacks_col)
    size, done = total(np.ones(code.size)), total(closed.astype(np.float64))
    solved = total((closed & (contacts == 1) & (back == 0)).astype(np.float64))
    some = np.maximum(done, 1.0)
    lower, upper = wilson(solved, some, level=inside)
    rates = {
        "first_contact_resolution": np.where(done > 0, solved / some, np.nan),
        "first_contact_resolution_lower": np.where(done > 0, lower, np.nan),
        "first_contact_resolution_upper": np.where(done > 0, upper, np.nan),
        "median_days_to_close": _medians(code, waited, closed, n),
    }
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        "n_cases": size.astype(np.int64),
        "n_closed": done.astype(np.int64),
        "contacts_per_case": total(contacts) / size,
        **(
            {}
            if n_callbacks_col is None
            else {"callbacks_per_case": total(back) / size}
        ),
        **rates,
    }
    if cost_col is not None:
        cost = total(numbers(frame, cost_col))
        columns |= {"cost": cost, "cost_per_case": cost / size}
    refuse_lost_groups(groups, columns)
    made = table(frame, {name: keys[name] for name in groups} | columns)
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in rates]
    return native(made.with_columns(*known), cases)


def _waits(
    frame: EagerFrame, opened_col: str, closed_col: str, as_of: Day | None
) -> tuple[FloatArray, np.ndarray]:
    """Return the days that each case was open, and whether it is closed."""
    opened, ended = (days_reached(frame, name) for name in (opened_col, closed_col))
    last = float(np.nanmax(np.append(opened, ended)))
    if as_of is not None:
        last = float(day_number("as_of", as_of))
    closed = ~np.isnan(ended)
    waited = np.where(closed, ended, last) - opened
    require_order([opened, opened + waited], closed_col)
    return waited, closed


def _medians(
    code: IntArray, waited: FloatArray, closed: np.ndarray, n: int
) -> FloatArray:
    order = np.argsort(code, kind="stable")
    cuts = np.searchsorted(code[order], np.arange(1, n))
    found = np.full(n, np.nan)
    # Without groups there is nothing to divide, but np.split returns one part.
    for at, rows in enumerate(np.split(order, cuts)[:n]):
        entry, weight = np.full(rows.size, -np.inf), np.ones(rows.size)
        spells = event_table(entry, waited[rows], closed[rows], weight)
        found[at] = _median(spells.time, survival(spells))
    return found


def _median(time: FloatArray, left: FloatArray) -> float:
    # The first day by which at least half of the cases are closed.
    reached = np.flatnonzero(left <= 0.5 + 1e-12)
    return float(time[reached[0]]) if reached.size else np.nan
