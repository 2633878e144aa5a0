"""What a treatment added, along a ranking by predicted uplift.

Counts are running sums at the ends of blocks of equal scores, starting at 0 (see
``ranking.blocks``): customers and outcomes of the treated and of the control group.
Where one of the groups is still empty nothing can be compared, and every curve is 0:
only so is the expectation 0 for any ranking if the treatment has no effect.
"""

import numpy as np

from ...typing import FloatArray

__all__ = ["area", "campaign_profit", "qini_curve", "uplift_curve"]


def uplift_curve(
    treated: FloatArray,
    control: FloatArray,
    gained: FloatArray,
    gained_control: FloatArray,
) -> FloatArray:
    """Return (mean of treated - mean of control) times all customers above the cut.

    Gutierrez and Gerardy (2017).
    """
    known = _compared(treated, control)
    t, c = treated[known], control[known]
    lifted = np.zeros(treated.size)
    lifted[known] = (gained[known] / t - gained_control[known] / c) * (t + c)
    return lifted


def qini_curve(
    treated: FloatArray,
    control: FloatArray,
    gained: FloatArray,
    gained_control: FloatArray,
) -> FloatArray:
    """Return Y_T - Y_C N_T / N_C (Radcliffe 2007): the outcomes the treatment added."""
    known = _compared(treated, control)
    added = np.zeros(treated.size)
    lost = gained_control[known] * treated[known]
    lost /= control[known]
    np.subtract(gained[known], lost, out=added[known])
    return added


def area(count: FloatArray, curve: FloatArray) -> float:
    """Return the area between the curve and its chord, per customer, in outcomes.

    It is not divided by the area of a perfect curve: a random ranking has 0.
    """
    n = float(count[-1])
    # The trapezoids under the curve, less the triangle of a random order.
    under = float(np.diff(count) @ (curve[1:] + curve[:-1])) / 2
    return (under / n - float(curve[-1]) / 2) / n


def campaign_profit(
    treated: FloatArray,
    control: FloatArray,
    retained: FloatArray,
    retained_control: FloatArray,
    *,
    clv: float,
    incentive: float,
    contact: float,
) -> FloatArray:
    """Return the profit of treating everyone above each cut, per customer of the base.

    Maximum profit uplift, Devriendt, Berrevoets and Verbeke (2021): those retained by
    the treatment bring ``clv``; every treated customer who stays costs the incentive.
    """
    count = treated + control
    known = _compared(treated, control)
    rate = retained[known] / treated[known]
    added = rate - retained_control[known] / control[known]
    each = np.zeros(count.size)
    each[known] = added * clv - contact - rate * incentive
    return np.asarray(count * each / count[-1], np.float64)


def _compared(treated: FloatArray, control: FloatArray) -> slice:
    """Return the cuts above which both groups have customers: all from the first one.

    Both are running sums, so a search finds it; no cut is compared one by one.
    """
    # Cuts with an empty group compare nothing: the curve is 0 there.
    begins = (np.searchsorted(group, 0.0, side="right") for group in (treated, control))
    return slice(int(max(begins)), None)
