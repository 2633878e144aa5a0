"""What a campaign added, against customers left alone at random."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, nonnegative
from ..._frames import number_rules, numbers, read_eager, refuse, require_numbers
from ...churn.classifier.scored_outcomes import flag_rules
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...typing import FloatArray, IntoDataFrame

__all__ = ["IncrementalProfit", "incremental_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class IncrementalProfit:
    """The profit a campaign added, with its interval.

    Attributes
    ----------
    effect, lower, upper
        Profit added per treated customer before the cost of the campaign, by intention
        to treat: everybody assigned counts, reached or not.
    level
        The confidence of the intervals.
    treated, control
        Customers in each group.
    cost
        What the campaign cost.
    profit, profit_lower, profit_upper
        The profit added in all, less the cost.
    return_on_investment
        That profit per unit of cost; None when the campaign cost nothing.
    """

    effect: float
    lower: float
    upper: float
    level: float
    treated: int
    control: int
    cost: float
    profit: float
    profit_lower: float
    profit_upper: float
    return_on_investment: float | None

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
    level: float = 0.95,
) -> IncrementalProfit:
    """Measure what a randomised campaign added to profit.

    Parameters
    ----------
    customers
        One row per customer assigned to a group at random.
    cost
        What the campaign cost in all.
    treated_col
        Whether the customer was assigned to the campaign.
    profit_col
        The customer's profit afterwards, before the cost of the campaign.
    before_col
        The customer's profit before the assignment: where it predicts profit, using it
        makes the interval narrower (CUPED) and biases nothing.
    level
        The confidence of the intervals, by Welch's t, which allows two spreads.

    Returns
    -------
    IncrementalProfit
        The effect per customer and in all.

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
    """
    spent, inside = nonnegative("cost", cost), fraction("level", level)
    measured = [profit_col, *([before_col] if before_col else [])]
    frame = read_eager(customers, (treated_col, *measured))
    require_numbers(frame, measured)
    rules = [rule for name in measured for rule in number_rules(frame, name)]
    refuse(frame, [*rules, *flag_rules(frame, treated_col)])
    treated = numbers(frame, treated_col) > 0
    profit = numbers(frame, profit_col)
    if before_col:
        profit = _less_predictable(profit, numbers(frame, before_col))
    size = _largest(profit)
    ours, theirs = profit[treated] / size, profit[~treated] / size
    if min(ours.size, theirs.size) < 2:
        raise NotEnoughDataError(
            needed="2 customers or more in each group",
            got=f"{ours.size} treated and {theirs.size} in control",
            remedy="Pass both groups of a randomised campaign.",
        )
    effect = float(ours.mean() - theirs.mean()) * size
    half = _welch(ours, theirs, inside) * size
    added = [ours.size * e - spent for e in (effect, effect - half, effect + half)]
    return IncrementalProfit(
        effect=effect,
        lower=effect - half,
        upper=effect + half,
        level=inside,
        treated=int(ours.size),
        control=int(theirs.size),
        cost=spent,
        profit=added[0],
        profit_lower=added[1],
        profit_upper=added[2],
        return_on_investment=added[0] / spent if spent > 0 else None,
    )


def _less_predictable(profit: FloatArray, before: FloatArray) -> FloatArray:
    """Take away what the past predicts; both groups lose the same on average."""
    away = before / _largest(before)
    away = away - away.mean()
    spread = float(np.mean(away**2))
    if spread == 0:
        return profit
    size = _largest(profit)
    predicted = float(np.mean(away * (profit / size))) / spread * away
    return np.asarray(profit - predicted * size, dtype=np.float64)


def _welch(ours: FloatArray, theirs: FloatArray, level: float) -> float:
    """Return how far a difference of means may be off, with a spread for each."""
    parts = [group.var(ddof=1) / group.size for group in (ours, theirs)]
    variance = float(sum(parts))
    if variance == 0:
        return 0.0
    shares = [
        (part / variance) ** 2 / (group.size - 1)
        for part, group in zip(parts, (ours, theirs), strict=True)
    ]
    t = float(stdtrit(1.0 / float(sum(shares)), 0.5 + level / 2))
    return t * float(np.sqrt(variance))


def _largest(money: FloatArray) -> float:
    """Return the unit in which squares neither overflow nor vanish."""
    return float(np.abs(money).max(initial=0.0)) or 1.0
