"""Customer lifetime value: the present value of a customer's expected purchases."""

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

__all__ = ["with_clv"]


@typed
def with_clv(
    customers: IntoFrameT,
    *,
    purchases: PurchaseModel | PurchaseCovariates,
    spend: SpendModel | SpendCovariates,
    horizon: float,
    discount_rate: float | None = None,
    margin: float = 1.0,
    nonpositive: Nonpositive = "error",
    columns: HistoryColumns = HISTORY,
    output_col: str = "clv",
) -> IntoFrameT:
    """Add the present value of what each customer is expected to bring.

    The value is that of the purchases expected in the horizon, seen from the end of
    observation: each is worth the customer's expected spend times the margin,
    discounted continuously from the moment it is expected. It already contains the
    chance that the customer has left; ``with_clv_if_active`` gives the value without
    it. What a customer has brought so far is not included.

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
        How far ahead, in the unit of ``T``; ``math.inf`` for a lifetime. Nothing is
        converted to months.
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
        is infinite: an infinite horizon without a discount, in a model whose customers
        never stop. If ``output_col`` is a column that is read.
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
    with_clv_if_active : the value given that the customer is active.
    with_clv_interval : the range in which each customer's value will lie.

    Notes
    -----
    With ``delta = log(1 + discount_rate)``, the purchases are the integral of
    ``exp(-delta t) dE[X(T, T + t)]`` from 0 to the horizon (Fader, Hardie and Lee 2005,
    "RFM and CLV", Journal of Marketing Research 42). The value over two consecutive
    horizons is the sum of both, and the unit of time does not matter.

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
    return with_expected_value(
        customers,
        purchases=able_to_count(purchases),
        discounted=partial(
            _discounted,
            horizon=time_span("horizon", horizon, infinite=True),
        ),
        spend=able_to_price(spend),
        rate=rate_for_all(discount_rate, columns, unit_of(purchases)),
        margin=margin,
        nonpositive=nonpositive,
        columns=columns,
        output_col=output_col,
    )


def _discounted(
    model: PurchaseModel, *history: FloatArray, horizon: float, discount_rate: float
) -> FloatArray:
    return model.discounted_expected_purchases(
        *history, horizon=horizon, discount_rate=discount_rate
    )
