"""Cohorts of first purchase, and how customers come, stay and pause."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from ..._frames import native, read_eager
from ...segments import cohort_table, growth_accounting, retention_curve
from ...typing import IntoDataFrame
from ..intake.prepare import PreparedLog
from ..question import Question
from .found_values import Cohort, GrowthPeriod, Retention

__all__ = ["retention_facts"]

_MOST_COHORTS = 18
_MOST_AGES = 13
_MOST_PERIODS = 24
_QUARTERS_FROM, _YEARS_FROM = 24 * 30.4, 6 * 365.25  # days of log

_Grain = Literal["month", "quarter", "year"]


def retention_facts(
    log: PreparedLog, like: IntoDataFrame, *, question: Question
) -> Retention:
    """Read cohorts and growth from the public tables, in a period that fits the log."""
    frame = native(log.frame, like)
    grain = _grain(log, question)
    # A mapping of options of several types: each function checks its own.
    shared: dict[str, Any] = {
        "observation_period_end": question.observation_period_end,
        "grain": grain,
        "refunds": question.refunds,
        "customer_id_col": question.customer_id_col,
        "date_col": question.date_col,
        "amount_col": question.amount_col,
    }
    cells = _columns(
        cohort_table(frame, **shared),
        ("cohort", "age", "n_customers", "state", "retention"),
    )
    curve = _columns(retention_curve(frame, **shared), ("age", "retention"))
    growth = _columns(
        growth_accounting(frame, **shared),
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


def _grain(log: PreparedLog, question: Question) -> _Grain:
    days = question.end_day - int(log.day.min(initial=question.end_day))
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
        if size and row
    ]
    return tuple(rows[-_MOST_COHORTS:])


def _columns(table: object, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    frame = read_eager(table, names)
    return list(zip(*(frame[name].to_list() for name in names), strict=True))


def _date(value: dt.date) -> dt.date:
    return dt.date(value.year, value.month, value.day)
