"""Where a point of retention is worth most, and whom to keep first."""

from collections.abc import Callable, Sequence

import numpy as np

from ..._check import nonnegative, rate
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...typing import FloatArray, IntoFrameT

__all__ = ["with_retention_priority", "with_value_of_retention"]


def with_value_of_retention(
    tiers: IntoFrameT,
    *,
    discount_rate: float,
    margin_growth: float = 0.0,
    customers_col: str = "customers",
    margin_col: str = "margin",
    retention_col: str = "retention",
    output_col: str = "value_of_a_point",
) -> IntoFrameT:
    """Add what one percentage point of retention is worth to each tier.

    Parameters
    ----------
    tiers
        One row per tier.
    discount_rate
        The effective rate per period.
    margin_growth
        How much the margin of a customer who stays grows per period.
    customers_col, margin_col, retention_col
        Customers of the tier, the margin of one in a period, and the share kept per
        period.
    output_col
        The column added, in the unit of the margin.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    InvalidValueError
        If a retention is not between 0 and 1, or the value has no limit.

    Notes
    -----
    Customers x margin x d/dr [r / (1 + i - r (1 + g))] / 100: the slope of the margin
    multiple of Gupta and Lehmann (2003).

    Examples
    --------
    >>> import pandas as pd
    >>> tiers = pd.DataFrame(
    ...     {"customers": [100, 900], "margin": [500, 50], "retention": [0.9, 0.7]}
    ... )
    >>> valued = tiers.pipe(with_value_of_retention, discount_rate=0.1)
    >>> valued["value_of_a_point"].round(2).tolist()
    [13750.0, 3093.75]
    """
    discount = rate("discount_rate", discount_rate)
    growth = nonnegative("margin_growth", margin_growth)
    keys = (customers_col, margin_col, retention_col)

    def worth(
        customers: FloatArray, margin: FloatArray, kept: FloatArray
    ) -> FloatArray:
        left = 1 + discount - kept * (1 + growth)
        return np.asarray(customers * margin * (1 + discount) / left**2 / 100)

    endless = nw.col(retention_col) * (1 + growth) >= 1 + discount
    broken = (
        (
            (nw.col(retention_col) < 0) | (nw.col(retention_col) > 1),
            "value outside 0..1",
        ),
        (endless, "retention that outgrows the discount"),
    )
    return with_scores(
        tiers, keys, {output_col: worth}, rules=_rules(keys, retention_col, broken)
    )


def with_retention_priority(
    customers: IntoFrameT,
    *,
    clv_col: str = "clv",
    risk_col: str = "churn_risk",
    persuadability_col: str = "persuadability",
    customer_id_col: str = "customer_id",
    output_col: str = "retention_priority",
) -> IntoFrameT:
    """Add the value that an effort to keep a customer may be expected to save.

    Value, risk and persuadability, multiplied: a customer is worth an effort only if
    there is something to lose, it is likely to be lost, and it can be saved. Somebody
    who stays anyway, or leaves whatever is done, has no priority.

    Parameters
    ----------
    customers
        One row per customer; lazy frames stay lazy.
    clv_col
        The value at stake: what a customer *who stays* brings. The ``clv`` of
        ``with_clv`` already contains the chance to be there: divide it by
        ``probability_alive`` first (where above 0), or leaving counts twice. Below
        0 there is nothing to save and the priority is 0.
    risk_col
        The probability to leave if nothing is done.
    persuadability_col
        The probability that somebody about to leave can be kept.
    customer_id_col
        Only named in errors.
    output_col
        The column added, in the unit of the value.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    InvalidValueError
        If a probability is outside 0..1, or a value is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "clv": [900.0, 900, 90, -50],
    ...         "churn_risk": [0.5, 0.05, 0.9, 0.9],
    ...         "persuadability": [0.4, 0.4, 0.4, 0.4],
    ...     }
    ... )
    >>> customers.pipe(with_retention_priority)["retention_priority"].tolist()
    [180.0, 18.0, 32.4, 0.0]
    """
    keys = (clv_col, risk_col, persuadability_col)

    def saved(clv: FloatArray, risk: FloatArray, chance: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(clv, 0.0) * risk * chance, dtype=np.float64)

    def outside(column: str) -> nw.Expr:
        return (nw.col(column) < 0) | (nw.col(column) > 1)

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        found = [rule for key in keys for rule in number_rules(frame, key)]
        shares = (risk_col, persuadability_col)
        return found + [
            _rule(key, outside(key), "value outside 0..1") for key in shares
        ]

    return with_scores(
        customers, keys, {output_col: saved}, rules=rules, id_col=customer_id_col
    )


def _rules(
    keys: Sequence[str], column: str, broken: Sequence[tuple[nw.Expr, str]]
) -> Callable[[Frame], list[Rule]]:
    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        numbers = [
            rule
            for key in keys
            for rule in number_rules(frame, key, sign="nonnegative")
        ]
        return numbers + [_rule(column, where, found) for where, found in broken]

    return rules


def _rule(column: str, broken: nw.Expr, found: str) -> Rule:
    return Rule(
        column=column, broken=broken, found=found, remedy="Correct or drop these rows."
    )
