"""How sure a prediction of one customer is: parameters and chance together."""

import numpy as np

from ..._check import able_to, nonnegative, random_source, rate
from ..._frames import numbers, read_eager, refuse, with_columns_of
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from ..models.histories import Columns, history_rules, known_id
from ..models.model_arguments import finite_margin, interval_draws, new_columns
from ..models.spend_columns import spending_rules
from .simulated_futures import PurchaseSampler, SpendSampler, futures

__all__ = [
    "interval_ends",
    "read_history",
    "read_spending",
    "with_clv_interval",
    "with_purchases_interval",
]


def with_purchases_interval(
    customers: IntoDataFrameT,
    *,
    purchases: PurchaseSampler,
    horizon: float,
    level: float = 0.95,
    draws: int = 1000,
    rng: np.random.Generator,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    low_col: str = "purchases_low",
    high_col: str = "purchases_high",
) -> IntoDataFrameT:
    """Add an interval for the purchases each customer will make.

    It holds both what is unsure about the parameters and what chance will do. Counts
    are whole: an interval of 95 % covers at least 95 %, often more.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases
        A fitted model of purchases. One built by hand is taken at its word: its
        interval holds chance alone.
    horizon
        How far ahead, in the unit of ``T``.
    level
        The share of customers the interval is to hold, between 0 and 1.
    draws
        How many futures to draw of each customer: 39 at least for 95 %.
    rng
        The source of randomness; the same seed gives the same interval.
    frequency_col, recency_col, T_col
        The columns read.
    low_col, high_col
        The columns added.

    Returns
    -------
    frame
        The same rows with the two columns.

    Raises
    ------
    InvalidValueError
        If the draws are too few for the level.
    NotEnoughDataError
        If a fit leaves parameters all but free, so that there is nothing to draw them
        from: fit it with ``penalty=1``.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd
    >>> customers = pd.DataFrame(
    ...     {"frequency": [26, 0], "recency": [30.857, 0.0], "T": [31.0, 39.0]}
    ... )
    >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> with_purchases_interval(
    ...     customers, purchases=model, horizon=52, rng=np.random.default_rng(1)
    ... )[["purchases_low", "purchases_high"]]
       purchases_low  purchases_high
    0            0.0            55.0
    1            0.0             2.0
    """
    able_to("purchases", purchases, "sample_purchase_times")
    random_source(rng)
    columns = (frequency_col, recency_col, T_col)
    new_columns((low_col, high_col), read=columns)
    history = read_history(customers, columns)
    count, tail = interval_draws(draws, level)
    ends = np.empty((2, history[0].size))
    for block in futures(
        history,
        None,
        purchases=purchases,
        spend=None,
        horizon=nonnegative("horizon", horizon),
        discount_rate=0.0,
        draws=count,
        rng=rng,
    ):
        ends[:, block.rows] = interval_ends(block.purchases, tail)
    return with_columns_of(customers, {low_col: ends[0], high_col: ends[1]})


def with_clv_interval(
    customers: IntoDataFrameT,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    horizon: float,
    discount_rate: float,
    margin: float = 1.0,
    level: float = 0.95,
    draws: int = 1000,
    rng: np.random.Generator,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    monetary_value_col: str = "monetary_value",
    low_col: str = "clv_low",
    high_col: str = "clv_high",
) -> IntoDataFrameT:
    """Add an interval for the value each customer will bring, as ``with_clv`` has it.

    Purchases and their amounts are drawn together, with parameters the data would
    allow: a customer's interval holds what that customer will be worth, not merely the
    expectation.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases, spend
        Fitted models. One built by hand is taken at its word.
    horizon
        How far ahead, in the unit of ``T``.
    discount_rate
        The effective rate per unit of ``T``.
    margin
        The share of an amount that is profit.
    level
        The share of customers the interval is to hold, between 0 and 1.
    draws
        How many futures to draw of each customer: 39 at least for 95 %.
    rng
        The source of randomness; the same seed gives the same interval.
    frequency_col, recency_col, T_col, monetary_value_col
        The columns read.
    low_col, high_col
        The columns added.

    Returns
    -------
    frame
        The same rows with the two columns.

    Raises
    ------
    InvalidValueError
        If the draws are too few for the level.
    NotEnoughDataError
        If a fit leaves parameters all but free, so that there is nothing to draw them
        from: fit it with ``penalty=1``.

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
    ... )[["clv_low", "clv_high"]].round(0)
       clv_low  clv_high
    0      0.0    2146.0
    1      0.0      84.0
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts")
    random_source(rng)
    share = finite_margin(margin)
    columns = (frequency_col, recency_col, T_col)
    new_columns((low_col, high_col), read=(*columns, monetary_value_col))
    history = read_history(customers, columns)
    amounts = read_spending(customers, (frequency_col, monetary_value_col))
    count, tail = interval_draws(draws, level)
    ends = np.empty((2, history[0].size))
    for block in futures(
        history,
        amounts,
        purchases=purchases,
        spend=spend,
        horizon=nonnegative("horizon", horizon),
        discount_rate=rate("discount_rate", discount_rate),
        draws=count,
        rng=rng,
    ):
        ends[:, block.rows] = interval_ends(share * block.value, tail)
    return with_columns_of(customers, {low_col: ends[0], high_col: ends[1]})


def read_history(
    customers: IntoDataFrame, columns: Columns
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bring checked histories into memory, one row per customer."""
    frame = read_eager(customers, columns)
    refuse(frame, history_rules(columns)(frame), id_col=known_id(frame))
    x, t_x, T = (numbers(frame, column) for column in columns)
    return x, t_x, T


def read_spending(customers: IntoDataFrame, columns: tuple[str, str]) -> FloatArray:
    """Bring checked mean amounts into memory; 0 where nobody came back."""
    frame = read_eager(customers, columns)
    rules = spending_rules(columns, sign="nonnegative")(frame)
    refuse(frame, rules, id_col=known_id(frame))
    frequency, amount = (numbers(frame, column) for column in columns)
    return np.where(frequency > 0, amount, 0.0)


def interval_ends(drawn: FloatArray, tail: float) -> FloatArray:
    """Find the ends that leave ``tail`` of the draws out on either side."""
    draws = drawn.shape[0]
    low = int(np.floor(tail * (draws + 1) + 1e-9)) - 1
    ordered = np.partition(drawn, (low, draws - 1 - low), axis=0)
    return ordered[[low, draws - 1 - low]]
