"""The profit of a retention campaign, and the best one a ranking allows.

Neslin et al. (2006) state the profit; Verbeke et al. (2012) maximise it over the cut
(MPC); Verbraken, Verbeke and Baesens (2013) average the maximum over a beta-distributed
rate of acceptance (EMPC); Janssens et al. (2022) let customers differ in value. A
targeted customer about to leave accepts the incentive and stays with probability
``accept``; a loyal customer accepts it with probability ``loyal_accept``.
"""

import numpy as np
from scipy.special import betainc

from ...typing import FloatArray, IntArray

__all__ = [
    "best_cut",
    "churner_benefit",
    "expected_maximum_profit",
    "incentives",
    "loyal_cost",
    "upper_envelope",
]

_PASSES = 16  # they leave a few hundred of a million cuts


def churner_benefit(
    *,
    accept: FloatArray | float,
    clv: FloatArray | float,
    incentive: FloatArray | float,
    contact: FloatArray | float,
) -> FloatArray:
    """Return the profit of targeting a customer who was about to leave."""
    return np.asarray(accept * (np.subtract(clv, incentive)) - contact, np.float64)


def incentives(clv: FloatArray, *, fixed: float, share: float) -> FloatArray:
    """Return the cost of an accepted offer; a share of a value below 0 adds nothing."""
    return np.asarray(fixed + share * np.maximum(clv, 0.0), np.float64)


def loyal_cost(
    *,
    loyal_accept: FloatArray | float,
    incentive: FloatArray | float,
    contact: FloatArray | float,
) -> FloatArray:
    """Return the cost of targeting a customer who would have stayed."""
    return np.asarray(np.multiply(loyal_accept, incentive) + contact, np.float64)


def best_cut(profit: FloatArray) -> int:
    """Return the index of the highest profit: of equals, the smallest campaign."""
    return int(np.argmax(profit))


def upper_envelope(gain: FloatArray, cost: FloatArray) -> IntArray:
    """Return the cuts that are best at some rate of acceptance, in their order.

    The profit of cut k is a line in the rate g, g ``gain[k]`` - ``cost[k]``. Costs only
    rise along the list, so a cut counts if it gains more than every one before it, and
    lies on the convex hull of (gain, cost). With one value for all customers this is
    the hull of the ROC curve.
    """
    highest = np.maximum.accumulate(gain)
    cuts = np.flatnonzero(np.concatenate(([True], gain[1:] > highest[:-1])))
    for _ in range(_PASSES):
        rate = np.diff(cost[cuts]) / np.diff(gain[cuts])
        # A cut above the line between its neighbours is not on the hull, and they are
        # cuts too: all such cuts can go at once. Half of them do in each pass.
        kept = np.ones(cuts.size, dtype=np.bool_)
        kept[1:-1] = rate[1:] > rate[:-1]
        if kept.all():
            return cuts
        cuts = cuts[kept]
    return _hull(cuts, gain[cuts].tolist(), cost[cuts].tolist())


def _hull(cuts: IntArray, gain: list[float], cost: list[float]) -> IntArray:
    """Take back cuts one after the other, for the few that are left."""
    kept: list[int] = []
    for at in range(len(gain)):
        while len(kept) > 1:
            a, b = kept[-2:]
            before = (cost[b] - cost[a]) / (gain[b] - gain[a])
            if (cost[at] - cost[b]) / (gain[at] - gain[b]) > before:
                break
            kept.pop()
        kept.append(at)
    return cuts[kept]


def expected_maximum_profit(
    gain: FloatArray, cost: FloatArray, count: FloatArray, *, alpha: float, beta: float
) -> tuple[float, float]:
    """Return E[max over k of g gain[k] - cost[k]], g ~ Beta, and the expected count.

    Running sums along the list, from 0. Between two rates g_i and g_(i+1) one line of
    the envelope is the best; integrals over g are incomplete beta functions, finite
    however sharp the prior is.
    """
    best = upper_envelope(gain, cost)
    gain, cost, count = gain[best], cost[best], count[best]
    rates = np.diff(cost) / np.diff(gain)
    limits = np.concatenate(([0.0], np.minimum(rates, 1.0), [1.0]))
    mass = np.diff(betainc(alpha, beta, limits))
    first_moment = alpha / (alpha + beta) * np.diff(betainc(alpha + 1, beta, limits))
    return float(gain @ first_moment - cost @ mass), float(count @ mass)
