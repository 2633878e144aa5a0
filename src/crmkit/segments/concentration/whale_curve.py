"""The whale curve: profit accumulated from the best customer down, losses included."""

import numpy as np

from ..._frames import close_values, native, result_table
from ...typing import IntoFrameT, Progress
from .curve_points import curve_limits, curve_points
from .holdings import open_holdings

__all__ = ["whale_curve"]


def whale_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
    points: int | None = 100,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> IntoFrameT:
    """Tabulate profit accumulated from the best customer down, losses included.

    The curve rises over the profitable customers, is flat over those at zero, and
    falls over those who cost more than they bring in: it has the shape of a whale.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, with ``points`` and without ``rng``, values within
        0.02% as their mean, which costs a point at most a millionth of all sizes.
    value_col
        The profit to accumulate, which is below zero for some customers.
    weight_col
        How many customers a row stands for; each row counts once without it.
    points
        Number of steps of the customer share: 100 gives a row per percent, and the
        start. None gives a row per distinct value, and so the exact peak.
    rng
        A source of randomness. With it, the customers are resampled and each row has
        an interval. It needs ``points``.
    n_resamples, level
        Number of bootstrap resamples, and the level of the intervals.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    A small frame in the caller's library, from the best customer down, with

    - ``customer_share`` and ``n_customers``: the customers counted so far;
    - ``profit``: what they bring in together;
    - ``profit_share``: that profit over the total; missing if the total is not above
      zero;
    - with ``rng``, ``profit_lower`` and ``profit_upper``, row by row, and
      ``profit_share_lower`` and ``profit_share_upper``, which are missing if the total
      of a resample is not above zero.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite; or if ``rng`` is given and ``points`` is
        None.

    References
    ----------
    Kaplan & Narayanan (2001), Measuring and managing customer profitability.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    >>> ck.segments.whale_curve(customers, points=None)["profit_share"].to_list()
    [0.0, 0.9, 1.2, 1.2, 1.0]
    """
    fetch = close_values if rng is None and points is not None else None
    opened, held = open_holdings(customers, value_col, weight_col, fetch=fetch)
    counted, value = curve_points(held, points)
    positive = held.has_positive_total()
    columns = {
        "customer_share": counted / counted[-1],
        "n_customers": counted,
        "profit": value,
        "profit_share": value / value[-1] if positive else np.full(value.size, np.nan),
    }
    limits = curve_limits(
        held,
        points,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
    )
    if limits is not None:
        columns["profit_lower"], columns["profit_upper"] = limits[:, 0]
        columns["profit_share_lower"], columns["profit_share_upper"] = limits[:, 1]
    holes = [name for name in columns if name.startswith("profit_share")]
    return native(result_table(opened, columns, holes=holes), customers)
