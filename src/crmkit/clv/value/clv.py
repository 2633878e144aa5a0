"""What each customer is expected to bring, discounted to the end of observation."""

from functools import partial

import numpy as np

from ..._check import able_to, nonnegative, rate
from ..._frames import native, nw, read
from ...errors import InvalidValueError
from ...typing import FloatArray, IntoFrameT, PurchaseModel, SpendModel
from ..models.histories import Score, with_history_scores
from ..models.model_arguments import finite_margin, new_columns
from ..models.spend_columns import unused, with_spend_score

__all__ = ["with_clv"]

_PURCHASES = "_crmkit_purchases"
_SPEND = "_crmkit_spend"


def with_clv(
    customers: IntoFrameT,
    *,
    purchases: PurchaseModel,
    spend: SpendModel,
    horizon: float,
    discount_rate: float,
    margin: float = 1.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    monetary_value_col: str = "monetary_value",
    output_col: str = "clv",
) -> IntoFrameT:
    """Add the present value of what each customer is expected to bring.

    It is the value, at the end of observation, of the purchases expected in the
    horizon: each is worth the customer's expected spend times the margin, discounted
    continuously from the moment it is expected. What a customer has already brought is
    not in it.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it.
    purchases
        A fitted model of purchases, such as ``fit_bg_nbd`` returns.
    spend
        A fitted model of spend, such as ``fit_gamma_gamma`` returns.
    horizon
        How far ahead, in the unit of ``T``; ``math.inf`` for a lifetime. Nothing is
        converted to months.
    discount_rate
        The effective rate per unit of ``T``; see ``per_unit_rate`` for a yearly one.
    margin
        The share of an amount that is profit; 1 leaves value in revenue.
    frequency_col, recency_col, T_col, monetary_value_col
        The columns read.
    output_col
        The column added.

    Returns
    -------
    frame
        The same rows with the new column.

    Raises
    ------
    InvalidValueError
        If a history is impossible, or the value is infinite: an infinite horizon
        without a discount in a model whose customers never stop. If ``output_col`` is a
        column that is read.
    InvalidTypeError
        If a model has not the method that is asked of it.
    MissingColumnError
        If a column read is not there.

    Notes
    -----
    With ``delta = log(1 + discount_rate)``, the purchases are the integral of
    ``exp(-delta t) dE[X(T, T + t)]`` from 0 to the horizon (Fader, Hardie and Lee 2005,
    "RFM and CLV", Journal of Marketing Research 42). The value over two horizons in a
    row is the sum of both, and the unit of time does not matter.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob"], "frequency": [2, 0], "recency": [30.4, 0.0],
    ...     "T": [38.9, 38.9], "monetary_value": [22.35, 0.0],
    ... })
    >>> purchases = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> spend = GammaGamma(p=6.25, q=3.744, v=15.444)
    >>> valued = with_clv(
    ...     customers, purchases=purchases, spend=spend,
    ...     horizon=52, discount_rate=0.0018,
    ... )
    >>> valued[["customer_id", "clv"]].round(2)
      customer_id    clv
    0         ann  36.74
    1         bob   8.46
    """
    able_to("purchases", purchases, "discounted_expected_purchases")
    able_to("spend", spend, "expected_spend")
    share = finite_margin(margin)
    history = (frequency_col, recency_col, T_col)
    new_columns((output_col,), read=(*history, monetary_value_col))
    discounted = partial(
        purchases.discounted_expected_purchases,
        horizon=nonnegative("horizon", horizon, infinite=True),
        discount_rate=rate("discount_rate", discount_rate),
    )
    opened = read(customers, (*history, monetary_value_col))
    bought, paid = unused(_PURCHASES, opened), unused(_SPEND, opened)
    counted = with_history_scores(customers, history, {bought: _finite(discounted)})
    columns = (frequency_col, monetary_value_col)
    spent = with_spend_score(counted, columns, {paid: spend.expected_spend})
    value = nw.col(bought) * nw.col(paid) * share
    valued = read(spent, ()).with_columns(value.alias(output_col))
    return native(valued.drop(bought, paid), customers)


def _finite(score: Score) -> Score:
    """Refuse an infinite value, which no one can act on."""

    def checked(
        frequency: FloatArray, recency: FloatArray, T: FloatArray
    ) -> FloatArray:
        scores = score(frequency, recency, T)
        endless = int(np.count_nonzero(~np.isfinite(scores)))
        if endless:
            raise InvalidValueError(
                subject="the purchases expected in the horizon",
                found="infinite value",
                count=endless,
                total=scores.size,
                remedy="Give a horizon or a positive discount_rate.",
            )
        return scores

    return checked
