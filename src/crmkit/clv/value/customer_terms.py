"""The margin and the discount rate of a value: for all, or for each customer."""

from collections.abc import Callable

import numpy as np

from ..._check import known_history
from ..._frames import (
    EagerFrame,
    Frame,
    Rule,
    number_rules,
    numbers,
    nw,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError
from ...typing import FloatArray, HistoryColumns, TimeUnit
from ..models.histories import known_id
from ..models.model_arguments import finite_margin
from .fitted_unit import rate_in_unit

__all__ = [
    "at_own_rate",
    "own_terms",
    "rate_for_all",
    "share_for_all",
    "term_rules",
]


def rate_for_all(
    discount_rate: float | None, columns: HistoryColumns, unit: TimeUnit | None
) -> float | None:
    """Return the rate of all customers; None where each has one in a column."""
    named = columns.discount_rate
    if named is not None and discount_rate is not None:
        _refuse_twice("discount_rate", discount_rate, named)
    if named is not None:
        return None
    if discount_rate is None:
        raise InvalidValueError(
            subject="argument 'discount_rate'",
            found="no rate",
            remedy="Pass the effective rate per unit of T, or name a column of rates: "
            "columns=HistoryColumns(discount_rate=...).",
        )
    return rate_in_unit(discount_rate, unit)


def share_for_all(margin: float, columns: HistoryColumns) -> float | None:
    """Return the margin of all customers; None where each has one in a column."""
    share = finite_margin(margin)
    if columns.margin is None:
        return share
    if share != 1.0:
        _refuse_twice("margin", margin, columns.margin)
    return None


def term_rules(columns: HistoryColumns) -> Callable[[Frame], list[Rule]]:
    """Make the rules of own margins and own rates: finite, and rates above -1."""

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, columns.terms)
        found = [
            rule
            for name in columns.terms
            for rule in number_rules(frame, name, sign="any")
        ]
        if columns.discount_rate is not None:
            found.append(
                Rule(
                    column=columns.discount_rate,
                    broken=nw.col(columns.discount_rate) <= -1,
                    found="rate of -1 or less",
                    remedy="Pass effective rates per unit of T, such as 0.002.",
                )
            )
        return found

    return rules


def own_terms(
    frame: EagerFrame,
    columns: HistoryColumns,
    *,
    rate: float | None,
    share: float | None,
) -> tuple[FloatArray | float, FloatArray | float]:
    """Return the rate and the margin for all, or those of each row of a frame."""
    refuse(
        frame, term_rules(columns)(frame), id_col=known_id(frame, columns.customer_id)
    )
    return (
        numbers(frame, str(columns.discount_rate)) if rate is None else rate,
        numbers(frame, str(columns.margin)) if share is None else share,
    )


def at_own_rate(
    score: Callable[..., FloatArray], rate: FloatArray, *columns: FloatArray
) -> FloatArray:
    """Score the customers of each rate together: by columns, then the rate."""
    result = np.empty(rate.size)
    for each in np.unique(rate).tolist():
        rows = np.flatnonzero(rate == each)
        part = tuple(column[rows] for column in columns)
        # Three columns are a history, which was proved before it was cut into rates.
        result[rows] = score(*(known_history(*part) if len(part) == 3 else part), each)
    return result


def _refuse_twice(name: str, value: float, column: str) -> None:
    raise InvalidValueError(
        subject=f"argument {name!r}",
        found=f"{value!r} beside the column {column!r}",
        remedy="Leave the argument out, or do not name the column.",
    )
