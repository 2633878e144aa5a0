"""The Pareto curve: which share of the customers holds which share of the value."""

import numpy as np

from ..._frames import close_values, native, result_table
from ...typing import IntoFrameT, Progress
from .curve_points import curve_limits, curve_points
from .holdings import open_holdings

__all__ = ["pareto_curve"]


def pareto_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    points: int | None = 100,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> IntoFrameT:
    """Tabulate the share of value held by each share of customers, the best first.

    If all customers are equal, the curve is the diagonal. The further it bows above
    the diagonal, the fewer customers matter most.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, with ``points`` and without ``rng``, values within
        0.02% as their mean, which costs a point at most a millionth of all sizes.
    value_col
        The value to accumulate.
    weight_col
        How many customers a row stands for; each row counts once without it.
    points
        Number of steps of the customer share: 100 gives a row per percent, and the
        start. None gives a row per distinct value.
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
    - ``value_share`` and ``value``: what they hold together. The share is of the
      total, in which losses are subtracted;
    - with ``rng``, ``value_share_lower`` and ``value_share_upper``, row by row. Both
      are missing if the total of a resample is not above zero.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero; or if
        ``rng`` is given and ``points`` is None.

    Notes
    -----
    This is the Lorenz curve seen from the top: Lorenz' L(p) is ``1 - value_share`` at
    the customer share ``1 - p``. If some customers are below zero, the curve rises
    above 1 and comes back; :func:`whale_curve` shows that part in amounts.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [60.0, 20.0, 10.0, 10.0]})
    >>> ck.segments.pareto_curve(customers, points=None)
       customer_share  n_customers  value_share  value
    0            0.00          0.0          0.0    0.0
    1            0.25          1.0          0.6   60.0
    2            0.50          2.0          0.8   80.0
    3            1.00          4.0          1.0  100.0
    """
    fetch = close_values if rng is None and points is not None else None
    opened, held = open_holdings(customers, value_col, weight_col, fetch=fetch)
    held.require_positive_total()
    counted, value = curve_points(held, points)
    columns = {
        "customer_share": counted / counted[-1],
        "n_customers": counted,
        "value_share": value / value[-1],
        "value": value,
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
        columns["value_share_lower"], columns["value_share_upper"] = limits[:, 1]
    holes = [name for name in columns if name.startswith("value_share_")]
    return native(result_table(opened, columns, holes=holes), customers)
