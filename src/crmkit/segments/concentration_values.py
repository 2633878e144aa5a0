"""What the measures of concentration return: small frozen values."""

from dataclasses import dataclass
from math import log
from typing import TypeAlias

__all__ = ["Gini", "Interval", "ParetoPoint"]

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
    """

    customer_share: float
    value_share: float
    customers: float
    total: float
    negative: float
    interval: Interval | None = None
    level: float | None = None

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
