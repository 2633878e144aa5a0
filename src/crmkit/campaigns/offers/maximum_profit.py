"""The profit of the best campaign that a ranking of churn risks allows (MPC)."""

from dataclasses import dataclass

import numpy as np

from ..._check import instance
from ...fits import Interval, JsonResult, checked, resampled_interval_of
from ...kernels.base import ranking
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoDataFrame, Progress
from .resampled_profit import resampled_interval
from .retention_offer import RetentionOffer
from .valued_outcomes import read_ranked

__all__ = ["MaximumProfit", "maximum_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class MaximumProfit(JsonResult):
    """The profit of the best cut of a ranking, and the share of customers it targets.

    Attributes
    ----------
    profit
        Profit per customer of the base, targeted or not; multiply by the number of
        customers for the total.
    share_targeted
        The share of customers to target, from 0 to 1, from the top of the ranking.
    resampled
        The bootstrap interval of the profit; None if no ``rng`` was passed.
    """

    profit: float
    share_targeted: float
    resampled: Interval | None = None

    def interval(self, *, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the profit; None is the level it has."""
        return resampled_interval_of(
            self.resampled, level, remedy="Measure it again with rng= and that level=."
        )


def maximum_profit(
    customers: IntoDataFrame,
    *,
    offer: RetentionOffer,
    clv: float | None = None,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv_if_active",
    progress: Progress | None = None,
) -> MaximumProfit:
    """Measure the profit of the best cut of a ranking by churn risk (MPC).

    Parameters
    ----------
    customers
        One row per customer: a score, what happened, and a value unless ``clv`` is one
        value for all.
    offer
        The offer and how customers respond to it.
    clv
        One value for all customers, as in the publication. By default each customer has
        the value in ``clv_col``.
    rng
        The source of randomness of a bootstrap interval over customers; without it
        there is no interval.
    n_resamples, level
        The number of resamples, and the confidence level of the interval.
    risk_col
        The score that ranks customers, higher first, on any scale.
    churned_col
        Whether the customer left.
    clv_col
        The value of a customer who stays: ``clv_if_active`` of ``with_clv_if_active``.
        Not ``clv``, which already includes the chance of having left.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    MaximumProfit
        Profit per customer, the share targeted (0 and 0 if no campaign pays), and the
        interval if ``rng`` was passed.

    Raises
    ------
    NotEnoughDataError
        If all customers left, or all stayed.

    Notes
    -----
    The best of many cuts is partly luck, so the profit is too high on average, and so
    is its interval: each resample looks for its own best cut. The bias is larger with
    fewer customers and a weaker ranking. ``held_out_profit`` measures what a cut chosen
    on other customers earns.

    References
    ----------
    Verbeke, Dejaeger, Martens, Hur and Baesens (2012), European Journal of Operational
    Research 218, 211-229.

    See Also
    --------
    expected_maximum_profit : For an uncertain rate of acceptance (EMPC).
    maximum_uplift_profit : For a ranking by uplift, from a randomised campaign (MPU).

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    ...         "churned": [0, 1, 0, 1, 0, 1, 0, 1],
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> best = maximum_profit(judged, offer=offer, clv=200)
    >>> best.profit, best.share_targeted
    (23.875, 0.875)
    """
    instance("offer", offer, RetentionOffer)
    ranked = read_ranked(
        customers, risk_col=risk_col, churned_col=churned_col, clv=clv, clv_col=clv_col
    )
    each = offer.realised_profit(ranked.churned, ranked.clv)
    n = each.size

    def curve(times: FloatArray) -> FloatArray:
        return ranking.sums_at(times * each, ranked.ends) / n

    profit = curve(np.ones(n))
    best = kernel.best_cut(profit)
    return MaximumProfit(
        profit=float(profit[best]),
        share_targeted=ranking.share_above(best, ranked.ends),
        resampled=resampled_interval(
            lambda times: float(curve(times).max()),
            rows=(ranked.risk, ranked.churned, ranked.clv),
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )
