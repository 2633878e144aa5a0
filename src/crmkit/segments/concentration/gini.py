"""How concentrated value is: Gini, the top share and the 80/20 point."""

from collections.abc import Callable

import numpy as np

from ..._check import fraction
from ..._frames import read
from ...errors import NotEnoughDataError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray, IntoFrame
from .concentration_values import Gini, Interval, ParetoPoint
from .holdings import Holdings, read_holdings
from .resampled_shares import resampled_limits

__all__ = ["customers_behind", "gini", "pareto_point", "top_share"]


def gini(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
) -> Gini:
    """Measure how unequally value is spread: 0 is equal, near 1 one holds all.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The value to look at; it may be negative.
    weight_col
        How many customers a row stands for; each counts once without it.
    rng
        A source of randomness: with it, an interval comes along, from resampling
        the customers.
    resamples, level
        How many resamples the interval rests on, and what share of them it spans.

    Returns
    -------
    The coefficient, its small-sample form, and what it was computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a weight not positive.
    NotEnoughDataError
        If there are no customers, or all hold exactly nothing.

    Notes
    -----
    The mean absolute difference between two customers over twice the mean absolute
    value, ``sum |x_i - x_j| / (2 n sum |x_i|)``. Without negative values this is the
    ordinary coefficient; with them it is its normalised form, since the ordinary one
    can pass 1 and then says nothing.

    References
    ----------
    Raffinetti, Siletti & Vernizzi (2015), On the Gini coefficient normalization when
    attributes with negative values are considered.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [0.0, 0.0, 0.0, 0.0, 50.0]})
    >>> ck.segments.gini(customers).coefficient
    0.8
    """
    held = _holdings(customers, value_col, weight_col)
    if not held.holds_anything():
        raise NotEnoughDataError(
            needed=f"a value other than 0 in column {value_col!r}",
            got="none",
            remedy="Where nobody holds anything, nothing is concentrated.",
        )
    interval = _interval(
        held,
        _gini,
        Holdings.holds_anything,
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return Gini(
        coefficient=_gini(held),
        customers=held.customers,
        total=held.total,
        negative=held.negative,
        interval=interval,
        level=None if interval is None else level,
    )


def top_share(
    customers: IntoFrame,
    *,
    customer_share: float = 0.2,
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
) -> ParetoPoint:
    """Say what share of the value the top customers hold.

    Where the edge falls among customers of equal value, they count in part, so the
    answer does not depend on the order of rows.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    customer_share
        How many of the customers are the top: 0.2 for the best fifth.
    value_col, weight_col, rng, resamples, level
        As for :func:`gini`; the interval is that of the value share.

    Returns
    -------
    The two shares, and what they were computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [80.0, 5.0, 5.0, 5.0, 5.0]})
    >>> ck.segments.top_share(customers, customer_share=0.2).value_share
    0.8
    """
    share = fraction("customer_share", customer_share, closed=True)
    held = _holdings(customers, value_col, weight_col)
    held.require_positive_total("a share")

    def statistic(sample: Holdings) -> float:
        counted, value = lorenz.curve(sample.value, sample.weight)
        top = lorenz.top_value(counted, value, np.asarray(share))
        return float(top / value[-1])

    interval = _interval(
        held,
        statistic,
        Holdings.has_positive_total,
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return _point(held, share, statistic(held), interval, level)


def customers_behind(
    customers: IntoFrame,
    *,
    value_share: float = 0.8,
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
) -> ParetoPoint:
    """Say how few customers make a share of the value: the inverse of the top share.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_share
        The share of the total value they make together.
    value_col, weight_col, rng, resamples, level
        As for :func:`gini`; the interval is that of the customer share.

    Returns
    -------
    The two shares, and what they were computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [80.0, 5.0, 5.0, 5.0, 5.0]})
    >>> ck.segments.customers_behind(customers, value_share=0.8).customer_share
    0.2
    """
    share = fraction("value_share", value_share)
    held = _holdings(customers, value_col, weight_col)
    held.require_positive_total("a share")

    def statistic(sample: Holdings) -> float:
        counted, value = lorenz.curve(sample.value, sample.weight)
        needed = lorenz.customers_for(counted, value, share * float(value[-1]))
        return needed / float(counted[-1])

    interval = _interval(
        held,
        statistic,
        Holdings.has_positive_total,
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return _point(held, statistic(held), share, interval, level)


def pareto_point(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    resamples: int = 999,
    level: float = 0.95,
) -> ParetoPoint:
    """Find the base's own 80/20: where customer share and value share add up to 1.

    Every base has exactly one such point. 50/50 is perfect equality; 80/20 is the
    rule of thumb, to be measured and not assumed.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col, weight_col, rng, resamples, level
        As for :func:`gini`; the interval is that of the customer share.

    Returns
    -------
    The two shares, and what they were computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the total is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [80.0, 5.0, 5.0, 5.0, 5.0]})
    >>> point = ck.segments.pareto_point(customers)
    >>> point.customer_share, point.value_share, point.pareto_alpha
    (0.2, 0.8, 1.161)
    """
    held = _holdings(customers, value_col, weight_col)
    held.require_positive_total("a share")

    def statistic(sample: Holdings) -> float:
        return lorenz.even_point(*lorenz.curve(sample.value, sample.weight))

    interval = _interval(
        held,
        statistic,
        Holdings.has_positive_total,
        rng=rng,
        resamples=resamples,
        level=level,
    )
    share = statistic(held)
    return _point(held, share, 1 - share, interval, level)


def _holdings(customers: object, value_col: str, weight_col: str | None) -> Holdings:
    names = [value_col] if weight_col is None else [value_col, weight_col]
    return read_holdings(read(customers, names), value_col, weight_col=weight_col)


def _gini(held: Holdings) -> float:
    return lorenz.gini(held.value, held.weight)


def _point(
    held: Holdings,
    customer_share: float,
    value_share: float,
    interval: Interval | None,
    level: float,
) -> ParetoPoint:
    return ParetoPoint(
        customer_share=customer_share,
        value_share=value_share,
        customers=held.customers,
        total=held.total,
        negative=held.negative,
        interval=interval,
        level=None if interval is None else level,
    )


def _interval(
    held: Holdings,
    statistic: Callable[[Holdings], float],
    defined: Callable[[Holdings], bool],
    *,
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> Interval | None:
    units = held if rng is None else held.one_by_one()

    def resampled(times: IntArray) -> FloatArray:
        sample = units.drawn(times)
        if not defined(sample):
            raise NotEnoughDataError(
                needed="enough customers above zero that every resample has some",
                got=f"a resample without, of {units.value.size} customers",
                remedy="Leave out rng: such a base is too small for an interval.",
            )
        return np.asarray(statistic(sample))

    limits = resampled_limits(
        resampled, units=units.value.size, rng=rng, resamples=resamples, level=level
    )
    return None if limits is None else (float(limits[0]), float(limits[1]))
