"""Whom to keep first: value, risk and satisfaction of each customer, joined."""

import itertools
from collections.abc import Mapping

from ..._check import fraction, number, typed
from ..._frames import (
    Frame,
    Rule,
    column_names,
    native,
    number_rules,
    nw,
    probability_rules,
    read,
    refuse,
    require_numbers,
)
from ...typing import IntoFrameT

__all__ = ["with_retention_priority"]


@typed
def with_retention_priority(
    customers: IntoFrameT,
    *,
    clv_from: float,
    risk_from: float = 0.5,
    satisfaction_from: float | None = None,
    clv_col: str = "clv_if_active",
    risk_col: str = "churn_risk",
    satisfaction_col: str = "satisfaction",
    persuadability_col: str | None = None,
    customer_id_col: str = "customer_id",
) -> IntoFrameT:
    """Add the value at risk of each customer, a priority to keep it, and the reasons.

    A customer deserves an effort if there is something to lose, if it is likely to be
    lost, and if it can be saved. The priorities are

    1. valuable, likely to leave, and dissatisfied: the reason is known, act;
    2. valuable and likely to leave: find the reason;
    3. valuable and dissatisfied: put it right before the customer thinks of leaving;
    4. valuable, and nothing is wrong: keep it so;
    5. all other customers.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    clv_from
        The value from which a customer is worth an effort.
    risk_from
        The risk from which a customer is likely to leave.
    satisfaction_from
        The satisfaction below which a customer is dissatisfied, on the scale of the
        column. By default satisfaction is not looked at, and priorities 1 and 3 do not
        occur.
    clv_col
        The value of a customer who stays: ``clv_if_active`` of ``with_clv_if_active``.
        Not ``clv``, which already includes the chance of having left: with it leaving
        would count twice.
    risk_col
        The probability of leaving: ``churn_risk`` of ``with_churn_risk``, or
        ``departure_risk`` of ``with_departure_risk``.
    satisfaction_col
        The answer to a survey. A customer who did not answer has none: pass them
        separately, without ``satisfaction_from``.
    persuadability_col
        The probability that a customer about to leave can be kept; by default 1 for
        all.
    customer_id_col
        The id that errors name, where the column exists.

    Returns
    -------
    DataFrame
        The same rows and three more columns: ``value_at_risk`` (value above zero times
        risk times persuadability), ``retention_priority`` from 1 to 5, and
        ``retention_reasons`` in words.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a probability outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cyd"],
    ...     "clv_if_active": [50.0, 900.0, 800.0],
    ...     "churn_risk": [0.8, 0.1, 0.7],
    ...     "satisfaction": [2, 9, 3],
    ... })
    >>> found = ck.campaigns.with_retention_priority(
    ...     customers, clv_from=500, satisfaction_from=7
    ... )
    >>> found[["customer_id", "value_at_risk", "retention_priority"]]
      customer_id  value_at_risk  retention_priority
    0         ann           40.0                   5
    1         bob           90.0                   4
    2         cyd          560.0                   1
    >>> found["retention_reasons"].to_list()[2]
    'high value, likely to leave, dissatisfied'
    """
    chances = [
        risk_col,
        *([persuadability_col] if persuadability_col is not None else []),
    ]
    surveyed = [] if satisfaction_from is None else [satisfaction_col]
    opened = read(customers, [clv_col, *chances, *surveyed])
    _refuse_impossible(opened, [clv_col, *surveyed], chances, customer_id_col)
    facts = {
        "high value": nw.col(clv_col) >= number("clv_from", clv_from),
        "likely to leave": nw.col(risk_col)
        >= fraction("risk_from", risk_from, closed=True),
    }
    if satisfaction_from is not None:
        content = number("satisfaction_from", satisfaction_from)
        facts["dissatisfied"] = nw.col(satisfaction_col) < content
    at_stake = nw.when(nw.col(clv_col) > 0).then(nw.col(clv_col)).otherwise(0.0)
    for chance in chances:
        at_stake = at_stake * nw.col(chance)
    return native(
        opened.with_columns(
            value_at_risk=at_stake,
            retention_priority=_priority(*facts.values()),
            retention_reasons=_reasons(facts),
        ),
        customers,
    )


def _refuse_impossible(
    frame: Frame, measured: list[str], chances: list[str], customer_id_col: str
) -> None:
    require_numbers(frame, [*measured, *chances])
    rules: list[Rule] = []
    for column in measured:
        rules += number_rules(frame, column)
    for column in chances:
        rules += probability_rules(frame, column)
    named = customer_id_col in column_names(frame)
    refuse(frame, rules, id_col=customer_id_col if named else None)


def _priority(
    worth: nw.Expr, leaving: nw.Expr, unhappy: nw.Expr | None = None
) -> nw.Expr:
    # The later condition wins: each one is more pressing than those before it.
    level = nw.when(worth).then(nw.lit(4)).otherwise(nw.lit(5))
    if unhappy is not None:
        level = nw.when(worth & unhappy).then(nw.lit(3)).otherwise(level)
    level = nw.when(worth & leaving).then(nw.lit(2)).otherwise(level)
    if unhappy is not None:
        level = nw.when(worth & leaving & unhappy).then(nw.lit(1)).otherwise(level)
    return level


def _reasons(facts: Mapping[str, nw.Expr]) -> nw.Expr:
    """Name the facts that hold; engines share no function that joins words."""
    words = nw.lit("nothing in particular")
    # Longer lists come later and overrule the shorter ones, which hold as well.
    for size in range(1, len(facts) + 1):
        for said in itertools.combinations(facts, size):
            holds = facts[said[0]]
            for name in said[1:]:
                holds = holds & facts[name]
            words = nw.when(holds).then(nw.lit(", ".join(said))).otherwise(words)
    return words
