"""What a point of retention adds to the value of a customer."""

import math
from dataclasses import dataclass

from ..._check import fraction, nonnegative, number, positive, rate
from ...errors import InvalidValueError
from ...fits import JsonResult, checked

__all__ = ["RetentionElasticity", "margin_multiple", "retention_elasticity"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RetentionElasticity(JsonResult):
    """The value of a customer base before and after a change of its retention rate.

    Attributes
    ----------
    retention_rate, new_retention_rate
        The share kept per period, before and after.
    value, new_value
        The value of one customer: margin times multiple, minus the fixed cost.
    relative_change
        ``new_value / value - 1``: 0.7 means 70% more.
    elasticity
        The percent of value for one percent of retention, at the margin.
    value_of_a_point
        The value added by one percentage point of retention, at the margin.
    """

    retention_rate: float
    new_retention_rate: float
    value: float
    new_value: float
    relative_change: float
    elasticity: float
    value_of_a_point: float


def margin_multiple(
    *, retention_rate: float, discount_rate: float, margin_growth: float = 0.0
) -> float:
    """Return the value of a customer as a multiple of this period's margin.

    It is r / (1 + i - r (1 + g)), counted from the next period on, at a constant
    retention rate (Gupta and Lehmann 2003, "Customers as assets", Journal of
    Interactive Marketing 17).

    Parameters
    ----------
    retention_rate
        The share kept per period.
    discount_rate
        The effective rate per period.
    margin_growth
        How much the margin of a customer who stays grows per period.

    Returns
    -------
    float
        The multiple of this period's margin.

    Raises
    ------
    InvalidValueError
        If the sum does not converge: a margin that outgrows discounting and loss.

    Examples
    --------
    >>> round(margin_multiple(retention_rate=0.9, discount_rate=0.10), 2)
    4.5
    """
    kept = fraction("retention_rate", retention_rate, closed=True)
    discount = rate("discount_rate", discount_rate)
    growth = rate("margin_growth", margin_growth)
    left = 1 + discount - kept * (1 + growth)
    if left <= 0:
        raise InvalidValueError(
            subject="argument 'retention_rate'",
            found=f"{kept!r} at growth {growth!r}, discount {discount!r}: no limit",
            remedy="Lower the retention or growth, or raise the discount rate.",
        )
    return kept / left


def retention_elasticity(
    *,
    retention_rate: float,
    change: float,
    discount_rate: float,
    margin: float = 1.0,
    margin_growth: float = 0.0,
    fixed_cost: float = 0.0,
) -> RetentionElasticity:
    """Measure how a change of the retention rate changes the value of a customer.

    A bank that keeps 5 points more of its customers is often said to earn up to 70%
    more. That is arithmetic, not a law: it depends on the retention rate it starts
    from, on the discount rate, and on costs that do not grow with tenure. The example
    shows one bank for which it is true.

    Parameters
    ----------
    retention_rate
        The share kept per period.
    change
        Points of retention added: 0.05 for 5 points.
    discount_rate
        The effective rate per period.
    margin
        The margin of one period.
    margin_growth
        How much the margin of a customer who stays grows per period.
    fixed_cost
        The present value of costs that do not depend on tenure, such as acquisition.

    Returns
    -------
    RetentionElasticity
        Both values, their relative change, and the elasticity.

    Raises
    ------
    InvalidValueError
        If a rate is impossible, or the value at the start is not above 0.

    Examples
    --------
    >>> bank = retention_elasticity(
    ...     retention_rate=0.85, change=0.05, discount_rate=0.10, fixed_cost=1.83
    ... )
    >>> round(bank.relative_change, 2), round(bank.elasticity, 2)
    (0.7, 9.52)
    """
    kept = fraction("retention_rate", retention_rate)
    after = fraction("retention_rate + change", kept + number("change", change))
    money, cost = positive("margin", margin), nonnegative("fixed_cost", fixed_cost)

    def worth(r: float) -> float:
        multiple = margin_multiple(
            retention_rate=r, discount_rate=discount_rate, margin_growth=margin_growth
        )
        return money * multiple - cost

    value = worth(kept)
    if value <= 0 or math.isinf(value):
        raise InvalidValueError(
            subject="the value at the start",
            found=f"invalid value {value!r}",
            remedy="Check margin and cost: a relative change needs a value above 0.",
        )
    # d/dr of r / (1 + i - r (1 + g)).
    slope = money * (1 + discount_rate)
    slope /= (1 + discount_rate - kept * (1 + margin_growth)) ** 2
    return RetentionElasticity(
        retention_rate=kept,
        new_retention_rate=after,
        value=value,
        new_value=worth(after),
        relative_change=worth(after) / value - 1,
        elasticity=slope * kept / value,
        value_of_a_point=slope / 100,
    )
