"""Curves of concentration as tables: the Pareto curve and the whale curve."""

import numpy as np

from ..._check import whole
from ..._frames import native, read
from ...errors import InvalidValueError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray, IntoFrame, IntoFrameT
from .concentration_values import Interval, WhalePeak
from .holdings import Holdings, put_beside, read_holdings
from .resampled_shares import resampled_limits

__all__ = ["pareto_curve", "whale_curve", "whale_peak"]


def pareto_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    points: int | None = 100,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
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
    rng
        A source of randomness: with it, limits come along, from resampling the
        customers. It needs ``points``.
    resamples, level
        How many resamples the limits rest on, and what share of them they span.

    Returns
    -------
    A small frame in the caller's library, from the top, with

    - ``customer_share`` and ``customers``: how many are counted so far;
    - ``value_share`` and ``value``: what they hold together;
    - with ``rng``, ``value_share_lower`` and ``value_share_upper``, row by row; missing
      where the total of some resample is no gain, of which there are no shares.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero; or if there
        is ``rng`` and ``points`` is None.

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
    limits = _limits(held, points, rng=rng, resamples=resamples, level=level)
    if limits is not None:
        columns["value_share_lower"], columns["value_share_upper"] = limits[:, 1]
    holes = [name for name in columns if name.startswith("value_share_")]
    return native(put_beside(opened, columns, holes=holes), customers)


def whale_curve(
    customers: IntoFrameT,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
    points: int | None = 100,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
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
    rng, resamples, level
        As for :func:`pareto_curve`.

    Returns
    -------
    A small frame in the caller's library, from the top, with

    - ``customer_share`` and ``customers``: how many are counted so far;
    - ``profit``: what they bring together;
    - ``profit_share``: over the total; missing in every row where the total is no
      gain, of which there are no shares;
    - with ``rng``, ``profit_lower`` and ``profit_upper``, row by row, and the same of
      ``profit_share``, missing where the total of some resample is no gain.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite; or if there is ``rng`` and ``points`` is
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
    limits = _limits(held, points, rng=rng, resamples=resamples, level=level)
    if limits is not None:
        columns["profit_lower"], columns["profit_upper"] = limits[:, 0]
        columns["profit_share_lower"], columns["profit_share_upper"] = limits[:, 1]
    holes = [name for name in columns if name.startswith("profit_share")]
    return native(put_beside(opened, columns, holes=holes), customers)


def whale_peak(
    customers: IntoFrame,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
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
    rng
        A source of randomness: with it, intervals come along, from resampling the
        customers.
    resamples, level
        How many resamples the intervals rest on, and what share of them they span.

    Returns
    -------
    The peak, the total, what is destroyed between them, and by how many.

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
    intervals = _peak_intervals(held, rng=rng, resamples=resamples, level=level)
    return WhalePeak(
        customers=held.customers,
        profitable=profitable,
        unprofitable=held.negative,
        peak=peak,
        total=float(value[-1]),
        level=level if intervals else None,
        **intervals,
    )


def _columns(value_col: str, weight_col: str | None) -> list[str]:
    return [value_col] if weight_col is None else [value_col, weight_col]


def _curve(held: Holdings, points: int | None) -> tuple[FloatArray, FloatArray]:
    if points is None:
        return lorenz.curve(*lorenz.tie_groups(held.value, held.weight))
    counted, value = lorenz.curve(held.value, held.weight)
    shares = _steps(points)
    return shares * counted[-1], lorenz.top_value(counted, value, shares)


def _steps(points: int) -> FloatArray:
    steps = whole("points", points, at_least=1)
    return np.asarray(np.arange(steps + 1) / steps)


def _limits(
    held: Holdings,
    points: int | None,
    *,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> FloatArray | None:
    """Return lower and upper limits of the amount and of its share, row by row."""
    if rng is not None and points is None:
        raise InvalidValueError(
            subject="argument 'points'",
            found="None, beside a source of randomness",
            remedy="Pass points=100: limits stand at fixed shares of the customers.",
        )
    units = held if rng is None else held.one_by_one()
    shares = _steps(points or 1)

    def resampled(times: IntArray) -> FloatArray:
        counted, value = lorenz.curve(units.value, units.weight * times)
        top = lorenz.top_value(counted, value, shares)
        # What is gained on the way up and lost on the way down.
        gross = 2 * value.max() - value[-1]
        total = value[-1] if lorenz.is_gain(value[-1], gross) else np.nan
        return np.stack([top, top / total])

    limits = resampled_limits(
        resampled, units=units.value.size, rng=rng, resamples=resamples, level=level
    )
    return None if limits is None else np.stack(limits)


def _peak_intervals(
    held: Holdings,
    *,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> dict[str, Interval | None]:
    parts = np.zeros((4, 0))
    if rng is not None:
        units = held.one_by_one()
        parts = lorenz.gains_and_losses(units.value, units.weight)

    def resampled(times: IntArray) -> FloatArray:
        gained, lost, below, counted = parts @ times
        total = gained - lost
        share = lost / total if lorenz.is_gain(total, gained + lost) else np.nan
        return np.array([gained, lost, total, below / counted, share])

    limits = resampled_limits(
        resampled, units=parts.shape[1], rng=rng, resamples=resamples, level=level
    )
    if limits is None:
        return {}
    names = ("peak", "destroyed", "total", "unprofitable_share", "destroyed_share")
    known = np.isfinite(limits[0])
    return {
        f"{name}_interval": (float(low), float(high)) if there else None
        for name, low, high, there in zip(names, *limits, known, strict=True)
    }
