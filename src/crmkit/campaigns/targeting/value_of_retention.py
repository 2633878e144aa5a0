"""What one percentage point of retention is worth to each tier."""

import numpy as np

from ..._check import nonnegative, rate, typed
from ..._frames import (
    Frame,
    Rule,
    number_rules,
    nw,
    probability_rules,
    require_numbers,
    with_scores,
)
from ...typing import FloatArray, IntoFrameT

__all__ = ["with_value_of_retention"]


@typed
def with_value_of_retention(
    tiers: IntoFrameT,
    *,
    discount_rate: float,
    margin_growth: float = 0.0,
    n_customers_col: str = "n_customers",
    margin_col: str = "margin",
    retention_col: str = "retention",
    output_col: str = "value_of_a_point",
) -> IntoFrameT:
    """Add the value of one percentage point of retention in each tier.

    Parameters
    ----------
    tiers
        One row per tier.
    discount_rate
        The effective rate per period.
    margin_growth
        The growth per period of the margin of a customer who stays.
    n_customers_col
        The number of customers of the tier.
    margin_col
        The margin per period of one active customer of the tier. It must not include
        the chance of having left: the formula multiplies it by the retention.
    retention_col
        The share of customers kept per period.
    output_col
        The column added, in the unit of the margin.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    InvalidValueError
        If a retention is outside 0 to 1, or so high that the value has no limit.

    Notes
    -----
    Customers x margin x d/dr [r / (1 + i - r (1 + g))] / 100: the slope of the margin
    multiple of Gupta and Lehmann (2003).

    Examples
    --------
    >>> import pandas as pd
    >>> tiers = pd.DataFrame(
    ...     {"n_customers": [100, 900], "margin": [500, 50], "retention": [0.9, 0.7]}
    ... )
    >>> valued = tiers.pipe(with_value_of_retention, discount_rate=0.1)
    >>> valued["value_of_a_point"].round(2).tolist()
    [13750.0, 3093.75]
    """
    discount = rate("discount_rate", discount_rate)
    growth = nonnegative("margin_growth", margin_growth)
    keys = (n_customers_col, margin_col, retention_col)

    def worth(
        customers: FloatArray, margin: FloatArray, kept: FloatArray
    ) -> FloatArray:
        left = 1 + discount - kept * (1 + growth)
        return np.asarray(customers * margin * ((1 + discount) / left / left) / 100)

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        endless = Rule(
            column=retention_col,
            broken=nw.col(retention_col) * (1 + growth) >= 1 + discount,
            found="retention whose value has no limit at this discount rate and growth",
            remedy="Raise the discount rate, or lower the growth.",
        )
        return [
            *number_rules(frame, n_customers_col, sign="nonnegative"),
            *number_rules(frame, margin_col, sign="nonnegative"),
            *probability_rules(frame, retention_col),
            endless,
        ]

    return with_scores(tiers, keys, {output_col: worth}, rules=rules)
