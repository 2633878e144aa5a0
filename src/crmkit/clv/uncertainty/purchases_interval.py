"""The range in which the purchases of each single customer will lie."""

import numpy as np

from ..._check import MOST_DAYS, able_to, random_source, time_span, typed
from ..._frames import native, with_arrays
from ...typing import HISTORY, HistoryColumns, IntoDataFrameT, Progress
from ..models.model_arguments import new_columns
from ..value.fitted_unit import unit_of
from ..value.opened_customers import open_histories
from .parameter_draws import steady
from .ranges import RANGES, Ranges, checked_ranges, drawn_factors
from .shared_futures import drawn_ends
from .simulated_futures import PurchaseSampler

__all__ = ["with_purchases_interval"]

_ENDS = ("purchases_lower", "purchases_upper")


@typed
def with_purchases_interval(
    customers: IntoDataFrameT,
    *,
    purchases: PurchaseSampler,
    horizon: float,
    ranges: Ranges = RANGES,
    rng: np.random.Generator,
    columns: HistoryColumns = HISTORY,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Add an interval for the purchases that each customer will make.

    It holds both the uncertainty of the parameters and chance. Counts are whole: an
    interval of 95% covers at least 95%, often more.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases
        A fitted model of purchases. The parameters of one built by hand are taken as
        exact: its interval holds chance alone.
    horizon
        How far ahead, in the unit of ``T``; finite, since futures are drawn.
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
        The same rows with ``purchases_lower`` and ``purchases_upper``.

    Raises
    ------
    InvalidValueError
        If the draws are too few for the level, or a history is impossible.
    InvalidTypeError
        If ``ranges`` is something else, ``rng`` is not a ``numpy.random.Generator``, or
        the model cannot draw.
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
    ... )[["purchases_lower", "purchases_upper"]]
       purchases_lower  purchases_upper
    0              0.0             59.0
    1              0.0              3.0
    """
    able_to("purchases", purchases, "sample_purchase_times")
    new_columns(_ENDS, read=columns.history)
    frame, history = open_histories(customers, columns, purchases)
    purchases = steady(purchases)
    count, tail, error = checked_ranges(ranges, unit_of(purchases))
    span = time_span("horizon", horizon, at_most=MOST_DAYS)
    ends = drawn_ends(
        history,
        None,
        purchases=purchases,
        spend=None,
        horizon=span,
        discount_rate=0.0,
        n_draws=count,
        tail=tail,
        rng=random_source(rng),
        factors=drawn_factors(error, count, horizon=span, total="purchases", rng=rng),
        progress=progress,
    )
    return native(with_arrays(frame, dict(zip(_ENDS, ends, strict=True))), customers)
