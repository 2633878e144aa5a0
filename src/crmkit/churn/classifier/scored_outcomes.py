"""Predicted risks and outcomes, read and checked."""

from dataclasses import dataclass

import numpy as np

from ..._frames import (
    EagerFrame,
    flag_rules,
    number_rules,
    numbers,
    probability_rules,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...typing import FloatArray, IntoDataFrame

__all__ = ["Scored", "read_scored", "refuse_overflow"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """A risk and an outcome (0 or 1) per row, and the frame they came from."""

    risk: FloatArray
    churned: FloatArray
    frame: EagerFrame


def read_scored(
    customers: IntoDataFrame,
    *,
    risk_col: str,
    churned_col: str,
    probability: bool = True,
    extra: tuple[str, ...] = (),
) -> Scored:
    """Read risks and outcomes; both outcomes must occur."""
    frame = read_eager(customers, (risk_col, churned_col, *extra))
    require_numbers(frame, (risk_col, *extra))
    of_risk = probability_rules if probability else number_rules
    rules = of_risk(frame, risk_col)
    rules += [rule for name in extra for rule in number_rules(frame, name)]
    refuse(frame, [*rules, *flag_rules(frame, churned_col)])
    risk, churned = numbers(frame, risk_col), numbers(frame, churned_col)
    if not 0 < churned.sum() < churned.size:
        raise NotEnoughDataError(
            needed="customers who left and customers who stayed",
            got=f"{int(churned.sum())} who left of {churned.size}",
            remedy="Judge on data with both.",
        )
    return Scored(risk=risk, churned=churned, frame=frame)


def refuse_overflow(money: FloatArray, column: str) -> None:
    """Refuse amounts that cannot be added up."""
    largest = float(np.abs(money).max(initial=0.0)) * (2.0 * money.size)
    if not np.isfinite(largest):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="values whose sum is too large for a computer",
            remedy="Divide the column by a large number first.",
        )
