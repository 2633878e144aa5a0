"""How many customers would stay at a higher price, from a survey."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import fraction, listed, positive, typed
from ..._frames import (
    Rule,
    missing,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
    require_present,
    table,
)
from ...kernels.base.intervals import wilson
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntoDataFrameT
from ..measurement.sums_by_group import groups_of, refuse_lost_groups

__all__ = ["price_tolerance_by"]


@typed
def price_tolerance_by(
    answers: IntoDataFrameT,
    *,
    increases: Sequence[float] = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25),
    by: str | Sequence[str] | None = None,
    tolerance_col: str = "price_tolerance",
    spend_col: str | None = None,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Summarise how many customers would stay at higher prices, by any columns.

    Parameters
    ----------
    answers
        One row per customer asked.
    increases
        The rises of the price to look at: .05 is 5%.
    by
        The column or columns that make a group; None takes all customers at once.
    tolerance_col
        The largest rise at which the customer would stay, as a share of the price: 0.1
        for "up to 10%". Infinite for a customer who would stay at any price.
    spend_col
        What the customer spends. With it, customers count by their spending.
    level
        The confidence level of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row per group and rise, in ascending order: ``increase``; ``n_customers``;
        ``staying_rate``, the share who would stay, with ``_lower`` and ``_upper``;
        ``spend_staying`` (with ``spend_col``), the share of the spending that is
        theirs; ``revenue_change``, the share by which revenue would change if those who
        stay buy as much as before.

    Raises
    ------
    InvalidValueError
        If a tolerance is missing or negative, or a rise is 0 or less.

    Notes
    -----
    Answers to a survey say what customers mean to do. ``fit_price_response`` measures
    what they did. The revenue that leaves also saves the cost of its goods, so the rise
    of the highest revenue is not that of the highest profit.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> answers = pd.DataFrame({"price_tolerance": [0.0, 0.05, 0.1, 0.2]})
    >>> found = campaigns.price_tolerance_by(answers, increases=[0.05, 0.1])
    >>> found[["increase", "n_customers", "staying_rate", "revenue_change"]]
       increase  n_customers  staying_rate  revenue_change
    0      0.05            4          0.75         -0.2125
    1      0.10            4          0.50         -0.4500
    """
    inside = fraction("level", level)
    rises = np.array(
        sorted({positive("increases", each) for each in listed("increases", increases)})
    )
    groups = groups_of(by)
    spend = [] if spend_col is None else [spend_col]
    frame = read_eager(answers, [*groups, tolerance_col, *spend])
    require_present(frame, *groups)
    require_numbers(frame, [tolerance_col, *spend])
    # Infinite is an answer here: such a customer stays at any price.
    rules = [
        Rule(
            column=tolerance_col,
            broken=missing(frame, tolerance_col),
            found="missing value",
            remedy="Drop customers who did not answer.",
        ),
        Rule(
            column=tolerance_col,
            broken=nw.col(tolerance_col) < 0,
            found="negative value",
            remedy="Code a customer who accepts no rise as 0.",
        ),
    ]
    for name in spend:
        rules += number_rules(frame, name, sign="nonnegative")
    refuse(frame, rules)
    keys, codes = (
        answer_groups(frame, groups)
        if groups
        else (None, np.zeros(len(frame), dtype=np.int64))
    )
    n_groups = 1 if keys is None else len(keys)
    tolerance = numbers(frame, tolerance_col)
    stays = (tolerance[:, None] >= rises * (1 - 1e-12)).astype(np.float64)

    def totals(weight: FloatArray) -> FloatArray:
        found = [
            np.bincount(codes, weight * part, minlength=n_groups) for part in stays.T
        ]
        return np.asarray(found, dtype=np.float64).T.ravel()

    n = np.repeat(np.bincount(codes, minlength=n_groups), rises.size).astype(float)
    kept = totals(np.ones(tolerance.size))
    lower, upper = wilson(kept, np.maximum(n, 1.0), level=inside)
    some = n > 0
    rate = np.where(some, kept / np.maximum(n, 1.0), np.nan)
    floats = {
        "staying_rate": rate,
        "staying_rate_lower": np.where(some, lower, np.nan),
        "staying_rate_upper": np.where(some, upper, np.nan),
    }
    if spend_col is not None:
        money = numbers(frame, spend_col)
        spent = np.repeat(np.bincount(codes, money, minlength=n_groups), rises.size)
        rate = np.where(
            spent > 0, totals(money) / np.where(spent > 0, spent, 1), np.nan
        )
        floats["spend_staying"] = rate
    increase = np.tile(rises, n_groups)
    floats["revenue_change"] = (1 + increase) * rate - 1
    at = np.repeat(np.arange(n_groups), rises.size)
    refuse_lost_groups(groups, ("increase", "n_customers", *floats))
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        **({} if keys is None else {name: keys[name][at] for name in groups}),
        "increase": increase,
        "n_customers": n.astype(np.int64),
        **floats,
    }
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in floats]
    return native(table(frame, columns).with_columns(*known), answers)
