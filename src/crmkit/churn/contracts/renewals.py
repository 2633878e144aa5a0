"""Who faced each renewal, read from a table of cohorts or of single contracts."""

from dataclasses import dataclass

import numpy as np

from ..._check import MOST_REPEATS
from ..._frames import (
    Frame,
    Rule,
    cells,
    group_rows,
    number_rules,
    numbers,
    nw,
    read,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.survival.life_table import cohort_life_table, life_table
from ...typing import FloatArray, IntoFrame

__all__ = ["Renewals", "cohort_renewals", "spell_renewals"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Renewals:
    """Customers lost and kept at renewals 1, 2, ...; and how many there were."""

    renewal: FloatArray
    lost: FloatArray
    kept: FloatArray
    customers: float


def cohort_renewals(
    cohorts: IntoFrame, *, cohort_col: str, renewals_col: str, customers_col: str
) -> Renewals:
    """Read survivors by cohort and renewal; every cohort begins at renewal 0."""
    columns = (cohort_col, renewals_col, customers_col)
    frame = read_eager(cohorts, columns)
    require_numbers(frame, columns[1:])
    refuse(frame, _whole(frame, renewals_col), id_col=cohort_col)
    refuse(frame, number_rules(frame, customers_col, sign="nonnegative"))
    if not len(frame):
        raise NotEnoughDataError(
            needed="a cohort", got="0 rows", remedy="Pass a frame with rows."
        )
    groups = group_rows(frame, cohort_col)
    renewal, alive = numbers(frame, renewals_col), numbers(frame, customers_col)
    order = np.lexsort((renewal, groups.codes))
    starts = np.flatnonzero(np.diff(groups.codes[order], prepend=-1))
    curves = np.split(alive[order], starts[1:])
    for place, (at, curve) in enumerate(
        zip(np.split(renewal[order], starts[1:]), curves, strict=True)
    ):
        _require_curve(groups.ids.to_list()[place], at, curve)
    _require_lost(curves)
    lost = cohort_life_table(curves)
    return Renewals(
        renewal=lost[0],
        lost=lost[1],
        kept=lost[2],
        customers=float(sum(curve[0] for curve in curves)),
    )


def spell_renewals(
    spells: IntoFrame,
    *,
    duration_col: str,
    event_col: str,
    entry_col: str | None,
    weight_col: str | None,
) -> Renewals:
    """Read one row per contract: renewals made, and whether it was then cancelled."""
    keys = [duration_col, event_col, *([entry_col] if entry_col is not None else [])]
    frame = read(spells, [*keys, *([weight_col] if weight_col is not None else [])])
    rules = _spell_rules(frame, duration_col, event_col, entry_col)
    if weight_col is not None:
        require_numbers(frame, [weight_col])
        rules += number_rules(frame, weight_col, sign="nonnegative")
    refuse(frame, rules)
    # Few durations occur: distinct spells and their counts leave the engine.
    columns, weight = cells(frame, keys, weight_col=weight_col)
    entry = columns[2] if entry_col is not None else np.zeros(weight.shape)
    event = columns[1] > 0
    if not np.any(weight[event] > 0):
        raise _none_lost(float(weight.sum()))
    renewal, lost, kept = life_table(entry, columns[0], event, weight)
    return Renewals(
        renewal=renewal, lost=lost, kept=kept, customers=float(weight.sum())
    )


def _spell_rules(
    frame: Frame, duration_col: str, event_col: str, entry_col: str | None
) -> list[Rule]:
    duration, event = nw.col(duration_col), nw.col(event_col)
    require_numbers(frame, [duration_col])
    rules = _whole(frame, duration_col)
    if frame.collect_schema()[event_col] == nw.Boolean:
        rules.append(_rule(event_col, event.is_null(), "missing value"))
        lost = event
    else:
        require_numbers(frame, [event_col])
        rules += number_rules(frame, event_col)
        lost = event == 1
        neither = (event != 0) & (event != 1)
        rules.append(_rule(event_col, neither, "value other than 0 or 1"))
    # Renewal 0 is the start: who is there has made it.
    rules.append(_rule(duration_col, lost & (duration == 0), "event at renewal 0"))
    if entry_col is not None:
        require_numbers(frame, [entry_col])
        rules += _whole(frame, entry_col)
        late = nw.col(entry_col) >= duration
        rules.append(_rule(entry_col, late, "value at or after the end"))
    return rules


def _whole(frame: Frame, column: str) -> list[Rule]:
    value = nw.col(column)
    rules = number_rules(frame, column, sign="nonnegative")
    if frame.collect_schema()[column].is_float():
        rules.append(_rule(column, value != value.floor(), "value that is not whole"))
    # A table has a row for each renewal up to the largest.
    rules.append(_rule(column, value > MOST_REPEATS, f"value above {MOST_REPEATS:,}"))
    return rules


def _rule(column: str, broken: nw.Expr, found: str) -> Rule:
    return Rule(
        column=column, broken=broken, found=found, remedy="Correct or drop these rows."
    )


def _require_curve(cohort: object, renewal: FloatArray, alive: FloatArray) -> None:
    # A gap would put the losses of two renewals into one.
    if not np.array_equal(renewal, np.arange(renewal.size)):
        raise InvalidValueError(
            subject=f"cohort {cohort!r}",
            found=f"renewals {[int(t) for t in renewal[:12]]}",
            remedy="List each renewal once, from 0 (the start) without a gap.",
        )
    if np.any(np.diff(alive) > 0):
        at = int(np.flatnonzero(np.diff(alive) > 0)[0]) + 1
        raise InvalidValueError(
            subject=f"cohort {cohort!r}",
            found=f"more customers after renewal {at} than before",
            remedy="A cohort only shrinks: count those kept without a break.",
        )


def _require_lost(curves: list[FloatArray]) -> None:
    if not any(curve[0] > curve[-1] for curve in curves):
        raise _none_lost(float(sum(curve[0] for curve in curves)))


def _none_lost(customers: float) -> NotEnoughDataError:
    return NotEnoughDataError(
        needed="customers who were lost at a renewal",
        got=f"0 of {customers:,.15g}",
        remedy="Observe for longer: a rate of loss needs customers who were lost.",
    )
