"""A point of the Pareto curve: which share of customers holds which share of value."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import log
from typing import Literal

import numpy as np

from ..._check import fraction, one_of
from ..._frames import value_histogram
from ...errors import InvalidValueError
from ...fits import Interval, checked, resampled_interval_of
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray, IntoFrame, Progress
from .holdings import Holdings, open_holdings
from .resampled_limits import resampled_interval

__all__ = ["ParetoPoint", "pareto_point"]

# The customer share, and the share of value it holds.
_Shares = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ParetoPoint:
    """A point of the Pareto curve: the top ``customer_share`` hold ``value_share``.

    Attributes
    ----------
    customer_share, value_share
        Shares of the whole, from 0 to 1. If some customers are below zero, the top
        ones can hold more than 1, because the others lose part of it again.
    n_customers
        Number of customers, or the sum of their weights.
    total
        The value that the share refers to: the total of all customers, or, with
        ``share_of="gains"``, of those above zero.
    n_negative
        Number of customers below zero.
    resampled
        The bootstrap interval of the share that was computed: the value share if a
        customer share was given, otherwise the customer share. None without ``rng``.
        Read it with :meth:`interval`.

    Examples
    --------
    >>> from crmkit.segments import ParetoPoint
    >>> point = ParetoPoint(
    ...     customer_share=0.2, value_share=0.8,
    ...     n_customers=50.0, total=900.0, n_negative=0.0,
    ... )
    >>> print(point)
    20.0% of the customers hold 80.0% of the value
    """

    customer_share: float
    value_share: float
    n_customers: float
    total: float
    n_negative: float
    resampled: Interval | None = None

    def __str__(self) -> str:
        """Read as a sentence, with the interval if there is one."""
        said = (
            f"{self.customer_share:.1%} of the customers hold "
            f"{self.value_share:.1%} of the value"
        )
        if self.resampled is None:
            return said
        lower, upper = self.resampled
        level = self.resampled.level
        return f"{said} ({level:.0%} interval {lower:.1%} to {upper:.1%})"

    @property
    def pareto_alpha(self) -> float | None:
        """The exponent of a Pareto law through this point; 1.161 for 80/20.

        It follows from value share = customer share ** (1 - 1 / alpha). None at the
        ends of the curve and below the diagonal, where such a law with a finite mean
        does not exist.
        """
        p, y = self.customer_share, self.value_share
        if not 0 < p < y < 1:
            return None
        return 1 / (1 - log(y) / log(p))

    def interval(self, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the share that was computed.

        Parameters
        ----------
        level
            The level that was resampled; None accepts whichever it was.

        Raises
        ------
        NotEnoughDataError
            If the point was measured without ``rng``, or at another level.
        """
        return resampled_interval_of(
            self.resampled, level, remedy="Pass rng and this level to pareto_point."
        )


def pareto_point(
    customers: IntoFrame,
    *,
    customer_share: float | None = None,
    value_share: float | None = None,
    share_of: Literal["value", "gains"] = "value",
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> ParetoPoint:
    """Find which share of the customers, the best first, holds which share of value.

    Pass ``customer_share`` for the value of the top customers, ``value_share`` for the
    fewest customers who hold that value, or neither for the base's own 80/20: the one
    point at which the two shares add up to 1. At 50/50 all customers are equal.

    If the edge falls among customers of equal value, they count in part, so the result
    does not depend on the order of rows.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, without ``rng``, only those around the point.
    customer_share
        Share of the customers, the best first: 0.2 for the top 20%.
    value_share
        Share of the value that the customers should hold together: 0.8 for 80%.
    share_of
        ``"value"``: the value share is of the total, in which losses are subtracted.
        ``"gains"``: it is of the total of the customers above zero. The two agree if
        all values are 0 or more. :func:`fit_value_tiers` uses the same two words.
    value_col
        The value of each customer, which may be negative.
    weight_col
        How many customers a row stands for; each row counts once without it.
    rng
        A source of randomness. With it, the customers are resampled and the result
        has an interval.
    n_resamples, level
        Number of bootstrap resamples, and the level of the interval.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    The two shares, and what they were computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, the total is not above zero, or both shares
        are given.
    NotEnoughDataError
        If there are no customers, or if a resample has no positive total.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [80.0, 5.0, 5.0, 5.0, 5.0]})
    >>> ck.segments.pareto_point(customers, customer_share=0.6).value_share
    0.9
    >>> ck.segments.pareto_point(customers, value_share=0.9).customer_share
    0.6
    >>> point = ck.segments.pareto_point(customers)
    >>> point.customer_share, point.value_share, point.pareto_alpha
    (0.2, 0.8, 1.161)
    """
    shares = _shares(customer_share, value_share)
    one_of("share_of", share_of, ("value", "gains"))

    def edge(x: FloatArray, w: FloatArray) -> FloatArray:
        top = np.maximum(x, 0.0) if share_of == "gains" else x
        counted, value = lorenz.curve(top, w)
        if not value[-1] > 0:
            return x[:1]  # refused below
        within = shares(counted, value)[0] * counted[-1]
        at = min(int(np.searchsorted(counted[1:], within)), x.size - 1)
        return x[at : at + 1]

    # Resamples draw every customer; the point itself needs those at its edge.
    fetch = partial(value_histogram, cuts=edge) if rng is None else None
    _, read = open_holdings(customers, value_col, weight_col, fetch=fetch)
    held = read.gains() if share_of == "gains" else read
    held.require_positive_total()

    def prepared(units: Holdings) -> Callable[[IntArray], float]:
        def computed(times: IntArray) -> float:
            sample = units.drawn(times)
            if not sample.has_positive_total():
                return float("nan")
            return shares(*lorenz.curve(sample.value, sample.weight))[asked]

        return computed

    asked = 0 if customer_share is None else 1
    point = shares(*lorenz.curve(held.value, held.weight))
    return ParetoPoint(
        customer_share=point[0],
        value_share=point[1],
        n_customers=held.n_customers,
        total=held.total,
        n_negative=read.n_negative,
        resampled=resampled_interval(
            held,
            prepared,
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )


def _shares(
    customer_share: float | None, value_share: float | None
) -> Callable[[FloatArray, FloatArray], _Shares]:
    """Choose how a curve of customers and value is read."""
    if customer_share is not None and value_share is not None:
        raise InvalidValueError(
            subject="arguments 'customer_share' and 'value_share'",
            found="both of them",
            remedy="Pass one of the two; the other one is computed from it.",
        )
    if customer_share is not None:
        top = fraction("customer_share", customer_share, closed=True)
        return lambda counted, value: (top, _top_share(counted, value, top))
    if value_share is not None:
        wanted = fraction("value_share", value_share)
        return lambda counted, value: (_needed(counted, value, wanted), wanted)
    return _even


def _top_share(counted: FloatArray, value: FloatArray, share: float) -> float:
    return float(lorenz.top_value(counted, value, np.asarray(share)) / value[-1])


def _needed(counted: FloatArray, value: FloatArray, share: float) -> float:
    customers = lorenz.customers_for(counted, value, share * float(value[-1]))
    return customers / float(counted[-1])


def _even(counted: FloatArray, value: FloatArray) -> _Shares:
    share = lorenz.even_point(counted, value)
    return share, 1 - share
