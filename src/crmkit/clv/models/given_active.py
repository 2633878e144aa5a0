"""Purchases to expect of customers who are known to be active."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ...errors import InvalidValueError
from ...typing import FloatArray
from .histories import Score

__all__ = ["given_active"]

# Below it the product with the expected purchases may no longer be a normal float.
_LEAST_ALIVE = 1e-200
# Log-likelihoods run to thousands: this many of their digits are certain.
_SAME = 1e-9

_Scores: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


class _Alive(Protocol):
    """Says how likely a customer is to be active."""

    def probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray: ...


def given_active(
    purchases: _Alive,
    counted: Score,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
) -> FloatArray:
    """Divide expected purchases by the probability to be active, without underflow."""
    expected = counted(frequency, recency, T)
    alive = purchases.probability_alive(frequency, recency, T)
    gone = alive < _LEAST_ALIVE
    if not gone.any():
        return expected / alive
    given = np.divide(expected, alive, out=np.zeros_like(expected), where=~gone)
    x, t_x, end = (np.asarray(column)[gone] for column in (frequency, recency, T))
    _require_same_posterior(purchases, x, t_x, end)
    just_now = np.where(x > 0, end, 0.0)
    known = purchases.probability_alive(x, just_now, end)
    # No other history says the same of a customer without a repeat purchase.
    lost = known < np.finfo(np.float64).tiny
    if lost.any():
        raise _too_surely_gone(int(np.count_nonzero(lost)))
    given[gone] = counted(x, just_now, end) / known
    return given


def _require_same_posterior(
    purchases: _Alive, x: FloatArray, t_x: FloatArray, T: FloatArray
) -> None:
    """Refuse unless an active customer's purchases do not depend on recency.

    The joint likelihood of a history and of being active is then the same whenever the
    last purchase was, and with it all that is known of the customer's rates.
    """
    log_alive: _Scores | None = getattr(purchases, "log_probability_alive", None)
    log_likelihood: _Scores | None = getattr(purchases, "log_likelihood", None)
    just_now = np.where(x > 0, T, 0.0)
    if log_alive is not None and log_likelihood is not None:
        joint, other = (
            log_likelihood(x, at, T) + log_alive(x, at, T) for at in (t_x, just_now)
        )
        scale = 1 + np.abs(log_alive(x, t_x, T)) + np.abs(other)
        if np.all(np.abs(joint - other) <= _SAME * scale):
            return
    raise _too_surely_gone(x.size)


def _too_surely_gone(count: int) -> InvalidValueError:
    return InvalidValueError(
        subject="the probability to be active",
        found=f"value below {_LEAST_ALIVE:g}",
        count=count,
        remedy="Leave these customers out: the model gives no value to one who is so "
        "certain to have left.",
    )
