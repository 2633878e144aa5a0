"""Pearson's dispersion of counts: whether they scatter more than one rate makes them.

For small expectations the statistic has a larger variance than chi-squared: Haldane
(1937) gives that of a multinomial, which the counts are given their total.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ...typing import FloatArray

__all__ = ["CountDispersion", "count_dispersion"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountDispersion:
    """The statistic, its distance from chance, and the share that is not chance.

    Attributes
    ----------
    n, rate
        How many counts, and events per unit of time of all together.
    statistic, z, p_value
        Pearson's statistic, the same in its standard deviations, and its tail.
    signal_share
        The share of the spread that is more than chance.
    """

    n: float
    rate: float
    statistic: float
    z: float
    p_value: float
    signal_share: float


def count_dispersion(
    count: FloatArray, time: FloatArray, weights: FloatArray | None = None
) -> CountDispersion | None:
    """Measure the spread of counts over times; None where nothing can be told."""
    seen = time > 0
    count, time = count[seen], time[seen]
    weights = np.ones(count.size) if weights is None else weights[seen]
    n, total = float(weights.sum()), float(weights @ count)
    if n <= 1 or not total:
        return None
    rate = total / float(weights @ time)
    expected = rate * time
    statistic = float(weights @ ((count - expected) ** 2 / expected))
    inverse = float(weights @ (1 / expected))
    # Given their total, counts are multinomial: the exact variance of chi-square.
    variance = 2 * (n - 1) + inverse - (n**2 + 2 * n - 2) / total
    z = (statistic - (n - 1)) / max(variance, 1e-300) ** 0.5
    # The square of a normal is chi-square: half its tail is one side.
    normal = float(chdtrc(1, z * z)) / 2 if z > 0 else 1 - float(chdtrc(1, z * z)) / 2
    return CountDispersion(
        n=n,
        rate=rate,
        statistic=statistic,
        z=z,
        # The larger of two approximations: neither is trusted alone.
        p_value=max(normal, float(chdtrc(n - 1, statistic))),
        signal_share=max(0.0, 1 - (n - 1) / statistic) if statistic else 0.0,
    )
