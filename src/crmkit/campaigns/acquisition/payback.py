"""How long customers take to repay what it cost to win them."""

from dataclasses import dataclass
from math import ceil, log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    finite_array,
    fraction,
    nonnegative,
    number,
    one_of,
    rate,
)
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.campaigns.repaid_cost import (
    constant_margin_value,
    margin_sums,
    periods_to_repay,
)
from ...typing import FloatArray

__all__ = ["Payback", "payback"]

_PERIODS = 10_000  # that are added up at a constant retention


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Payback(JsonResult):
    """The time in which margins repay a cost, with and without customers who leave.

    Attributes
    ----------
    periods
        The first period after which the margins that survive cover the cost; None if
        they never do: the payback is infinite.
    simple_periods
        The cost divided by the margin of a period, as if no customer left and money had
        no price; None if the margin is 0 or less.
    clv
        The value of all margins; None where it is infinite.
    clv_to_cost
        That value per unit of cost; None where it is infinite or the cost is 0.
    profit
        The discounted margins of a customer won less the cost, after period 1, 2, ...:
        up to twice the periods until it is repaid, at least 12 and at most 240.
    """

    periods: int | None = None
    simple_periods: float | None = None
    clv: float | None = None
    clv_to_cost: float | None = None
    profit: tuple[float, ...] = ()

    @property
    def pays_back(self) -> bool:
        """Whether the margins ever cover the cost."""
        return self.periods is not None


def payback(
    *,
    acquisition_cost: float,
    margin: float,
    retention: float | None = None,
    survival: ArrayLike | None = None,
    discount_rate: float = 0.0,
    margin_at: Literal["start", "end"] = "start",
) -> Payback:
    """Measure how long customers take to repay what it cost to win them.

    Parameters
    ----------
    acquisition_cost
        What one customer cost.
    margin
        The margin of one period of a customer who is still there.
    retention
        The share of customers who stay from one period to the next, if it is constant.
    survival
        The share of customers still there at the start of period 1, 2, ...: for example
        a curve of ``crmkit.churn``. Nothing is earned after its end. Pass it or
        ``retention``.
    discount_rate
        The effective rate of a period, such as .01 for 1% a month.
    margin_at
        Whether the margin comes at the ``"start"`` or the ``"end"`` of a period. All
        who start a period pay for it.

    Returns
    -------
    Payback
        The periods until the cost is repaid, None if it never is.

    Raises
    ------
    InvalidValueError
        If neither or both of ``retention`` and ``survival`` are passed, or the curve
        rises or leaves 0 to 1.

    References
    ----------
    Gupta and Lehmann (2003), "Customers as assets".

    Examples
    --------
    >>> found = payback(
    ...     acquisition_cost=300, margin=30, retention=0.97, discount_rate=0.01
    ... )
    >>> found.simple_periods, found.periods, found.clv, round(found.clv_to_cost, 3)
    (10.0, 13, 757.5, 2.525)
    >>> payback(acquisition_cost=300, margin=6, retention=0.97).pays_back
    False
    """
    cost = nonnegative("acquisition_cost", acquisition_cost)
    each = number("margin", margin)
    discount = rate("discount_rate", discount_rate)
    at_start = one_of("margin_at", margin_at, ("start", "end")) == "start"
    kept, curve = _survival(retention, survival)
    sums = margin_sums(
        np.full(curve.size, each),
        survival=curve,
        discount_rate=discount,
        at_start=at_start,
    )
    value: float | None = float(sums[-1]) if sums.size else 0.0
    if kept is not None:
        value = constant_margin_value(
            each, retention=kept, discount_rate=discount, at_start=at_start
        )
        value = value if np.isfinite(value) else None
    periods = periods_to_repay(sums, cost)
    if periods is None and kept is not None and each > 0:
        first = each if at_start else each / (1 + discount)
        periods = _later(cost / first, kept / (1 + discount))
    shown = min(max(12, 2 * periods), 240) if periods is not None else 60
    return Payback(
        periods=periods,
        simple_periods=cost / each if each > 0 else None,
        clv=value,
        clv_to_cost=value / cost if value is not None and cost > 0 else None,
        profit=tuple((sums[:shown] - cost).tolist()),
    )


def _later(firsts: float, step: float) -> int | None:
    """Return when a geometric sum reaches so many of its first terms; None if never."""
    if step == 1:
        return ceil(firsts)
    left = 1 - firsts * (1 - step)
    return ceil(log(left) / log(step)) if left > 0 else None


def _survival(
    retention: float | None, survival: ArrayLike | None
) -> tuple[float | None, FloatArray]:
    if (retention is None) == (survival is None):
        raise InvalidValueError(
            subject="arguments 'retention' and 'survival'",
            found="both" if survival is not None else "neither",
            remedy="Pass one of the two.",
        )
    if retention is not None:
        kept = fraction("retention", retention, closed=True)
        return kept, np.asarray(kept ** np.arange(_PERIODS), dtype=np.float64)
    curve = finite_array("survival", survival if survival is not None else [])
    if np.any((curve < 0) | (curve > 1)) or np.any(np.diff(curve) > 1e-12):
        raise InvalidValueError(
            subject="argument 'survival'",
            found="a curve that rises, or leaves 0 to 1",
            remedy="Pass the share still there at the start of each period.",
        )
    return None, curve
