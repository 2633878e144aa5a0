"""Types that appear in public signatures, and the capabilities functions accept."""

from typing import Protocol, TypeAlias

import numpy as np
from narwhals.stable.v2.typing import (
    IntoDataFrame,
    IntoDataFrameT,
    IntoFrame,
    IntoFrameT,
)
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BoolArray",
    "FloatArray",
    "IntArray",
    "IntoDataFrame",
    "IntoDataFrameT",
    "IntoFrame",
    "IntoFrameT",
    "PurchaseModel",
    "SpendModel",
    "SurvivalModel",
]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


class PurchaseModel(Protocol):
    """Anything that can say how many purchases to expect of a customer.

    The three numbers of a customer are ``frequency`` (repeat occasions), ``recency``
    (first to last purchase) and ``T`` (first purchase to the end of observation);
    ``horizon`` and ``discount_rate`` are in the unit of ``T``.
    """

    def probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return the probability that each customer is still a customer at ``T``."""
        ...

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
    ) -> FloatArray:
        """Return the purchases to expect in ``(T, T + horizon]``."""
        ...

    def discounted_expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        discount_rate: float,
    ) -> FloatArray:
        """Return the same, each purchase discounted to ``T``; infinity allowed."""
        ...


class SpendModel(Protocol):
    """Anything that can say what a customer's purchase occasion is worth."""

    def expected_spend(
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> FloatArray:
        """Return the mean amount to expect of a customer's next occasions."""
        ...


class SurvivalModel(Protocol):
    """Anything that can say who will still be there after how long."""

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        """Return S(t) from the start of a customer: a row each, a column per time."""
        ...
