"""Curves of concentration as tables: the Pareto curve and the whale curve."""

from dataclasses import dataclass

import numpy as np

from .._check import whole
from .._frames import native, read
from ..kernels import lorenz
from ..typing import FloatArray, IntoFrame, IntoFrameT
from .holdings import Holdings, put_beside, read_holdings

__all__ = ["WhalePeak", "pareto_curve", "whale_curve", "whale_peak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhalePeak:
    """The highest point of the whale curve, and what is lost behind it.

    Attributes
    ----------
    customers
        How many customers there are.
    profitable
        How many are above zero: the curve rises over them.
    peak
        What they bring together.
    total
        What all bring together, the loss-makers too.
    """

    customers: float
    profitable: float
    peak: float
    total: float

    @property
    def destroyed(self) -> float:
        """What the customers below zero take away again."""
        return self.peak - self.total

    @property
    def peak_share(self) -> float | None:
        """The peak over the total, 1 or more; None where the total is no gain."""
        return self.peak / self.total if self.total > 0 else None

    @property
    def destroyed_share(self) -> float | None:
        """What is destroyed over the total; None where the total is no gain."""
        return self.destroyed / self.total if self.total > 0 else None


def pareto_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    points: int | None = 100,
) -> IntoFrameT:
    """Draw up which share of the customers holds which share of the value.

    From the best customer down. The curve of equal customers is the diagonal; the
    further it bows above it, the fewer customers matter most.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The value to accumulate.
    weight_col
        How many customers a row stands for; each counts once without it.
    points
        Steps of the customer share: 100 gives a row per per cent, with the start.
        None gives a row per distinct value.

    Returns
    -------
    A small frame in the caller's library, from the top, with

    - ``customer_share`` and ``customers``: how many are counted so far;
    - ``value_share`` and ``value``: what they hold together.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero.

    Notes
    -----
    It is the Lorenz curve turned round: Lorenz' L(p) is ``1 - value_share`` at the
    customer share ``1 - p``. Where some customers are below zero it rises above 1
    and comes back: then :func:`whale_curve` says more.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [60.0, 20.0, 10.0, 10.0]})
    >>> ck.segments.pareto_curve(customers, points=None)
       customer_share  customers  value_share  value
    0            0.00        0.0          0.0    0.0
    1            0.25        1.0          0.6   60.0
    2            0.50        2.0          0.8   80.0
    3            1.00        4.0          1.0  100.0
    """
    opened = read(customers, _columns(value_col, weight_col))
    held = read_holdings(opened, value_col, weight_col=weight_col)
    held.require_positive_total("a share")
    counted, value = _curve(held, points)
    columns = {
        "customer_share": counted / counted[-1],
        "customers": counted,
        "value_share": value / value[-1],
        "value": value,
    }
    return native(put_beside(opened, columns), customers)


def whale_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
    points: int | None = 100,
) -> IntoFrameT:
    """Draw up profit accumulated from the best customer down, losses and all.

    The curve climbs over the profitable customers, is flat where they bring
    nothing, and sinks over those who cost more than they bring: the back of a whale.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The profit to accumulate; below zero for some.
    weight_col
        How many customers a row stands for; each counts once without it.
    points
        Steps of the customer share: 100 gives a row per per cent, with the start.
        None gives a row per distinct value, and so the exact peak.

    Returns
    -------
    A small frame in the caller's library, from the top, with

    - ``customer_share`` and ``customers``: how many are counted so far;
    - ``profit``: what they bring together;
    - ``profit_share``: over the total; missing in every row where the total is no
      gain, of which there are no shares.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite.

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
    opened = read(customers, _columns(value_col, weight_col))
    held = read_holdings(opened, value_col, weight_col=weight_col)
    counted, value = _curve(held, points)
    positive = held.has_positive_total()
    share = value / value[-1] if positive else np.full(value.size, np.nan)
    columns = {
        "customer_share": counted / counted[-1],
        "customers": counted,
        "profit": value,
        "profit_share": share,
    }
    return native(put_beside(opened, columns, holes=["profit_share"]), customers)


def whale_peak(
    customers: IntoFrame,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
) -> WhalePeak:
    """Measure how high profit would stand without the customers below zero.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The profit of each; below zero for some.
    weight_col
        How many customers a row stands for; each counts once without it.

    Returns
    -------
    The peak, the total, and what is destroyed between them.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    >>> whale = ck.segments.whale_peak(customers)
    >>> whale.peak_share, whale.destroyed
    (1.2, 20.0)
    """
    opened = read(customers, _columns(value_col, weight_col))
    held = read_holdings(opened, value_col, weight_col=weight_col)
    counted, value = lorenz.curve(held.value, held.weight)
    profitable, peak = lorenz.peak(counted, value)
    return WhalePeak(
        customers=held.customers,
        profitable=profitable,
        peak=peak,
        total=float(value[-1]),
    )


def _columns(value_col: str, weight_col: str | None) -> list[str]:
    return [value_col] if weight_col is None else [value_col, weight_col]


def _curve(held: Holdings, points: int | None) -> tuple[FloatArray, FloatArray]:
    if points is None:
        return lorenz.curve(*lorenz.tie_groups(held.value, held.weight))
    steps = whole("points", points, at_least=1)
    counted, value = lorenz.curve(held.value, held.weight)
    shares = np.arange(steps + 1) / steps
    return shares * counted[-1], lorenz.top_value(counted, value, shares)
