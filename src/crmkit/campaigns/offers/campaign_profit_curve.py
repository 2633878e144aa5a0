"""The profit of each cut of a target list, with the value of each customer."""

import numpy as np

from ..._check import instance
from ..._frames import native, nw, table
from ...churn.classifier.scored_outcomes import Scored
from ...kernels.base import ranking
from ...typing import FloatArray, IntoDataFrameT
from .retention_offer import RetentionOffer
from .valued_outcomes import read_valued

__all__ = ["campaign_profit_curve", "profit_by_cut"]


def campaign_profit_curve(
    customers: IntoDataFrameT,
    *,
    offer: RetentionOffer,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv_if_active",
) -> IntoDataFrameT:
    """Summarise the profit that each cut of the target list would have earned.

    Customers are ranked by their *expected* profit. Each one then counts with what
    really happened: the value of a churner, or the cost of an offer to a customer who
    stayed.

    Parameters
    ----------
    customers
        One row per customer: risk, value, and what happened.
    offer
        The offer and how customers respond to it.
    risk_col
        The probability of leaving without the offer.
    churned_col
        Whether the customer left.
    clv_col
        The value of a customer who stays: ``clv_if_active`` of ``with_clv_if_active``.
        Not ``clv``, which already includes the chance of having left.

    Returns
    -------
    DataFrame
        One row per cut, from no customers to all: ``n_targeted``, ``share_targeted``,
        ``expected_profit`` (of the last customer included; null in the first row) and
        ``profit`` (per customer of the base).

    Raises
    ------
    NotEnoughDataError
        If all customers left, or all stayed.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.2],
    ...         "churned": [1, 1, 0],
    ...         "clv_if_active": [10.0, 400.0, 100.0],
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> curve = campaign_profit_curve(judged, offer=offer)
    >>> curve[["n_targeted", "profit"]].round(2)
       n_targeted  profit
    0           0    0.00
    1           1   38.67
    2           2   38.33
    3           3   34.67
    """
    instance("offer", offer, RetentionOffer)
    scored, clv = read_valued(
        customers, risk_col=risk_col, churned_col=churned_col, clv_col=clv_col
    )
    cut, count, total = profit_by_cut(scored, clv, offer)
    n = scored.churned.size
    columns = {
        "n_targeted": count.astype(np.int64),
        "share_targeted": count / n,
        "expected_profit": np.concatenate(([np.nan], cut)),
        "profit": total / n,
    }
    frame = table(scored.frame, columns)
    known = nw.when(nw.col("n_targeted") > 0).then(nw.col("expected_profit"))
    return native(frame.with_columns(known.alias("expected_profit")), customers)


def profit_by_cut(
    scored: Scored, clv: FloatArray, offer: RetentionOffer
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the cuts of the list by expected profit, with customers and profit."""
    expected = offer.expected_profit(scored.risk, clv)
    realised = offer.realised_profit(scored.churned, clv)
    cut, (count, total) = ranking.blocks(expected, np.ones(clv.size), realised)
    return cut, count, total
