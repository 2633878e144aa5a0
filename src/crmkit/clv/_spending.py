"""What a spend model reads of each customer: frequency and the mean repeat amount."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from .._frames import (
    Frame,
    Rule,
    native,
    number_rules,
    nw,
    read,
    require_numbers,
    with_scores,
)
from ..typing import FloatArray, IntoFrameT

__all__ = ["SpendScore", "spending_rules", "with_spend_score"]

SpendScore: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

_AMOUNT = "_crmkit_amount"


def spending_rules(
    columns: tuple[str, str], *, sign: Literal["any", "nonnegative", "positive"]
) -> Callable[[Frame], list[Rule]]:
    """Say what spend must be: nothing is asked where nobody came back."""
    frequency, amount = columns

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, columns)
        repeat = nw.col(frequency) > 0
        return [
            *number_rules(frame, frequency, sign="nonnegative"),
            *(
                Rule(
                    column=rule.column,
                    broken=repeat & rule.broken,
                    found=rule.found,
                    remedy="Leave these customers out of the spend model.",
                )
                for rule in number_rules(frame, amount, sign=sign)
            ),
        ]

    return rules


def with_spend_score(
    customers: IntoFrameT, columns: tuple[str, str], scores: Mapping[str, SpendScore]
) -> IntoFrameT:
    """Add columns that are functions of frequency and mean amount alone."""
    opened = read(customers, columns)
    require_numbers(opened, columns)
    frequency, amount = columns
    # A hole where nobody came back is as good as a 0, and joins as one.
    known = nw.when(nw.col(frequency) > 0).then(nw.col(amount)).otherwise(nw.lit(0.0))
    filled = native(opened.with_columns(known.alias(_AMOUNT)), customers)
    rules = spending_rules(columns, sign="nonnegative")
    keys = (frequency, _AMOUNT)
    scored = with_scores(filled, keys, scores, rules=rules, id_col="customer_id")
    return native(read(scored, ()).drop(_AMOUNT), customers)
