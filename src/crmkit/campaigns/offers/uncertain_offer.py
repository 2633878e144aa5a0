"""The best campaign to expect when it is not known how many will take the offer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._check import finite_array, positive
from ..._frames import numbers
from ...churn.classifier.scored_outcomes import Scored, read_scored, refuse_overflow
from ...errors import InvalidValueError
from ...fits import checked, from_document, to_document
from ...kernels.base import ranking
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoDataFrame
from .campaign_profit import CampaignProfit, resampled_interval
from .retention_offer import RetentionOffer

__all__ = [
    "UncertainOffer",
    "expected_maximum_profit",
    "expected_maximum_profit_by_value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class UncertainOffer:
    """A retention offer whose acceptance is known as a beta distribution only.

    The defaults are those of the publication of EMPC.

    Attributes
    ----------
    accept_alpha, accept_beta
        The beta distribution of the rate at which those about to leave take the offer
        and stay; its mean is 0.3 by default.
    incentive, contact_cost, loyal_accept_rate, durability, incentive_share
        As in ``RetentionOffer``.

    Examples
    --------
    >>> offer = UncertainOffer(incentive=0, incentive_share=0.05, contact_cost=15)
    >>> offer.at_mean().accept_rate
    0.3
    """

    accept_alpha: float = 6.0
    accept_beta: float = 14.0
    incentive: float = 10.0
    contact_cost: float = 1.0
    loyal_accept_rate: float = 1.0
    durability: float = 1.0
    incentive_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no beta distribution, and what no offer can be."""
        positive("accept_alpha", self.accept_alpha)
        positive("accept_beta", self.accept_beta)
        self.at_mean()

    def at_mean(self) -> RetentionOffer:
        """Return the offer whose acceptance is known to be the mean.

        What to expect of one customer depends on the mean alone: use it to rank.
        """
        return RetentionOffer(
            accept_rate=self.accept_alpha / (self.accept_alpha + self.accept_beta),
            incentive=self.incentive,
            contact_cost=self.contact_cost,
            loyal_accept_rate=self.loyal_accept_rate,
            durability=self.durability,
            incentive_share=self.incentive_share,
        )

    def gain_when_taken(self, clv: ArrayLike) -> FloatArray:
        """Return what it gains that somebody about to leave takes the offer."""
        value = finite_array("clv", clv)
        return self.durability * value - self.at_mean().incentive_for(value)

    def to_dict(self) -> dict[str, object]:
        """Return the offer as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "UncertainOffer":
        """Build the offer from its JSON document."""
        return from_document(cls, document)


_PUBLISHED = UncertainOffer()


def expected_maximum_profit(
    customers: IntoDataFrame,
    *,
    offer: UncertainOffer = _PUBLISHED,
    clv: float = 200.0,
    rng: np.random.Generator | None = None,
    resamples: int = 500,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
) -> CampaignProfit:
    """Measure the best profit to expect when the rate of acceptance is unsure (EMPC).

    The rate of acceptance is beta-distributed; for each rate the best cut is taken, and
    the profits are averaged. The defaults are those of the publication.

    Parameters
    ----------
    customers
        One row per customer: a score and what came.
    offer
        What is offered, and how sure its acceptance is.
    clv
        The value of a customer who stays.
    rng
        The source of randomness of a bootstrap interval; without it there is none.
    resamples, level
        How many resamples of the customers, and the confidence of the interval.
    risk_col, churned_col
        The score (higher first, of any scale) and whether the customer left.

    Returns
    -------
    CampaignProfit
        Expected profit per customer, the expected share targeted, and the interval if
        asked for.

    Raises
    ------
    InvalidValueError
        If the incentive is not below the value of a customer.
    NotEnoughDataError
        If nobody left, or everybody.

    Notes
    -----
    Exact for any distribution, however sharp: the integral over the concave hull of the
    ROC curve is a sum of incomplete beta functions. As the best of many cuts it is too
    high on average, and so is its interval: see ``maximum_profit``.

    References
    ----------
    Verbraken, Verbeke and Baesens (2013), "A novel profit maximizing metric for
    measuring classification performance of customer churn prediction models", IEEE
    Transactions on Knowledge and Data Engineering 25, 961-973.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    ...         "churned": [0, 1, 0, 1, 0, 1, 0, 1],
    ...     }
    ... )
    >>> best = expected_maximum_profit(judged)
    >>> round(best.profit, 6), round(best.share_targeted, 6)
    (23.875593, 0.87437)
    """
    value = positive("clv", clv)
    if offer.gain_when_taken(value) <= 0:
        raise InvalidValueError(
            subject="argument 'offer'",
            found=f"an incentive not below the value {value!r} it is to save",
            remedy="Offer less than a customer is worth.",
        )
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    worth = np.full(scored.churned.size, value)
    return _measured(scored, worth, offer, rng=rng, resamples=resamples, level=level)


def expected_maximum_profit_by_value(
    customers: IntoDataFrame,
    *,
    offer: UncertainOffer,
    rng: np.random.Generator | None = None,
    resamples: int = 500,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv",
) -> CampaignProfit:
    """Measure the best profit to expect when customers differ in value (EMPB).

    As ``expected_maximum_profit``, but each churner kept is worth what that one is
    worth: models that find the poor churners only no longer look as good as those that
    find the rich ones.

    Parameters
    ----------
    customers
        One row per customer: a score, a value, and what came.
    offer
        What is offered, and how sure its acceptance is.
    rng
        The source of randomness of a bootstrap interval; without it there is none.
    resamples, level
        How many resamples of the customers, and the confidence of the interval.
    risk_col
        The score (higher first, of any scale). A risk ranks by who leaves; the
        ``campaign_profit`` of ``with_campaign_profit`` (with ``offer.at_mean()``) ranks
        by what there is to gain.
    churned_col
        Whether the customer left.
    clv_col
        The value lost by leaving: what a customer *who stays* brings, see
        ``with_campaign_profit``.

    Returns
    -------
    CampaignProfit
        Expected profit per customer, the expected share targeted, and the interval if
        asked for.

    Raises
    ------
    NotEnoughDataError
        If nobody left, or everybody.

    Notes
    -----
    At acceptance g the top k customers bring g A_k - B_k, where A_k adds what is gained
    of the churners among them who take the offer and B_k what the rest costs: a line in
    g. The best campaign is the upper envelope of these lines, and its expectation under
    a beta distribution is a sum of incomplete beta functions: exact, sharp priors too.
    With equal values this is EMPC. As the best of many cuts it is too high on average:
    see ``maximum_profit``.

    References
    ----------
    Janssens, Bogaert, Bague and Van den Poel (2022), "B2Boost: instance-dependent
    profit-driven modelling of B2B churn", Annals of Operations Research.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.4, 0.2],
    ...         "churned": [1, 1, 0, 0],
    ...         "clv": [40.0, 400.0, 900.0, 100.0],
    ...     }
    ... )
    >>> offer = UncertainOffer(incentive=0, incentive_share=0.05, contact_cost=15)
    >>> by_risk = expected_maximum_profit_by_value(judged, offer=offer)
    >>> from crmkit.campaigns import with_campaign_profit
    >>> ranked = judged.pipe(with_campaign_profit, offer=offer.at_mean())
    >>> by_gain = expected_maximum_profit_by_value(
    ...     ranked, offer=offer, risk_col="campaign_profit"
    ... )
    >>> round(by_risk.profit, 2), round(by_gain.profit, 2)
    (23.86, 24.75)
    """
    scored = read_scored(
        customers,
        risk_col=risk_col,
        churned_col=churned_col,
        probability=False,
        extra=(clv_col,),
    )
    worth = numbers(scored.frame, clv_col)
    refuse_overflow(worth, clv_col)
    return _measured(scored, worth, offer, rng=rng, resamples=resamples, level=level)


def _measured(
    scored: Scored,
    clv: FloatArray,
    offer: UncertainOffer,
    *,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> CampaignProfit:
    order, ends = ranking.block_ends(scored.risk)
    y, value, n = scored.churned[order], clv[order], clv.size
    gain = y * offer.gain_when_taken(value)
    loyal = offer.at_mean().cost_of_loyal(value)
    cost = y * offer.contact_cost + (1 - y) * loyal

    def best(times: FloatArray) -> tuple[float, float]:
        return kernel.expected_maximum_profit(
            ranking.sums_at(times * gain, ends),
            ranking.sums_at(times * cost, ends),
            ranking.sums_at(times, ends),
            alpha=offer.accept_alpha,
            beta=offer.accept_beta,
        )

    profit, targeted = best(np.ones(n))
    lower, upper, inside = resampled_interval(
        lambda times: best(times)[0] / n,
        rows=(scored.risk[order], y, value),
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return CampaignProfit(
        profit=profit / n,
        share_targeted=targeted / n,
        lower=lower,
        upper=upper,
        level=inside,
    )
