"""What a purchase model reads of each customer: frequency, recency, T."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    LONGEST,
    MOST_REPEATS,
    SHORTEST,
    flawless_history,
    known_history,
    nonnegative_array,
    purchase_history,
    time_span,
    whole,
)
from ..._frames import (
    Frame,
    Rule,
    collect,
    column_names,
    column_types,
    is_lazy,
    number_rules,
    numbers,
    nw,
    plain_numbers,
    require_numbers,
    with_scores,
)
from ...typing import FloatArray, IntArray, IntoFrameT
from .model_arguments import new_columns

__all__ = [
    "ANY_TIME",
    "COUNTED_ONE_BY_ONE",
    "Clock",
    "Columns",
    "Score",
    "by_blocks",
    "history_rules",
    "known_id",
    "with_history_scores",
]

Columns: TypeAlias = tuple[str, str, str]
Rules: TypeAlias = Callable[[Columns], Callable[[Frame], list[Rule]]]
Score: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

_CORRECT = "correct or drop these rows."
_AT_MOST = f"It may not exceed {LONGEST:g}"
_ID = "customer_id"
_BLOCK = 2**20  # rows whose intermediate results stay near the processor


class Span(Protocol):
    """A check of a length of time, which may be infinite where that has a meaning."""

    def __call__(self, name: str, value: float, *, infinite: bool = False) -> float:
        """Return the length, or refuse it by the name of its argument."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What a model takes for time, as the checks of everything that is a time.

    Attributes
    ----------
    history
        Checks the three arrays of a history.
    rules
        The same checks of three columns of a frame.
    span
        Checks a horizon, a start or an elapsed time.
    ages
        Checks an array of ages of new customers.
    counted
        Whether time is counted in whole opportunities.
    """

    history: Callable[
        [ArrayLike, ArrayLike, ArrayLike], tuple[FloatArray, FloatArray, FloatArray]
    ]
    rules: Rules
    span: Span
    ages: Callable[[str, ArrayLike], FloatArray]
    counted: bool = False


def history_rules(columns: Columns) -> Callable[[Frame], list[Rule]]:
    """Make the rules of a history: 0 <= recency <= T, and 0 without a repeat."""
    frequency, recency, T = columns

    def rules(frame: Frame) -> list[Rule]:
        # In memory one pass over the arrays proves that nothing is wrong; the rules,
        # which cost several, are needed only to name what is.
        plain = [plain_numbers(frame, column) for column in columns]
        known = [values for values in plain if values is not None]
        if len(known) == len(columns) and flawless_history(*known):
            return []
        require_numbers(frame, columns)
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
            impossible(frequency, x > LONGEST, _AT_MOST),
            impossible(frequency, x != x.floor(), "Frequency is a count"),
            impossible(recency, t_x > nw.col(T), f"Recency may not exceed {T}"),
            impossible(
                recency,
                (x == 0) & (t_x > 0),
                "Recency is 0 where frequency is 0",
            ),
            impossible(
                T, (x > 0) & (nw.col(T) == 0), "Repeat purchases need a T above 0"
            ),
            *_short(frame, T),
        ]

    return rules


def _short(frame: Frame, T: str) -> list[Rule]:
    # Numbers of 32 bits never come so near to 0, nor can they express the bound.
    if column_types(frame, [T])[T] != nw.Float64:
        return []
    near = (nw.col(T) > 0) & (nw.col(T) < SHORTEST)
    return [impossible(T, near, f"It may not lie between 0 and {SHORTEST:g}")]


ANY_TIME = Clock(
    history=purchase_history,
    rules=history_rules,
    span=time_span,
    ages=nonnegative_array,
)


def _few_rules(columns: Columns) -> Callable[[Frame], list[Rule]]:
    frequency = columns[0]

    def rules(frame: Frame) -> list[Rule]:
        rest = history_rules(columns)(frame)
        beyond = nw.col(frequency) > MOST_REPEATS
        return [
            *rest,
            impossible(frequency, beyond, f"It may not exceed {MOST_REPEATS:,}"),
        ]

    return rules


def _few_history(
    frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    history = purchase_history(frequency, recency, T)
    whole("frequency", int(history[0].max(initial=0.0)), at_most=MOST_REPEATS)
    return history


# For formulas that add up one term for each purchase to come.
COUNTED_ONE_BY_ONE = Clock(
    history=_few_history,
    rules=_few_rules,
    span=time_span,
    ages=nonnegative_array,
)


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


def with_history_scores(
    customers: IntoFrameT,
    columns: Columns,
    scores: Mapping[str, Score],
    *,
    rules: Rules = history_rules,
    id_col: str = _ID,
) -> IntoFrameT:
    """Add columns that are functions of the history alone, whatever the library."""
    new_columns(scores, read=columns)
    return with_scores(
        customers,
        columns,
        {name: partial(_of_known, score) for name, score in scores.items()},
        rules=rules(columns),
        id_col=id_col,
        # Counts, and days over a constant: an engine returns the same bits each time.
        repeatable=True,
    )


def _of_known(
    score: Score, frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> FloatArray:
    # The rules of the frame have proven the history: the model need not look again.
    return score(*known_history(frequency, recency, T))


def known_id(frame: Frame, id_col: str = _ID) -> str | None:
    """Name the column of ids, where there is one, for the first example of an error."""
    return id_col if id_col in column_names(frame) else None


def impossible(column: str, broken: nw.Expr, rule: str) -> Rule:
    """Make the rule of values that are numbers, and cannot be true."""
    return Rule(
        column=column,
        broken=broken,
        found="impossible value",
        remedy=f"{rule}: {_CORRECT}",
    )
