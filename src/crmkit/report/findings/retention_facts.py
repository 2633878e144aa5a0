"""Cohorts of first purchase, and how customers come, stay and pause."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ...segments.cohorts.active_periods import periods_in_memory
from ...segments.cohorts.cohort_cells import cohort_cells
from ...segments.cohorts.cohort_table import cells_by_age
from ...segments.cohorts.growth_accounting import growth_by_period
from ...segments.cohorts.retention_curve import retained_by_age
from ..intake.merged_log import MergedLog
from ..question import Question
from .found_values import Cohort, GrowthPeriod, Retention

__all__ = ["retention_facts"]

_MOST_COHORTS = 18
_MOST_AGES = 13
_MOST_PERIODS = 24
_LEVEL = 0.95  # of intervals that the page does not show
_QUARTERS_FROM, _YEARS_FROM = 24 * 30.4, 6 * 365.25  # days of log

_Grain = Literal["month", "quarter", "year"]


def retention_facts(log: MergedLog, *, question: Question) -> Retention:
    """Read cohorts and growth from the public tables, in a period that fits the log.

    All figures are counts of customers: amounts do not move them.
    """
    grain = _grain(log, question)
    # The tables cohort_table, retention_curve and growth_accounting share the log cut
    # into periods: it is cut once.
    seen = periods_in_memory(*log.periods(grain))
    sums = cohort_cells(seen)
    cells = _rows(
        cells_by_age(sums, _LEVEL, signed=question.refunds == "net")[0],
        ("cohort", "age", "n_customers", "state", "retention"),
    )
    curve = _rows(retained_by_age(sums, _LEVEL)[0], ("age", "retention"))
    growth = _rows(
        growth_by_period(seen, None),
        ("period", "complete", "new", "resurrected", "retained", "lost"),
    )
    return Retention(
        grain=grain,
        cohorts=_cohorts(cells),
        average=tuple(float(each) for _, each in curve[:_MOST_AGES]),
        growth=tuple(
            GrowthPeriod(
                start=_date(period),
                new=int(new),
                returned=int(returned),
                retained=int(retained),
                lost=int(lost),
            )
            for period, complete, new, returned, retained, lost in growth
            if complete
        )[-_MOST_PERIODS:],
    )


def _grain(log: MergedLog, question: Question) -> _Grain:
    days = question.end_day - log.first_day
    if days > _YEARS_FROM:
        return "year"
    return "quarter" if days > _QUARTERS_FROM else "month"


def _cohorts(cells: Sequence[tuple[Any, ...]]) -> tuple[Cohort, ...]:
    found: dict[dt.date, tuple[int, list[float]]] = {}
    for cohort, _, n_customers, state, retention in cells:
        size, row = found.setdefault(_date(cohort), (int(n_customers), []))
        if state != "not yet" and len(row) < _MOST_AGES and size:
            row.append(float(retention))
    rows = [
        Cohort(start=start, n_customers=size, retention=tuple(row))
        for start, (size, row) in sorted(found.items())
        if row
    ]
    return tuple(rows[-_MOST_COHORTS:])


def _rows(
    columns: Mapping[str, np.ndarray], names: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    return list(zip(*(columns[name].tolist() for name in names), strict=True))


def _date(value: dt.date) -> dt.date:
    return dt.date(value.year, value.month, value.day)
