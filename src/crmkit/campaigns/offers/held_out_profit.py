"""What a campaign earns on customers that had no part in planning it."""

from dataclasses import dataclass

import numpy as np

from ..._check import MOST_REPEATS, fraction, instance, random_source, whole
from ...fits import Interval, JsonResult, checked, resampled_interval_of, told
from ...kernels.base import ranking
from ...kernels.base.intervals import bootstrap, percentile_interval
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoDataFrame, Progress
from .campaign_profit_curve import profit_by_cut
from .retention_offer import RetentionOffer
from .valued_outcomes import read_valued

__all__ = ["HeldOutProfit", "held_out_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class HeldOutProfit(JsonResult):
    """The profit of a campaign on customers that had no part in planning it.

    Attributes
    ----------
    share_targeted
        The share that was best on the customers the plan was made on.
    planned_profit
        The profit of that share on them, per customer: the best of many cuts, so it is
        too high.
    profit
        The profit of that share on the other customers, per customer.
    resampled
        Its bootstrap interval over customers.
    profit_of_all
        The profit of targeting all customers. Targeting none earns 0.
    """

    share_targeted: float
    planned_profit: float
    profit: float
    resampled: Interval
    profit_of_all: float

    def interval(self, *, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the profit; None is the level it has."""
        return resampled_interval_of(
            self.resampled, level, remedy="Measure it again with that level=."
        )


def held_out_profit(
    customers: IntoDataFrame,
    *,
    planned_on: IntoDataFrame,
    offer: RetentionOffer,
    rng: np.random.Generator,
    n_resamples: int = 999,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv_if_active",
    progress: Progress | None = None,
) -> HeldOutProfit:
    """Measure a campaign on customers that had no part in choosing its size.

    The best cut of a noisy curve is partly luck: it always looks too good on the
    customers it was chosen on. So the share to target is chosen on ``planned_on``, and
    its profit is measured on ``customers``.

    Parameters
    ----------
    customers
        One row per customer to measure on: risk, value, and what happened.
    planned_on
        The customers that the share is chosen on, with the columns of ``customers``.
    offer
        The offer and how customers respond to it.
    rng
        The source of randomness of the bootstrap.
    n_resamples, level
        The number of resamples, and the confidence level of the interval.
    risk_col
        The probability of leaving without the offer.
    churned_col
        Whether the customer left.
    clv_col
        The value of a customer who stays: ``clv_if_active`` of ``with_clv_if_active``.
        Not ``clv``, which already includes the chance of having left.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    HeldOutProfit
        Planned and actual profit per customer, and the interval.

    Raises
    ------
    NotEnoughDataError
        If all customers of one of the frames left, or all stayed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> risk = rng.beta(1, 4, 2000)
    >>> base = pd.DataFrame(
    ...     {
    ...         "churn_risk": risk,
    ...         "churned": rng.random(2000) < risk,
    ...         "clv_if_active": 150.0,
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> found = held_out_profit(
    ...     base[1000:], planned_on=base[:1000], offer=offer, rng=rng, n_resamples=200
    ... )
    >>> lower, upper = found.interval()
    >>> lower < found.profit < upper
    True
    """
    inside = fraction("level", level)
    repeats = whole("n_resamples", n_resamples, at_least=2, at_most=MOST_REPEATS)
    instance("offer", offer, RetentionOffer)
    names = {"risk_col": risk_col, "churned_col": churned_col, "clv_col": clv_col}
    plan, plan_clv = read_valued(planned_on, **names)
    _, count, total = profit_by_cut(plan, plan_clv, offer)
    best = kernel.best_cut(total)
    share = float(count[best] / plan.churned.size)
    judged, clv = read_valued(customers, **names)
    expected = offer.expected_profit(judged.risk, clv)
    each = offer.realised_profit(judged.churned, clv)
    taken = _share_taken(expected, share)
    n = each.size
    earned = np.sort(each * taken)  # the order of the rows leaves no trace
    draws = bootstrap(
        lambda drawn: np.asarray(drawn @ earned / n),
        units=n,
        resamples=told(range(repeats), progress),
        rng=random_source(rng),
    )
    lower, upper = percentile_interval(draws, level=inside)
    return HeldOutProfit(
        share_targeted=share,
        planned_profit=float(total[best]) / plan.churned.size,
        profit=float(each @ taken) / n,
        resampled=Interval(lower=float(lower), upper=float(upper), level=inside),
        profit_of_all=float(each.mean()),
    )


def _share_taken(score: FloatArray, share: float) -> FloatArray:
    """Return how much of each row is taken in a top share; ties are taken evenly."""
    cut, (count,) = ranking.blocks(score, np.ones(score.size))
    wanted = share * score.size
    room = np.clip((wanted - count[:-1]) / np.diff(count), 0.0, 1.0)
    place = np.searchsorted(-cut, -score)
    return np.asarray(room[place], dtype=np.float64)
