"""What a treatment added, along a ranking by predicted uplift.

Counts are running sums at the ends of blocks of equal scores, starting at 0 (see
``ranking.blocks``): customers and outcomes of the treated and of the control group.
Where one of the groups is still empty nothing can be compared, and every curve is 0:
only so is the expectation 0 for any ranking if the treatment has no effect.
"""

import numpy as np

from ...typing import BoolArray, FloatArray

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
    known, t, c = _compared(treated, control)
    difference = np.where(known, gained / t - gained_control / c, 0.0)
    return np.asarray(difference * (treated + control), np.float64)


def qini_curve(
    treated: FloatArray,
    control: FloatArray,
    gained: FloatArray,
    gained_control: FloatArray,
) -> FloatArray:
    """Return Y_T - Y_C N_T / N_C (Radcliffe 2007): the outcomes the treatment added."""
    known, _, c = _compared(treated, control)
    added = gained - gained_control * treated / c
    return np.asarray(np.where(known, added, 0.0), np.float64)


def area(count: FloatArray, curve: FloatArray) -> float:
    """Return the area between the curve and its chord, per customer, in outcomes.

    It is not divided by the area of a perfect curve: a random ranking has 0.
    """
    share = count / count[-1]
    lifted = curve - share * curve[-1]
    steps = np.diff(share)
    return float(steps @ (lifted[1:] + lifted[:-1]) / 2 / count[-1])


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
    known, t, c = _compared(treated, control)
    rate = retained / t
    added = rate - retained_control / c
    each = np.where(known, added * clv - contact - rate * incentive, 0.0)
    return np.asarray(count * each / count[-1], np.float64)


def _compared(
    treated: FloatArray, control: FloatArray
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return where both groups have customers, and counts that can be divided by."""
    known = (treated > 0) & (control > 0)
    return known, np.where(known, treated, 1.0), np.where(known, control, 1.0)
