"""Customer lifetime value given that the customer is active, for retention."""

from functools import partial

from ..._check import time_span, typed
from ...typing import (
    HISTORY,
    FloatArray,
    HistoryColumns,
    IntoFrameT,
    PurchaseModel,
    SpendModel,
)
from ..models.given_active import given_active
from ..models.purchase_covariates import PurchaseCovariates
from ..models.spend_covariates import SpendCovariates
from .customer_terms import rate_for_all
from .expected_value import (
    Nonpositive,
    able_to_count,
    able_to_price,
    with_expected_value,
)
from .fitted_unit import unit_of

__all__ = ["with_clv_if_active"]


@typed
def with_clv_if_active(
    customers: IntoFrameT,
    *,
    purchases: PurchaseModel | PurchaseCovariates,
    spend: SpendModel | SpendCovariates,
    horizon: float,
    discount_rate: float | None = None,
    margin: float = 1.0,
    nonpositive: Nonpositive = "error",
    columns: HistoryColumns = HISTORY,
    output_col: str = "clv_if_active",
) -> IntoFrameT:
    """Add the present value of each customer, given that the customer is active.

    ``clv`` is this value times ``probability_alive``. Whatever multiplies a value by a
    chance to stay or to leave (an offer, a campaign, a retention priority) needs this
    one: with ``clv`` it would count leaving twice.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it. A lazy frame stays lazy.
    purchases
        A fitted model of purchases, such as ``fit_bg_nbd`` returns, or
        ``fit_purchase_covariates``, whose covariates are then read too.
    spend
        A fitted model of spend, such as ``fit_gamma_gamma``, ``fit_credibility_spend``
        or ``fit_spend_covariates`` returns.
    horizon
        How far ahead, in the unit of ``T``; ``math.inf`` for a lifetime. A customer who
        is active now may leave within it: that chance is included.
    discount_rate
        The effective rate per unit of ``T``; ``per_unit_rate`` converts a yearly one.
        Left out where ``columns`` names a column of each customer's own rate.
    margin
        The share of an amount that is profit; 1 leaves value in revenue. Left out where
        ``columns`` names a column of each customer's own margin.
    nonpositive
        What to do with customers who came back and whose mean amount is 0 or less:
        ``"error"`` refuses them, ``"keep"`` values them at 0.
    columns
        The names of the columns read.
    output_col
        The column added.

    Returns
    -------
    frame
        The same rows with the new column.

    Raises
    ------
    InvalidValueError
        If a history is impossible, a repeat amount is missing or refused, or the value
        is infinite. If a customer is so certain to have left that the model cannot
        give a value for the contrary. If ``output_col`` is a column that is read.
    InvalidTypeError
        If ``purchases`` or ``spend`` lacks a required method.
    MissingColumnError
        If a column to read is absent.

    Warns
    -----
    UnitWarning
        If the purchase model carries its unit of time and the rate exceeds 100% a year.

    See Also
    --------
    with_clv : the value that contains the chance to have left.

    Notes
    -----
    Expected purchases are divided by the probability to be active. Where that
    probability is below 1e-200 both would underflow. In the models of crmkit the
    purchases of an active customer depend on ``frequency`` and ``T`` alone, so that the
    value is then computed for the same customer with a purchase just made. This is done
    only if the joint likelihood of the history and of being active is the same for
    both.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "cat"], "frequency": [2, 2], "recency": [30.4, 4.0],
    ...     "T": [38.9, 38.9], "monetary_value": [22.35, 22.35],
    ... })
    >>> purchases = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> spend = GammaGamma(p=6.25, q=3.744, v=15.444)
    >>> terms = {"purchases": purchases, "spend": spend, "horizon": 52,
    ...          "discount_rate": 0.0018}
    >>> valued = customers.pipe(with_clv_if_active, **terms).pipe(
    ...     purchases.with_probability_alive
    ... )
    >>> valued[["customer_id", "probability_alive", "clv_if_active"]].round(2)
      customer_id  probability_alive  clv_if_active
    0         ann               0.73          50.63
    1         cat               0.10          50.63
    """
    return with_expected_value(
        customers,
        purchases=able_to_count(purchases, "probability_alive"),
        discounted=partial(
            _given_active,
            horizon=time_span("horizon", horizon, infinite=True),
        ),
        spend=able_to_price(spend),
        rate=rate_for_all(discount_rate, columns, unit_of(purchases)),
        margin=margin,
        nonpositive=nonpositive,
        columns=columns,
        output_col=output_col,
    )


def _given_active(
    model: PurchaseModel, *history: FloatArray, horizon: float, discount_rate: float
) -> FloatArray:
    discounted = partial(
        model.discounted_expected_purchases,
        horizon=horizon,
        discount_rate=discount_rate,
    )
    return given_active(model, discounted, *history)
