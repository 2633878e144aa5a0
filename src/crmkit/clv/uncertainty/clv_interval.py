"""The range in which the value of each single customer will lie."""

import numpy as np

from ..._check import MOST_DAYS, able_to, random_source, time_span, typed
from ..._frames import native, with_arrays
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoDataFrameT, Progress
from ..models.model_arguments import new_columns
from ..value.customer_terms import own_terms, rate_for_all, share_for_all
from ..value.fitted_unit import unit_of
from ..value.opened_customers import open_customers
from .parameter_draws import steady
from .ranges import RANGES, Ranges, checked_ranges, drawn_factors
from .shared_futures import drawn_ends
from .simulated_futures import PurchaseSampler, SpendSampler

__all__ = ["with_clv_interval"]

_ENDS = ("clv_lower", "clv_upper")


@typed
def with_clv_interval(
    customers: IntoDataFrameT,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    horizon: float,
    discount_rate: float | None = None,
    margin: float = 1.0,
    ranges: Ranges = RANGES,
    rng: np.random.Generator,
    columns: HistoryColumns = HISTORY,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Add an interval for the value that each customer will bring: lower and upper end.

    Purchases and their amounts are drawn together, with parameters that the data would
    allow: a customer's interval holds what that customer will be worth, not merely the
    expectation. The expectation itself is the ``clv`` of ``with_clv``.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases, spend
        Fitted models. The parameters of one built by hand are taken as exact.
    horizon
        How far ahead, in the unit of ``T``; finite, since futures are drawn.
    discount_rate
        The effective rate per unit of ``T``; left out where ``columns`` names a column
        of each customer's own rate.
    margin
        The share of an amount that is profit; left out where ``columns`` names a column
        of each customer's own margin.
    ranges
        The level, how many futures to draw of each customer, and the error of the model
        that moves all customers of a future together.
    rng
        The source of randomness; the same seed gives the same interval. Futures are
        drawn in the order of the rows, so another order has other draws.
    columns
        The names of the columns read.
    progress
        Is called with the number of parts done and of all; None for silence.

    Returns
    -------
    frame
        The same rows with ``clv_lower`` and ``clv_upper``.

    Raises
    ------
    InvalidValueError
        If the draws are too few for the level, a history is impossible, or the mean
        amount of a customer who came back is not above 0.
    InvalidTypeError
        If ``ranges`` is something else, ``rng`` is not a ``numpy.random.Generator``, or
        a model cannot draw.
    NotEnoughDataError
        If a fit leaves parameters all but free, so that there is nothing to draw them
        from: fit it with ``penalty=1``.

    Warns
    -----
    UnitWarning
        If the purchase model carries its unit of time and the rate exceeds 100% a year.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> customers = pd.DataFrame({
    ...     "frequency": [26, 0], "recency": [30.857, 0.0], "T": [31.0, 39.0],
    ...     "monetary_value": [40.0, 0.0],
    ... })
    >>> purchases = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> with_clv_interval(
    ...     customers, purchases=purchases, spend=GammaGamma(p=6.25, q=3.744, v=15.444),
    ...     horizon=52, discount_rate=0.0018, rng=np.random.default_rng(1),
    ... )[["clv_lower", "clv_upper"]].round(0)
       clv_lower  clv_upper
    0        0.0     2381.0
    1        0.0       84.0
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts")
    new_columns(_ENDS, read=(*columns.history, columns.monetary_value, *columns.terms))
    opened = open_customers(customers, columns, purchases)
    purchases, spend = steady(purchases), steady(spend)
    unit = unit_of(purchases)
    count, tail, error = checked_ranges(ranges, unit)
    span = time_span("horizon", horizon, at_most=MOST_DAYS)
    rate, share = own_terms(
        opened.frame,
        columns,
        rate=rate_for_all(discount_rate, columns, unit),
        share=share_for_all(margin, columns),
    )
    ends = share * drawn_ends(
        opened.history,
        opened.amounts,
        purchases=purchases,
        spend=spend,
        horizon=span,
        discount_rate=rate,
        n_draws=count,
        tail=tail,
        rng=random_source(rng),
        factors=drawn_factors(error, count, horizon=span, total="value", rng=rng),
        progress=progress,
    )
    ends.sort(axis=0)  # a negative margin turns the ends around
    added: dict[str, FloatArray] = dict(zip(_ENDS, ends, strict=True))
    return native(with_arrays(opened.frame, added), customers)
