"""Spells: how long each customer was observed, and whether the loss was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..._frames import (
    EagerFrame,
    Rule,
    flag_rules,
    id_rules,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
)
from ...errors import InvalidTypeError, NotEnoughDataError
from ...typing import BoolArray, FloatArray, IntoFrame

__all__ = ["SpellColumns", "Spells", "read_spells"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spells:
    """Checked columns; ``entry`` is minus infinity where it was not delayed."""

    duration: FloatArray
    event: BoolArray
    entry: FloatArray
    weight: FloatArray


class SpellColumns(NamedTuple):
    """The names of the columns that hold spells."""

    duration: str
    event: str
    entry: str | None = None
    weight: str | None = None


def read_spells(
    spells: IntoFrame, columns: SpellColumns, *, by: Sequence[str] = ()
) -> tuple[Spells, EagerFrame]:
    """Read and check spells; rows of weight 0 stay and count for nothing."""
    duration_col, event_col, entry_col, weight_col = columns
    measured = [
        name for name in (duration_col, entry_col, weight_col) if name is not None
    ]
    frame = read_eager(spells, [*measured, event_col, *by])
    _require_plain_numbers(frame, measured)
    for name in by:
        if frame.schema[name] != nw.Boolean:  # yes and no are groups, though not ids
            require_ids(frame, name)
    rules = [
        rule
        for name in measured
        for rule in number_rules(frame, name, sign="nonnegative")
    ]
    rules += flag_rules(frame, event_col)
    rules += [rule for name in by for rule in id_rules(frame, name)]
    if entry_col:
        rules.append(
            Rule(
                column=entry_col,
                broken=nw.col(entry_col) >= nw.col(duration_col),
                found="value at or after the end of the spell",
                remedy="Correct or drop these rows.",
            )
        )
    refuse(frame, rules)
    if not len(frame):
        raise NotEnoughDataError(
            needed="at least 1 row", got="0", remedy="Pass the spells of customers."
        )
    return _checked(frame, columns), frame


def _checked(frame: EagerFrame, columns: SpellColumns) -> Spells:
    duration_col, event_col, entry_col, weight_col = columns
    # One number, broadcast, stands for columns that were not named: the event table
    # then counts rows, and a million customers carry along no million ones.
    rows = (len(frame),)
    return Spells(
        duration=numbers(frame, duration_col),
        event=numbers(frame, event_col) > 0,
        entry=numbers(frame, entry_col)
        if entry_col
        else np.broadcast_to(np.float64(-np.inf), rows),
        weight=numbers(frame, weight_col)
        if weight_col
        else np.broadcast_to(np.float64(1.0), rows),
    )


def _require_plain_numbers(frame: EagerFrame, columns: Sequence[str]) -> None:
    for column in columns:
        if frame.schema[column] == nw.Duration:
            # As a float it counts nanoseconds in one engine and seconds in another.
            raise InvalidTypeError(
                subject=f"column {column!r}",
                expected="numbers",
                got="time spans",
                remedy="Convert them to days first: .dt.days in pandas, "
                ".dt.total_days() in Polars.",
            )
    require_numbers(frame, columns)
