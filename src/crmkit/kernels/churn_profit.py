"""The profit of a retention campaign, and the best one a ranking allows.

Neslin et al. (2006) state the profit; Verbeke et al. (2012) maximise it over the cut
(MPC); Verbraken, Verbeke and Baesens (2013) average the maximum over a beta-distributed
rate of acceptance (EMPC). Of a would-be churner who is targeted, a share ``accept``
takes the incentive and stays; loyal customers take it with ``loyal_accept``.
"""

import numpy as np
from scipy.special import betainc

from ..typing import FloatArray

__all__ = [
    "best_cut",
    "churner_benefit",
    "expected_maximum_profit",
    "loyal_cost",
    "profit_curve",
]


def churner_benefit(
    *,
    accept: FloatArray | float,
    clv: FloatArray | float,
    incentive: FloatArray | float,
    contact: FloatArray | float,
) -> FloatArray:
    """Return the profit of targeting somebody who was about to leave."""
    return np.asarray(accept * (np.subtract(clv, incentive)) - contact, np.float64)


def loyal_cost(
    *,
    loyal_accept: FloatArray | float,
    incentive: FloatArray | float,
    contact: FloatArray | float,
) -> FloatArray:
    """Return the cost of targeting somebody who would have stayed."""
    return np.asarray(np.multiply(loyal_accept, incentive) + contact, np.float64)


def profit_curve(
    churners: FloatArray, loyal: FloatArray, *, benefit: float, cost: float
) -> FloatArray:
    """Return the profit per customer of the base at each cut of the ranking.

    ``churners`` and ``loyal`` count those above the cut; their last entries are all.
    """
    total = churners[-1] + loyal[-1]
    return np.asarray((benefit * churners - cost * loyal) / total, np.float64)


def best_cut(profit: FloatArray) -> int:
    """Return the place of the highest profit, the smallest campaign among equals."""
    return int(np.argmax(profit))


def expected_maximum_profit(
    churners: FloatArray,
    loyal: FloatArray,
    *,
    alpha: float,
    beta: float,
    clv: float,
    incentive: float,
    contact: float,
    loyal_accept: float,
) -> tuple[float, float]:
    """Return EMPC per customer and the expected share targeted, in closed form.

    ``churners`` and ``loyal`` are the vertices of the concave hull. Between two rates
    of acceptance g_i and g_(i+1) vertex i is the best cut; integrals over g are
    incomplete beta functions, finite however sharp the prior is.
    """
    total = churners[-1] + loyal[-1]
    cost = loyal_accept * incentive + contact
    caught, bothered = np.diff(churners), np.diff(loyal)
    # A step that catches no churner pays at no rate of acceptance.
    rates = np.divide(
        cost * bothered + contact * caught,
        (clv - incentive) * caught,
        out=np.full(caught.shape, np.inf),
        where=caught > 0,
    )
    limits = np.concatenate(([0.0], np.minimum(rates, 1.0), [1.0]))
    mass = np.diff(betainc(alpha, beta, limits))
    first_moment = alpha / (alpha + beta) * np.diff(betainc(alpha + 1, beta, limits))
    profit = (clv - incentive) * churners @ first_moment
    profit -= (contact * churners + cost * loyal) @ mass
    return float(profit / total), float((churners + loyal) @ mass / total)
