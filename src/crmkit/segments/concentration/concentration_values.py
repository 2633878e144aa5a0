"""What the measures of concentration return: small frozen values."""

from dataclasses import dataclass
from math import log
from typing import TypeAlias

from ...kernels.groups import lorenz

__all__ = ["Gini", "Interval", "ParetoPoint", "WhalePeak"]

Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gini:
    """How unequally value is spread over customers.

    Attributes
    ----------
    coefficient
        From 0 (all hold the same) to ``1 - 1/customers`` (one holds all).
    customers
        How many customers, or their weights together.
    total
        What they hold together.
    negative
        How many of them are below zero. Where there are any, the coefficient is the
        normalised one of Raffinetti, Siletti and Vernizzi, which stays within 0..1.
    interval, level
        The bootstrap interval of ``coefficient`` and its level; None without ``rng``.
    """

    coefficient: float
    customers: float
    total: float
    negative: float
    interval: Interval | None = None
    level: float | None = None

    @property
    def corrected(self) -> float | None:
        """The coefficient times n / (n - 1), which reaches 1; None for one customer."""
        n = self.customers
        return self.coefficient * n / (n - 1) if n > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPoint:
    """A point of the curve: the top ``customer_share`` hold ``value_share``.

    Attributes
    ----------
    customer_share, value_share
        Both of the whole, from 0 to 1. Where some customers are below zero, the top
        can hold more than 1: the rest loses it again.
    customers, total
        How many customers there are, and what they hold together.
    negative
        How many of them are below zero.
    interval, level
        The bootstrap interval of the share that was asked for; None without ``rng``.

    Examples
    --------
    >>> from crmkit.segments import ParetoPoint
    >>> point = ParetoPoint(
    ...     customer_share=0.2, value_share=0.8,
    ...     customers=50.0, total=900.0, negative=0.0,
    ... )
    >>> print(point)
    20.0% of the customers hold 80.0% of the value
    """

    customer_share: float
    value_share: float
    customers: float
    total: float
    negative: float
    interval: Interval | None = None
    level: float | None = None

    def __str__(self) -> str:
        """Say the point as a sentence."""
        said = (
            f"{self.customer_share:.1%} of the customers hold "
            f"{self.value_share:.1%} of the value"
        )
        if self.interval is None or self.level is None:
            return said
        low, high = self.interval
        return f"{said} ({self.level:.0%} interval {low:.1%} to {high:.1%})"

    @property
    def pareto_alpha(self) -> float | None:
        """The exponent of a Pareto law through this point; 1.161 for 80/20.

        From value share = customer share ** (1 - 1 / alpha). None where no such law
        has a finite mean: at the ends, or below the diagonal.
        """
        p, y = self.customer_share, self.value_share
        if not 0 < p < y < 1:
            return None
        return 1 / (1 - log(y) / log(p))


@dataclass(frozen=True, slots=True, kw_only=True)
class WhalePeak:
    """The highest point of the whale curve, and what is lost behind it.

    Attributes
    ----------
    customers
        How many customers there are.
    profitable, unprofitable
        How many are above zero, over whom the curve rises, and how many below.
    peak
        What the profitable ones bring together.
    total
        What all bring together, the loss-makers too.
    peak_interval, destroyed_interval, total_interval
        The bootstrap intervals of these amounts; None without ``rng``.
    unprofitable_share_interval
        That of ``unprofitable_share``.
    destroyed_share_interval
        That of ``destroyed_share``. None also where the total of a resample is no
        gain, of which there is no share: then the amounts say what there is to say.
    level
        The level of the intervals; None without ``rng``.

    Examples
    --------
    >>> from crmkit.segments import WhalePeak
    >>> whale = WhalePeak(
    ...     customers=10.0, profitable=6.0, unprofitable=3.0, peak=215.0, total=160.0
    ... )
    >>> print(whale)
    6 of 10 customers bring 134.4% of the total, and 3 take 34.4% away again
    """

    customers: float
    profitable: float
    unprofitable: float
    peak: float
    total: float
    peak_interval: Interval | None = None
    destroyed_interval: Interval | None = None
    total_interval: Interval | None = None
    unprofitable_share_interval: Interval | None = None
    destroyed_share_interval: Interval | None = None
    level: float | None = None

    def __str__(self) -> str:
        """Say the whale as a sentence, in shares where there are any."""
        brought, taken = f"{self.peak:,.6g}", f"{self.destroyed:,.6g}"
        if self.peak_share is not None and self.destroyed_share is not None:
            brought = f"{self.peak_share:.1%} of the total"
            taken = f"{self.destroyed_share:.1%}"
        return (
            f"{self.profitable:,.6g} of {self.customers:,.6g} customers bring "
            f"{brought}, and {self.unprofitable:,.6g} take {taken} away again"
        )

    @property
    def destroyed(self) -> float:
        """What the customers below zero take away again."""
        return self.peak - self.total

    @property
    def unprofitable_share(self) -> float:
        """The customers below zero over all of them."""
        return self.unprofitable / self.customers

    @property
    def peak_share(self) -> float | None:
        """The peak over the total, 1 or more; None where the total is no gain."""
        return self.peak / self.total if self._is_gain else None

    @property
    def destroyed_share(self) -> float | None:
        """What is destroyed over the total; None where the total is no gain."""
        return self.destroyed / self.total if self._is_gain else None

    @property
    def peak_share_interval(self) -> Interval | None:
        """The interval of ``peak_share``, which is 1 above ``destroyed_share``."""
        if self.destroyed_share_interval is None:
            return None
        low, high = self.destroyed_share_interval
        return 1 + low, 1 + high

    @property
    def _is_gain(self) -> bool:
        return bool(lorenz.is_gain(self.total, self.peak + self.destroyed))
