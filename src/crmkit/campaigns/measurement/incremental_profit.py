"""The profit that a campaign added, compared with a randomised control group."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, nonnegative, one_of, typed
from ..._frames import (
    flag_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.campaigns.ratio_limits import fieller
from ...typing import FloatArray, IntoDataFrame

__all__ = ["IncrementalProfit", "incremental_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class IncrementalProfit(JsonResult):
    """The profit that a campaign added, per treated customer and in total.

    Attributes
    ----------
    effect
        Profit added per treated customer before the cost of the campaign, by intention
        to treat: all assigned customers count, reached or not.
    standard_error, degrees_of_freedom
        The standard error of the effect, and the degrees of freedom of its t
        distribution (Welch); None where profit does not vary.
    n_treated, n_control
        Customers in each group.
    cost
        The cost of the campaign, in total.
    profit
        The profit added in total, minus the cost.
    return_on_investment
        That profit per unit of cost; None for a campaign without cost.
    cost_standard_error, covariance
        The standard error of the cost per treated customer, and its covariance with
        the effect; 0 where the cost is one number that was known beforehand.
    """

    effect: float
    standard_error: float
    degrees_of_freedom: float | None = None
    n_treated: int
    n_control: int
    cost: float
    profit: float
    return_on_investment: float | None = None
    cost_standard_error: float = 0.0
    covariance: float = 0.0

    def interval(
        self,
        *,
        level: float = 0.95,
        of: Literal["effect", "profit", "return_on_investment"] = "effect",
    ) -> Interval:
        """Return the interval of the effect per customer, the profit or the return.

        Effect and profit have Welch's t interval. The return is a ratio and has
        Fieller's (1954), which is refused where the mean cost may be 0.
        """
        inside = fraction("level", level)
        one_of("of", of, ("effect", "profit", "return_on_investment"))
        freedom = self.degrees_of_freedom
        if freedom is None:  # only the costs of the treated may vary
            freedom = max(self.n_treated - 1, 1)
        t = float(stdtrit(freedom, 0.5 + inside / 2))
        if of == "return_on_investment":
            lower, upper = self._return_limits(t)
            return Interval(lower=lower, upper=upper, level=inside)
        if of == "effect":
            middle, half = self.effect, t * self.standard_error
        else:
            # Costly customers often bring much: the two errors are not independent.
            spread = np.hypot(self.standard_error, self.cost_standard_error) ** 2
            net = np.sqrt(max(spread - 2 * self.covariance, 0.0))
            middle, half = self.profit, t * self.n_treated * float(net)
        return Interval(lower=middle - half, upper=middle + half, level=inside)

    def _return_limits(self, t: float) -> tuple[float, float]:
        if self.return_on_investment is None:
            raise NotEnoughDataError(
                needed="a campaign with a cost",
                got="one without",
                remedy="Measure it again with cost= or cost_col=.",
            )
        each = self.cost / self.n_treated
        lower, upper = fieller(
            np.asarray(self.effect / each),
            np.asarray(1.0),
            top_variance=np.asarray((self.standard_error / each) ** 2),
            bottom_variance=np.asarray((self.cost_standard_error / each) ** 2),
            covariance=np.asarray(self.covariance / each / each),
            quantile=t,
        )
        if not np.isfinite(lower):
            # No finite interval of a ratio has its level where the bottom may be 0.
            raise NotEnoughDataError(
                needed="a cost per customer that is clearly above 0",
                got=f"{each:g} with a standard error of {self.cost_standard_error:g}",
                remedy="Measure more customers, or take a lower level.",
            )
        return float(lower) - 1, float(upper) - 1


@typed
def incremental_profit(
    customers: IntoDataFrame,
    *,
    cost: float = 0.0,
    treated_col: str = "treated",
    profit_col: str = "profit",
    before_col: str | None = None,
    cost_col: str | None = None,
) -> IncrementalProfit:
    """Measure what a randomised campaign added to profit.

    Parameters
    ----------
    customers
        One row per customer assigned to a group at random.
    cost
        The cost of the campaign that is known as one number, in total.
    treated_col
        Whether the customer was assigned to the campaign.
    profit_col
        The profit of the customer afterwards, before the cost of the campaign.
    before_col
        The profit of the customer before the assignment. Where it predicts profit, it
        makes the interval narrower (CUPED) without bias.
    cost_col
        What each treated customer cost on top of ``cost``, such as a coupon that was
        redeemed. It is 0 for the control group.

    Returns
    -------
    IncrementalProfit
        The effect per customer and in total, and the return on investment; ``interval``
        gives the limits of each. Welch's interval allows the two groups to vary
        differently.

    Raises
    ------
    InvalidValueError
        If a value is missing, a cost is negative, or a control customer has a cost.
    NotEnoughDataError
        If a group has fewer than two customers.

    References
    ----------
    Fieller (1954), "Some problems in interval estimation".
    Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled
    experiments by utilizing pre-experiment data".

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame(
    ...     {"treated": [1, 1, 1, 0, 0, 0], "profit": [12, 14, 16, 10, 9, 11]}
    ... )
    >>> found = incremental_profit(campaign, cost=6)
    >>> found.effect, found.profit, found.return_on_investment
    (4.0, 6.0, 1.0)
    >>> lower, upper = found.interval(of="profit")
    >>> round(lower, 1), round(upper, 1)
    (-6.5, 18.5)
    >>> lower, upper = found.interval(of="return_on_investment")
    >>> round(lower, 2), round(upper, 2)
    (-1.08, 3.08)
    """
    spent = nonnegative("cost", cost)
    measured = [name for name in (profit_col, before_col, cost_col) if name is not None]
    frame = read_eager(customers, (treated_col, *measured))
    require_numbers(frame, measured)
    rules = [rule for name in measured for rule in number_rules(frame, name)]
    if cost_col is not None:
        rules += number_rules(frame, cost_col, sign="nonnegative")
    refuse(frame, [*rules, *flag_rules(frame, treated_col)])
    treated = numbers(frame, treated_col) > 0
    n_treated, n_control = int(treated.sum()), int((~treated).sum())
    if min(n_treated, n_control) < 2:
        raise NotEnoughDataError(
            needed="2 customers or more in each group",
            got=f"{n_treated} treated and {n_control} in control",
            remedy="Pass both groups of a randomised campaign.",
        )
    profit = numbers(frame, profit_col)
    if before_col is not None:
        profit = _less_predictable(profit, numbers(frame, before_col))
    size = _largest(profit)
    ours, theirs = profit[treated] / size, profit[~treated] / size
    effect = float(ours.mean() - theirs.mean()) * size
    error, freedom = _welch(ours, theirs)
    each = numbers(frame, cost_col) if cost_col is not None else np.zeros(treated.size)
    _require_free_control(each, treated, cost_col)
    total = spent + float(each[treated].sum())
    added = n_treated * effect - total
    scale = _largest(each)
    costs = each[treated] / scale
    return IncrementalProfit(
        effect=effect,
        standard_error=error * size,
        degrees_of_freedom=freedom,
        n_treated=n_treated,
        n_control=n_control,
        cost=total,
        profit=added,
        return_on_investment=added / total if total > 0 else None,
        cost_standard_error=float(np.sqrt(costs.var(ddof=1) / n_treated)) * scale,
        # Only the treated have costs, so only their profit can vary with them.
        covariance=float(np.cov(ours, costs)[0, 1]) / n_treated * size * scale,
    )


def _require_free_control(
    cost: FloatArray, treated: np.ndarray, cost_col: str | None
) -> None:
    paid = ~treated & (cost != 0)
    if paid.any():
        raise InvalidValueError(
            subject=f"column {cost_col!r}",
            found="control customer with a cost",
            count=int(paid.sum()),
            total=paid.size,
            first=f"row {int(np.flatnonzero(paid)[0])}",
            remedy="Set the cost to 0 in the control group.",
        )


def _less_predictable(profit: FloatArray, before: FloatArray) -> FloatArray:
    """Subtract what the past predicts; both groups lose the same on average."""
    away = before / _largest(before)
    away = away - away.mean()
    spread = float(np.mean(away**2))
    if spread == 0:
        return profit
    size = _largest(profit)
    predicted = float(np.mean(away * (profit / size))) / spread * away
    return np.asarray(profit - predicted * size, dtype=np.float64)


def _welch(ours: FloatArray, theirs: FloatArray) -> tuple[float, float | None]:
    """Return the standard error of a difference of means, and its freedom."""
    parts = [group.var(ddof=1) / group.size for group in (ours, theirs)]
    variance = float(sum(parts))
    if variance == 0:
        return 0.0, None
    shares = [
        (part / variance) ** 2 / (group.size - 1)
        for part, group in zip(parts, (ours, theirs), strict=True)
    ]
    return float(np.sqrt(variance)), 1.0 / float(sum(shares))


def _largest(money: FloatArray) -> float:
    """Return the unit in which squares neither overflow nor vanish."""
    return float(np.abs(money).max(initial=0.0)) or 1.0
