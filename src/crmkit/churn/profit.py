"""The best campaign a ranking of churn risks allows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .._check import fraction, nonnegative, positive
from .._frames import native, numbers, nw, read_eager, table
from ..errors import InvalidValueError
from ..fits import from_document, to_document
from ..kernels import churn_profit as kernel
from ..kernels import ranking
from ..typing import FloatArray, IntoDataFrame, IntoDataFrameT
from .offer import RetentionOffer
from .scored import Scored, read_scored

__all__ = [
    "CampaignProfit",
    "campaign_profit_curve",
    "expected_maximum_profit",
    "instance_curve",
    "maximum_profit",
    "with_value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignProfit:
    """The profit of the best cut, and the share of customers it targets.

    Attributes
    ----------
    profit
        Per customer of the base, targeted or not: times their number it is the total.
    share_targeted
        From 0 to 1, from the top of the ranking.
    """

    profit: float
    share_targeted: float

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "CampaignProfit":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def maximum_profit(
    customers: IntoDataFrame,
    *,
    offer: RetentionOffer,
    clv: float,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
) -> CampaignProfit:
    """Measure the profit of the best cut of a ranking (MPC).

    One value for all customers, as published; where values differ see
    ``campaign_profit_curve``: churners are worth less than the average as a rule, and
    the mean then promises too much.

    Parameters
    ----------
    customers
        One row per customer: a score and what came.
    offer
        What is offered.
    clv
        The value of a customer who stays.
    risk_col, churned_col
        The score (higher first, of any scale) and whether the customer left.

    Returns
    -------
    CampaignProfit
        Profit per customer, and the share targeted.

    Raises
    ------
    NotEnoughDataError
        If nobody left, or everybody.

    References
    ----------
    Verbeke, Dejaeger, Martens, Hur and Baesens (2012), European Journal of Operational
    Research 218, 211-229.

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
    >>> maximum_profit(judged, offer=offer, clv=200)
    CampaignProfit(profit=23.875, share_targeted=0.875)
    """
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    y = scored.churned
    _, (churners, loyal) = ranking.blocks(scored.risk, y, 1 - y)
    curve = kernel.profit_curve(
        churners,
        loyal,
        benefit=float(offer.profit_of_churner(positive("clv", clv))),
        cost=offer.cost_of_loyal,
    )
    best = kernel.best_cut(curve)
    share = (churners[best] + loyal[best]) / y.size
    return CampaignProfit(profit=float(curve[best]), share_targeted=float(share))


def expected_maximum_profit(
    customers: IntoDataFrame,
    *,
    accept_alpha: float = 6.0,
    accept_beta: float = 14.0,
    clv: float = 200.0,
    incentive: float = 10.0,
    contact_cost: float = 1.0,
    loyal_accept_rate: float = 1.0,
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
    accept_alpha, accept_beta
        The beta distribution of the rate of acceptance; its mean is 0.3 by default.
    clv, incentive, contact_cost
        The value of a customer, the cost of an offer taken, the cost of making it.
    loyal_accept_rate
        The chance that a loyal customer takes the offer.
    risk_col, churned_col
        The score (higher first, of any scale) and whether the customer left.

    Returns
    -------
    CampaignProfit
        Expected profit per customer, and the expected share targeted.

    Raises
    ------
    InvalidValueError
        If the incentive is not below the value of a customer.
    NotEnoughDataError
        If nobody left, or everybody.

    Notes
    -----
    Exact for any distribution, however sharp: the integral over the concave hull of the
    ROC curve is a sum of incomplete beta functions.

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
    value, cost = positive("clv", clv), nonnegative("incentive", incentive)
    if cost >= value:
        raise InvalidValueError(
            subject="argument 'incentive'",
            found=f"{cost!r}, not below the value {value!r} it is to save",
            remedy="Offer less than a customer is worth.",
        )
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    y = scored.churned
    _, (churners, loyal) = ranking.blocks(scored.risk, y, 1 - y)
    hull = ranking.concave_hull(churners, loyal)
    profit, share = kernel.expected_maximum_profit(
        *hull,
        alpha=positive("accept_alpha", accept_alpha),
        beta=positive("accept_beta", accept_beta),
        clv=value,
        incentive=cost,
        contact=nonnegative("contact_cost", contact_cost),
        loyal_accept=fraction("loyal_accept_rate", loyal_accept_rate, closed=True),
    )
    return CampaignProfit(profit=profit, share_targeted=share)


def campaign_profit_curve(
    customers: IntoDataFrameT,
    *,
    offer: RetentionOffer,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv",
) -> IntoDataFrameT:
    """Summarise what each cut of the target list would have earned, value by value.

    Customers are ranked by the profit to *expect* of them, and then each is worth what
    really came: a churner's own value, or the cost of a needless offer.

    Parameters
    ----------
    customers
        One row per customer: risk, value, and what came.
    offer
        What is offered.
    risk_col, churned_col
        The columns read.
    clv_col
        The value lost by leaving: what a customer *who stays* brings, see
        ``with_campaign_profit``.

    Returns
    -------
    DataFrame
        One row per cut, from nobody to everybody: ``targeted`` (customers),
        ``share_targeted``, ``expected_profit`` (of the last one taken in; null in the
        first row), ``profit`` (per customer of the base).

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.2],
    ...         "churned": [1, 1, 0],
    ...         "clv": [10.0, 400.0, 100.0],
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> curve = campaign_profit_curve(judged, offer=offer)
    >>> curve[["targeted", "profit"]].round(2)
       targeted  profit
    0       0.0    0.00
    1       1.0   38.67
    2       2.0   38.33
    3       3.0   34.67
    """
    scored, clv = with_value(customers, risk_col, churned_col, clv_col)
    cut, count, total = instance_curve(scored, clv, offer)
    n = scored.churned.size
    columns = {
        "targeted": count,
        "share_targeted": count / n,
        "expected_profit": np.concatenate(([np.nan], cut)),
        "profit": total / n,
    }
    frame = table(read_eager(customers, ()), columns)
    known = nw.when(nw.col("targeted") > 0).then(nw.col("expected_profit"))
    return native(frame.with_columns(known.alias("expected_profit")), customers)


def with_value(
    customers: IntoDataFrame, risk_col: str, churned_col: str, clv_col: str
) -> tuple[Scored, FloatArray]:
    """Read risks, outcomes and values."""
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, extra=(clv_col,)
    )
    return scored, numbers(scored.frame, clv_col)


def instance_curve(
    scored: Scored, clv: FloatArray, offer: RetentionOffer
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, along the list by expected profit: the cuts, customers, and profit."""
    expected = offer.expected_profit(scored.risk, clv)
    realised = offer.realised_profit(scored.churned, clv)
    cut, (count, total) = ranking.blocks(expected, np.ones(clv.size), realised)
    return cut, count, total
