"""Forecasts beside outcomes, read and checked."""

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
from ...errors import InvalidValueError, NotEnoughDataError
from ...typing import FloatArray, IntoDataFrame

__all__ = ["Scored", "flag_rules", "read_scored", "refuse_overflow"]


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
    """Read forecasts and outcomes; both outcomes must occur."""
    frame = read_eager(customers, (risk_col, churned_col, *extra))
    require_numbers(frame, (risk_col, *extra))
    rules = [rule for name in (risk_col, *extra) for rule in number_rules(frame, name)]
    if probability:
        outside = (nw.col(risk_col) < 0) | (nw.col(risk_col) > 1)
        rules.append(
            Rule(
                column=risk_col,
                broken=outside,
                found="value outside 0..1",
                remedy="Pass probabilities.",
            )
        )
    refuse(frame, [*rules, *flag_rules(frame, churned_col)])
    risk, churned = numbers(frame, risk_col), numbers(frame, churned_col)
    if not 0 < churned.sum() < churned.size:
        raise NotEnoughDataError(
            needed="customers who left and customers who stayed",
            got=f"{int(churned.sum())} who left of {churned.size}",
            remedy="Judge on data with both.",
        )
    return Scored(risk=risk, churned=churned, frame=frame)


def flag_rules(frame: EagerFrame, column: str) -> list[Rule]:
    """List the rules of a column of yes and no: booleans, or 0 and 1."""
    rules = [
        Rule(
            column=column,
            broken=missing(frame, column),
            found="missing value",
            remedy="Drop these rows: what is unknown was not observed.",
        )
    ]
    if frame.schema[column] != nw.Boolean:
        require_numbers(frame, [column])
        neither = (nw.col(column) != 0) & (nw.col(column) != 1)
        rules.append(
            Rule(
                column=column,
                broken=neither,
                found="value other than 0 or 1",
                remedy="Pass booleans, or 0 and 1.",
            )
        )
    return rules


def refuse_overflow(money: FloatArray, column: str) -> None:
    """Refuse amounts that cannot be added up."""
    largest = float(np.abs(money).max(initial=0.0)) * (2.0 * money.size)
    if not np.isfinite(largest):
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="values whose sum passes the largest number a computer holds",
            remedy="Divide the column by a large number first.",
        )
