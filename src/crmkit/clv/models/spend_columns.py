"""What a spend model reads of each customer: frequency and the mean repeat amount."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from ..._check import HUGE, LONGEST, SMALLEST
from ..._frames import (
    EagerFrame,
    Frame,
    Rule,
    collect,
    is_lazy,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    whole_rules,
    with_arrays,
    with_scores,
)
from ...typing import FloatArray, IntoFrameT
from .histories import known_id
from .model_arguments import new_columns

__all__ = ["SpendScore", "spending_rules", "unused", "with_spend_score"]

Sign: TypeAlias = Literal["any", "nonnegative", "positive"]
SpendScore: TypeAlias = Callable[..., FloatArray]

_AMOUNT = "_crmkit_amount"
_LEAVE = "Leave these customers out of the spend model."
_DROP = 'Correct them, or leave them out with nonpositive="drop".'


def spending_rules(
    columns: tuple[str, str], *, sign: Sign
) -> Callable[[Frame], list[Rule]]:
    """Make the rules of spend; without a repeat purchase any amount will do."""
    frequency, amount = columns

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, columns)
        # In memory one pass over the arrays proves that nothing is wrong; the rules,
        # which cost several, are needed only to name what is.
        if not is_lazy(frame) and _flawless(collect(frame), columns, sign):
            return []
        repeat, size = nw.col(frequency) > 0, nw.col(amount).abs()
        return [
            *whole_rules(frame, frequency, at_most=LONGEST),
            *(
                Rule(
                    column=rule.column,
                    broken=repeat & rule.broken,
                    found=rule.found,
                    remedy=_DROP if rule.found.endswith("or less") else _LEAVE,
                )
                for rule in number_rules(frame, amount, sign=sign)
            ),
            # As of the arrays that a model scores: below it, sums of logarithms break.
            Rule(
                column=amount,
                broken=repeat & (size > 0) & (size < SMALLEST),
                found=f"value between 0 and {SMALLEST:g}",
                remedy="Correct these rows, or pass a smaller unit.",
            ),
        ]

    return rules


def _flawless(frame: EagerFrame, columns: tuple[str, str], sign: Sign) -> bool:
    x, amount = (numbers(frame, column) for column in columns)
    repeat = x > 0
    asked = amount[repeat]
    size = np.abs(asked)
    least = {"any": -np.inf, "nonnegative": 0.0, "positive": SMALLEST}[sign]
    fine = (size <= HUGE) & (asked >= least) & ((size >= SMALLEST) | (size == 0))
    counted = np.all(x <= LONGEST) and np.all(x == np.floor(x))
    return bool(np.all(fine) and np.all(repeat | (x == 0)) and counted)


def with_spend_score(
    customers: IntoFrameT,
    columns: tuple[str, str],
    scores: Mapping[str, SpendScore],
    *,
    rules: Callable[[Frame], list[Rule]] | None = None,
    more: Sequence[str] = (),
    id_col: str = "customer_id",
) -> IntoFrameT:
    """Add columns that are functions of frequency, mean amount and ``more`` columns.

    ``rules`` are those of all columns; None for an amount of 0 or more, and no more.
    """
    read_columns = (*columns, *more)
    new_columns(scores, read=read_columns)
    opened = read(customers, read_columns)
    require_numbers(opened, columns)
    frequency, amount = columns
    checks = spending_rules(columns, sign="nonnegative") if rules is None else rules
    if not is_lazy(opened):
        eager = collect(opened)
        refuse(eager, checks(eager), id_col=known_id(eager, id_col))
        x, mean, *rest = (numbers(eager, column) for column in read_columns)
        added = {
            name: score(x, np.where(x > 0, mean, 0.0), *rest)
            for name, score in scores.items()
        }
        return native(with_arrays(eager, added), customers)
    # Without a repeat purchase a missing amount is as good as 0, and joins as one.
    known = nw.when(nw.col(frequency) > 0).then(nw.col(amount)).otherwise(nw.lit(0.0))
    amount_key = unused(_AMOUNT, opened)
    filled = native(opened.with_columns(known.alias(amount_key)), customers)
    keys = (frequency, amount_key, *more)
    scored = with_scores(filled, keys, scores, rules=checks, id_col=id_col)
    return native(read(scored, ()).drop(amount_key), customers)


def unused(name: str, frame: Frame) -> str:
    """Return the name, longer where the frame has a column of that name already."""
    taken = frame.collect_schema().names()
    while name in taken:
        name = f"{name}_"
    return name
