"""How far to believe a customer's own rate: Buhlmann-Straub credibility.

Observations of one customer vary about her own mean (within), and the means vary about
the company's (between). Her estimate moves from the company's mean to her own with the
weight of what was seen of her.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from .component_identity import totals

__all__ = ["Credibility", "credibility"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Credibility:
    """The company's mean, and each customer's estimate with its variance.

    Attributes
    ----------
    mean, within, between
        The structure parameters.
    estimate, variance
        Of each customer's own rate; a customer never seen has the company's mean.
    """

    mean: float
    within: float
    between: float
    estimate: FloatArray
    variance: FloatArray


def credibility(
    customer: IntArray, value: FloatArray, weight: FloatArray, customers: int
) -> Credibility:
    """Estimate each customer's rate from weighted observations of it.

    Buhlmann and Straub (1970), in the notation of Buhlmann and Gisler (2005, chapter
    4): the estimators of section 4.8, between truncated at 0.
    """
    mass = totals(customer, weight, customers)
    seen = mass > 0
    own = np.divide(
        totals(customer, weight * value, customers),
        mass,
        out=np.zeros(customers),
        where=seen,
    )
    whole = mass.sum()
    if whole == 0:
        nothing = np.zeros(customers)
        return Credibility(
            mean=0.0, within=0.0, between=0.0, estimate=nothing, variance=nothing
        )
    grand = float(mass @ own / whole)
    freedom = int(np.count_nonzero(weight > 0) - np.count_nonzero(seen))
    spread = float(weight @ (value - own[customer]) ** 2)
    if freedom == 0:
        # Seen once each: own and common variation cannot be told apart.
        flat = np.full(customers, grand)
        return Credibility(
            mean=grand, within=0.0, between=0.0, estimate=flat, variance=0 * flat
        )
    within = spread / freedom
    groups = np.count_nonzero(seen)
    about = float(mass @ (own - grand) ** 2)
    scale = float(whole - mass @ mass / whole)
    between = max((about - (groups - 1) * within) / scale, 0.0) if scale > 0 else 0.0
    belief = np.where(seen & (between > 0), mass * between, 0.0)
    belief = np.divide(
        belief, belief + within, out=np.zeros(customers), where=belief > 0
    )
    mean = float(belief @ own / belief.sum()) if belief.sum() > 0 else grand
    return Credibility(
        mean=mean,
        within=within,
        between=between,
        estimate=mean + belief * (own - mean),
        variance=between * (1 - belief),
    )
