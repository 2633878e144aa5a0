"""Spells: how long each customer was watched, and whether the loss was seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._frames import (
    EagerFrame,
    Rule,
    missing,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...typing import BoolArray, FloatArray, IntoFrame

__all__ = ["Spells", "read_spells"]

_CORRECT = "Correct or drop these rows."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spells:
    """Checked columns; ``entry`` is minus infinity where it was not delayed."""

    duration: FloatArray
    event: BoolArray
    entry: FloatArray
    weight: FloatArray


def read_spells(
    spells: IntoFrame,
    *,
    duration_col: str,
    event_col: str,
    entry_col: str | None,
    weight_col: str | None,
    extra: Sequence[str] = (),
) -> tuple[Spells, EagerFrame]:
    """Read and check spells; rows of weight 0 stay and count for nothing."""
    optional = [name for name in (entry_col, weight_col) if name]
    frame = read_eager(spells, [duration_col, event_col, *optional, *extra])
    measured = [name for name in (duration_col, entry_col, weight_col) if name]
    rules = _rules(frame, measured, event_col, extra)
    if entry_col:
        late = nw.col(entry_col) >= nw.col(duration_col)
        rules.append(_rule(entry_col, late, "value at or after the end"))
    refuse(frame, rules)
    if not len(frame):
        raise NotEnoughDataError(
            needed="at least 1 row", got="0", remedy="Pass the spells of customers."
        )
    duration = numbers(frame, duration_col)
    entry = numbers(frame, entry_col) if entry_col else np.full(len(frame), -np.inf)
    weight = numbers(frame, weight_col) if weight_col else np.ones(len(frame))
    checked = Spells(
        duration=duration,
        event=numbers(frame, event_col) > 0,
        entry=entry,
        weight=weight,
    )
    return checked, frame


def _rules(
    frame: EagerFrame, measured: Sequence[str], event_col: str, extra: Sequence[str]
) -> list[Rule]:
    require_numbers(frame, measured)
    rules = [
        rule
        for name in measured
        for rule in number_rules(frame, name, sign="nonnegative")
    ]
    event = nw.col(event_col)
    rules += [
        _rule(name, missing(frame, name), "missing value")
        for name in (event_col, *extra)
    ]
    if frame.schema[event_col] != nw.Boolean:
        require_numbers(frame, [event_col])
        wrong = (event != 0) & (event != 1)
        rules.append(_rule(event_col, wrong, "value other than 0 or 1"))
    return rules


def _rule(column: str, broken: nw.Expr, found: str) -> Rule:
    return Rule(column=column, broken=broken, found=found, remedy=_CORRECT)
