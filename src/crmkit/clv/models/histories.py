"""What a purchase model reads of each customer: frequency, recency, T."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import flawless_history, nonnegative, purchase_history
from ..._frames import (
    Frame,
    Rule,
    collect,
    column_names,
    is_lazy,
    number_rules,
    numbers,
    nw,
    require_numbers,
    with_scores,
)
from ...typing import FloatArray, IntArray, IntoFrameT
from .model_arguments import new_columns

__all__ = [
    "Columns",
    "Score",
    "by_blocks",
    "history_rules",
    "known_id",
    "now_or_later",
    "on_histories",
    "with_history_scores",
]

Columns: TypeAlias = tuple[str, str, str]
Rules: TypeAlias = Callable[[Columns], Callable[[Frame], list[Rule]]]
Score: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

_CORRECT = "correct or drop these rows."
_ID = "customer_id"
_BLOCK = 2**20  # rows whose intermediate results stay near the processor


def history_rules(columns: Columns) -> Callable[[Frame], list[Rule]]:
    """Say what a history must be: 0 <= recency <= T, and 0 without a repeat."""
    frequency, recency, T = columns

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, columns)
        # In memory a glance tells that nothing is wrong; rules are for what to say.
        if not is_lazy(frame):
            eager = collect(frame)
            if flawless_history(*(numbers(eager, column) for column in columns)):
                return []
        x, t_x = nw.col(frequency), nw.col(recency)
        return [
            *(
                rule
                for column in columns
                for rule in number_rules(frame, column, sign="nonnegative")
            ),
            impossible(frequency, x != x.floor(), "Frequency is a count"),
            impossible(recency, t_x > nw.col(T), f"Recency may not exceed {T}"),
            impossible(
                recency,
                (x == 0) & (t_x > 0),
                "Recency is 0 where frequency is 0",
            ),
            impossible(
                T, (x > 0) & (nw.col(T) == 0), "Nothing is bought again in no time"
            ),
        ]

    return rules


def on_histories(
    formula: Callable[..., FloatArray | IntArray],
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    parameters: Mapping[str, float],
    **options: float,
) -> FloatArray:
    """Check three arrays and apply a kernel's formula to them."""
    history = purchase_history(frequency, recency, T)
    return by_blocks(partial(formula, **options, **parameters), *history)


def by_blocks(
    formula: Callable[..., FloatArray | IntArray], *columns: FloatArray
) -> FloatArray:
    """Apply a kernel's formula to columns of one shape, a block of rows at a time."""
    rows = [np.ravel(column) for column in columns]
    scores = np.empty(rows[0].size)
    for at in range(0, scores.size, _BLOCK):
        block = slice(at, at + _BLOCK)
        scores[block] = formula(*(column[block] for column in rows))
    return scores.reshape(columns[0].shape)


def now_or_later(
    now: Callable[..., FloatArray], later: Callable[..., FloatArray], elapsed: float
) -> Callable[..., FloatArray]:
    """Choose the formula of the probability to be alive, the cheap one for now."""
    after = nonnegative("elapsed", elapsed)
    return partial(later, elapsed=after) if after else now


def with_history_scores(
    customers: IntoFrameT,
    columns: Columns,
    scores: Mapping[str, Score],
    *,
    rules: Rules = history_rules,
) -> IntoFrameT:
    """Add columns that are functions of the history alone, whatever the library."""
    new_columns(scores, read=columns)
    return with_scores(
        customers,
        columns,
        scores,
        rules=rules(columns),
        id_col=_ID,
        repeatable=True,
    )


def known_id(frame: Frame) -> str | None:
    """Name the column of ids, where there is one, for the first example of an error."""
    return _ID if _ID in column_names(frame) else None


def impossible(column: str, broken: nw.Expr, rule: str) -> Rule:
    """Make the rule of values that are numbers, and cannot be true."""
    return Rule(
        column=column,
        broken=broken,
        found="impossible value",
        remedy=f"{rule}: {_CORRECT}",
    )
