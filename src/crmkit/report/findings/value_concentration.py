"""How unequally past spending and expected value are held."""

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.groups import lorenz
from ...typing import FloatArray
from .found_values import Concentration
from .scored_customers import ScoredCustomers

__all__ = ["value_concentration"]

_POINTS = 100
_FIFTH = np.asarray(0.2)
_FOUR_FIFTHS = 0.8

_Curve = tuple[FloatArray, FloatArray]


def value_concentration(scores: ScoredCustomers) -> Concentration:
    """Compare how spending was held with how the expected value will be."""
    past = _curve(scores.total_amount, "amount spent")
    expected = _curve(scores.clv, "expected value")
    customers, value = expected
    needed = lorenz.customers_for(customers, value, _FOUR_FIFTHS * float(value[-1]))
    return Concentration(
        past=_points(past),
        expected=_points(expected),
        past_share_of_top_fifth=_share(past, _FIFTH),
        expected_share_of_top_fifth=_share(expected, _FIFTH),
        customer_share_for_four_fifths=needed / float(customers[-1]),
    )


def _curve(held: FloatArray, what: str) -> _Curve:
    customers, value = lorenz.curve(
        *lorenz.descending(held, np.broadcast_to(np.float64(1.0), held.shape))
    )
    if not lorenz.is_gain(float(value[-1]), float(np.abs(held).sum())):
        raise NotEnoughDataError(
            needed=f"a total {what} above zero",
            got=f"{float(value[-1]):g}",
            remedy="Check the signs of the amounts and how refunds are treated.",
        )
    return customers, value


def _share(curve: _Curve, share: FloatArray) -> float:
    customers, value = curve
    return float(lorenz.top_value(customers, value, share) / value[-1])


def _points(curve: _Curve) -> tuple[tuple[float, float], ...]:
    customers, value = curve
    shares = np.arange(_POINTS + 1) / _POINTS
    held = lorenz.top_value(customers, value, shares) / value[-1]
    return tuple(zip(shares.tolist(), held.tolist(), strict=True))
