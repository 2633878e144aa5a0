"""Several questions of one questionnaire, read together."""

from collections.abc import Sequence

import numpy as np

from ..._frames import (
    HUGE,
    EagerFrame,
    Rule,
    missing,
    number_rules,
    numbers,
    nw,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...typing import BoolArray, FloatArray

__all__ = [
    "Range",
    "complete_rows",
    "in_content_order",
    "items",
    "require_flag",
    "require_range",
]

Range = tuple[float, float]


def items(frame: EagerFrame, columns: Sequence[str], scale: Range | None) -> FloatArray:
    """Read the columns as one array, NaN where an answer is missing."""
    require_numbers(frame, columns)
    refuse(frame, [rule for name in columns for rule in _rules(frame, name, scale)])
    return np.column_stack([numbers(frame, name) for name in columns])


def complete_rows(values: FloatArray, *, at_least: int) -> BoolArray:
    """Find the rows without a missing answer, and refuse when they are too few."""
    kept: BoolArray = np.atleast_1d(~np.isnan(values).any(axis=1))
    if np.count_nonzero(kept) < at_least:
        raise NotEnoughDataError(
            needed=f"{at_least} rows with all answers",
            got=str(np.count_nonzero(kept)),
            remedy="Use fewer columns, or collect more answers.",
        )
    return kept


def in_content_order(values: FloatArray) -> FloatArray:
    """Sort the rows by what they hold.

    Floating-point sums depend on their order: sorted rows make a regression equal to
    the last bit however the caller's frame was shuffled.
    """
    return values[np.lexsort(values.T[::-1])]


def require_range(scale: Range) -> Range:
    """Return the ends of a scale, the lower one first."""
    low, high = scale
    if not -HUGE <= low < high <= HUGE:
        raise InvalidValueError(
            subject="argument 'scale'",
            found=f"invalid value {scale!r}",
            remedy="Give the lowest and the highest answer, in this order.",
        )
    return float(low), float(high)


def require_flag(column: str, values: FloatArray) -> None:
    """Refuse an outcome that is neither 0 nor 1."""
    if not np.isin(values, (0.0, 1.0)).all():
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="value other than 0 or 1",
            remedy="Code yes as 1 and no as 0.",
        )


def _rules(frame: EagerFrame, column: str, scale: Range | None) -> list[Rule]:
    if scale is None:
        hole_first = number_rules(frame, column, remedy="Correct these answers.")
        return hole_first[1:]
    value, given = nw.col(column), ~missing(frame, column)
    low, high = scale
    return [
        Rule(
            column=column,
            broken=given & ((value < low) | (value > high)),
            found="out-of-scale answer",
            # A 0 that codes "not applicable" would otherwise be the worst mark.
            remedy=f"The scale is {low:g} to {high:g}: correct these answers, pass the "
            "scale of the questionnaire as 'scale', or make them missing where they "
            "mean 'not applicable'.",
        )
    ]
