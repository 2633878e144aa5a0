"""Whom to retain first: satisfaction, contribution and retention, joined."""

import functools
import itertools
import operator

from ..._check import fraction, number
from ..._frames import (
    Rule,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_ids,
    require_numbers,
    sorted_rows,
)
from ...typing import IntoFrameT

__all__ = ["retention_priority"]


def retention_priority(
    customers: IntoFrameT,
    *,
    contribution_from: float,
    satisfaction_from: float,
    retention_from: float = 0.5,
    contribution_col: str = "clv",
    satisfaction_col: str = "satisfaction",
    retention_col: str = "probability_alive",
    customer_id_col: str = "customer_id",
) -> IntoFrameT:
    """List whom to retain first, and why: three degrees of each customer, joined.

    1. worth keeping, has probably left, and dissatisfied: the reason is known, act;
    2. worth keeping and has probably left: find the reason;
    3. worth keeping and dissatisfied: mend it before they think of leaving;
    4. worth keeping, and nothing is wrong: keep it so;
    5. everybody else.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    contribution_from
        From which contribution on a customer is worth a retention effort.
    satisfaction_from
        Below which value of its own scale satisfaction is low.
    retention_from
        Below which probability of being there a customer has probably left.
    contribution_col
        What the customer brings *if still there*. The ``clv`` of ``with_clv`` already
        contains the chance to be there: divide it by ``probability_alive`` first (for
        everybody above 0), or leaving counts twice.
    satisfaction_col
        The survey. Who did not answer has none: list them apart.
    retention_col
        The probability to be there.
    customer_id_col
        The id.

    Returns
    -------
    A row per customer, first things first (a lazy frame is not ordered), with the id
    and the three columns, ``value_at_risk`` (contribution above zero times the
    probability of having left), ``priority`` from 1 to 5, and ``reasons`` in words.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a probability outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cyd"], "clv": [10.0, 810.0, 240.0],
    ...     "satisfaction": [2, 9, 3], "probability_alive": [0.2, 0.9, 0.3],
    ... })
    >>> customers["value_if_alive"] = customers["clv"] / customers["probability_alive"]
    >>> first = ck.campaigns.retention_priority(
    ...     customers, contribution_from=500, satisfaction_from=7,
    ...     contribution_col="value_if_alive",
    ... )
    >>> first[["customer_id", "priority", "value_at_risk"]]
      customer_id  priority  value_at_risk
    0         cyd         1          560.0
    1         bob         4           90.0
    2         ann         5           40.0
    >>> first["reasons"].to_list()[0]
    'high contribution, has probably left, dissatisfied'
    """
    worth_from = number("contribution_from", contribution_from)
    content_from = number("satisfaction_from", satisfaction_from)
    stays_from = fraction("retention_from", retention_from, closed=True)
    degrees = [contribution_col, satisfaction_col, retention_col]
    opened = read(customers, [customer_id_col, *degrees])
    require_ids(opened, customer_id_col)
    require_numbers(opened, degrees)
    stays = nw.col(retention_col)
    outside = Rule(
        column=retention_col,
        broken=(stays < 0) | (stays > 1),
        found="value outside 0 to 1",
        remedy="Pass the probability of staying.",
    )
    rules = [rule for name in degrees for rule in number_rules(opened, name)]
    refuse(opened, [*rules, outside], id_col=customer_id_col)
    worth = nw.col(contribution_col) >= worth_from
    leaving = stays < stays_from
    unhappy = nw.col(satisfaction_col) < content_from
    gain = nw.when(nw.col(contribution_col) > 0).then(nw.col(contribution_col))
    rows = opened.select(
        customer_id_col,
        *degrees,
        (gain.otherwise(0.0) * (1.0 - stays)).alias("value_at_risk"),
        _priority(worth, leaving, unhappy).alias("priority"),
        _reasons(worth, leaving, unhappy).alias("reasons"),
    )
    order = ("priority", "value_at_risk", customer_id_col)
    ranked = sorted_rows(rows, *order, descending=[False, True, False])
    return native(ranked, customers)


def _priority(worth: nw.Expr, leaving: nw.Expr, unhappy: nw.Expr) -> nw.Expr:
    level = nw.when(worth).then(nw.lit(4)).otherwise(nw.lit(5))
    level = nw.when(worth & unhappy).then(nw.lit(3)).otherwise(level)
    level = nw.when(worth & leaving).then(nw.lit(2)).otherwise(level)
    return nw.when(worth & leaving & unhappy).then(nw.lit(1)).otherwise(level)


def _reasons(worth: nw.Expr, leaving: nw.Expr, unhappy: nw.Expr) -> nw.Expr:
    facts = {
        "high contribution": worth,
        "has probably left": leaving,
        "dissatisfied": unhappy,
    }
    words = nw.lit("nothing stands out")
    for holding in itertools.product((False, True), repeat=3):
        said = [name for name, holds in zip(facts, holding, strict=True) if holds]
        if said:
            signed = (
                fact if holds else ~fact
                for fact, holds in zip(facts.values(), holding, strict=True)
            )
            every = functools.reduce(operator.and_, signed)
            words = nw.when(every).then(nw.lit(", ".join(said))).otherwise(words)
    return words
