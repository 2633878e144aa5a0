"""The profit that a campaign added, compared with a randomised control group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, nonnegative, one_of
from ..._frames import (
    flag_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import Interval, checked, from_document, to_document
from ...typing import FloatArray, IntoDataFrame

__all__ = ["IncrementalProfit", "incremental_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class IncrementalProfit:
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
        The cost of the campaign.
    profit
        The profit added in total, minus the cost.
    return_on_investment
        That profit per unit of cost; None for a campaign without cost.
    """

    effect: float
    standard_error: float
    degrees_of_freedom: float | None = None
    n_treated: int
    n_control: int
    cost: float
    profit: float
    return_on_investment: float | None = None

    def interval(
        self, *, level: float = 0.95, of: Literal["effect", "profit"] = "effect"
    ) -> Interval:
        """Return Welch's t interval of the effect per customer, or of the profit."""
        inside = fraction("level", level)
        one_of("of", of, ("effect", "profit"))
        half = 0.0
        if self.degrees_of_freedom is not None:
            t = float(stdtrit(self.degrees_of_freedom, 0.5 + inside / 2))
            half = t * self.standard_error
        # The profit is a line in the effect, so its interval is the line of the ends.
        times, less = (1, 0.0) if of == "effect" else (self.n_treated, self.cost)
        return Interval(
            lower=times * (self.effect - half) - less,
            upper=times * (self.effect + half) - less,
            level=inside,
        )

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "IncrementalProfit":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def incremental_profit(
    customers: IntoDataFrame,
    *,
    cost: float,
    treated_col: str = "treated",
    profit_col: str = "profit",
    before_col: str | None = None,
) -> IncrementalProfit:
    """Measure what a randomised campaign added to profit.

    Parameters
    ----------
    customers
        One row per customer assigned to a group at random.
    cost
        The total cost of the campaign.
    treated_col
        Whether the customer was assigned to the campaign.
    profit_col
        The profit of the customer afterwards, before the cost of the campaign.
    before_col
        The profit of the customer before the assignment. Where it predicts profit, it
        makes the interval narrower (CUPED) without bias.

    Returns
    -------
    IncrementalProfit
        The effect per customer and in total; its ``interval`` is Welch's, which allows
        the two groups to vary differently.

    Raises
    ------
    NotEnoughDataError
        If a group has fewer than two customers.

    References
    ----------
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
    """
    spent = nonnegative("cost", cost)
    measured = [profit_col, *([before_col] if before_col else [])]
    frame = read_eager(customers, (treated_col, *measured))
    require_numbers(frame, measured)
    rules = [rule for name in measured for rule in number_rules(frame, name)]
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
    if before_col:
        profit = _less_predictable(profit, numbers(frame, before_col))
    size = _largest(profit)
    ours, theirs = profit[treated] / size, profit[~treated] / size
    effect = float(ours.mean() - theirs.mean()) * size
    error, freedom = _welch(ours, theirs)
    added = n_treated * effect - spent
    return IncrementalProfit(
        effect=effect,
        standard_error=error * size,
        degrees_of_freedom=freedom,
        n_treated=n_treated,
        n_control=n_control,
        cost=spent,
        profit=added,
        return_on_investment=added / spent if spent > 0 else None,
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
