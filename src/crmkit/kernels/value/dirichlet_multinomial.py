"""Shares that differ between customers: the Dirichlet-multinomial, by sparse counts.

The likelihood depends on the data only through how many customers have each total
``N`` and how many have each count ``n`` of category ``g``: its cost is in cells.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from ...typing import FloatArray, IntArray
from ..base.newton import Derivatives, Optimum, maximise

__all__ = ["Counts", "fit", "log_likelihood"]

_PULL = 1e-4  # a prior too weak to be felt, but where the data leave alpha free
_TYPICAL = 5.0


class Counts:
    """Distinct totals, and distinct counts by category, with how often each occurs."""

    def __init__(self, category: IntArray, count: IntArray, total: IntArray) -> None:
        self.total, self.customers = np.unique(total[total > 0], return_counts=True)
        top = int(count.max(initial=0)) + 1
        key, self.cells = np.unique(category * top + count, return_counts=True)
        self.category, self.count = key // top, key % top
        self.size = int(category.max(initial=-1)) + 1

    @property
    def shares(self) -> FloatArray:
        """Return the share of each category over all customers."""
        sums = np.bincount(self.category, self.count * self.cells, minlength=self.size)
        shares: FloatArray = sums / sums.sum()
        return shares


def log_likelihood(alpha: FloatArray, data: Counts) -> Derivatives:
    """Return the log-likelihood of the shares' concentration, with derivatives."""
    a, own = alpha.sum(), alpha[data.category]
    value = data.customers @ (gammaln(a) - gammaln(a + data.total))
    value += data.cells @ (gammaln(own + data.count) - gammaln(own))
    common = data.customers @ (digamma(a) - digamma(a + data.total))
    slopes = data.cells * (digamma(own + data.count) - digamma(own))
    bends = data.cells * (polygamma(1, own + data.count) - polygamma(1, own))
    curve = data.customers @ (polygamma(1, a) - polygamma(1, a + data.total))
    gradient = common + np.bincount(data.category, slopes, minlength=alpha.size)
    hessian = np.full((alpha.size, alpha.size), curve)
    hessian += np.diag(np.bincount(data.category, bends, minlength=alpha.size))
    return float(value), gradient, hessian


def fit(data: Counts) -> Optimum:
    """Find the concentration that explains the counts best; parameters are its logs."""
    centre = np.log(_TYPICAL * data.shares)
    customers = data.customers.sum()

    def mean(logs: FloatArray) -> Derivatives:
        alpha = np.exp(logs)
        value, slope, bend = log_likelihood(alpha, data)
        away = logs - centre
        slope_of_logs = alpha * slope
        bend_of_logs = np.outer(alpha, alpha) * bend + np.diag(slope_of_logs)
        return (
            value / customers - 0.5 * _PULL * float(away @ away),
            slope_of_logs / customers - _PULL * away,
            bend_of_logs / customers - _PULL * np.eye(alpha.size),
        )

    return maximise(mean, centre, tolerance=1e-9, max_iterations=200)
