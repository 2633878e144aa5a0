"""The best profit to expect when the rate of acceptance is uncertain (EMPC)."""

import numpy as np

from ..._check import instance
from ...errors import InvalidValueError
from ...kernels.base import ranking
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoDataFrame, Progress
from .maximum_profit import MaximumProfit
from .resampled_profit import resampled_interval
from .uncertain_offer import UncertainOffer
from .valued_outcomes import read_ranked

__all__ = ["expected_maximum_profit"]

_PUBLISHED = UncertainOffer()


def expected_maximum_profit(
    customers: IntoDataFrame,
    *,
    offer: UncertainOffer = _PUBLISHED,
    clv: float | None = None,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv_if_active",
    progress: Progress | None = None,
) -> MaximumProfit:
    """Measure the expected maximum profit of a ranking (EMPC; EMPB by value).

    The rate of acceptance is beta-distributed. For each rate the best cut is taken, and
    the profits are averaged. Where customers differ in value, a model that finds only
    churners of low value no longer looks as good as one that finds the valuable ones.

    Parameters
    ----------
    customers
        One row per customer: a score, what happened, and a value unless ``clv`` is one
        value for all.
    offer
        The offer and the distribution of its acceptance. The default is that of the
        publication of EMPC, which takes ``clv=200``.
    clv
        One value for all customers (EMPC). By default each customer has the value in
        ``clv_col`` (EMPB).
    rng
        The source of randomness of a bootstrap interval over customers; without it
        there is no interval.
    n_resamples, level
        The number of resamples, and the confidence level of the interval.
    risk_col
        The score that ranks customers, higher first, on any scale. A risk ranks by who
        leaves; the ``campaign_profit`` of ``with_campaign_profit`` (with
        ``offer.at_mean()``) ranks by what there is to gain.
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
        Expected profit per customer, the expected share targeted, and the interval if
        ``rng`` was passed.

    Raises
    ------
    InvalidValueError
        If ``clv`` is not above what an accepted offer costs.
    NotEnoughDataError
        If all customers left, or all stayed.

    Notes
    -----
    At acceptance g the top k customers bring g A_k - B_k, where A_k adds what is gained
    when the churners among them accept, and B_k is all other cost: a line in g. The
    best campaign is the upper envelope of these lines, and its expectation under a beta
    distribution is a sum of incomplete beta functions. It is exact, also for a very
    narrow distribution. As the best of many cuts it is too high on average: see
    ``maximum_profit``.

    References
    ----------
    Verbraken, Verbeke and Baesens (2013), "A novel profit maximizing metric for
    measuring classification performance of customer churn prediction models", IEEE
    Transactions on Knowledge and Data Engineering 25, 961-973 (EMPC). Janssens,
    Bogaert, Bague and Van den Poel (2022), "B2Boost: instance-dependent profit-driven
    modelling of B2B churn", Annals of Operations Research (by value).

    See Also
    --------
    maximum_profit : For a known rate of acceptance (MPC).

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.4, 0.2],
    ...         "churned": [1, 1, 0, 0],
    ...         "clv_if_active": [40.0, 400.0, 900.0, 100.0],
    ...     }
    ... )
    >>> round(expected_maximum_profit(judged, clv=200).profit, 2)
    28.0
    >>> offer = UncertainOffer(incentive=0, incentive_share=0.05, contact_cost=15)
    >>> by_risk = expected_maximum_profit(judged, offer=offer)
    >>> from crmkit.campaigns import with_campaign_profit
    >>> ranked = judged.pipe(with_campaign_profit, offer=offer.at_mean())
    >>> by_gain = expected_maximum_profit(
    ...     ranked, offer=offer, risk_col="campaign_profit"
    ... )
    >>> round(by_risk.profit, 2), round(by_gain.profit, 2)
    (23.86, 24.75)
    """
    instance("offer", offer, UncertainOffer)
    ranked = read_ranked(
        customers, risk_col=risk_col, churned_col=churned_col, clv=clv, clv_col=clv_col
    )
    y, value, n = ranked.churned, ranked.clv, ranked.clv.size
    if clv is not None and offer.gain_when_taken(clv) <= 0:
        raise InvalidValueError(
            subject="argument 'clv'",
            found=f"value {clv!r}, not above what an accepted offer costs",
            remedy="Offer less than a customer is worth.",
        )
    gain = y * offer.gain_when_taken(value)
    loyal = offer.at_mean().cost_of_loyal(value)
    cost = y * offer.contact_cost + (1 - y) * loyal

    def best(times: FloatArray) -> tuple[float, float]:
        return kernel.expected_maximum_profit(
            ranking.sums_at(times * gain, ranked.ends),
            ranking.sums_at(times * cost, ranked.ends),
            ranking.sums_at(times, ranked.ends),
            alpha=offer.accept_alpha,
            beta=offer.accept_beta,
        )

    profit, targeted = best(np.ones(n))
    return MaximumProfit(
        profit=profit / n,
        share_targeted=targeted / n,
        resampled=resampled_interval(
            lambda times: best(times)[0] / n,
            rows=(ranked.risk, y, value),
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )
